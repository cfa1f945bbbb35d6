import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { StoreOf } from "../../../systems/spec";
import type { Binding, Client, Peer } from "../../binding";
import type { ClusterContract } from "../../cluster/contract";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { disruptionBudget } from "../../workload/disruption";
import { objectLabels, SKIP_AWAIT, selectorLabels } from "../../workload/labels";
import { type Flow, networkPolicySpec } from "../../workload/networkPolicy";
import { rolloutTimeouts } from "../../workload/timeouts";
import { claimSpec } from "../../workload/volumes";
import { type Archive, archiveFolder } from "../archive";
import { onPool, poolVerdicts } from "../pool";
import { GRPC_PORT, HTTP_PORT, PEER_PORT, qdrantPod } from "./pod";
import { SNAPSHOT_SCRIPT, snapshotPod } from "./snapshots";

export interface KubernetesVectorStoreArgs extends ComponentArgs {
  /** Name of the store: of its Service and of every object. */
  readonly store: string;
  readonly spec: StoreOf<"vector">;
  readonly namespace: string;
  /** Image of the server, with its registry. */
  readonly image: string;
  readonly cluster: ClusterContract;
  readonly clients: readonly Client[];
  /** Object storage its snapshots go to. @default none are taken */
  readonly archive?: Archive;
  readonly transform?: { readonly statefulset?: Transform<k8s.apps.v1.StatefulSetArgs> };
}

/** A Qdrant vector store in the cluster: one server, or peers that share its collections. */
export class KubernetesVectorStore extends Component {
  readonly binding: Binding;
  private readonly args: KubernetesVectorStoreArgs;
  private readonly labels: Readonly<Record<string, string>>;
  private readonly selector: Readonly<Record<string, string>>;
  private readonly apiKey: pulumi.Output<string>;

  constructor(name: string, args: KubernetesVectorStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:data:VectorStore", name, args, opts);
    this.args = args;
    this.labels = objectLabels(args.context, args.store, "database");
    this.selector = selectorLabels(args.context.system, args.store);
    this.apiKey = this.make(
      random.RandomPassword,
      "key",
      { length: 40, special: false },
      { protect: args.context.redundancy.protect },
    ).result;

    const before = [
      this.account(),
      this.credentials(),
      this.policy(),
      this.service("headless", `${args.store}-headless`, true),
    ];
    const servers = this.servers(before);
    this.snapshots(servers);
    const service = this.service("service", args.store, false);
    this.budget();
    this.verdicts();
    this.binding = this.bind([servers, service]);
    this.finish({ store: args.store, namespace: args.namespace, instances: args.spec.instances });
  }

  private account(): pulumi.Resource {
    return this.make(k8s.core.v1.ServiceAccount, "account", {
      metadata: this.metadata(this.args.store),
      automountServiceAccountToken: false,
    });
  }

  private credentials(): pulumi.Resource {
    return this.make(k8s.core.v1.Secret, "credentials", {
      metadata: this.metadata(`${this.args.store}-credentials`),
      type: "Opaque",
      stringData: { "api-key": this.apiKey },
    });
  }

  private policy(): pulumi.Resource {
    const { store, spec, clients } = this.args;
    const peers: readonly Flow[] = spec.instances > 1 ? [{ peers: [this.pods()], ports: [PEER_PORT] }] : [];
    const fromClients = clients.map(
      (client): Flow => ({
        peers: [{ kind: "pods", namespace: client.namespace, labels: client.labels }],
        ports: [HTTP_PORT, GRPC_PORT],
      }),
    );
    return this.make(k8s.networking.v1.NetworkPolicy, "policy", {
      metadata: this.metadata(store),
      spec: networkPolicySpec({
        selector: this.selector,
        ingress: [...fromClients, ...peers, ...this.fromSnapshots()],
        egress: peers,
        dns: peers.length > 0,
      }),
    });
  }

  private servers(dependsOn: pulumi.Resource[]): pulumi.Resource {
    const { store, spec, namespace, image, cluster } = this.args;
    const claim = claimSpec(spec.storage.size, "ReadWriteOnce", cluster.storageClasses.data ?? spec.storage.class);
    const pod = qdrantPod({
      store,
      spec,
      namespace,
      image,
      volume: spec.storage.volume ?? "data",
      selector: this.selector,
      priorityClass: cluster.priorityClasses?.data,
    });
    return this.make(
      k8s.apps.v1.StatefulSet,
      "statefulset",
      {
        metadata: this.metadata(store),
        spec: {
          replicas: spec.instances,
          serviceName: `${store}-headless`,
          // A peer is ready when half of those it knows answer: started one by one, the first would wait for ever.
          podManagementPolicy: "Parallel",
          selector: { matchLabels: { ...this.selector } },
          template: {
            metadata: { labels: { ...this.labels } },
            spec: onPool(pod, spec.nodePool, cluster),
          },
          volumeClaimTemplates: [{ metadata: { name: spec.storage.volume ?? "data" }, spec: claim }],
        },
      },
      {
        protect: this.context.redundancy.protect,
        dependsOn,
        customTimeouts: rolloutTimeouts(pod, spec.instances),
      },
    );
  }

  private service(role: string, name: string, headless: boolean): pulumi.Resource {
    return this.make(k8s.core.v1.Service, role, {
      metadata: { ...this.metadata(name), annotations: SKIP_AWAIT },
      spec: {
        type: "ClusterIP",
        // Peers look each other up before they are ready.
        ...(headless ? { clusterIP: "None", publishNotReadyAddresses: true } : {}),
        selector: { ...this.selector },
        ports: [
          { name: "http", port: HTTP_PORT, targetPort: "http", protocol: "TCP" },
          { name: "grpc", port: GRPC_PORT, targetPort: "grpc", protocol: "TCP" },
        ],
      },
    });
  }

  private fromSnapshots(): readonly Flow[] {
    const labels = selectorLabels(this.context.system, this.snapshotService);
    const { namespace, archive } = this.args;
    return archive ? [{ peers: [{ kind: "pods", namespace, labels }], ports: [HTTP_PORT] }] : [];
  }

  private get snapshotService(): string {
    return `${this.args.store}-snapshots`;
  }

  /** Copies of every collection, every day: the version many systems pin writes to its own disk alone. */
  private snapshots(servers: pulumi.Resource): void {
    const { archive, store, spec, namespace, cluster } = this.args;
    if (!archive) {
      return;
    }
    const service = this.snapshotService;
    const labels = objectLabels(this.context, service, "database");
    const metadata = (name: string) => ({ name, namespace, labels: { ...labels } });
    const { system, placement } = this.context;
    const before = [
      this.make(k8s.core.v1.ServiceAccount, "snapshots-account", {
        metadata: metadata(service),
        automountServiceAccountToken: false,
      }),
      this.make(k8s.core.v1.ConfigMap, "snapshots-scripts", {
        metadata: metadata(`${service}-scripts`),
        data: { "snapshot.sh": SNAPSHOT_SCRIPT },
      }),
      this.make(k8s.networking.v1.NetworkPolicy, "snapshots-policy", {
        metadata: metadata(service),
        spec: networkPolicySpec({
          selector: selectorLabels(system, service),
          ingress: [],
          egress: [
            { peers: [this.pods()], ports: [HTTP_PORT] },
            { peers: archive.peers, ports: archive.ports },
          ],
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
          schedule: spec.storage.snapshots?.schedule ?? "30 2 * * *",
          timeZone: "Etc/UTC",
          concurrencyPolicy: "Forbid",
          startingDeadlineSeconds: 3_600,
          successfulJobsHistoryLimit: 3,
          failedJobsHistoryLimit: 3,
          jobTemplate: {
            spec: {
              backoffLimit: 2,
              activeDeadlineSeconds: 6 * 3_600,
              ttlSecondsAfterFinished: 86_400,
              template: {
                metadata: { labels: { ...labels } },
                spec: snapshotPod({
                  service,
                  store,
                  namespace,
                  instances: spec.instances,
                  port: HTTP_PORT,
                  archive,
                  folder: `${archiveFolder(system, placement)}/${store}`,
                  keep: spec.storage.snapshots?.keep ?? 7,
                  size: spec.storage.size,
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

  private budget(): void {
    const { store, spec } = this.args;
    const budget = disruptionBudget(this.selector, spec.instances);
    if (budget) {
      this.make(k8s.policy.v1.PodDisruptionBudget, "budget", { metadata: this.metadata(store), spec: budget });
    }
  }

  private verdicts(): void {
    const { store, spec, cluster } = this.args;
    for (const verdict of poolVerdicts(store, spec.nodePool, cluster)) {
      this.degrade(verdict);
    }
    this.degrade({
      feature: `TLS to ${store}`,
      reason:
        "a vector store in the cluster has no certificate of its own; its traffic is closed to all but its clients by policy",
      remedy: "use a mesh",
    });
    if (!this.args.archive) {
      this.degrade({
        feature: `snapshots of ${store}`,
        reason: "no object storage is named that pods of the cluster have credentials for",
        remedy: `name a bucket and the Secret of its credentials in groundplan:existing.${this.context.placement}.archive`,
      });
    }
    if (spec.replicationFactor > 1) {
      this.degrade({
        feature: `${spec.replicationFactor} copies of ${store}'s collections`,
        reason: "Qdrant takes the number of copies when an application makes a collection",
        remedy: `have the application make its collections with replication_factor ${spec.replicationFactor}`,
      });
    }
  }

  private bind(ready: readonly pulumi.Resource[]): Binding {
    const host = `${this.args.store}.${this.args.namespace}.svc`;
    return {
      values: () => ({
        url: { kind: "plain", value: `http://${host}:${HTTP_PORT}` },
        host: { kind: "plain", value: host },
        port: { kind: "plain", value: String(HTTP_PORT) },
        password: { kind: "secret", source: { from: "value", value: this.apiKey } },
      }),
      peers: [this.pods()],
      ports: [HTTP_PORT, GRPC_PORT],
      grants: () => [],
      ready,
    };
  }

  private pods(): Peer {
    return { kind: "pods", namespace: this.args.namespace, labels: this.selector };
  }

  private metadata(name: string) {
    return { name, namespace: this.args.namespace, labels: { ...this.labels } };
  }
}
