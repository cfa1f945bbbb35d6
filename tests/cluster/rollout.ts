import type { Cluster } from "./client";
import {
  at,
  describeObject,
  fieldsOf,
  hasCondition,
  type KubernetesObject,
  listOf,
  numberOf,
  type Reference,
} from "./objects";

/** A workload that did not become what it should, and why as far as the cluster tells: `Job shop/report: reasons`. */
export type Stuck = string;

const ROLLED_OUT: Readonly<Record<string, (object: KubernetesObject) => boolean>> = {
  Deployment: (object) =>
    isObserved(object) && ["replicas", "updatedReplicas", "availableReplicas"].every(hasWanted(object)),
  StatefulSet: (object) =>
    isObserved(object) &&
    ["replicas", "updatedReplicas", "readyReplicas"].every(hasWanted(object)) &&
    at(object, "status", "currentRevision") === at(object, "status", "updateRevision"),
  DaemonSet: (object) => {
    const wanted = numberOf(at(object, "status", "desiredNumberScheduled"));
    return isObserved(object) && wanted > 0 && numberOf(at(object, "status", "numberReady")) === wanted;
  },
  Job: (object) => hasCondition(object, "Complete"),
};

/** Whether a kind is one that rolls out. */
export function rollsOut({ kind }: Reference): boolean {
  return kind in ROLLED_OUT;
}

/** Waits until every workload among these objects stands with all of its pods. Returns those that do not in time. */
export async function waitForRollouts(
  cluster: Cluster,
  objects: readonly Reference[],
  timeoutMs: number,
): Promise<readonly Stuck[]> {
  const deadline = Date.now() + timeoutMs;
  const stuck: Stuck[] = [];
  for (const object of objects.filter(rollsOut)) {
    const done = (last: KubernetesObject | undefined) => last !== undefined && ROLLED_OUT[object.kind]?.(last) === true;
    const { met, last } = await cluster.until(object, done, Math.max(0, deadline - Date.now()));
    if (!met) {
      const reasons = last ? await reasonsOf(cluster, last) : ["it is not there"];
      stuck.push(`${describeObject(object)}: ${reasons.join("; ")}`);
    }
  }
  return stuck;
}

/** Sets the number of replicas by the subresource for it, as an autoscaler does. */
export async function scale(cluster: Cluster, object: Reference, replicas: number): Promise<void> {
  await cluster.merge(object, { spec: { replicas } }, "scale");
}

/** Makes every pod of a workload anew, as `kubectl rollout restart` does. */
export async function restart(cluster: Cluster, object: Reference): Promise<void> {
  const annotations = { "kubectl.kubernetes.io/restartedAt": new Date().toISOString() };
  await cluster.merge(object, { spec: { template: { metadata: { annotations } } } });
}

/** What autoscalers among these objects may scale, and to how many replicas at most. */
export function mostReplicas(
  objects: readonly KubernetesObject[],
): readonly { readonly target: Reference; readonly replicas: number }[] {
  const scalers = objects.filter(({ kind }) => kind === "HorizontalPodAutoscaler" || kind === "ScaledObject");
  return scalers.map((scaler) => {
    const { apiVersion = "apps/v1", kind = "Deployment", name } = fieldsOf(at(scaler, "spec", "scaleTargetRef"));
    const most = at(scaler, "spec", "maxReplicas") ?? at(scaler, "spec", "maxReplicaCount");
    const { namespace } = scaler.metadata;
    const target = { apiVersion: String(apiVersion), kind: String(kind), metadata: { name: String(name), namespace } };
    return { target, replicas: numberOf(most, 1) };
  });
}

/** A Job made from a CronJob's template, as `kubectl create job --from` makes it. */
export function jobFrom(cronJob: KubernetesObject): KubernetesObject {
  const template = at(cronJob, "spec", "jobTemplate") as Pick<KubernetesObject, "metadata" | "spec">;
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { ...template.metadata, name: `${cronJob.metadata.name}-now`, namespace: cronJob.metadata.namespace },
    spec: template.spec,
  };
}

function hasWanted(object: KubernetesObject): (field: string) => boolean {
  const wanted = numberOf(at(object, "spec", "replicas"), 1);
  return (field) => numberOf(at(object, "status", field)) === wanted;
}

function isObserved(object: KubernetesObject): boolean {
  return numberOf(at(object, "status", "observedGeneration")) >= numberOf(object.metadata.generation);
}

/** What events and the conditions of pods say of a workload that is not there yet. */
async function reasonsOf(cluster: Cluster, object: KubernetesObject): Promise<readonly string[]> {
  const { namespace, name } = object.metadata;
  const events = await cluster.list("v1", "Event", namespace, { fieldSelector: "type=Warning" });
  const pods = await cluster.list("v1", "Pod", namespace);
  const own = (other: unknown) => other === name || String(other).startsWith(`${name}-`);
  const reasons = [
    ...events.filter((event) => own(at(event, "involvedObject", "name"))).map((event) => String(event.message)),
    ...pods
      .filter((pod) => own(pod.metadata.name))
      .flatMap((pod) => listOf(at(pod, "status", "conditions")))
      .filter(({ status, message }) => status === "False" && message !== undefined)
      .map(({ message }) => String(message)),
    ...listOf(at(object, "status", "conditions"))
      .filter(({ status, message }) => status === "False" && message !== undefined)
      .map(({ message }) => String(message)),
  ];
  return reasons.length > 0 ? [...new Set(reasons)] : [`its status is ${JSON.stringify(object.status)}`];
}
