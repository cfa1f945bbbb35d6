import type { RunResult } from "../../engine";
import { isObject, unwrap } from "../../engine/wire";

/** A rule of a role. */
export interface RbacRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** A role to apply as it is. */
export interface RbacRole {
  readonly apiVersion: "rbac.authorization.k8s.io/v1";
  readonly kind: "Role" | "ClusterRole";
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules: readonly RbacRule[];
}

/** What a deployer needs in the clusters. */
export interface KubernetesPermissions {
  readonly roles: readonly RbacRole[];
  /** Charts, whose objects only rendering them tells. */
  readonly charts: readonly string[];
  readonly notes: readonly string[];
}

const VERBS = ["create", "delete", "get", "list", "patch", "update", "watch"];
const RELEASE = "kubernetes:helm.sh/v3:Release";
/** Kinds that belong to no namespace, among those a stack makes. */
const CLUSTER_WIDE = new Set([
  "APIService",
  "ClusterIssuer",
  "ClusterPolicy",
  "ClusterRole",
  "ClusterRoleBinding",
  "ClusterSecretStore",
  "CustomResourceDefinition",
  "EC2NodeClass",
  "GatewayClass",
  "Namespace",
  "NodePool",
  "PersistentVolume",
  "PriorityClass",
  "StorageClass",
  "VolumeSnapshotClass",
]);

/** The roles a deployer of this run needs, from the objects it made: those of each namespace in it, the others for all. */
export function kubernetesPermissions(run: RunResult, name: string): KubernetesPermissions | undefined {
  const made = run.resources.filter(({ type, custom }) => custom && type.startsWith("kubernetes:"));
  if (made.length === 0) {
    return undefined;
  }
  const kinds = new Map<string, Map<string, Set<string>>>();
  const charts = new Set<string>();
  for (const { type, inputs } of made) {
    if (type === RELEASE) {
      charts.add(String(unwrap(inputs.chart ?? "") ?? ""));
      continue;
    }
    const [, group = "", token = ""] = /^kubernetes:(.+)\/[^/:]+:(\w+)$/.exec(type) ?? [];
    // What changes an object somebody else made is told by its type alone.
    const kind = token.replace(/Patch$/, "");
    const metadata = unwrap(inputs.metadata ?? null);
    const given = isObject(metadata) && typeof metadata.namespace === "string" ? metadata.namespace : "default";
    const namespace = CLUSTER_WIDE.has(kind) ? "" : given;
    const groups = kinds.get(namespace) ?? new Map<string, Set<string>>();
    kinds.set(namespace, groups);
    const apiGroup = group === "core" ? "" : groupOf(group);
    groups.set(apiGroup, (groups.get(apiGroup) ?? new Set()).add(pluralOf(kind)));
  }
  return {
    roles: [...kinds].sort(byName).map(([namespace, groups]) => ({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: namespace === "" ? "ClusterRole" : "Role",
      metadata: { name, ...(namespace === "" ? {} : { namespace }) },
      rules: [...groups].sort(byName).map(([group, resources]) => ({
        apiGroups: [group],
        resources: [...resources].sort(),
        verbs: VERBS,
      })),
    })),
    charts: [...charts].sort(),
    notes:
      charts.size === 0
        ? []
        : [
            "a chart's objects, among them cluster roles, are known only once it is rendered: whoever installs charts needs cluster-admin, or everything they hold",
          ],
  };
}

/** Built-in groups but core and apps end in .k8s.io; the SDK shortens them. */
function groupOf(group: string): string {
  return ["apps", "batch", "autoscaling", "policy"].includes(group) || group.includes(".") ? group : `${group}.k8s.io`;
}

function pluralOf(kind: string): string {
  const word = kind.toLowerCase();
  if (/(s|x|ch)$/.test(word)) {
    return word === "endpoints" ? word : `${word}es`;
  }
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}

function byName(left: readonly [string, unknown], right: readonly [string, unknown]): number {
  return left[0] < right[0] ? -1 : 1;
}
