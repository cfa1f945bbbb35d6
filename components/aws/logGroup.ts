import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Context } from "../context";
import type { Make } from "../make";

export interface LogGroupArgs {
  readonly context: Context;
  /** Name, where the service that writes decides it. @default Pulumi's auto-naming */
  readonly name?: pulumi.Input<string>;
  /** Start of the name, where the service asks for one. @default none */
  readonly namePrefix?: string;
  readonly keyArn: pulumi.Input<string>;
}

/** A log group with the environment's retention and the placement's key for logs. */
export function makeLogGroup(make: Make, role: string, args: LogGroupArgs): aws.cloudwatch.LogGroup {
  return make(aws.cloudwatch.LogGroup, role, {
    ...(args.name === undefined ? {} : { name: args.name }),
    ...(args.namePrefix === undefined ? {} : { namePrefix: args.namePrefix }),
    kmsKeyId: args.keyArn,
    retentionInDays: args.context.redundancy.logRetentionDays,
    tags: args.context.tags,
  });
}
