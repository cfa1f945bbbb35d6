import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { ResourcesSpec, StoreOf } from "../../../systems/spec";
import type { Binding, BindingValue, Client, Peer } from "../../binding";
import type { ClusterContract } from "../../cluster/contract";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { disruptionBudget } from "../../workload/disruption";
import { objectLabels, SKIP_AWAIT, selectorLabels } from "../../workload/labels";
import { networkPolicySpec } from "../../workload/networkPolicy";
import { jobTimeouts, rolloutTimeouts } from "../../workload/timeouts";
import { claimSpec } from "../../workload/volumes";
import { namesNotTaken } from "../ownNames";
import { onPool, poolVerdicts } from "../pool";
import { noSnapshots } from "../snapshots";
import {
  joinShards,
  MASTER_NAME,
  redisConfiguration,
  SENTINEL_PORT,
  SINGLE_START,
  sentinelStart,
  sentinelWatch,
  shardStart,
} from "./configuration";
import { REDIS_PORT, type RedisContract } from "./contract";
import { joinPod, redisPod } from "./pod";
import { redisPolicies } from "./policies";

export interface KubernetesRedisArgs extends ComponentArgs {
  /** Name of the store: of its Service and of every object. */
  readonly store: string;
  readonly spec: StoreOf<"redis">;
  readonly namespace: string;
  /** Image of the server, with its registry. */
  readonly image: string;
  readonly cluster: ClusterContract;
  readonly clients: readonly Client[];
  readonly transform?: { readonly statefulset?: Transform<k8s.apps.v1.StatefulSetArgs> };
}

/** Servers that sentinels watch over: one may be lost while a majority of the three remains. */
export const SENTINEL_SERVERS = 3;
export const SENTINELS = 3;
/** Disk of a sentinel, for a page of configuration: the least that clouds make. */
export const SENTINEL_DISK = "1Gi";
export const SENTINEL_RESOURCES: ResourcesSpec = {
  requests: { cpu: "50m", memory: "64Mi", ephemeralStorage: "64Mi" },
  limits: { cpu: "200m", memory: "128Mi", ephemeralStorage: "256Mi" },
};

/** Time for every server to come up and for all to agree. */
const JOIN_SECONDS = 900;

/** Servers of a store in one namespace: one; three with failover; or every shard's master and replicas. */
export function redisServers(spec: StoreOf<"redis">): number {
  switch (spec.mode) {
    case "single":
      return 1;
    case "sentinel":
      return Math.max(SENTINEL_SERVERS, spec.replicas + 1);
    case "cluster":
      // Fewer than three masters cannot agree that one of them is gone.
      return Math.max(3, spec.shards) * (1 + spec.replicas);
    default:
      return spec.mode satisfies never;
  }
}

/** A Redis store in the cluster: one server, three with sentinels that fail over, or shards. */
export class KubernetesRedis extends Component implements RedisContract {
  readonly binding: Binding;
  private readonly args: KubernetesRedisArgs;
  private readonly labels: Readonly<Record<string, string>>;
  private readonly selector: Readonly<Record<string, string>>;
  private readonly sentinelSelector: Readonly<Record<string, string>>;
  private readonly password: pulumi.Output<string>;

  constructor(name: string, args: KubernetesRedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:data:Redis", name, args, opts);
    this.args = args;
    this.labels = objectLabels(args.context, args.store, args.spec.purpose === "broker" ? "broker" : "cache");
    this.selector = selectorLabels(args.context.system, args.store);
    this.sentinelSelector = selectorLabels(args.context.system, `${args.store}-sentinel`);
    this.password = this.make(
      random.RandomPassword,
      "password",
      { length: 32, special: false },
      { protect: args.context.redundancy.protect },
    ).result;

    const account = this.account();
    const credentials = this.credentials();
    const config = this.configuration();
    const policies = this.policies();
    const services = this.services();
    const servers = this.servers([account, credentials, config, ...policies, ...services]);
    const watched = args.spec.mode === "sentinel" ? this.sentinels([account, credentials, config, ...policies]) : [];
    const joined = args.spec.mode === "cluster" ? this.joinShards([servers]) : [];
    this.budget("budget", this.selector, args.store, redisServers(args.spec));
    this.verdicts();
    this.binding = this.bind([servers, ...watched, ...joined, ...services]);
    this.finish({ store: args.store, namespace: args.namespace, mode: args.spec.mode });
  }

  private credentials(): pulumi.Resource {
    return this.make(k8s.core.v1.Secret, "credentials", {
      metadata: this.metadata(`${this.args.store}-credentials`),
      type: "Opaque",
      stringData: { password: this.password },
    });
  }

  private configuration(): pulumi.Resource {
    const { store, spec, namespace } = this.args;
    return this.make(k8s.core.v1.ConfigMap, "config", {
      metadata: this.metadata(`${store}-config`),
      data: {
        "redis.conf": redisConfiguration(spec),
        "start.sh": this.startScript(),
        ...(spec.mode === "sentinel" ? { "sentinel.sh": sentinelWatch(`${store}-headless`, namespace, store) } : {}),
        ...(spec.mode === "cluster"
          ? { "join.sh": joinShards(store, namespace, redisServers(spec), spec.replicas) }
          : {}),
      },
    });
  }

  private startScript(): string {
    const { store, spec, namespace } = this.args;
    switch (spec.mode) {
      case "single":
        return SINGLE_START;
      case "sentinel":
        return sentinelStart(`${store}-headless`, namespace, store);
      case "cluster":
        return shardStart(store, namespace, redisServers(spec));
      default:
        return spec.mode satisfies never;
    }
  }

  private policies(): readonly pulumi.Resource[] {
    const { store, spec, clients, namespace } = this.args;
    const selectors = { servers: this.selector, sentinels: this.sentinelSelector, joiner: this.joinSelector() };
    return redisPolicies({ store, mode: spec.mode, namespace, clients, selectors }).map(({ role, name, args }) =>
      this.make(k8s.networking.v1.NetworkPolicy, role, {
        metadata: this.metadata(name),
        spec: networkPolicySpec(args),
      }),
    );
  }

  private services(): readonly pulumi.Resource[] {
    const { store, spec } = this.args;
    const redis = { name: "redis", port: REDIS_PORT, targetPort: "redis", protocol: "TCP" };
    const sentinel = { name: "sentinel", port: SENTINEL_PORT, targetPort: "sentinel", protocol: "TCP" };
    return [
      this.service("headless", `${store}-headless`, this.selector, redis, true),
      this.service("service", store, this.selector, redis, false),
      ...(spec.mode === "sentinel"
        ? [
            this.service("sentinel-headless", `${store}-sentinel-headless`, this.sentinelSelector, sentinel, true),
            this.service("sentinel-service", `${store}-sentinel`, this.sentinelSelector, sentinel, false),
          ]
        : []),
    ];
  }

  private servers(dependsOn: pulumi.Resource[]): pulumi.Resource {
    const { store, spec, image, cluster } = this.args;
    const replicas = redisServers(spec);
    const volume = spec.storage?.volume ?? `${store}-data`;
    const claim =
      spec.storage && claimSpec(spec.storage.size, "ReadWriteOnce", cluster.storageClasses.data ?? spec.storage.class);
    const protect = this.context.redundancy.protect;
    if (claim && replicas === 1) {
      const metadata = { ...this.metadata(volume), annotations: SKIP_AWAIT };
      dependsOn.push(this.make(k8s.core.v1.PersistentVolumeClaim, "claim", { metadata, spec: claim }, { protect }));
    }
    const pod = redisPod({
      name: store,
      serviceAccount: store,
      image,
      resources: spec.resources,
      port: { name: "redis", number: REDIS_PORT },
      start: "start.sh",
      secretName: `${store}-credentials`,
      configMap: `${store}-config`,
      data: claim ? (replicas === 1 ? { claimName: volume } : { template: "data" }) : "scratch",
      apart: replicas > 1 ? this.selector : undefined,
      priorityClass: cluster.priorityClasses?.data,
    });
    return this.make(
      k8s.apps.v1.StatefulSet,
      "statefulset",
      {
        metadata: this.metadata(store),
        spec: {
          replicas,
          serviceName: `${store}-headless`,
          // They wait for one another: one by one, the first would wait for ever.
          podManagementPolicy: spec.mode === "single" ? "OrderedReady" : "Parallel",
          selector: { matchLabels: { ...this.selector } },
          template: {
            metadata: { labels: { ...this.labels } },
            spec: onPool(pod, spec.nodePool, cluster),
          },
          ...(claim && replicas > 1 ? { volumeClaimTemplates: [{ metadata: { name: "data" }, spec: claim }] } : {}),
        },
      },
      {
        protect: spec.storage !== undefined && protect,
        dependsOn,
        customTimeouts: rolloutTimeouts(pod, replicas),
      },
    );
  }

  private sentinels(dependsOn: readonly pulumi.Resource[]): readonly pulumi.Resource[] {
    const { store, spec, image, cluster } = this.args;
    const name = `${store}-sentinel`;
    // Servers that keep nothing start anew whoever was master.
    const claim =
      spec.storage && claimSpec(SENTINEL_DISK, "ReadWriteOnce", cluster.storageClasses.data ?? spec.storage.class);
    this.budget("sentinel-budget", this.sentinelSelector, name, SENTINELS);
    // No wait for the servers: each set asks the other who is master, and the first start settles on the first pod.
    return [
      this.make(
        k8s.apps.v1.StatefulSet,
        "sentinels",
        {
          metadata: this.metadata(name),
          spec: {
            replicas: SENTINELS,
            serviceName: `${name}-headless`,
            podManagementPolicy: "Parallel",
            selector: { matchLabels: { ...this.sentinelSelector } },
            template: {
              metadata: { labels: { ...this.labels, ...this.sentinelSelector } },
              spec: redisPod({
                name,
                serviceAccount: store,
                image,
                resources: SENTINEL_RESOURCES,
                port: { name: "sentinel", number: SENTINEL_PORT },
                start: "sentinel.sh",
                secretName: `${store}-credentials`,
                configMap: `${store}-config`,
                data: claim ? { template: "data" } : "scratch",
                apart: this.sentinelSelector,
                priorityClass: cluster.priorityClasses?.data,
              }),
            },
            ...(claim ? { volumeClaimTemplates: [{ metadata: { name: "data" }, spec: claim }] } : {}),
          },
        },
        { dependsOn: [...dependsOn] },
      ),
    ];
  }

  private joinShards(dependsOn: readonly pulumi.Resource[]): readonly pulumi.Resource[] {
    const { store, image } = this.args;
    const pod = joinPod({ store, image, resources: SENTINEL_RESOURCES });
    return [
      this.make(
        k8s.batch.v1.Job,
        "join",
        {
          metadata: this.metadata(`${store}-join`),
          spec: {
            backoffLimit: 5,
            activeDeadlineSeconds: JOIN_SECONDS,
            template: {
              metadata: { labels: { ...this.labels, ...this.joinSelector() } },
              spec: pod,
            },
          },
        },
        { dependsOn: [...dependsOn], customTimeouts: jobTimeouts(pod, JOIN_SECONDS) },
      ),
    ];
  }

  private verdicts(): void {
    const { store, spec, cluster } = this.args;
    for (const verdict of poolVerdicts(store, spec.nodePool, cluster)) {
      this.degrade(verdict);
    }
    this.degrade({
      feature: `TLS to ${store}`,
      reason:
        "Redis in the cluster has no certificate of its own; its traffic is closed to all but its clients by policy",
      remedy: "use a managed Redis, or a mesh",
    });
    if (spec.storage?.snapshots) {
      this.degrade(noSnapshots(store));
    }
    const volume = redisServers(spec) > 1 ? spec.storage?.volume : undefined;
    for (const verdict of namesNotTaken(store, { volume }, "each of several servers has a claim, named after it")) {
      this.degrade(verdict);
    }
    if (spec.mode === "single" && this.context.redundancy.multiZone) {
      this.degrade({
        feature: `failover of ${store}`,
        reason: "the system asks for one server; it comes back elsewhere, with a pause",
        remedy: `set stores.${store}.mode to sentinel, with a client library that asks sentinels`,
      });
    }
  }

  private bind(ready: readonly pulumi.Resource[]): Binding {
    const { store, namespace, spec } = this.args;
    const host = `${store}.${namespace}.svc`;
    const url = pulumi.interpolate`redis://:${this.password}@${host}:${REDIS_PORT}/0`;
    const sentinelHost = `${store}-sentinel.${namespace}.svc`;
    const values: Readonly<Record<string, BindingValue>> = {
      url: secretValue(
        spec.mode === "sentinel"
          ? pulumi.interpolate`sentinel://:${this.password}@${sentinelHost}:${SENTINEL_PORT}/0`
          : url,
      ),
      host: plain(spec.mode === "sentinel" ? sentinelHost : host),
      port: plain(String(spec.mode === "sentinel" ? SENTINEL_PORT : REDIS_PORT)),
      user: plain("default"),
      password: secretValue(this.password),
      tls: plain("false"),
      ...(spec.mode === "sentinel" ? { sentinelMaster: plain(MASTER_NAME) } : {}),
    };
    const sentinels = spec.mode === "sentinel" ? [this.pods(this.sentinelSelector)] : [];
    return {
      values: () => values,
      peers: [this.pods(this.selector), ...sentinels],
      ports: spec.mode === "sentinel" ? [REDIS_PORT, SENTINEL_PORT] : [REDIS_PORT],
      grants: () => [],
      ready,
    };
  }

  private service(
    role: string,
    name: string,
    selector: Readonly<Record<string, string>>,
    port: k8s.types.input.core.v1.ServicePort,
    headless: boolean,
  ): pulumi.Resource {
    return this.make(k8s.core.v1.Service, role, {
      metadata: { ...this.metadata(name), annotations: SKIP_AWAIT },
      spec: {
        type: "ClusterIP",
        // Servers find each other before they are ready: that is how they become so.
        ...(headless ? { clusterIP: "None", publishNotReadyAddresses: true } : {}),
        selector: { ...selector },
        ports: [port],
      },
    });
  }

  private budget(role: string, selector: Readonly<Record<string, string>>, name: string, replicas: number): void {
    const spec = disruptionBudget(selector, replicas);
    if (spec) {
      this.make(k8s.policy.v1.PodDisruptionBudget, role, { metadata: this.metadata(name), spec });
    }
  }

  private pods(labels: Readonly<Record<string, string>>): Peer {
    return { kind: "pods", namespace: this.args.namespace, labels };
  }

  private joinSelector(): Readonly<Record<string, string>> {
    return selectorLabels(this.context.system, `${this.args.store}-join`);
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

function plain(value: string): BindingValue {
  return { kind: "plain", value };
}

function secretValue(value: pulumi.Output<string>): BindingValue {
  return { kind: "secret", source: { from: "value", value } };
}
