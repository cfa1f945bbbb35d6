import type { PodDemand } from "../components/cluster/namespace/demand";
import { mostReplicas } from "../components/workload/autoscaling";
import { surge } from "../components/workload/controllers";
import type { ResolvedSystem } from "../systems/resolve";
import type { ServiceSpec } from "../systems/spec";

/** Nodes counted at least for a service of every node, where no pool of our own bounds them. */
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
export function serviceDemand(
  spec: ServiceSpec,
  nodePools: ResolvedSystem["nodePools"],
  ownsNodePools: boolean,
): PodDemand {
  const claims = spec.volumes.flatMap(({ size }) => (size === undefined ? [] : [size]));
  switch (spec.kind) {
    case "deployment":
      return {
        pods: mostReplicas(spec.scaling) + surge(mostReplicas(spec.scaling)),
        resources: spec.resources,
        claims,
      };
    case "statefulset": {
      const replicas = mostReplicas(spec.scaling);
      return {
        pods: replicas,
        resources: spec.resources,
        claims: claims.flatMap((size) => Array<string>(replicas).fill(size)),
      };
    }
    case "daemonset":
      return { pods: nodes(spec.nodePool, nodePools, ownsNodePools), resources: spec.resources, claims };
    case "cronjob":
    case "job":
      // The last run's pod may still be there when the next one starts.
      return { pods: 2, resources: spec.resources, claims };
    default:
      return spec satisfies never;
  }
}

function nodes(pool: string | undefined, nodePools: ResolvedSystem["nodePools"], owned: boolean): number {
  const most = pool === undefined ? undefined : nodePools[pool]?.max;
  return owned && most !== undefined ? most : Math.max(most ?? 0, NODES);
}

/** A service that an accepted description names. */
export function serviceOf(system: ResolvedSystem, service: string): ServiceSpec {
  const spec = system.services[service];
  if (!spec) {
    throw new Error(`system ${system.name} has no service "${service}", though its description was accepted`);
  }
  return spec;
}
