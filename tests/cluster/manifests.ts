import type { Plan, PlanResource } from "../../engine/plan";
import { fieldsOf, type KubernetesObject } from "./objects";

/**
 * Kinds the provider makes objects for; charts and lists of files become objects only when it runs, and what is patched is
 * made by a controller that is not here.
 */
const OBJECTS = /^kubernetes:(?!helm\.sh|yaml|kustomize)(?!.*Patch$)/;
/** Stands for a secret; base64 too, so that it fits a Secret's data. */
const SECRET = "c2VjcmV0";

/** The objects a plan makes on Kubernetes, by placement: each is a cluster of its own. */
export function manifestsOf(plan: Plan): ReadonlyMap<string, readonly KubernetesObject[]> {
  const placements = new Map<string, KubernetesObject[]>();
  for (const resource of plan.resources) {
    // What is only looked up is not this plan's to make.
    if (resource.custom && resource.options.readId === undefined && OBJECTS.test(resource.type)) {
      const placement = resource.placement ?? "edge";
      placements.set(placement, [...(placements.get(placement) ?? []), manifestOf(resource)]);
    }
  }
  return placements;
}

/** Keys the server asks for in a Secret of a type; a mask over the whole map hides which it has. */
const REQUIRED_KEYS: Readonly<Record<string, readonly string[]>> = {
  "kubernetes.io/basic-auth": ["username", "password"],
  "kubernetes.io/tls": ["tls.crt", "tls.key"],
};

function manifestOf({ inputs, name }: PlanResource): KubernetesObject {
  const { metadata, ...rest } = fieldsOf(plain(inputs));
  const isMasked = [inputs.data, inputs.stringData].some((map) => fieldsOf(map).$ === "secret");
  const keys = rest.kind === "Secret" && isMasked ? (REQUIRED_KEYS[String(rest.type)] ?? []) : [];
  return {
    ...rest,
    ...(keys.length > 0 ? { stringData: Object.fromEntries(keys.map((key) => [key, SECRET])) } : {}),
    // What has no name of its own gets one from its resource's, as the provider gives it.
    metadata: { name, ...fieldsOf(metadata) },
  } as KubernetesObject;
}

/** A planned value as the server would get it: masks give way to something of the same type. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const fields = fieldsOf(value);
  switch (fields.$) {
    case undefined:
      return Object.fromEntries(Object.entries(fields).map(([key, inner]) => [key, plain(inner)]));
    case "map":
      return Object.fromEntries(Object.entries(fieldsOf(fields.entries)).map(([key, inner]) => [key, plain(inner)]));
    case "secret":
      return { object: {}, array: [], number: 1, boolean: true }[String(fields.type)] ?? SECRET;
    default:
      throw new Error(`a plan in simulate mode has a value that is not filled in: ${JSON.stringify(value)}`);
  }
}
