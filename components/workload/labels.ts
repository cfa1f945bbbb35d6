import type { ServiceSpec } from "../../systems/spec";
import type { Context } from "../context";

export const NAME_LABEL = "app.kubernetes.io/name";
export const INSTANCE_LABEL = "app.kubernetes.io/instance";

/** What kind of thing an object belongs to, as `app.kubernetes.io/component` has it. */
export type Role = "service" | "worker" | "job" | "database" | "cache" | "broker" | "network" | "node-service";

/**
 * Labels that find the pods of one part of a system. A selector cannot be changed once made, so it holds only what
 * never changes.
 */
export function selectorLabels(system: string, part: string): Readonly<Record<string, string>> {
  return { [NAME_LABEL]: part, [INSTANCE_LABEL]: system };
}

/** Labels of every object made for one part of a system. */
export function objectLabels(context: Context, part: string, role: Role): Readonly<Record<string, string>> {
  return {
    ...selectorLabels(context.system, part),
    "app.kubernetes.io/component": role,
    "app.kubernetes.io/part-of": context.system,
    "app.kubernetes.io/managed-by": "groundplan",
    "groundplan.dev/environment": context.environment,
  };
}

/**
 * For what becomes ready only after its users exist: a Service waits for endpoints of pods made after it, a claim of a
 * class that binds late for its first pod. Their Deployment is awaited anyway.
 */
export const SKIP_AWAIT: Readonly<Record<string, string>> = { "pulumi.com/skipAwait": "true" };

/** What a service is to an operator who filters by component. */
export function roleOf(spec: ServiceSpec): Role {
  switch (spec.kind) {
    case "cronjob":
    case "job":
      return "job";
    case "daemonset":
      return "node-service";
    case "deployment":
    case "statefulset":
      return Object.keys(spec.ports).length > 0 ? "service" : "worker";
    default:
      return spec satisfies never;
  }
}
