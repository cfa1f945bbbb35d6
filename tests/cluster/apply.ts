import { ApiError, type Cluster, poll } from "./client";
import { at, describeObject, fieldsOf, type KubernetesObject, listOf, type Reference } from "./objects";

const GONE_MS = 180_000;
const QUOTA_MS = 60_000;

/** Something the API server would not take, or takes with a warning: `Deployment shop/api: reason`. */
export type Rejection = string;

/** Kinds in the order they have to be there; any other kind comes last. */
const ORDER: readonly string[] = [
  "CustomResourceDefinition",
  "Namespace",
  "PriorityClass",
  "RuntimeClass",
  "StorageClass",
  "LimitRange",
  "ResourceQuota",
  "ServiceAccount",
  "ClusterRole",
  "ClusterRoleBinding",
  "Role",
  "RoleBinding",
  "NetworkPolicy",
  "ConfigMap",
  "Secret",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "Service",
  "PodDisruptionBudget",
];

/** What admission looks at when it judges other objects: these have to be there even for a dry run. */
const GROUND: ReadonlySet<string> = new Set([
  "Namespace",
  "PriorityClass",
  "RuntimeClass",
  "StorageClass",
  "LimitRange",
  "ResourceQuota",
  "ServiceAccount",
]);

/** Kinds a dry run can only judge once what they rest on is there. */
export function inOrder(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const rank = ({ kind }: KubernetesObject) => (ORDER.indexOf(kind) + 1 || ORDER.length + 1) - 1;
  return [...objects].sort((left, right) => rank(left) - rank(right));
}

/**
 * Asks the server what it would say to these objects, with strict validation of fields and every admission. Namespaces
 * and what else admission goes by are made for real; so are no others. A workload's pods are asked for too, since pod
 * security and quotas judge pods only. Returns everything refused or warned of.
 */
export async function dryRun(cluster: Cluster, objects: readonly KubernetesObject[]): Promise<readonly Rejection[]> {
  const rejections: Rejection[] = [];
  const ordered = inOrder(objects);
  for (const object of ordered) {
    await attempt(rejections, object, () => cluster.apply(object, !GROUND.has(object.kind)));
  }
  for (const quota of ordered.filter(({ kind }) => kind === "ResourceQuota")) {
    // Until its controller has counted, a quota refuses every pod.
    await cluster.until(quota, (object) => at(object, "status", "hard") !== undefined, QUOTA_MS);
  }
  for (const pod of ordered.flatMap(podOf)) {
    await attempt(rejections, pod, () => cluster.create(pod, true));
  }
  return rejections;
}

/**
 * Namespaces that stay between stacks, since deleting one takes the server fifteen seconds and the next stack of the same
 * system wants it again; all go at the end.
 */
export class KeptNamespaces {
  private readonly kept = new Map<string, KubernetesObject>();

  keep(objects: readonly KubernetesObject[]): void {
    for (const namespace of objects.filter(({ kind }) => kind === "Namespace")) {
      this.kept.set(namespace.metadata.name, namespace);
    }
  }

  /** Makes namespaces that somebody else would, and keeps them. */
  async make(cluster: Cluster, namespaces: readonly KubernetesObject[]): Promise<void> {
    this.keep(namespaces);
    await Promise.all(namespaces.map((namespace) => cluster.apply(namespace)));
  }

  async tearDown(cluster: Cluster): Promise<void> {
    await tearDown(cluster, [...this.kept.values()]);
  }
}

/** Deletes what a dry run made, except namespaces. */
export async function clearGround(cluster: Cluster, objects: readonly KubernetesObject[]): Promise<void> {
  for (const object of objects.filter(({ kind }) => GROUND.has(kind) && kind !== "Namespace")) {
    await cluster.delete(object);
  }
}

/** Makes these objects. Returns those refused. */
export async function applyAll(cluster: Cluster, objects: readonly KubernetesObject[]): Promise<readonly Rejection[]> {
  const rejections: Rejection[] = [];
  for (const object of inOrder(objects)) {
    await attempt(rejections, object, () => cluster.apply(object));
  }
  return rejections;
}

/** Deletes these objects and all that controllers made of them, except namespaces. */
export async function clearAll(cluster: Cluster, objects: readonly KubernetesObject[]): Promise<void> {
  const others = inOrder(objects).filter(({ kind }) => kind !== "Namespace" && kind !== "Node");
  for (const object of [...others].reverse()) {
    await deleteKnown(cluster, object);
  }
  try {
    for (const { metadata } of objects.filter(({ kind }) => kind === "Namespace")) {
      await poll(`pods and claims of ${metadata.name} to end`, GONE_MS, () => isEmptied(cluster, metadata.name));
    }
  } finally {
    // Only now: nodes have to end the pods that were on them.
    await Promise.all(objects.filter(({ kind }) => kind === "Node").map((node) => cluster.delete(node)));
  }
}

/**
 * Whether no pod and no claim is left in a namespace. Deletes what has no owner to go with, again and again, since a
 * controller may be in the middle of making one: claims of a StatefulSet's template, and Jobs made of a CronJob by hand.
 */
async function isEmptied(cluster: Cluster, namespace: string): Promise<boolean> {
  const [pods = [], claims = [], jobs = []] = await Promise.all([
    cluster.list("v1", "Pod", namespace),
    cluster.list("v1", "PersistentVolumeClaim", namespace),
    cluster.list("batch/v1", "Job", namespace),
  ]);
  for (const object of [...claims, ...jobs]) {
    await cluster.delete(object);
  }
  return pods.length === 0 && claims.length === 0;
}

/** Deletes these objects, the last made first, and waits until the namespaces among them are gone with all they hold. */
export async function tearDown(cluster: Cluster, objects: readonly KubernetesObject[]): Promise<void> {
  const namespaces = objects.filter(({ kind }) => kind === "Namespace");
  const names = new Set(namespaces.map(({ metadata }) => metadata.name));
  const others = inOrder(objects).filter(
    ({ kind, metadata }) =>
      kind !== "Namespace" && !(metadata.namespace !== undefined && names.has(metadata.namespace)),
  );
  await Promise.all(namespaces.map((namespace) => cluster.delete(namespace)));
  for (const namespace of namespaces) {
    const { met, last } = await cluster.until(namespace, (object) => object === undefined, GONE_MS);
    if (!met) {
      const reasons = listOf(at(last, "status", "conditions")).map(({ message }) => String(message));
      throw new Error(`${describeObject(namespace)} is still there after ${GONE_MS} ms: ${reasons.join("; ")}`);
    }
  }
  // Only now: nodes have to end the pods that were on them.
  for (const object of [...others].reverse()) {
    await deleteKnown(cluster, object);
  }
}

async function deleteKnown(cluster: Cluster, reference: Reference): Promise<void> {
  if (await cluster.serves(reference.apiVersion, reference.kind)) {
    await cluster.delete(reference);
  }
}

async function attempt(
  rejections: Rejection[],
  object: KubernetesObject,
  ask: () => Promise<{ readonly warnings: readonly string[] }>,
): Promise<void> {
  try {
    const { warnings } = await ask();
    rejections.push(...warnings.map((message) => `${describeObject(object)}: ${message}`));
  } catch (error) {
    if (!(error instanceof ApiError)) {
      throw error;
    }
    rejections.push(`${describeObject(object)}: ${error.message}`);
  }
}

/** The first pod a workload would make, none for other kinds. */
export function podOf(object: KubernetesObject): readonly KubernetesObject[] {
  const template = fieldsOf(
    object.kind === "CronJob" ? at(object, "spec", "jobTemplate", "spec", "template") : at(object, "spec", "template"),
  );
  if (!["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"].includes(object.kind)) {
    return [];
  }
  const { labels, annotations } = fieldsOf(template.metadata);
  const spec = fieldsOf(template.spec);
  const claims = listOf(at(object, "spec", "volumeClaimTemplates")).map(({ metadata }) => {
    const claim = String(fieldsOf(metadata).name);
    return { name: claim, persistentVolumeClaim: { claimName: `${claim}-${object.metadata.name}-0` } };
  });
  const metadata = { name: `${object.metadata.name}-pod`, namespace: object.metadata.namespace, labels, annotations };
  const pod = { ...spec, volumes: [...listOf(spec.volumes), ...claims] };
  return [{ apiVersion: "v1", kind: "Pod", metadata, spec: pod } as KubernetesObject];
}
