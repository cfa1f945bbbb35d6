import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { StoreOf } from "../../../systems/spec";
import type { Binding, BindingValue, Client, EndpointRole, Peer } from "../../binding";
import type { ClusterContract } from "../../cluster/contract";
import { Component, type ComponentArgs, type Transform } from "../../component";
import type { Make } from "../../make";
import { objectLabels, SKIP_AWAIT, selectorLabels } from "../../workload/labels";
import { networkPolicySpec } from "../../workload/networkPolicy";
import { claimSpec } from "../../workload/volumes";
import type { Archive } from "../archive";
import { namesNotTaken } from "../ownNames";
import { onPool, poolFields, poolVerdicts } from "../pool";
import { noSnapshots } from "../snapshots";
import { type ArchiveArgs, makeBaseBackups, makeObjectStore, noArchive } from "./archive";
import { archivedCluster, type Recovery } from "./archiving";
import {
  CLUSTER_LABEL,
  cloudNativePgCluster,
  cloudNativePgPolicy,
  instancesOf,
  isReplicated,
  operatorImage,
} from "./cloudNativePg";
import { POSTGRES_PORT, type PostgresContract } from "./contract";
import { BOOTSTRAP, PASSWD, postgresPod } from "./pod";

export interface KubernetesPostgresArgs extends ComponentArgs {
  /** Name of the store: of its Service and of every object. */
  readonly store: string;
  readonly spec: StoreOf<"postgres">;
  readonly namespace: string;
  /** Image of the server, with its registry. */
  readonly image: string;
  readonly cluster: ClusterContract;
  readonly clients: readonly Client[];
  /** Volume snapshot class of the cluster. @default none: no snapshots */
  readonly snapshotClass?: string;
  /** Object storage for its log and base backups, with CloudNativePG. @default none: no recovery to a point in time */
  readonly archive?: Archive;
  /** Past of another server that it begins from, when it is made. @default an empty database */
  readonly recovery?: Recovery;
  /** Whether the placement has a mesh its clients may be in. @default false */
  readonly mesh?: boolean;
  readonly transform?: {
    readonly statefulset?: Transform<k8s.apps.v1.StatefulSetArgs>;
    readonly claim?: Transform<k8s.core.v1.PersistentVolumeClaimArgs>;
    readonly cluster?: Transform<k8s.apiextensions.CustomResourceArgs>;
  };
}

/** Role the system's services connect as. It owns its database and is no superuser. */
const USER = "app";
const PORT = POSTGRES_PORT;
const NAMED_BY_OPERATOR = "CloudNativePG runs PostgreSQL from images made for it, and names a claim after its instance";

/** A custom resource counts as made once it is stored; its clients want the database to answer. */
const UNTIL_READY = { "pulumi.com/waitFor": "condition=Ready", "pulumi.com/timeoutSeconds": "900" };

/**
 * A PostgreSQL database in the cluster: a single server where one is enough, else an operator's cluster of three that
 * fails over by itself.
 */
export class KubernetesPostgres extends Component implements PostgresContract {
  readonly binding: Binding;
  private readonly args: KubernetesPostgresArgs;
  private readonly labels: Readonly<Record<string, string>>;
  private readonly selector: Readonly<Record<string, string>>;
  private readonly password: pulumi.Output<string>;
  private readonly childMaker: Make = (resource, role, args, opts) => this.make(resource, role, args, opts);

  constructor(name: string, args: KubernetesPostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:data:Postgres", name, args, opts);
    this.args = args;
    this.labels = objectLabels(args.context, args.store, "database");
    this.selector = selectorLabels(args.context.system, args.store);
    this.password = this.makePassword("password");
    this.binding = isReplicated(args.spec, args.context) && this.hasOperator() ? this.replicated() : this.single();
    for (const verdict of poolVerdicts(args.store, args.spec.nodePool, args.cluster)) {
      this.degrade(verdict);
    }
    const { snapshots } = args.spec.storage;
    if (snapshots && (args.snapshotClass === undefined || !args.cluster.capabilities.cloudNativePg)) {
      this.degrade(noSnapshots(args.store));
    }
    if (args.mesh && args.spec.mesh) {
      this.degrade({
        feature: `mesh for ${args.store}`,
        reason: "its pods stay out of it: the operator's own connections would need an identity in the mesh",
        remedy: "rely on its own TLS (CloudNativePG), or label its namespace for ambient mode",
      });
    }
    this.finish({ store: args.store, namespace: args.namespace });
  }

  private hasOperator(): boolean {
    const { store, cluster } = this.args;
    if (!cluster.capabilities.cloudNativePg) {
      this.degrade({
        feature: `replication and failover of ${store}`,
        reason: "the CloudNativePG operator is not in the cluster, so one server stands alone",
        remedy: "set groundplan:kubernetes.addOns.cloudnative-pg to install or existing",
      });
    }
    return cluster.capabilities.cloudNativePg;
  }

  private single(): Binding {
    const { spec, store, namespace, cluster, image } = this.args;
    const admin = this.makePassword("admin");
    const secret = this.make(k8s.core.v1.Secret, "credentials", {
      metadata: this.metadata(`${store}-credentials`),
      type: "Opaque",
      stringData: { "admin-password": admin, password: this.password },
    });
    const config = this.make(k8s.core.v1.ConfigMap, "config", {
      metadata: this.metadata(`${store}-config`),
      data: { passwd: PASSWD, "bootstrap.sh": BOOTSTRAP },
    });
    const claimName = spec.storage.volume ?? `${store}-data`;
    const claim = this.make(
      k8s.core.v1.PersistentVolumeClaim,
      "claim",
      {
        metadata: { ...this.metadata(claimName), annotations: SKIP_AWAIT },
        spec: claimSpec(spec.storage.size, "ReadWriteOnce", cluster.storageClasses.data ?? spec.storage.class),
      },
      { protect: this.context.redundancy.protect },
    );
    const policy = this.make(k8s.networking.v1.NetworkPolicy, "policy", {
      metadata: this.metadata(store),
      spec: networkPolicySpec({
        selector: this.selector,
        ingress: this.args.clients.map((client) => ({ peers: [clientPeer(client)], ports: [PORT] })),
        egress: [],
        dns: false,
      }),
    });
    const headless = this.service("headless", `${store}-headless`, "None");
    const server = this.make(
      k8s.apps.v1.StatefulSet,
      "statefulset",
      {
        metadata: this.metadata(store),
        spec: {
          replicas: 1,
          serviceName: `${store}-headless`,
          selector: { matchLabels: { ...this.selector } },
          template: {
            metadata: { labels: { ...this.labels } },
            spec: onPool(
              postgresPod({
                store,
                spec,
                image,
                user: USER,
                secretName: `${store}-credentials`,
                configMap: `${store}-config`,
                claimName,
                priorityClass: cluster.priorityClasses?.data,
              }),
              spec.nodePool,
              cluster,
            ),
          },
        },
      },
      {
        protect: this.context.redundancy.protect,
        dependsOn: [this.account(), secret, config, claim, policy, headless],
      },
    );
    const service = this.service("service", store);
    this.degrade({
      feature: `TLS to ${store}`,
      reason:
        "a single server in the cluster has no certificate of its own; its traffic is closed to all but its clients by policy",
      remedy: "use CloudNativePG (instances above 1), or a mesh",
    });
    const host = `${store}.${namespace}.svc`;
    return this.bind(
      { primary: host, replica: host },
      "disable",
      [{ kind: "pods", namespace, labels: this.selector }],
      [server, service],
    );
  }

  private replicated(): Binding {
    const { spec, store, namespace, cluster, image, clients } = this.args;
    const credentials = `${store}-credentials`;
    const secret = this.make(k8s.core.v1.Secret, "credentials", {
      metadata: { ...this.metadata(credentials), labels: { ...this.labels, "cnpg.io/reload": "true" } },
      type: "kubernetes.io/basic-auth",
      stringData: { username: USER, password: this.password },
    });
    const policy = this.make(k8s.networking.v1.NetworkPolicy, "policy", {
      metadata: this.metadata(store),
      spec: cloudNativePgPolicy(
        store,
        clients,
        cluster.capabilities.prometheusOperator ? cluster.monitoringNamespace : undefined,
        this.archive,
      ),
    });
    const operator = cluster.installed?.cloudNativePg;
    const { archive } = this;
    const objectStore = archive ? makeObjectStore(this.childMaker, this.archiving(archive)) : undefined;
    const server = this.make(
      k8s.apiextensions.CustomResource,
      "cluster",
      {
        apiVersion: "postgresql.cnpg.io/v1",
        kind: "Cluster",
        metadata: { ...this.metadata(store), annotations: UNTIL_READY },
        spec: cloudNativePgCluster({
          store,
          spec,
          image,
          user: USER,
          secretName: credentials,
          instances: instancesOf(spec, this.context.redundancy),
          storageClass: cluster.storageClasses.data ?? spec.storage.class,
          pool: poolFields(spec.nodePool, cluster),
          // The operator names and manages its pods itself.
          labels: {
            "app.kubernetes.io/part-of": this.context.system,
            "groundplan.dev/environment": this.context.environment,
          },
          priorityClass: cluster.priorityClasses?.data,
          synchronous: this.context.redundancy.multiZone,
          snapshotClass: this.args.snapshotClass,
          ...(objectStore
            ? {
                archived: archivedCluster({ store, spec }, { name: USER, secretName: credentials }, this.args.recovery),
              }
            : {}),
        }),
      },
      {
        protect: this.context.redundancy.protect,
        dependsOn: [secret, policy, ...(operator ? [operator] : []), ...(objectStore ? [objectStore] : [])],
      },
    );
    this.podMonitor(server);
    this.snapshots(server);
    const named = {
      image: image === operatorImage(spec.version) ? spec.image : undefined,
      volume: spec.storage.volume,
    };
    for (const verdict of namesNotTaken(store, named, NAMED_BY_OPERATOR)) {
      this.degrade(verdict);
    }
    this.degrade({
      feature: `egress of ${store} to the API server alone`,
      reason: "its instances report there, and no policy can name an address only the cluster's operator knows",
      remedy: "use a CNI with policies by entity (Cilium's kube-apiserver)",
    });
    if (archive) {
      makeBaseBackups(this.childMaker, this.archiving(archive), server);
    } else if (spec.pointInTimeRecovery) {
      this.degrade(noArchive(store, this.context.placement, this.args.archive !== undefined));
    }
    const peers: readonly Peer[] = [{ kind: "pods", namespace, labels: { [CLUSTER_LABEL]: store } }];
    const hosts = { primary: `${store}-rw.${namespace}.svc`, replica: `${store}-ro.${namespace}.svc` };
    return this.bind(hosts, "require", peers, [server]);
  }

  private archiving(archive: Archive): ArchiveArgs {
    const { store, spec, cluster } = this.args;
    return { context: this.context, store, spec, archive, cluster, metadata: (name) => this.metadata(name) };
  }

  /** Where the log goes: given, wanted, and with the plugin that takes it there. */
  private get archive(): Archive | undefined {
    const { archive, spec, cluster } = this.args;
    return spec.pointInTimeRecovery && cluster.capabilities.barmanCloud ? archive : undefined;
  }

  /** The operator takes the snapshots itself, with the database in a state it can start from. */
  private snapshots(server: pulumi.Resource): void {
    const { store, spec, snapshotClass } = this.args;
    const { snapshots } = spec.storage;
    if (!snapshots || snapshotClass === undefined) {
      return;
    }
    this.make(
      k8s.apiextensions.CustomResource,
      "snapshots",
      {
        apiVersion: "postgresql.cnpg.io/v1",
        kind: "ScheduledBackup",
        metadata: this.metadata(store),
        spec: {
          // The operator's cron begins with the second.
          schedule: `0 ${snapshots.schedule}`,
          cluster: { name: store },
          method: "volumeSnapshot",
          backupOwnerReference: "cluster",
        },
      },
      { dependsOn: [server] },
    );
    this.degrade({
      feature: `at most ${snapshots.keep} snapshots of ${store}`,
      reason: "the operator takes them and does not remove the old ones",
      remedy: "delete old Backup objects, or let the storage's own lifecycle do it",
    });
  }

  private podMonitor(server: pulumi.Resource): void {
    const { store, cluster } = this.args;
    if (cluster.capabilities.prometheusOperator) {
      const operator = cluster.installed?.prometheusOperator;
      this.make(
        k8s.apiextensions.CustomResource,
        "monitor",
        {
          apiVersion: "monitoring.coreos.com/v1",
          kind: "PodMonitor",
          metadata: this.metadata(store),
          spec: { selector: { matchLabels: { [CLUSTER_LABEL]: store } }, podMetricsEndpoints: [{ port: "metrics" }] },
        },
        { dependsOn: [server, ...(operator ? [operator] : [])] },
      );
    }
  }

  private service(role: string, name: string, clusterIP?: "None"): pulumi.Resource {
    return this.make(k8s.core.v1.Service, role, {
      metadata: { ...this.metadata(name), annotations: SKIP_AWAIT },
      spec: {
        type: "ClusterIP",
        ...(clusterIP ? { clusterIP } : {}),
        selector: { ...this.selector },
        ports: [{ name: "postgres", port: PORT, targetPort: "postgres", protocol: "TCP" }],
      },
    });
  }

  private bind(
    hosts: Readonly<Record<EndpointRole, string>>,
    sslMode: "require" | "disable",
    peers: readonly Peer[],
    ready: readonly pulumi.Resource[],
  ): Binding {
    const { database } = this.args.spec;
    const { password } = this;
    const values = (endpoint: EndpointRole): Record<string, BindingValue> => ({
      url: secretValue(
        pulumi.interpolate`postgresql://${USER}:${password}@${hosts[endpoint]}:${PORT}/${database}?sslmode=${sslMode}`,
      ),
      host: plain(hosts[endpoint]),
      port: plain(String(PORT)),
      user: plain(USER),
      password: secretValue(password),
      database: plain(database),
      name: plain(database),
    });
    return { values: (_client, endpoint) => values(endpoint), peers, ports: [PORT], grants: () => [], ready };
  }

  /** Letters and digits only: the password stands in URLs as it is. */
  private makePassword(role: string): pulumi.Output<string> {
    return this.make(
      random.RandomPassword,
      role,
      { length: 32, special: false },
      { protect: this.context.redundancy.protect },
    ).result;
  }

  /** An account of its own, and no token: nothing here speaks to the API server. */
  private account(): pulumi.Resource {
    return this.make(k8s.core.v1.ServiceAccount, "account", {
      metadata: this.metadata(this.args.store),
      automountServiceAccountToken: false,
    });
  }

  private metadata(name: string) {
    return { name, namespace: this.args.namespace, labels: { ...this.labels } };
  }
}

function clientPeer(client: Client): Peer {
  return { kind: "pods", namespace: client.namespace, labels: client.labels };
}

function plain(value: string): BindingValue {
  return { kind: "plain", value };
}

function secretValue(value: pulumi.Output<string>): BindingValue {
  return { kind: "secret", source: { from: "value", value } };
}
