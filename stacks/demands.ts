import type { PodDemand } from "../components/cluster/namespace/demand";
import { mostReplicas } from "../components/workload/autoscaling";
import type { ResolvedSystem } from "../systems/resolve";
import type { ServiceSpec } from "../systems/spec";

/** Nodes counted for a service of every node where the system names no pool to bound them. */
const NODES = 10;

/** Namespace of what names none. */
export function defaultNamespace(system: Pick<ResolvedSystem, "name" | "namespace">): string {
  return system.namespace ?? system.name;
}

/** Namespace of a service or store. */
export function namespaceOf(
  system: Pick<ResolvedSystem, "name" | "namespace">,
  part: { readonly namespace?: string | undefined },
): string {
  return part.namespace ?? defaultNamespace(system);
}

/** What a service asks for at full scale, in the middle of a rollout. */
export function serviceDemand(spec: ServiceSpec, nodePools: ResolvedSystem["nodePools"]): PodDemand {
  const claims = spec.volumes.flatMap(({ size }) => (size === undefined ? [] : [size]));
  switch (spec.kind) {
    case "deployment":
      return { pods: mostReplicas(spec.scaling) + 1, resources: spec.resources, claims };
    case "statefulset": {
      const replicas = mostReplicas(spec.scaling);
      return {
        pods: replicas,
        resources: spec.resources,
        claims: claims.flatMap((size) => Array<string>(replicas).fill(size)),
      };
    }
    case "daemonset":
      return { pods: (spec.nodePool && nodePools[spec.nodePool]?.max) || NODES, resources: spec.resources, claims };
    case "cronjob":
    case "job":
      // The last run's pod may still be there when the next one starts.
      return { pods: 2, resources: spec.resources, claims };
    default:
      return spec satisfies never;
  }
}
