import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/** The account and partition a component's own provider works in. */
export interface Account {
  readonly id: pulumi.Output<string>;
  /** `aws`, or the partition's own name in China and GovCloud. */
  readonly partition: pulumi.Output<string>;
}

export function accountOf(parent: pulumi.Resource): Account {
  return {
    id: aws.getCallerIdentityOutput({}, { parent }).accountId,
    partition: aws.getPartitionOutput({}, { parent }).partition,
  };
}
