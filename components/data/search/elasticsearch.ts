import type * as k8s from "@pulumi/kubernetes";
import type { StoreOf } from "../../../systems/spec";
import type { Client } from "../../binding";
import { CATALOG } from "../../cluster/addOns/catalog";
import { containerResources } from "../../workload/container";
import { separateHosts, topologySpread } from "../../workload/disruption";
import { type Flow, networkPolicySpec } from "../../workload/networkPolicy";
import { claimSpec } from "../../workload/volumes";
import type { Archive } from "../archive";
import type { PoolFields } from "../pool";
import { archiveSettings } from "./snapshots";

export const SEARCH_PORT = 9_200;
/** Where nodes agree on the cluster and copy shards. */
const TRANSPORT_PORT = 9_300;

/** Label the operator gives to every pod of a cluster. */
export const CLUSTER_LABEL = "elasticsearch.k8s.elastic.co/cluster-name";

/** User and group of the image: its files belong to them, and the operator's own containers expect them. */
const USER_ID = 1_000;

/** The spec names a major version; the operator wants a whole one, known to ECK 3.5. */
const RELEASES: Readonly<Record<string, string>> = { "8": "8.19.8", "9": "9.4.3" };

export function elasticsearchVersion(version: string): string {
  return RELEASES[version] ?? version;
}

/** What services may do: everything with their own indices, nothing with the cluster's users and system indices. */
export const ROLES = `services:
  cluster: [monitor, manage_index_templates, manage_ilm, manage_ingest_pipelines]
  indices:
    - names: ["*"]
      privileges: [all]
      allow_restricted_indices: false
`;

export interface ElasticsearchArgs {
  readonly store: string;
  readonly spec: StoreOf<"search">;
  readonly image?: string;
  readonly rolesSecret: string;
  readonly userSecret: string;
  /** Secret of one more user and its role, by name. @default none */
  readonly snapshotSecrets?: { readonly user: string; readonly roles: string };
  /** Object storage its snapshots go to. @default none are taken */
  readonly archive?: Archive;
  readonly storageClass?: string;
  readonly pool: PoolFields;
  readonly labels: Readonly<Record<string, string>>;
  readonly priorityClass?: string;
}

/** The spec of an `Elasticsearch` of the ECK operator, whose nodes do every kind of work. */
export function elasticsearchCluster(args: ElasticsearchArgs): Readonly<Record<string, unknown>> {
  const { spec, store } = args;
  const { nodeAffinity, ...poolPart } = args.pool;
  const selector = { [CLUSTER_LABEL]: store };
  const archive = args.archive && archiveSettings(args.archive);
  return {
    version: elasticsearchVersion(spec.version),
    ...(args.image === undefined ? {} : { image: args.image }),
    auth: {
      // Nobody has the superuser's password; the services' own user comes from a Secret made here.
      disableElasticUser: true,
      roles: [args.rolesSecret, args.snapshotSecrets?.roles].flatMap((name) => (name ? [{ secretName: name }] : [])),
      fileRealm: [args.userSecret, args.snapshotSecrets?.user].flatMap((name) => (name ? [{ secretName: name }] : [])),
    },
    ...(archive ? { secureSettings: archive.secureSettings } : {}),
    // Claims outlive the cluster object: what it held must be deleted on purpose.
    volumeClaimDeletePolicy: "DeleteOnScaledownOnly",
    updateStrategy: { changeBudget: { maxUnavailable: 1, maxSurge: 0 } },
    nodeSets: [
      {
        name: "default",
        count: spec.instances,
        // Memory mapping needs a setting of the node that only root could change.
        config: { "node.store.allow_mmap": false, ...archive?.config },
        podTemplate: {
          metadata: { labels: { ...args.labels } },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            ...(args.priorityClass === undefined ? {} : { priorityClassName: args.priorityClass }),
            // Containers get the rest of the restricted standard from the operator, from 8.8 on.
            securityContext: {
              runAsNonRoot: true,
              runAsUser: USER_ID,
              runAsGroup: USER_ID,
              fsGroup: USER_ID,
              fsGroupChangePolicy: "OnRootMismatch",
              seccompProfile: { type: "RuntimeDefault" },
            },
            ...poolPart,
            ...(spec.instances > 1
              ? { topologySpreadConstraints: topologySpread(selector, { strict: false, perRollout: false }) }
              : {}),
            ...(spec.instances > 1 || nodeAffinity
              ? {
                  affinity: {
                    ...(spec.instances > 1 ? separateHosts(selector) : {}),
                    ...(nodeAffinity ? { nodeAffinity } : {}),
                  },
                }
              : {}),
            containers: [{ name: "elasticsearch", resources: containerResources(spec.resources) }],
          },
        },
        volumeClaimTemplates: [
          // The operator mounts the claim of this name where the data lies.
          {
            metadata: { name: "elasticsearch-data" },
            spec: claimSpec(spec.storage.size, "ReadWriteOnce", args.storageClass),
          },
        ],
      },
    ],
  };
}

export interface SearchPolicyArgs {
  readonly store: string;
  readonly namespace: string;
  readonly clients: readonly Client[];
  readonly instances: number;
  /** Namespace of the collectors that write logs to it; undefined where none does. */
  readonly collectors?: string;
  /** Object storage its snapshots go to, and the pods that keep the schedule. */
  readonly archive?: { readonly flow: Flow; readonly labels: Readonly<Record<string, string>> };
}

/** Traffic of a cluster: clients and the operator in; nodes among each other. */
export function searchPolicy(args: SearchPolicyArgs): k8s.types.input.networking.v1.NetworkPolicySpec {
  const selector = { [CLUSTER_LABEL]: args.store };
  const own = { peers: [{ kind: "pods" as const, namespace: args.namespace, labels: selector }] };
  const among = { ...own, ports: args.instances > 1 ? [SEARCH_PORT, TRANSPORT_PORT] : [SEARCH_PORT] };
  const { archive } = args;
  const everyPodOf = (namespace: string) => ({
    peers: [{ kind: "pods" as const, namespace, labels: {} }],
    ports: [SEARCH_PORT],
  });
  return networkPolicySpec({
    selector,
    ingress: [
      ...args.clients.map(({ namespace, labels }) => ({
        peers: [{ kind: "pods" as const, namespace, labels }],
        ports: [SEARCH_PORT],
      })),
      ...(args.collectors === undefined ? [] : [everyPodOf(args.collectors)]),
      everyPodOf(CATALOG["eck-operator"].namespace),
      ...(archive
        ? [
            {
              peers: [{ kind: "pods" as const, namespace: args.namespace, labels: archive.labels }],
              ports: [SEARCH_PORT],
            },
          ]
        : []),
      among,
    ],
    egress: [among, ...(archive ? [archive.flow] : [])],
  });
}
