import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../../aws/account";
import type { Statement } from "../../aws/policy";

/**
 * Any distribution of this account: the one that delivers knows the bucket and its key, and is made after them, in a
 * stack of its own where the system is split.
 */
function ours(account: Account): Statement["Condition"] {
  return {
    ArnLike: { "aws:SourceArn": pulumi.interpolate`arn:${account.partition}:cloudfront::${account.id}:distribution/*` },
  };
}

/** What a bucket's policy lets CloudFront do: read objects, and list none. */
export function originReads(bucketArn: pulumi.Output<string>, account: Account): Statement {
  return {
    Sid: "CloudFrontReads",
    Principal: { Service: "cloudfront.amazonaws.com" },
    Action: "s3:GetObject",
    Resource: pulumi.interpolate`${bucketArn}/*`,
    Condition: ours(account),
  };
}

/** What the key of such a bucket lets CloudFront do. A key's policy writes the key itself as `*`. */
export function originDecrypts(account: Account): Statement {
  return {
    Sid: "CloudFrontDecrypts",
    Principal: { Service: "cloudfront.amazonaws.com" },
    Action: "kms:Decrypt",
    Resource: "*",
    Condition: ours(account),
  };
}
