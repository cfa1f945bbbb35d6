import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Access } from "../../binding";
import type { ClusterContract } from "../../cluster/contract";
import { Component, type ComponentArgs } from "../../component";
import type { Make } from "../../make";
import { NAME_RULES, physicalName } from "../../naming";
import { credentialFlows } from "../../workload/cloudIdentity";
import { planEnvironment } from "../../workload/environment";
import { objectLabels, selectorLabels } from "../../workload/labels";
import { type Flow, networkPolicySpec } from "../../workload/networkPolicy";
import { makeSecretObjects } from "../../workload/secrets";
import { backupRules } from "./alerts";
import { type DumpTargets, dumpService, type PlannedBackup, restoreService } from "./contract";
import { dumpPod, jobFiles, restorePod } from "./pods";

export interface KubernetesBackupArgs extends ComponentArgs {
  /** Logical dumps of the system, each with where it runs. */
  readonly backups: readonly PlannedBackup[];
  readonly cluster: ClusterContract;
}

type PodSpec = k8s.types.input.core.v1.PodSpec;

/** One of a backup's two jobs. */
interface JobArgs {
  readonly backup: PlannedBackup;
  readonly targets: DumpTargets;
  readonly kind: "dump" | "restore";
  readonly service: string;
  readonly access: Access;
  readonly egress: readonly Flow[];
  readonly schedule: string;
  readonly waitFor: readonly pulumi.Resource[];
}

/** Secret variables of a job's environment that are mounted, not set. */
const MOUNTED = "PASSPHRASE";

/** The database as PostgreSQL's own programs want to be told of it. */
const DATABASE_ENV = {
  PGHOST: "host",
  PGPORT: "port",
  PGUSER: "user",
  PGPASSWORD: "password",
  PGDATABASE: "database",
} as const;

/** Logical dumps, encrypted and verified, and the tests that restore them. What cannot run here is a verdict. */
export class KubernetesBackup extends Component {
  private readonly args: KubernetesBackupArgs;
  private readonly childMaker: Make = (resource, role, args, opts) => this.make(resource, role, args, opts);

  constructor(name: string, args: KubernetesBackupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:operations:Backup", name, args, opts);
    this.args = args;
    for (const backup of args.backups) {
      if (backup.targets) {
        this.dump(backup, backup.targets);
        this.restoreTest(backup, backup.targets);
        this.rules(backup);
      } else {
        this.unmet(backup);
      }
    }
    this.finish({ backups: args.backups.map(({ name: backup }) => backup) });
  }

  private dump(backup: PlannedBackup, targets: DumpTargets): void {
    const { database, bucket } = targets;
    this.job({
      backup,
      targets,
      kind: "dump",
      service: dumpService(backup.name),
      access: "write",
      egress: [database, bucket].map(({ peers, ports }) => ({ peers, ports })),
      schedule: backup.spec.schedule,
      waitFor: [...database.ready, ...bucket.ready],
    });
  }

  private restoreTest(backup: PlannedBackup, targets: DumpTargets): void {
    const { bucket } = targets;
    this.job({
      backup,
      targets,
      kind: "restore",
      service: restoreService(backup.name),
      access: "read",
      egress: [{ peers: bucket.peers, ports: bucket.ports }],
      schedule: backup.spec.restoreTest,
      waitFor: bucket.ready,
    });
  }

  private job(args: JobArgs): void {
    const { backup, kind, service } = args;
    const metadata = (name: string) => this.metadata(backup, name, service);
    const config = this.make(k8s.core.v1.ConfigMap, `${service}-scripts`, {
      metadata: metadata(`${service}-scripts`),
      data: { ...jobFiles(kind, args.targets.objects.protocol) },
    });
    const surroundings = [...this.account(args), this.policy(args), config];
    const { pod, objects } = this.pod(args, `${service}-scripts`);
    this.make(
      k8s.batch.v1.CronJob,
      service,
      {
        metadata: metadata(physicalName(NAME_RULES.kubernetesCronJob, [service])),
        spec: this.schedule(args, pod),
      },
      { dependsOn: [...surroundings, ...objects, ...args.waitFor] },
    );
  }

  private account({ backup, targets, service, access }: JobArgs): readonly pulumi.Resource[] {
    const grants = targets.bucket.grants(service, access);
    const identity = this.args.cluster.identity(service, backup.namespace, service, grants);
    const account = this.make(
      k8s.core.v1.ServiceAccount,
      `${service}-account`,
      {
        metadata: { ...this.metadata(backup, service, service), annotations: { ...identity?.annotations } },
        automountServiceAccountToken: false,
      },
      { dependsOn: [...(identity?.ready ?? [])] },
    );
    return [account];
  }

  private policy({ backup, targets, service, access, egress }: JobArgs): pulumi.Resource {
    const credentials = targets.bucket.grants(service, access).length > 0 ? credentialFlows(this.context.cloud) : [];
    return this.make(k8s.networking.v1.NetworkPolicy, `${service}-policy`, {
      metadata: this.metadata(backup, service, service),
      spec: networkPolicySpec({
        selector: selectorLabels(this.context.system, service),
        ingress: [],
        egress: [...egress, ...credentials],
      }),
    });
  }

  private pod(
    { backup, targets, kind, service }: JobArgs,
    configMap: string,
  ): { readonly pod: PodSpec; readonly objects: readonly pulumi.Resource[] } {
    const environment = planEnvironment({
      service,
      env: {},
      uses:
        kind === "restore"
          ? []
          : [
              {
                target: backup.spec.store,
                binding: targets.database,
                access: "read",
                endpoint: "primary",
                ports: targets.database.ports,
                env: DATABASE_ENV,
              },
            ],
      secrets: { [MOUNTED]: targets.passphrase },
    });
    const { refs, objects } = makeSecretObjects(
      (resource, role, args, opts) => this.childMaker(resource, `${service}-${role}`, args, opts),
      {
        service,
        purpose: "env",
        sources: environment.secret,
        cluster: this.args.cluster,
        metadata: (name, more) => ({ ...this.metadata(backup, name, service), ...more }),
        after: targets.database.ready,
      },
    );
    const { [MOUNTED]: passphrase, ...secret } = refs;
    if (!passphrase) {
      throw new Error(`backup ${backup.name} has no passphrase`);
    }
    const common = {
      service,
      spec: backup.spec,
      configMap,
      passphrase,
      objects: targets.objects,
      images: targets.images,
      scratchSize: targets.scratchSize,
      priorityClass: this.args.cluster.priorityClasses?.interruptible,
    };
    const database = { plain: environment.plain, secret };
    return { pod: kind === "dump" ? dumpPod({ ...common, database }) : restorePod(common), objects };
  }

  private schedule({ schedule, service }: JobArgs, pod: PodSpec): k8s.types.input.batch.v1.CronJobSpec {
    return {
      schedule,
      timeZone: "Etc/UTC",
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: 3_600,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      jobTemplate: {
        spec: {
          backoffLimit: 2,
          activeDeadlineSeconds: 4 * 3_600,
          ttlSecondsAfterFinished: 3 * 86_400,
          template: { metadata: { labels: { ...objectLabels(this.context, service, "job") } }, spec: pod },
        },
      },
    };
  }

  private rules(backup: PlannedBackup): void {
    const { cluster } = this.args;
    const { system, environment, placement } = this.context;
    if (!cluster.capabilities.prometheusOperator) {
      this.degrade({
        feature: `alert that backup ${backup.name} or its restore test is overdue`,
        reason: "no Prometheus operator is in the cluster to evaluate it",
        remedy: "set groundplan:kubernetes.addOns.kube-prometheus-stack to install or existing",
      });
      return;
    }
    const operator = cluster.installed?.prometheusOperator;
    const cronJob = (service: string) => physicalName(NAME_RULES.kubernetesCronJob, [service]);
    const name = dumpService(backup.name);
    this.make(
      k8s.apiextensions.CustomResource,
      `${name}-rules`,
      {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PrometheusRule",
        metadata: this.metadata(backup, name, name),
        spec: {
          groups: [
            {
              name,
              rules: backupRules({
                backup: backup.name,
                spec: backup.spec,
                namespace: backup.namespace,
                cronJobs: { dump: cronJob(name), restore: cronJob(restoreService(backup.name)) },
                labels: { system, environment, placement },
              }),
            },
          ],
        },
      },
      { dependsOn: operator ? [operator] : [] },
    );
  }

  private unmet({ name, spec, unmet }: PlannedBackup): void {
    this.degrade({
      feature: `backup ${name} of ${spec.store} (${spec.schedule} UTC, kept ${spec.retentionDays} days), and its restore test`,
      reason: unmet?.reason ?? "nothing here can run it",
      remedy: unmet?.remedy ?? "use a placement with object storage",
    });
  }

  private metadata(backup: PlannedBackup, name: pulumi.Input<string>, service: string) {
    return { name, namespace: backup.namespace, labels: { ...objectLabels(this.context, service, "job") } };
  }
}
