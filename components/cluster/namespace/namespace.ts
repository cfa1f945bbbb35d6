import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs } from "../../component";
import { limitsOf, type PodDemand, quotaOf } from "./demand";

export interface NamespaceArgs extends ComponentArgs {
  /** Name in the cluster. */
  readonly namespace: string;
  /** Pod Security Standard every pod must meet. */
  readonly podSecurity: "restricted" | "baseline" | "privileged";
  /** What will run there; quota and limits are sized from it. None: no quota. @default [] */
  readonly demands?: readonly PodDemand[];
  /** Further labels, by which controllers of the cloud know what to do in it. @default none */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A namespace closed to everything: pods of its standard only, no traffic without a policy, no more than it needs. */
export class Namespace extends Component {
  /** What must stand before anything is made in the namespace. */
  readonly ready: readonly pulumi.Resource[];
  private readonly args: NamespaceArgs;

  constructor(name: string, args: NamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:cluster:Namespace", name, args, opts);
    this.args = args;
    const namespace = this.namespace();
    const policy = this.defaultDeny(namespace);
    const bounds = this.bounds(namespace);
    this.ready = [namespace, policy, ...bounds];
    this.finish({ namespace: args.namespace, podSecurity: args.podSecurity });
  }

  private namespace(): pulumi.Resource {
    const { namespace, podSecurity } = this.args;
    const modes = ["enforce", "audit", "warn"].flatMap((mode) => [
      [`pod-security.kubernetes.io/${mode}`, podSecurity],
      // The standard as the cluster's own version knows it: a pinned one would admit what later versions forbid.
      [`pod-security.kubernetes.io/${mode}-version`, "latest"],
    ]);
    return this.make(
      k8s.core.v1.Namespace,
      "namespace",
      {
        metadata: { name: namespace, labels: { ...this.labels(), ...this.args.labels, ...Object.fromEntries(modes) } },
      },
      // A deleted namespace takes every claim in it along.
      { protect: this.context.redundancy.protect },
    );
  }

  private defaultDeny(namespace: pulumi.Resource): pulumi.Resource {
    return this.make(
      k8s.networking.v1.NetworkPolicy,
      "default-deny",
      { metadata: this.metadata("default-deny"), spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] } },
      { dependsOn: [namespace] },
    );
  }

  private bounds(namespace: pulumi.Resource): readonly pulumi.Resource[] {
    const { demands = [] } = this.args;
    if (demands.length === 0) {
      return [];
    }
    const options = { dependsOn: [namespace] };
    return [
      this.make(
        k8s.core.v1.ResourceQuota,
        "quota",
        { metadata: this.metadata("quota"), spec: { hard: { ...quotaOf(demands) } } },
        options,
      ),
      this.make(
        k8s.core.v1.LimitRange,
        "limits",
        { metadata: this.metadata("limits"), spec: { limits: limitsOf(demands) } },
        options,
      ),
    ];
  }

  private metadata(name: string) {
    return { name, namespace: this.args.namespace, labels: this.labels() };
  }

  private labels() {
    return {
      "app.kubernetes.io/part-of": this.context.system,
      "app.kubernetes.io/managed-by": "groundplan",
      "groundplan.dev/environment": this.context.environment,
    };
  }
}
