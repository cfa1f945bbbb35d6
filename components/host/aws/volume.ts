import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { accountOf } from "../../aws/account";
import { policyDocument, serviceTrust } from "../../aws/policy";
import { makeRole } from "../../aws/role";
import type { Context } from "../../context";
import type { Make } from "../../make";

export interface DataVolumeArgs {
  readonly context: Context;
  readonly availabilityZone: pulumi.Input<string>;
  readonly sizeGiB: number;
  readonly keyArn: pulumi.Input<string>;
  readonly parent: pulumi.Resource;
  /** Value of the tag snapshots are chosen by: unlike any other volume's. */
  readonly snapshotTag: string;
}

const SNAPSHOT_TAG = "groundplan-snapshots";
/** Hour of the daily snapshot, UTC: after the dumps of the night. */
const SNAPSHOT_TIME = "04:00";

/** The disk of everything that must survive, and its snapshots. It belongs to no instance. */
export function makeDataVolume(make: Make, args: DataVolumeArgs): aws.ebs.Volume {
  const { context } = args;
  const volume = make(
    aws.ebs.Volume,
    "data",
    {
      availabilityZone: args.availabilityZone,
      size: args.sizeGiB,
      type: "gp3",
      iops: 3000,
      throughput: 125,
      encrypted: true,
      kmsKeyId: args.keyArn,
      finalSnapshot: context.environment !== "dev",
      tags: { ...context.tags, [SNAPSHOT_TAG]: args.snapshotTag },
    },
    { protect: context.redundancy.protect },
  );
  makeSnapshots(make, args);
  return volume;
}

/** Daily snapshots: the state of a whole disk as it would be found after a power cut, which every store here survives. */
function makeSnapshots(make: Make, { context, parent, snapshotTag }: DataVolumeArgs): void {
  const account = accountOf(parent);
  const role = makeRole(make, "snapshot-role", {
    context,
    name: ["snapshots"],
    description: `Takes snapshots of the data volume of ${context.system} in ${context.placement}`,
    trust: serviceTrust("dlm.amazonaws.com", account.id),
  });
  const arn = (resource: string, owner: pulumi.Input<string>) =>
    pulumi.interpolate`arn:${account.partition}:ec2:${context.region}:${owner}:${resource}/*`;
  const tagged = { StringEquals: { [`aws:ResourceTag/${SNAPSHOT_TAG}`]: snapshotTag } };
  const policy = make(aws.iam.RolePolicy, "snapshot-policy", {
    role: role.id,
    // https://docs.aws.amazon.com/ebs/latest/userguide/service-role.html, narrowed to this volume and its snapshots
    policy: policyDocument([
      {
        Sid: "TakeOfVolume",
        Action: "ec2:CreateSnapshot",
        Resource: arn("volume", account.id),
        Condition: tagged,
      },
      // Snapshots belong to nobody in their ARN, and have no tag before they are there.
      { Sid: "Take", Action: "ec2:CreateSnapshot", Resource: arn("snapshot", "") },
      { Sid: "Delete", Action: "ec2:DeleteSnapshot", Resource: arn("snapshot", ""), Condition: tagged },
      {
        Sid: "Tag",
        Action: "ec2:CreateTags",
        Resource: arn("snapshot", ""),
        Condition: { StringEquals: { "ec2:CreateAction": "CreateSnapshot" } },
      },
      { Sid: "Look", Action: ["ec2:DescribeVolumes", "ec2:DescribeSnapshots", "ec2:DescribeInstances"], Resource: "*" },
    ]),
  });
  make(
    aws.dlm.LifecyclePolicy,
    "snapshots",
    {
      description: `Daily snapshots of the data of ${context.system}`.slice(0, 500),
      executionRoleArn: role.arn,
      state: "ENABLED",
      policyDetails: {
        resourceTypes: ["VOLUME"],
        targetTags: { [SNAPSHOT_TAG]: snapshotTag },
        schedules: [
          {
            name: "daily",
            copyTags: true,
            createRule: { interval: 24, intervalUnit: "HOURS", times: SNAPSHOT_TIME },
            retainRule: { count: Math.max(7, context.redundancy.backupRetentionDays) },
          },
        ],
      },
      tags: context.tags,
    },
    { dependsOn: [policy] },
  );
}
