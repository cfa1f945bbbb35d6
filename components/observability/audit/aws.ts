import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { SecuritySpec } from "../../../systems/spec";
import type { Account } from "../../aws/account";
import { PREFIX_SUFFIX } from "../../aws/names";
import type { Statement } from "../../aws/policy";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { type Context, identityOf } from "../../context";
import { foundInRun } from "../../errors";
import { physicalName } from "../../naming";
import type { KeysContract } from "../../secrets/keys/contract";
import type { Bucket } from "../../storage/bucket/aws";

export interface AuditArgs extends ComponentArgs {
  readonly security: SecuritySpec;
  readonly keys: KeysContract;
  /** Where the account's trail goes. @default no trail */
  readonly trailBucket?: Bucket;
  /** Id of the account's detector in this region, where somebody else made it. @default it is made here */
  readonly detector?: string;
  /** Whether what belongs to the whole account is made here, and not with another placement. */
  readonly wholeAccount: boolean;
  readonly budget?: { readonly monthlyUsd: number; readonly to: readonly string[] };
  readonly transform?: {
    readonly trail?: Transform<aws.cloudtrail.TrailArgs>;
    readonly detector?: Transform<aws.guardduty.DetectorArgs>;
    readonly budget?: Transform<aws.budgets.BudgetArgs>;
  };
}

/** What GuardDuty looks at besides the account's calls and the network's flows. */
const FEATURES = ["S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "RDS_LOGIN_EVENTS", "EBS_MALWARE_PROTECTION"] as const;
const TRAIL_NAME = { maxLength: 128, minLength: 3, allowed: /[A-Za-z0-9._-]/, keepCase: true, letterFirst: true };
/** Shares of the budget that are told of: half of it spent, most of it spent, all of it about to be. */
const THRESHOLDS = [
  { threshold: 50, notificationType: "ACTUAL" },
  { threshold: 80, notificationType: "ACTUAL" },
  { threshold: 100, notificationType: "FORECASTED" },
] as const;

/** Who did what in the account, what looks like an intruder, and what it costs: each by setting. */
export class Audit extends Component {
  private readonly args: AuditArgs;
  private detectorStatus: pulumi.Output<string> | undefined;

  constructor(name: string, args: AuditArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:observability:Monitoring", name, args, opts);
    this.args = args;
    if (args.trailBucket) {
      this.makeTrail(args.trailBucket);
    }
    if (args.security.intrusionDetection && args.detector === undefined) {
      this.makeDetector();
    } else if (args.security.intrusionDetection && args.detector !== undefined) {
      this.checkDetector(args.detector);
    }
    if (args.budget && args.wholeAccount) {
      this.makeBudget(args.budget);
    }
    this.verdicts();
    this.finish(this.detectorStatus ? { detector: this.detectorStatus } : {});
  }

  /** One trail of every region, to a bucket of its own that nothing overwrites. */
  private makeTrail(bucket: Bucket): void {
    const { context, args } = this;
    this.make(
      aws.cloudtrail.Trail,
      "trail",
      {
        name: trailName(context),
        s3BucketName: bucket.bucket.bucket,
        isMultiRegionTrail: true,
        includeGlobalServiceEvents: true,
        enableLogFileValidation: true,
        enableLogging: true,
        kmsKeyId: args.keys.arn("storage"),
        tags: context.tags,
      },
      // It tests whether it may write when it is made.
      { dependsOn: [...bucket.binding.ready] },
    );
  }

  /**
   * An account has one detector per region, which other stacks then use: it outlives the one that made it.
   * https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_concepts.html
   */
  private makeDetector(): void {
    const { context } = this;
    const detector = this.make(
      aws.guardduty.Detector,
      "detector",
      {
        enable: true,
        findingPublishingFrequency: "FIFTEEN_MINUTES",
        tags: context.tags,
      },
      context.redundancy.keep ? { retainOnDelete: true } : {},
    );
    for (const feature of FEATURES) {
      this.make(aws.guardduty.DetectorFeature, `detector-${feature.toLowerCase().replaceAll("_", "-")}`, {
        detectorId: detector.id,
        name: feature,
        status: "ENABLED",
      });
    }
  }

  /** What it looks at is its owner's to say; that it looks at all is asked. */
  private checkDetector(id: string): void {
    const { placement } = this.context;
    this.detectorStatus = aws.guardduty.getDetectorOutput({ id }, { parent: this }).apply(({ status }) => {
      if (status !== "ENABLED") {
        throw foundInRun([
          {
            path: `groundplan:existing.${placement}.detector`,
            found: `${id}, which is ${status}`,
            allowed: "a detector that is ENABLED",
            fix: "have its owner enable it, or name another",
          },
        ]);
      }
      return status;
    });
  }

  private makeBudget({ monthlyUsd, to }: NonNullable<AuditArgs["budget"]>): void {
    const { context } = this;
    this.make(aws.budgets.Budget, "budget", {
      namePrefix: `${physicalName(TRAIL_NAME, [context.system, context.environment], PREFIX_SUFFIX + 29)}-`,
      budgetType: "COST",
      timeUnit: "MONTHLY",
      limitAmount: String(monthlyUsd),
      limitUnit: "USD",
      // Needs the tag to be activated for cost allocation once, in the account that pays.
      costFilters: [{ name: "TagKeyValue", values: [`user:system$${context.system}`] }],
      notifications: THRESHOLDS.map((each) => ({
        ...each,
        comparisonOperator: "GREATER_THAN",
        thresholdType: "PERCENTAGE",
        subscriberEmailAddresses: [...to],
      })),
      tags: context.tags,
    });
  }

  private verdicts(): void {
    const { security } = this.args;
    const unmet: readonly (readonly [boolean, string, string, string])[] = [
      [
        security.ddos === "advanced",
        "advanced protection against floods",
        "Shield Advanced is a subscription of a year that a person signs",
        "subscribe in the console; Shield Standard and the firewall's rate limit stand until then",
      ],
      [
        security.trafficInspection,
        "inspection of traffic out of the network",
        "Network Firewall is not set up by this program: security groups and NetworkPolicies decide by address and port",
        "put a Network Firewall into the way of the NAT gateways",
      ],
      [
        security.vpnGateway,
        "a VPN into the private network",
        "no client VPN endpoint is set up by this program",
        "use Session Manager's port forwarding, or make a client VPN endpoint in the VPC",
      ],
      [
        security.forensicSnapshots,
        "snapshots before an automated response",
        "nothing here ends what an intruder uses by itself, so nothing is snapshot before",
        "take a snapshot of the node's volumes by hand before it is ended",
      ],
    ];
    for (const [asked, feature, reason, remedy] of unmet) {
      if (asked) {
        this.degrade({ feature, reason, remedy });
      }
    }
  }
}

function trailName(context: Context): string {
  return physicalName(TRAIL_NAME, [identityOf(context), context.environment, "audit"]);
}

/**
 * What the trail's bucket must let it do.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
 */
export function trailStatements(
  context: Context,
  account: Account,
  bucketArn: pulumi.Output<string>,
): readonly Statement[] {
  const trail = { Service: "cloudtrail.amazonaws.com" };
  const trailArn = pulumi.interpolate`arn:${account.partition}:cloudtrail:${context.region}:${account.id}:trail/${trailName(context)}`;
  return [
    {
      Sid: "TrailLooks",
      Principal: trail,
      Action: "s3:GetBucketAcl",
      Resource: bucketArn,
      Condition: { StringEquals: { "aws:SourceArn": trailArn } },
    },
    {
      Sid: "TrailWrites",
      Principal: trail,
      Action: "s3:PutObject",
      Resource: pulumi.interpolate`${bucketArn}/AWSLogs/${account.id}/*`,
      Condition: { StringEquals: { "aws:SourceArn": trailArn, "s3:x-amz-acl": "bucket-owner-full-control" } },
    },
  ];
}
