import * as pulumi from "@pulumi/pulumi";
import type { Binding, BindingValue } from "../../binding";
import { bucketGrants } from "./grants";

export interface ExistingBucketArgs {
  /** Name of the store in the spec. */
  readonly store: string;
  readonly bucket: string;
  readonly region: string;
  readonly partition: pulumi.Input<string>;
  /** Key it is encrypted with. Undefined: one that asks no permission of its clients. */
  readonly keyArn: pulumi.Input<string> | undefined;
}

/** An S3 bucket somebody else runs, as its clients see it: their edges give them the same grants as on one of our own. */
export function bindExistingBucket({ store, bucket, region, partition, keyArn }: ExistingBucketArgs): Binding {
  const bucketArn = pulumi.interpolate`arn:${partition}:s3:::${bucket}`;
  const plain = (value: string): BindingValue => ({ kind: "plain", value });
  return {
    values: () => ({
      name: plain(bucket),
      region: plain(region),
      url: plain(`s3://${bucket}`),
      host: plain(`${bucket}.s3.${region}.amazonaws.com`),
    }),
    peers: [{ kind: "hosts", hosts: [`s3.${region}.amazonaws.com`, `*.s3.${region}.amazonaws.com`] }],
    ports: [443],
    grants: (_client, access) =>
      bucketGrants({ store, access, bucketArn, ...(keyArn === undefined ? {} : { keyArn }) }),
    ready: [],
  };
}
