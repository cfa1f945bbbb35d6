/** A Kubernetes object as JSON. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMetadata;
  readonly [field: string]: unknown;
}

export interface ObjectMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly generation?: number;
  readonly resourceVersion?: string;
  readonly uid?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly deletionTimestamp?: string;
  readonly ownerReferences?: readonly { readonly kind: string; readonly name: string; readonly uid: string }[];
}

/** What names an object. */
export type Reference = Pick<KubernetesObject, "apiVersion" | "kind"> & {
  readonly metadata: Pick<ObjectMetadata, "name" | "namespace">;
};

export type Fields = Readonly<Record<string, unknown>>;

/** `Deployment shop/api`, as messages name an object. */
export function describeObject({ kind, metadata }: Reference): string {
  return `${kind} ${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}`;
}

/** The value at a path, undefined where the path ends early. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => fieldsOf(inner)[key], value);
}

export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

export function numberOf(value: unknown, fallback = 0): number {
  return typeof value === "number" ? value : fallback;
}

/** Whether a condition of the object's status holds. */
export function hasCondition(object: KubernetesObject, type: string): boolean {
  return listOf(at(object, "status", "conditions")).some(
    (condition) => condition.type === type && condition.status === "True",
  );
}
