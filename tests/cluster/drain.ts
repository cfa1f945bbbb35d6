import { ApiError, type Cluster } from "./client";
import { at, describeObject, type KubernetesObject, numberOf } from "./objects";

/** What draining a node came to. */
export interface Drained {
  readonly evicted: number;
  /** Evictions that a disruption budget put off. */
  readonly postponed: number;
  /** Pods that no budget ever let go. */
  readonly held: readonly string[];
}

const TOO_MANY_REQUESTS = 429;

/** Takes a node out of use and evicts its pods, waiting for disruption budgets to allow each one. */
export async function drain(cluster: Cluster, node: string, timeoutMs: number): Promise<Drained> {
  const deadline = Date.now() + timeoutMs;
  await cluster.merge({ apiVersion: "v1", kind: "Node", metadata: { name: node } }, { spec: { unschedulable: true } });
  const pods = await cluster.list("v1", "Pod", undefined, { fieldSelector: `spec.nodeName=${node}` });
  const outcomes: { postponed: number; held: boolean; pod: KubernetesObject }[] = [];
  for (const pod of pods.filter(isMovable)) {
    outcomes.push({ pod, ...(await evict(cluster, pod, deadline)) });
  }
  const held = outcomes.filter((outcome) => outcome.held).map(({ pod }) => describeObject(pod));
  return {
    evicted: outcomes.length - held.length,
    postponed: outcomes.reduce((sum, { postponed }) => sum + postponed, 0),
    held,
  };
}

/** Lets pods onto a node again. */
export async function uncordon(cluster: Cluster, node: string): Promise<void> {
  await cluster.merge({ apiVersion: "v1", kind: "Node", metadata: { name: node } }, { spec: { unschedulable: null } });
}

/** Budgets that, with every pod healthy, still allow no pod to go: nodes under them could never be drained. */
export async function neverDrained(
  cluster: Cluster,
  budgets: readonly KubernetesObject[],
  timeoutMs: number,
): Promise<readonly string[]> {
  const stuck: string[] = [];
  for (const budget of budgets) {
    const { met } = await cluster.until(budget, (object) => disruptionsAllowed(object) > 0, timeoutMs);
    if (!met) {
      stuck.push(describeObject(budget));
    }
  }
  return stuck;
}

async function evict(
  cluster: Cluster,
  pod: KubernetesObject,
  deadline: number,
): Promise<{ postponed: number; held: boolean }> {
  const eviction = {
    apiVersion: "policy/v1",
    kind: "Eviction",
    metadata: { name: pod.metadata.name, namespace: pod.metadata.namespace },
  };
  for (let postponed = 0; ; postponed += 1) {
    try {
      await cluster.act(pod, "eviction", eviction);
      const isGone = (object: KubernetesObject | undefined) => object?.metadata.uid !== pod.metadata.uid;
      const { met } = await cluster.until(pod, isGone, deadline - Date.now());
      return { postponed, held: !met };
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) {
        return { postponed, held: false };
      }
      if (!(error instanceof ApiError) || error.status !== TOO_MANY_REQUESTS) {
        throw error;
      }
    }
    if (!(await someBudgetAllows(cluster, pod, deadline)) || Date.now() >= deadline) {
      return { postponed, held: true };
    }
  }
}

/** Waits until the budget over a pod allows one more to go. */
async function someBudgetAllows(cluster: Cluster, pod: KubernetesObject, deadline: number): Promise<boolean> {
  for (const budget of await cluster.list("policy/v1", "PodDisruptionBudget", pod.metadata.namespace)) {
    const labels = Object.entries(
      (at(budget, "spec", "selector", "matchLabels") ?? {}) as Readonly<Record<string, string>>,
    );
    if (labels.every(([key, value]) => pod.metadata.labels?.[key] === value)) {
      const { met } = await cluster.until(budget, (object) => disruptionsAllowed(object) > 0, deadline - Date.now());
      return met;
    }
  }
  return Date.now() < deadline;
}

function disruptionsAllowed(budget: KubernetesObject | undefined): number {
  return numberOf(at(budget, "status", "disruptionsAllowed"));
}

/** Pods of DaemonSets stay; those that have ended need no eviction. */
function isMovable(pod: KubernetesObject): boolean {
  const owned = pod.metadata.ownerReferences?.some(({ kind }) => kind === "DaemonSet") ?? false;
  return !owned && !["Succeeded", "Failed"].includes(String(at(pod, "status", "phase")));
}
