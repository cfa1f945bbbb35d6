import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Account, accountOf } from "../../aws/account";
import { policyDocument, type Statement, serviceTrust } from "../../aws/policy";
import { makeRole } from "../../aws/role";
import { Component, type ComponentArgs } from "../../component";
import { awsCron } from "../../host/aws/sleep";
import type { Make } from "../../make";

/** A node group that sleeps, and the sizes it wakes to. */
export interface SleepingNodes {
  readonly name: string;
  readonly group: aws.eks.NodeGroup;
  readonly min: number;
  readonly max: number;
}

/** A database that sleeps. */
export interface SleepingDatabase {
  readonly store: string;
  readonly identifier: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** Whether other instances follow it: RDS stops neither those nor what they follow. */
  readonly replicated: boolean;
  /** Whether its passwords rotate. @default false */
  readonly rotates?: boolean;
}

export interface ScheduleArgs extends ComponentArgs {
  /** Cron expression, UTC, when the placement sleeps. */
  readonly stop: string;
  /** Cron expression, UTC, when it wakes. */
  readonly start: string;
  readonly nodes: readonly SleepingNodes[];
  readonly databases: readonly SleepingDatabase[];
  /** Stores that run all day because their service cannot be stopped, by name. */
  readonly awake: readonly string[];
}

/** One call of AWS at an hour. */
interface Call {
  readonly role: string;
  readonly cron: string;
  /** Service and action of the API, as EventBridge Scheduler names them. */
  readonly action: string;
  readonly input: pulumi.Input<Readonly<Record<string, unknown>>>;
}

/** Hours a placement outside production sleeps: its nodes are taken away, its databases stopped, by one narrow role. */
export class Schedule extends Component {
  private readonly account: Account;

  constructor(name: string, args: ScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:operations:Schedule", name, args, opts);
    this.account = accountOf(this);
    const databases = args.databases.filter((database) => !database.replicated);
    const role = this.makeRole(args.nodes, databases);
    for (const call of [...nodeCalls(args), ...databaseCalls(args, databases)]) {
      this.makeCall(call, role);
    }
    this.verdicts(args);
    this.finish({ stop: args.stop, start: args.start });
  }

  private makeRole(nodes: readonly SleepingNodes[], databases: readonly SleepingDatabase[]) {
    const { context } = this;
    const make: Make = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    const role = makeRole(make, "role", {
      context,
      name: ["schedule"],
      description: `Puts ${context.system} in ${context.placement} to sleep and wakes it`,
      trust: serviceTrust("scheduler.amazonaws.com", this.account.id),
    });
    const statements: readonly Statement[] = [
      { Sid: "ScaleNodes", Action: "eks:UpdateNodegroupConfig", Resource: nodes.map(({ group }) => group.arn) },
      {
        Sid: "StopAndStartDatabases",
        Action: ["rds:StopDBInstance", "rds:StartDBInstance"],
        Resource: databases.map(({ arn }) => arn),
      },
    ].filter(({ Resource }) => Resource.length > 0);
    const policy = this.make(aws.iam.RolePolicy, "policy", { role: role.id, policy: policyDocument(statements) });
    return { arn: role.arn, policy };
  }

  private makeCall({ role, cron, action, input }: Call, identity: ReturnType<Schedule["makeRole"]>): void {
    for (const [index, scheduleExpression] of awsCron(cron).entries()) {
      this.make(
        aws.scheduler.Schedule,
        index === 0 ? role : `${role}-${index + 1}`,
        {
          scheduleExpression,
          scheduleExpressionTimezone: "UTC",
          flexibleTimeWindow: { mode: "OFF" },
          target: {
            arn: pulumi.interpolate`arn:${this.account.partition}:scheduler:::aws-sdk:${action}`,
            roleArn: identity.arn,
            input: pulumi.jsonStringify(input),
            // A node group that is being changed refuses: try again for an hour.
            retryPolicy: { maximumEventAgeInSeconds: 3_600, maximumRetryAttempts: 20 },
          },
        },
        { dependsOn: [identity.policy] },
      );
    }
  }

  private verdicts({ databases, awake }: ScheduleArgs): void {
    const replicated = databases.filter((database) => database.replicated).map(({ store }) => store);
    if (replicated.length > 0) {
      this.degrade({
        feature: `stopping ${replicated.join(", ")} at night`,
        // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_StopInstance.html
        reason: "RDS stops no instance that has read replicas, and no replica",
        remedy: "set readReplicas to 0 outside production",
      });
    }
    const missed = databases.filter(({ replicated: never, rotates }) => rotates && !never).map(({ store }) => store);
    if (missed.length > 0) {
      this.degrade({
        feature: `rotation of the passwords of ${missed.join(", ")} on their day`,
        // https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
        reason: "Secrets Manager begins it after midnight UTC, and it fails where the database is stopped then",
        remedy:
          "choose hours of groundplan:compute.schedule in which it runs then; or rotate by hand once it runs (docs/rotation-aws.md)",
      });
    }
    if (awake.length > 0) {
      this.degrade({
        feature: `stopping ${awake.join(", ")} at night`,
        reason: "ElastiCache and OpenSearch cannot be stopped, only deleted",
        remedy: "use smaller classes outside production",
      });
    }
  }
}

/** To nothing and back: the API server stays, its pods wait for nodes. */
function nodeCalls({ nodes, stop, start }: ScheduleArgs): readonly Call[] {
  return nodes.flatMap(({ name, group, min, max }) => {
    const input = (size: number) => ({
      ClusterName: group.clusterName,
      NodegroupName: group.nodeGroupName,
      ScalingConfig: { MinSize: size, DesiredSize: size, MaxSize: max },
    });
    const action = "eks:updateNodegroupConfig";
    return [
      { role: `stop-nodes-${name}`, cron: stop, action, input: input(0) },
      { role: `start-nodes-${name}`, cron: start, action, input: input(min) },
    ];
  });
}

function databaseCalls({ stop, start }: ScheduleArgs, databases: readonly SleepingDatabase[]): readonly Call[] {
  return databases.flatMap(({ store, identifier }) => {
    const input = { DbInstanceIdentifier: identifier };
    return [
      { role: `stop-${store}`, cron: stop, action: "rds:stopDBInstance", input },
      { role: `start-${store}`, cron: start, action: "rds:startDBInstance", input },
    ];
  });
}
