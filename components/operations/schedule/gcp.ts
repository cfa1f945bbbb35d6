import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs } from "../../component";
import { identityOf } from "../../context";
import { labelsOf } from "../../gcp/labels";
import { GCP_NAMES, roleId } from "../../gcp/names";
import { type Project, projectOf } from "../../gcp/project";
import { uniqueName } from "../../naming";

/** A node pool that sleeps, and what it wakes to. */
export interface SleepingPool {
  readonly name: string;
  readonly pool: gcp.container.NodePool;
  /** Nodes in each zone when it wakes. */
  readonly nodesPerZone: number;
}

/** A database that sleeps. */
export interface SleepingDatabase {
  readonly store: string;
  readonly instance: pulumi.Output<string>;
  /** Whether other instances follow it: those must not lose it. */
  readonly replicated: boolean;
}

export interface ScheduleArgs extends ComponentArgs {
  /** Cron expression, UTC, when the placement sleeps. */
  readonly stop: string;
  /** Cron expression, UTC, when it wakes. */
  readonly start: string;
  readonly clusterName: pulumi.Output<string>;
  readonly pools: readonly SleepingPool[];
  readonly databases: readonly SleepingDatabase[];
  /** Stores that run all day because their service cannot be stopped, by name. */
  readonly awake: readonly string[];
}

/** What the workflows do, and nothing else: change the size of pools, stop and start databases, wait for both. */
const PERMISSIONS = [
  "container.clusters.get",
  "container.clusters.update",
  "container.operations.get",
  "cloudsql.instances.get",
  "cloudsql.instances.update",
];
/** An upgrade may hold a cluster for as long. */
const TIMEOUT_SECONDS = 3_600;

/**
 * Hours a placement outside production sleeps. Each call has to wait for the one before, as a cluster takes one change at
 * a time and an autoscaler that is still on would bring its nodes back: a workflow per direction does, and Cloud Scheduler
 * starts it.
 */
export class Schedule extends Component {
  private readonly project: Project;

  constructor(name: string, args: ScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:operations:Schedule", name, args, opts);
    this.project = projectOf(this);
    const { account, grants } = this.makeAccount();
    this.makeWorkflow("stop", args.stop, this.steps(args, "stop"), account, grants);
    this.makeWorkflow("start", args.start, this.steps(args, "start"), account, grants);
    this.verdicts(args);
    this.finish({ stop: args.stop, start: args.start });
  }

  private makeAccount() {
    const { context, project } = this;
    const parts = ["sleep", identityOf(context), context.environment, context.placement];
    const account = this.make(gcp.serviceaccount.Account, "account", {
      accountId: uniqueName(GCP_NAMES.serviceAccount, parts),
      displayName: `Puts ${context.system} in ${context.placement} to sleep`.slice(0, 100),
    });
    const role = this.make(gcp.projects.IAMCustomRole, "role", {
      // A role's id has no hyphens, and is the project's: the placement's own names keep others apart.
      roleId: roleId(parts),
      title: `Puts ${context.system} to sleep and wakes it`.slice(0, 100),
      permissions: PERMISSIONS,
    });
    const grants = [role.name, "roles/workflows.invoker"].map((granted, index) =>
      this.make(gcp.projects.IAMMember, index === 0 ? "may-sleep" : "may-start-workflows", {
        project: project.id,
        role: granted,
        member: account.member,
      }),
    );
    return { account, grants };
  }

  private makeWorkflow(
    role: "stop" | "start",
    schedule: string,
    sourceContents: pulumi.Output<string>,
    account: gcp.serviceaccount.Account,
    grants: readonly pulumi.Resource[],
  ): void {
    const { context } = this;
    const workflow = this.make(
      gcp.workflows.Workflow,
      role,
      {
        region: context.region,
        description: `${role === "stop" ? "Puts" : "Wakes"} ${context.system} in ${context.placement}`,
        serviceAccount: account.id,
        sourceContents,
        callLogLevel: "LOG_ERRORS_ONLY",
        deletionProtection: false,
        labels: labelsOf(context.tags),
      },
      { dependsOn: [...grants] },
    );
    this.make(gcp.cloudscheduler.Job, `${role}-hour`, {
      region: context.region,
      description: `${context.system} in ${context.placement}: ${role}`,
      schedule,
      timeZone: "Etc/UTC",
      attemptDeadline: "180s",
      retryConfig: { retryCount: 3, minBackoffDuration: "60s" },
      httpTarget: {
        httpMethod: "POST",
        uri: pulumi.interpolate`https://workflowexecutions.googleapis.com/v1/${workflow.id}/executions`,
        oauthToken: { serviceAccountEmail: account.email },
      },
    });
  }

  /** https://docs.cloud.google.com/workflows/docs/reference/googleapis */
  private steps(args: ScheduleArgs, direction: "stop" | "start"): pulumi.Output<string> {
    const databases = args.databases.filter(({ replicated }) => !replicated);
    const pools = args.pools.flatMap((pool) => this.poolSteps(args.clusterName, pool, direction));
    const instances = databases.map(({ store, instance }) => ({
      [`${direction}-${store}`]: {
        call: "googleapis.sqladmin.v1.instances.patch",
        args: {
          project: this.project.id,
          instance,
          body: { settings: { activationPolicy: direction === "stop" ? "NEVER" : "ALWAYS" } },
        },
      },
    }));
    // Who writes to a database goes before it, and comes after it.
    const steps = direction === "stop" ? [...pools, ...instances] : [...instances, ...pools];
    return pulumi.jsonStringify({ main: { steps } });
  }

  /** Autoscaling off before the nodes go, and on after they are back. */
  private poolSteps(clusterName: pulumi.Output<string>, { name, pool, nodesPerZone }: SleepingPool, direction: string) {
    const path = pulumi.interpolate`projects/${this.project.id}/locations/${this.context.region}/clusters/${clusterName}/nodePools/${pool.name}`;
    const call = (method: string, body: object) => ({
      call: `googleapis.container.v1.projects.locations.clusters.nodePools.${method}`,
      args: { name: path, body, connector_params: { timeout: TIMEOUT_SECONDS } },
    });
    const size = (nodeCount: number) => ({ [`size-${name}`]: call("setSize", { nodeCount }) });
    const autoscaling = pool.autoscaling.apply((limits) => ({ enabled: true, ...limits }));
    return direction === "stop"
      ? [{ [`hold-${name}`]: call("setAutoscaling", { autoscaling: { enabled: false } }) }, size(0)]
      : [size(nodesPerZone), { [`release-${name}`]: call("setAutoscaling", { autoscaling }) }];
  }

  private verdicts({ databases, awake }: ScheduleArgs): void {
    const replicated = databases.filter((database) => database.replicated).map(({ store }) => store);
    if (replicated.length > 0) {
      this.degrade({
        feature: `stopping ${replicated.join(", ")} at night`,
        reason: "its replicas would lose what they follow, and are paid for all the same",
        remedy: "set readReplicas to 0 outside production",
      });
    }
    if (awake.length > 0) {
      this.degrade({
        feature: `stopping ${awake.join(", ")} at night`,
        reason: "Memorystore and Filestore cannot be stopped, only deleted",
        remedy: "use smaller sizes outside production",
      });
    }
  }
}
