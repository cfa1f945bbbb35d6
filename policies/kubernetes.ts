import { isManifest, manifestObjects } from "./manifests";
import { at, list, type Props, text } from "./read";
import type { Subject } from "./rule";

/** One Kubernetes object found in a resource: the resource itself, or an item of a list it carries. */
export interface KubernetesObject {
  readonly kind: string;
  readonly props: Props;
  /** Empty for the resource itself, `item 2 (Deployment web): ` for what it carries: the start of a message. */
  readonly where: string;
}

interface Token {
  readonly group: string;
  readonly kind: string;
}

const tokens = new Map<string, Token | undefined>();

/** `kubernetes:apps/v1:Deployment` taken apart; undefined for anything that is no Kubernetes object. */
export function kubernetesToken(type: string): Token | undefined {
  if (tokens.has(type)) return tokens.get(type);
  const match = /^kubernetes:([^:/]+)(?:\/[^:]+)?:([A-Za-z0-9]+)$/.exec(type);
  const token = match?.[1] && match[2] ? { group: match[1], kind: match[2] } : undefined;
  // Patch resources hold only the fields they change, and component types (yaml, helm, kustomize) no object.
  const usable =
    token &&
    !token.kind.endsWith("Patch") &&
    (isManifest(type) || !["yaml", "helm.sh", "kustomize"].includes(token.group));
  tokens.set(type, usable ? token : undefined);
  return usable ? token : undefined;
}

/**
 * A predicate for `Rule.resources`: objects of these kinds, their typed lists (`DeploymentList`), the untyped `List`
 * and manifests: what a ConfigGroup or ConfigFile is given as objects, as YAML text or as files.
 */
export function kinds(...wanted: readonly string[]): (type: string) => boolean {
  return (type) => {
    const token = kubernetesToken(type);
    if (!token) return false;
    return (
      carriesAny(type, token) || wanted.includes(token.kind) || wanted.some((kind) => token.kind === `${kind}List`)
    );
  };
}

function carriesAny(type: string, token: Token): boolean {
  return token.kind === "List" || isManifest(type);
}

/** The objects of the wanted kinds in a resource, in order. */
export function objectsOf(
  resource: Pick<Subject, "type" | "props">,
  wanted: readonly string[],
): readonly KubernetesObject[] {
  const token = kubernetesToken(resource.type);
  if (!token) return [];
  if (isManifest(resource.type)) {
    return manifestObjects(resource).flatMap(({ value, place }) => carried(value, place, "", wanted));
  }
  if (wanted.includes(token.kind)) return [{ kind: token.kind, props: resource.props, where: "" }];
  const itemKind = token.kind.endsWith("List") ? token.kind.slice(0, -"List".length) : "";
  if (token.kind !== "List" && !wanted.includes(itemKind)) return [];
  return list(resource.props.items).flatMap((item, index) => carried(item, `item ${index}`, itemKind, wanted));
}

/** An item, or the items of a list that is one. */
function carried(item: unknown, place: string, itemKind: string, wanted: readonly string[]): KubernetesObject[] {
  const kind = itemKind === "" ? (text(at(item, "kind")) ?? "") : itemKind;
  if (wanted.includes(kind)) {
    const name = text(at(item, "metadata", "name")) ?? "unnamed";
    return [{ kind, props: item as Props, where: `${place} (${kind} ${name}): ` }];
  }
  const isList = kind.endsWith("List") && Array.isArray(at(item, "items"));
  const inner = kind.slice(0, -"List".length);
  return isList
    ? list(at(item, "items")).flatMap((each, index) => carried(each, `${place}.${index}`, inner, wanted))
    : [];
}

/** As `objectsOf`, ending the check as not applicable where there is none. */
export function applicableObjects(resource: Subject, wanted: readonly string[]): readonly KubernetesObject[] {
  const objects = objectsOf(resource, wanted);
  if (objects.length === 0) resource.notApplicable(`Holds no ${wanted.join(", ")}`);
  return objects;
}

/** Namespaces every cluster has from the start; no program makes them. */
export const SYSTEM_NAMESPACES: readonly string[] = ["default", "kube-system", "kube-public", "kube-node-lease"];

export function namespaceOf(props: Props): string {
  return text(at(props, "metadata", "namespace")) ?? "default";
}

export function objectName(props: Props): string | undefined {
  return text(at(props, "metadata", "name"));
}
