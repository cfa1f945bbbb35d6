import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../../aws/account";
import type { Statement } from "../../aws/policy";

/** The one distribution that delivers, or none: then any of the account may be the one. */
export type Deliverer = pulumi.Input<string> | undefined;

function only(deliverer: Deliverer, account: Account): Statement["Condition"] {
  return deliverer === undefined
    ? {
        ArnLike: {
          "aws:SourceArn": pulumi.interpolate`arn:${account.partition}:cloudfront::${account.id}:distribution/*`,
        },
      }
    : { StringEquals: { "aws:SourceArn": deliverer } };
}

/** What a bucket's policy lets CloudFront do: read objects, and list none. */
export function originReads(bucketArn: pulumi.Output<string>, account: Account, deliverer: Deliverer): Statement {
  return {
    Sid: "CloudFrontReads",
    Principal: { Service: "cloudfront.amazonaws.com" },
    Action: "s3:GetObject",
    Resource: pulumi.interpolate`${bucketArn}/*`,
    Condition: only(deliverer, account),
  };
}

/** What the key of such a bucket lets CloudFront do. A key's policy writes the key itself as `*`. */
export function originDecrypts(account: Account, deliverer: Deliverer): Statement {
  return {
    Sid: "CloudFrontDecrypts",
    Principal: { Service: "cloudfront.amazonaws.com" },
    Action: "kms:Decrypt",
    Resource: "*",
    Condition: only(deliverer, account),
  };
}
