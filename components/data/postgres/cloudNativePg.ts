import type * as k8s from "@pulumi/kubernetes";
import type { StoreOf } from "../../../systems/spec";
import type { Client } from "../../binding";
import { CATALOG } from "../../cluster/addOns/catalog";
import { type Context, isDistributed, type Redundancy } from "../../context";
import { bytes } from "../../quantities";
import { containerResources } from "../../workload/container";
import { DNS, type Flow, NAMESPACE_LABEL, policyPeers } from "../../workload/networkPolicy";
import type { PoolFields } from "../pool";

const MEBIBYTE = 2 ** 20;

/** Label the operator gives to every pod of a cluster. */
export const CLUSTER_LABEL = "cnpg.io/cluster";

export interface CloudNativePgArgs {
  readonly store: string;
  readonly spec: StoreOf<"postgres">;
  readonly image: string;
  readonly user: string;
  readonly secretName: string;
  readonly instances: number;
  readonly storageClass?: string;
  readonly pool?: PoolFields;
  readonly labels: Readonly<Record<string, string>>;
  readonly priorityClass?: string;
  /** Whether a commit waits until a standby has it. */
  readonly synchronous: boolean;
  /** Class of the volume snapshots. @default no snapshots */
  readonly snapshotClass?: string;
  /** Fields that bring its log to an archive, or that begin it from one. @default none */
  readonly archived?: Readonly<Record<string, unknown>>;
}

/** Whether a database fails over by itself: asked for, or part of surviving the loss of a zone. */
export function isReplicated(spec: StoreOf<"postgres">, context: Pick<Context, "model" | "redundancy">): boolean {
  return spec.instances > 1 || spec.readReplicas > 0 || (context.redundancy.multiZone && isDistributed(context.model));
}

/** Primary and standbys: three where a zone may be lost, so that two remain to fail over and to copy to. */
export function instancesOf(spec: StoreOf<"postgres">, redundancy: Pick<Redundancy, "multiZone">): number {
  return Math.max(spec.instances + spec.readReplicas, redundancy.multiZone ? 3 : 2);
}

/** The operator's own builds: "standard" holds the contributed extensions, pgaudit and pgvector. */
export function operatorImage(version: string): string {
  return `ghcr.io/cloudnative-pg/postgresql:${version}-standard-bookworm`;
}

/** A `Cluster` of the CloudNativePG operator. */
export function cloudNativePgCluster(args: CloudNativePgArgs): Readonly<Record<string, unknown>> {
  const { spec } = args;
  return {
    instances: args.instances,
    imageName: args.image,
    inheritedMetadata: { labels: { ...args.labels } },
    bootstrap: {
      initdb: {
        database: spec.database,
        owner: args.user,
        secret: { name: args.secretName },
        dataChecksums: true,
        postInitApplicationSQL: spec.extensions.map((extension) => `CREATE EXTENSION IF NOT EXISTS "${extension}"`),
      },
    },
    enableSuperuserAccess: false,
    managed: {
      roles: [
        {
          name: args.user,
          ensure: "present",
          login: true,
          superuser: false,
          passwordSecret: { name: args.secretName },
        },
      ],
    },
    postgresql: {
      parameters: {
        // A quarter of the memory that is promised, as the manual has it for a server of its own: the default of 128 MB is for any machine.
        // https://www.postgresql.org/docs/current/runtime-config-resource.html#GUC-SHARED-BUFFERS
        shared_buffers: `${Math.floor(bytes(spec.resources.requests.memory) / 4 / MEBIBYTE)}MB`,
        password_encryption: "scram-sha-256",
        log_connections: "on",
        log_disconnections: "on",
        log_lock_waits: "on",
        ...(spec.maxConnections === undefined ? {} : { max_connections: String(spec.maxConnections) }),
      },
      pg_hba: ["hostssl all all all scram-sha-256", "hostnossl all all all reject"],
      // Preferred: a commit waits for a standby while there is one, and goes on alone when all are gone.
      ...(args.synchronous ? { synchronous: { method: "any", number: 1, dataDurability: "preferred" } } : {}),
    },
    storage: {
      size: spec.storage.size,
      resizeInUseVolumes: true,
      ...(args.storageClass === undefined ? {} : { storageClass: args.storageClass }),
    },
    resources: containerResources(spec.resources),
    affinity: {
      enablePodAntiAffinity: true,
      podAntiAffinityType: "preferred",
      topologyKey: "topology.kubernetes.io/zone",
      ...args.pool,
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "DoNotSchedule",
        labelSelector: { matchLabels: { [CLUSTER_LABEL]: args.store } },
      },
    ],
    ...(args.priorityClass === undefined ? {} : { priorityClassName: args.priorityClass }),
    ...(args.snapshotClass === undefined
      ? {}
      : {
          backup: { volumeSnapshot: { className: args.snapshotClass, snapshotOwnerReference: "backup", online: true } },
        }),
    enablePDB: true,
    primaryUpdateStrategy: "unsupervised",
    primaryUpdateMethod: "switchover",
    // A minute for clients to leave of themselves, two more to flush to the standbys; a switchover waits until they have
    // it all, or what they lack would be lost.
    smartShutdownTimeout: 60,
    stopDelay: 180,
    switchoverDelay: 3600,
    ...args.archived,
  };
}

/** Traffic of a cluster: clients in; instances among each other; the operator and the API server, which they report to. */
export function cloudNativePgPolicy(
  store: string,
  clients: readonly Client[],
  monitoringNamespace: string | undefined,
  archive: Flow | undefined,
): k8s.types.input.networking.v1.NetworkPolicySpec {
  const own = { podSelector: { matchLabels: { [CLUSTER_LABEL]: store } } };
  const namespace = (name: string) => ({ namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: name } } });
  const tcp = (...ports: number[]) => ports.map((port) => ({ protocol: "TCP", port }));
  return {
    podSelector: { matchLabels: { [CLUSTER_LABEL]: store } },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      ...clients.map((client) => ({
        from: [{ ...namespace(client.namespace), podSelector: { matchLabels: { ...client.labels } } }],
        ports: tcp(5432),
      })),
      { from: [own], ports: tcp(5432, 8000) },
      { from: [namespace(CATALOG["cloudnative-pg"].namespace)], ports: tcp(5432, 8000) },
      ...(monitoringNamespace === undefined ? [] : [{ from: [namespace(monitoringNamespace)], ports: tcp(9187) }]),
    ],
    egress: [
      DNS,
      { to: [own], ports: tcp(5432, 8000) },
      // The instance manager reports to the API server, whose address only the cluster's operator knows.
      { ports: tcp(443, 6443) },
      // The archive, where it is not among what the line above opens.
      ...(archive?.ports.every((port) => port === 443) === false
        ? [{ to: archive.peers.flatMap(policyPeers), ports: tcp(...archive.ports) }]
        : []),
    ],
  };
}
