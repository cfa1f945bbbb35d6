import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { StoreOf } from "../../../systems/spec";
import type { Binding, BindingValue, Client } from "../../binding";
import type { ClusterContract } from "../../cluster/contract";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { objectLabels, selectorLabels } from "../../workload/labels";
import { networkPolicySpec } from "../../workload/networkPolicy";
import { type Archive, archiveFolder } from "../archive";
import { namesNotTaken } from "../ownNames";
import { poolFields, poolVerdicts } from "../pool";
import { CLUSTER_LABEL, elasticsearchCluster, ROLES, SEARCH_PORT, searchPolicy } from "./elasticsearch";
import { SETTINGS_SCRIPT, SNAPSHOT_ROLES, SNAPSHOT_USER, settingsFiles, settingsPod } from "./snapshots";

export interface KubernetesSearchArgs extends ComponentArgs {
  /** Name of the store: of the cluster and of every object. */
  readonly store: string;
  readonly spec: StoreOf<"search">;
  readonly namespace: string;
  /** Image of the server, with its registry. @default the operator's choice for the version */
  readonly image?: string;
  readonly cluster: ClusterContract;
  readonly clients: readonly Client[];
  /** Whether the collectors of the monitoring namespace write logs to it. @default false */
  readonly logs?: boolean;
  /** Object storage its snapshots go to. @default none are taken */
  readonly archive?: Archive;
  readonly transform?: { readonly cluster?: Transform<k8s.apiextensions.CustomResourceArgs> };
}

/** User the system's services connect as. */
const USER = "services";

/** A custom resource counts as made once it is stored; its clients want the index to answer. */
const UNTIL_READY = { "pulumi.com/waitFor": "jsonpath={.status.phase}=Ready", "pulumi.com/timeoutSeconds": "900" };

/** An Elasticsearch index in the cluster, run by the ECK operator. */
export class KubernetesSearch extends Component {
  readonly binding: Binding;
  private readonly args: KubernetesSearchArgs;
  private readonly labels: Readonly<Record<string, string>>;
  private readonly password: pulumi.Output<string>;

  constructor(name: string, args: KubernetesSearchArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:data:Search", name, args, opts);
    this.args = args;
    this.labels = objectLabels(args.context, args.store, "database");
    this.password = this.make(
      random.RandomPassword,
      "password",
      { length: 32, special: false },
      { protect: args.context.redundancy.protect },
    ).result;
    const snapshots = args.archive ? this.snapshotUser() : [];
    const servers = this.servers([this.roles(), this.user(), this.policy(), ...snapshots]);
    if (args.archive) {
      this.snapshots(args.archive, servers);
    }
    this.verdicts();
    this.binding = this.bind([servers]);
    this.finish({ store: args.store, namespace: args.namespace, instances: args.spec.instances });
  }

  private roles(): pulumi.Resource {
    return this.make(k8s.core.v1.Secret, "roles", {
      metadata: this.metadata(`${this.args.store}-roles`),
      type: "Opaque",
      stringData: { "roles.yml": ROLES },
    });
  }

  private user(): pulumi.Resource {
    return this.make(k8s.core.v1.Secret, "credentials", {
      metadata: this.metadata(`${this.args.store}-credentials`),
      type: "kubernetes.io/basic-auth",
      stringData: { username: USER, password: this.password, roles: USER },
    });
  }

  private get snapshotService(): string {
    return `${this.args.store}-snapshots`;
  }

  /** A user of its own for the schedule: it may keep the repository, and read nothing. */
  private snapshotUser(): readonly pulumi.Resource[] {
    const { store } = this.args;
    const { protect } = this.context.redundancy;
    const password = this.make(
      random.RandomPassword,
      "snapshots-password",
      { length: 32, special: false },
      { protect },
    ).result;
    return [
      this.make(k8s.core.v1.Secret, "snapshots-roles", {
        metadata: this.metadata(`${store}-snapshots-roles`),
        type: "Opaque",
        stringData: { "roles.yml": SNAPSHOT_ROLES },
      }),
      this.make(k8s.core.v1.Secret, "snapshots-credentials", {
        metadata: this.metadata(this.snapshotService),
        type: "kubernetes.io/basic-auth",
        stringData: { username: SNAPSHOT_USER, password, roles: SNAPSHOT_USER },
      }),
    ];
  }

  /** Elasticsearch takes the snapshots itself; a job tells it where to and when, and tells it again every day. */
  private snapshots(archive: Archive, servers: pulumi.Resource): void {
    const { store, spec, namespace, cluster, logs } = this.args;
    const { system, placement, redundancy } = this.context;
    const service = this.snapshotService;
    const labels = objectLabels(this.context, service, "database");
    const metadata = (name: string) => ({ name, namespace, labels: { ...labels } });
    const files = settingsFiles({
      bucket: String(archive.objects.bucket),
      folder: `${archiveFolder(system, placement)}/${store}`,
      schedule: spec.storage.snapshots?.schedule ?? "30 1 * * *",
      keep: spec.storage.snapshots?.keep ?? 7,
      ...(logs ? { logsDays: redundancy.logRetentionDays } : {}),
    });
    const before = [
      this.make(k8s.core.v1.ServiceAccount, "snapshots-account", {
        metadata: metadata(service),
        automountServiceAccountToken: false,
      }),
      this.make(k8s.core.v1.ConfigMap, "snapshots-settings", {
        metadata: metadata(`${service}-settings`),
        data: { ...files, "settings.sh": SETTINGS_SCRIPT },
      }),
      this.make(k8s.networking.v1.NetworkPolicy, "snapshots-policy", {
        metadata: metadata(service),
        spec: networkPolicySpec({
          selector: selectorLabels(system, service),
          ingress: [],
          egress: [{ peers: [{ kind: "pods", namespace, labels: { [CLUSTER_LABEL]: store } }], ports: [SEARCH_PORT] }],
        }),
      }),
      servers,
    ];
    this.make(
      k8s.batch.v1.CronJob,
      "snapshots",
      {
        metadata: metadata(service),
        spec: {
          // An hour before the first snapshot of a day could be due, and after every change of the settings.
          schedule: "15 0 * * *",
          timeZone: "Etc/UTC",
          concurrencyPolicy: "Forbid",
          startingDeadlineSeconds: 3_600,
          successfulJobsHistoryLimit: 1,
          failedJobsHistoryLimit: 3,
          jobTemplate: {
            spec: {
              backoffLimit: 3,
              activeDeadlineSeconds: 900,
              ttlSecondsAfterFinished: 86_400,
              template: {
                metadata: { labels: { ...labels } },
                spec: settingsPod({
                  service,
                  store,
                  url: `https://${store}-es-http.${namespace}.svc:${SEARCH_PORT}`,
                  userSecret: service,
                  priorityClass: cluster.priorityClasses?.interruptible,
                }),
              },
            },
          },
        },
      },
      { dependsOn: before },
    );
  }

  private policy(): pulumi.Resource {
    const { store, namespace, clients, spec, cluster, logs, archive } = this.args;
    return this.make(k8s.networking.v1.NetworkPolicy, "policy", {
      metadata: this.metadata(store),
      spec: searchPolicy({
        store,
        namespace,
        clients,
        instances: spec.instances,
        ...(logs ? { collectors: cluster.monitoringNamespace } : {}),
        ...(archive
          ? {
              archive: {
                flow: { peers: archive.peers, ports: archive.ports },
                labels: selectorLabels(this.context.system, this.snapshotService),
              },
            }
          : {}),
      }),
    });
  }

  private servers(dependsOn: readonly pulumi.Resource[]): pulumi.Resource {
    const { store, spec, image, cluster, archive } = this.args;
    const operator = cluster.installed?.elasticsearch;
    return this.make(
      k8s.apiextensions.CustomResource,
      "cluster",
      {
        apiVersion: "elasticsearch.k8s.elastic.co/v1",
        kind: "Elasticsearch",
        metadata: { ...this.metadata(store), annotations: UNTIL_READY },
        spec: elasticsearchCluster({
          store,
          spec,
          image,
          rolesSecret: `${store}-roles`,
          userSecret: `${store}-credentials`,
          ...(archive
            ? { archive, snapshotSecrets: { user: `${store}-snapshots`, roles: `${store}-snapshots-roles` } }
            : {}),
          storageClass: cluster.storageClasses.data ?? spec.storage.class,
          pool: poolFields(spec.nodePool, cluster),
          labels: {
            "app.kubernetes.io/part-of": this.context.system,
            "groundplan.dev/environment": this.context.environment,
          },
          priorityClass: cluster.priorityClasses?.data,
        }),
      },
      {
        protect: this.context.redundancy.protect,
        dependsOn: [...dependsOn, ...(operator ? [operator] : [])],
      },
    );
  }

  private verdicts(): void {
    const { store, spec, cluster } = this.args;
    for (const verdict of poolVerdicts(store, spec.nodePool, cluster)) {
      this.degrade(verdict);
    }
    this.degrade({
      feature: `a certificate of ${store} that clients trust by themselves`,
      reason: "the operator signs it with an authority of its own",
      remedy: `give clients the authority in the Secret ${store}-es-http-certs-public`,
    });
    const { volume } = spec.storage;
    for (const verdict of namesNotTaken(store, { volume }, "the operator names the claims of its nodes")) {
      this.degrade(verdict);
    }
    if (!this.args.archive) {
      this.degrade({
        feature: `snapshots of ${store}`,
        reason: "no object storage is named that pods of the cluster have credentials for",
        remedy: `name a bucket and the Secret of its credentials in groundplan:existing.${this.context.placement}.archive`,
      });
    }
    if (spec.instances < 3 && this.context.redundancy.multiZone) {
      this.degrade({
        feature: `failover of ${store}`,
        reason: "fewer than three nodes cannot agree that one of them is gone",
        remedy: `set stores.${store}.instances to 3`,
      });
    }
  }

  private bind(ready: readonly pulumi.Resource[]): Binding {
    const { store, namespace } = this.args;
    const host = `${store}-es-http.${namespace}.svc`;
    const { password } = this;
    const values: Readonly<Record<string, BindingValue>> = {
      url: {
        kind: "secret",
        source: { from: "value", value: pulumi.interpolate`https://${USER}:${password}@${host}:${SEARCH_PORT}` },
      },
      host: { kind: "plain", value: host },
      port: { kind: "plain", value: String(SEARCH_PORT) },
      user: { kind: "plain", value: USER },
      password: { kind: "secret", source: { from: "value", value: password } },
    };
    return {
      values: () => values,
      peers: [{ kind: "pods", namespace, labels: { [CLUSTER_LABEL]: store } }],
      ports: [SEARCH_PORT],
      grants: () => [],
      ready,
    };
  }

  private metadata(name: string) {
    return { name, namespace: this.args.namespace, labels: { ...this.labels } };
  }
}
