import { podOf } from "./apply";
import { at, describeObject, fieldsOf, type KubernetesObject, listOf } from "./objects";

/**
 * What pods of these objects name and nobody makes. A server takes such a pod, and then it never starts; nodes that are
 * only played do not notice either.
 *
 * @param awaitedSecrets names of Secrets that somebody makes by hand, and knows
 */
export function missingReferences(
  objects: readonly KubernetesObject[],
  awaitedSecrets: readonly string[] = [],
): readonly string[] {
  const made = new Set(objects.flatMap(madeBy));
  return objects.flatMap((object) =>
    podOf(object).flatMap((pod) =>
      [...new Set(namedBy(pod, object))]
        .filter((name) => !made.has(name) && !awaitedSecrets.some((secret) => isSecret(name, secret)))
        .map((name) => `${describeObject(object)} needs ${name}`),
    ),
  );
}

function isSecret(reference: string, name: string): boolean {
  return reference.startsWith("Secret ") && reference.endsWith(`/${name}`);
}

/** What there is once an object is there and its operator has done its work. */
function madeBy({ kind, metadata, spec }: KubernetesObject): readonly string[] {
  const { namespace, name } = metadata;
  const secret = (other: unknown) => `Secret ${namespace}/${String(other)}`;
  switch (kind) {
    case "ExternalSecret":
      return [secret(at(spec, "target", "name") ?? name)];
    case "Certificate":
      return [secret(at(spec, "secretName"))];
    case "Cluster":
      return ["app", "superuser", "ca", "server", "replication"].map((part) => secret(`${name}-${part}`));
    default:
      return [`${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`];
  }
}

function namedBy(pod: KubernetesObject, owner: KubernetesObject): readonly string[] {
  const { namespace } = pod.metadata;
  const spec = fieldsOf(pod.spec);
  const templates = new Set(
    listOf(at(owner, "spec", "volumeClaimTemplates")).map(({ metadata }) => at(metadata, "name")),
  );
  const named: (string | undefined)[] = [
    // The control plane makes the account `default`, and the two classes of its own.
    spec.serviceAccountName === "default"
      ? undefined
      : inNamespace("ServiceAccount", namespace, spec.serviceAccountName),
    typeof spec.priorityClassName === "string" && !spec.priorityClassName.startsWith("system-")
      ? `PriorityClass ${spec.priorityClassName}`
      : undefined,
  ];
  for (const container of [...listOf(spec.initContainers), ...listOf(spec.containers)]) {
    const sources = [
      ...listOf(container.env).map(({ valueFrom }) => fieldsOf(valueFrom)),
      ...listOf(container.envFrom),
    ];
    for (const source of sources) {
      named.push(required("Secret", namespace, source.secretKeyRef ?? source.secretRef));
      named.push(required("ConfigMap", namespace, source.configMapKeyRef ?? source.configMapRef));
    }
  }
  for (const volume of listOf(spec.volumes)) {
    const projected = listOf(at(volume.projected, "sources"));
    for (const source of [volume, ...projected]) {
      const { secretName, optional } = fieldsOf(source.secret);
      named.push(required("Secret", namespace, secretName ? { name: secretName, optional } : source.secret));
      named.push(required("ConfigMap", namespace, source.configMap));
    }
    if (!templates.has(volume.name)) {
      named.push(inNamespace("PersistentVolumeClaim", namespace, at(volume.persistentVolumeClaim, "claimName")));
    }
  }
  return named.filter((name) => name !== undefined);
}

function required(kind: string, namespace: string | undefined, reference: unknown): string | undefined {
  const { name, optional } = fieldsOf(reference);
  return optional === true ? undefined : inNamespace(kind, namespace, name);
}

function inNamespace(kind: string, namespace: string | undefined, name: unknown): string | undefined {
  return typeof name === "string" ? `${kind} ${namespace}/${name}` : undefined;
}
