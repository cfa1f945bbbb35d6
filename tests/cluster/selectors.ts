import type { Cluster } from "./client";
import { at, describeObject, fieldsOf, type KubernetesObject, listOf } from "./objects";

const ENDPOINTS_MS = 60_000;

/** Labels of pods an operator makes, which nobody plays here. */
const OPERATORS = /^(cnpg\.io|[a-z]+\.k8s\.elastic\.co)\//;

/** Services and disruption budgets that stand over no ready pod although everything runs: their selectors miss. */
export async function overNothing(cluster: Cluster, objects: readonly KubernetesObject[]): Promise<readonly string[]> {
  const missed: string[] = [];
  for (const object of objects.filter(({ kind }) => kind === "Service" || kind === "PodDisruptionBudget")) {
    const selector = fieldsOf(
      object.kind === "Service" ? at(object, "spec", "selector") : at(object, "spec", "selector", "matchLabels"),
    );
    const labels = Object.keys(selector);
    if (labels.length === 0 || labels.some((label) => OPERATORS.test(label))) {
      continue;
    }
    const covers = object.kind === "Service" ? hasEndpoints(cluster, object) : coversPods(cluster, object);
    if (!(await covers)) {
      missed.push(describeObject(object));
    }
  }
  return missed;
}

async function coversPods(cluster: Cluster, budget: KubernetesObject): Promise<boolean> {
  const { met } = await cluster.until(
    budget,
    (object) => Number(at(object, "status", "expectedPods")) > 0,
    ENDPOINTS_MS,
  );
  return met;
}

/** The slices of a service have names of their own, so the first ready endpoint is looked for in a list. */
async function hasEndpoints(cluster: Cluster, { metadata }: KubernetesObject): Promise<boolean> {
  const labelSelector = `kubernetes.io/service-name=${metadata.name}`;
  const slices = await cluster.list("discovery.k8s.io/v1", "EndpointSlice", metadata.namespace, { labelSelector });
  return slices.some((slice) => listOf(slice.endpoints).some(({ conditions }) => fieldsOf(conditions).ready !== false));
}
