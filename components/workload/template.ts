import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ServiceSpec } from "../../systems/spec";
import type { ClusterContract } from "../cluster/contract";
import type { Degraded } from "../component";
import type { Context } from "../context";
import { digest } from "../naming";
import { mostReplicas } from "./autoscaling";
import { isRunning, type SecretKeyRef, serviceContainer } from "./container";
import { objectLabels, type Role, selectorLabels } from "./labels";
import { planPod } from "./podSpec";
import type { VolumePlan } from "./volumes";

export interface TemplateArgs {
  readonly context: Context;
  readonly service: string;
  readonly spec: ServiceSpec;
  readonly role: Role;
  readonly image: string;
  readonly cluster: Pick<ClusterContract, "ownsNodePools" | "priorityClasses" | "capabilities">;
  readonly poolTainted: boolean;
  readonly volumes: VolumePlan;
  readonly plainEnv: Readonly<Record<string, pulumi.Input<string>>>;
  readonly secretEnv: Readonly<Record<string, SecretKeyRef>>;
  /** Resource version of the Secret the pods read: changes with its content and tells nothing of it. */
  readonly secretVersion?: pulumi.Input<string>;
  /** Labels of the pods alone, besides their object's. @default none */
  readonly podLabels?: Readonly<Record<string, string>>;
  /** Seconds until whoever sends requests has heard that a pod goes. @default those of the cluster's own nodes */
  readonly drainSeconds?: number;
}

export interface TemplatePlan {
  readonly template: k8s.types.input.core.v1.PodTemplateSpec;
  readonly degraded: readonly Degraded[];
}

/** The pod template every kind of controller makes its pods from. */
export function planTemplate(args: TemplateArgs): TemplatePlan {
  const { context, service, spec, cluster } = args;
  const pod = planPod({
    service,
    spec,
    cluster,
    selector: selectorLabels(context.system, service),
    container: serviceContainer({
      service,
      spec,
      image: args.image,
      plainEnv: args.plainEnv,
      secretEnv: args.secretEnv,
      mounts: args.volumes.mounts,
      ...(args.drainSeconds === undefined ? {} : { drainSeconds: args.drainSeconds }),
    }),
    volumes: args.volumes.volumes,
    maxReplicas: isRunning(spec) ? mostReplicas(spec.scaling) : 1,
    multiZone: context.redundancy.multiZone,
    poolTainted: args.poolTainted,
    // What is privileged belongs on nodes of its own, in dev as well: elsewhere it would be everybody's neighbour.
    poolRequired: context.environment !== "dev" || args.spec.security.podSecurity !== "restricted",
  });
  return {
    template: {
      metadata: {
        labels: { ...objectLabels(context, service, args.role), ...args.podLabels },
        ...annotated(annotations(args)),
      },
      spec: pod.spec,
    },
    degraded: pod.degraded,
  };
}

function annotated(found: Record<string, pulumi.Input<string>>) {
  return Object.keys(found).length > 0 ? { annotations: found } : {};
}

/** A changed file or secret must roll the pods: neither changes the template by itself. */
function annotations(args: TemplateArgs): Record<string, pulumi.Input<string>> {
  const { spec } = args;
  const found: Record<string, pulumi.Input<string>> = {};
  if (Object.keys(spec.files).length > 0) {
    found["groundplan.dev/files-checksum"] = digest(JSON.stringify(Object.entries(spec.files).sort()));
  }
  if (args.secretVersion !== undefined) {
    found["groundplan.dev/secret-version"] = args.secretVersion;
  }
  if (isRunning(spec) && spec.metrics && !args.cluster.capabilities.prometheusOperator) {
    const port = spec.ports[spec.metrics.port ?? Object.keys(spec.ports)[0] ?? ""];
    if (port) {
      Object.assign(found, {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": String(port.port),
        "prometheus.io/path": spec.metrics.path,
      });
    }
  }
  return found;
}
