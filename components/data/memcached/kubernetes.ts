import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { StoreOf } from "../../../systems/spec";
import type { Binding, Client } from "../../binding";
import type { ClusterContract } from "../../cluster/contract";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { disruptionBudget } from "../../workload/disruption";
import { objectLabels, SKIP_AWAIT, selectorLabels } from "../../workload/labels";
import { networkPolicySpec } from "../../workload/networkPolicy";
import { onPool, poolVerdicts } from "../pool";
import { MEMCACHED_PORT, memcachedPod } from "./pod";

export interface KubernetesMemcachedArgs extends ComponentArgs {
  /** Name of the store: of its Service and of every object. */
  readonly store: string;
  readonly spec: StoreOf<"memcached">;
  readonly namespace: string;
  /** Image of the server, with its registry. */
  readonly image: string;
  readonly cluster: ClusterContract;
  readonly clients: readonly Client[];
  readonly transform?: { readonly statefulset?: Transform<k8s.apps.v1.StatefulSetArgs> };
}

/** A Memcached cache in the cluster. Clients spread keys over its nodes themselves, so each keeps a name for life. */
export class KubernetesMemcached extends Component {
  readonly binding: Binding;
  private readonly args: KubernetesMemcachedArgs;
  private readonly labels: Readonly<Record<string, string>>;
  private readonly selector: Readonly<Record<string, string>>;

  constructor(name: string, args: KubernetesMemcachedArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:data:Memcached", name, args, opts);
    this.args = args;
    this.labels = objectLabels(args.context, args.store, "cache");
    this.selector = selectorLabels(args.context.system, args.store);
    const service = this.service();
    const nodes = this.nodes([this.account(), this.policy(), service]);
    this.budget();
    for (const verdict of poolVerdicts(args.store, args.spec.nodePool, args.cluster)) {
      this.degrade(verdict);
    }
    this.degrade({
      feature: `TLS to ${args.store} and a password of it`,
      reason:
        "Memcached knows neither without certificates and SASL in its image; only its clients reach it, by policy",
      remedy: "use a mesh",
    });
    this.binding = this.bind([nodes, service]);
    this.finish({ store: args.store, namespace: args.namespace, instances: args.spec.instances });
  }

  /** An account of its own, and no token: nothing here speaks to the API server. */
  private account(): pulumi.Resource {
    return this.make(k8s.core.v1.ServiceAccount, "account", {
      metadata: this.metadata(this.args.store),
      automountServiceAccountToken: false,
    });
  }

  private policy(): pulumi.Resource {
    const ingress = this.args.clients.map(({ namespace, labels }) => ({
      peers: [{ kind: "pods" as const, namespace, labels }],
      ports: [MEMCACHED_PORT],
    }));
    return this.make(k8s.networking.v1.NetworkPolicy, "policy", {
      metadata: this.metadata(this.args.store),
      spec: networkPolicySpec({ selector: this.selector, ingress, egress: [], dns: false }),
    });
  }

  private service(): pulumi.Resource {
    return this.make(k8s.core.v1.Service, "service", {
      metadata: { ...this.metadata(this.args.store), annotations: SKIP_AWAIT },
      spec: {
        type: "ClusterIP",
        // Clients choose the node a key lives on: a balanced address would find it only by luck.
        clusterIP: "None",
        selector: { ...this.selector },
        ports: [{ name: "memcached", port: MEMCACHED_PORT, targetPort: "memcached", protocol: "TCP" }],
      },
    });
  }

  private nodes(dependsOn: pulumi.Resource[]): pulumi.Resource {
    const { store, spec, image, cluster } = this.args;
    return this.make(
      k8s.apps.v1.StatefulSet,
      "statefulset",
      {
        metadata: this.metadata(store),
        spec: {
          replicas: spec.instances,
          serviceName: store,
          podManagementPolicy: "Parallel",
          selector: { matchLabels: { ...this.selector } },
          template: {
            metadata: { labels: { ...this.labels } },
            spec: onPool(
              memcachedPod({
                store,
                spec,
                image,
                selector: this.selector,
                priorityClass: cluster.priorityClasses?.data,
              }),
              spec.nodePool,
              cluster,
            ),
          },
        },
      },
      { dependsOn },
    );
  }

  private budget(): void {
    const { store, spec } = this.args;
    const budget = disruptionBudget(this.selector, spec.instances);
    if (budget) {
      this.make(k8s.policy.v1.PodDisruptionBudget, "budget", { metadata: this.metadata(store), spec: budget });
    }
  }

  private bind(ready: readonly pulumi.Resource[]): Binding {
    const { store, namespace, spec } = this.args;
    const hosts = nodeNames(store, namespace, spec.instances);
    const addresses = hosts.map((host) => `${host}:${MEMCACHED_PORT}`).join(",");
    return {
      values: () => ({
        url: { kind: "plain", value: `memcached://${addresses}` },
        host: { kind: "plain", value: hosts.join(",") },
        port: { kind: "plain", value: String(MEMCACHED_PORT) },
      }),
      peers: [{ kind: "pods", namespace, labels: this.selector }],
      ports: [MEMCACHED_PORT],
      grants: () => [],
      ready,
    };
  }

  private metadata(name: string) {
    return { name, namespace: this.args.namespace, labels: { ...this.labels } };
  }
}

/** Names of the nodes: of the one Service where there is one node, else each node's own. */
export function nodeNames(store: string, namespace: string, instances: number): readonly string[] {
  const domain = `${store}.${namespace}.svc`;
  return instances === 1 ? [domain] : Array.from({ length: instances }, (_, index) => `${store}-${index}.${domain}`);
}
