import { type LimitConfig, maximaConfig } from "../environments";
import { containerRule } from "../pods";
import { quantity, quantitySchema } from "../quantities";
import { at, keys, shown } from "../read";
import type { Rule } from "../rule";

// The API refuses resources on ephemeral containers, so no rule can ask for them there.
const RESOURCED = { roles: ["container", "initContainer"] } as const;

interface Asked {
  readonly id: string;
  readonly field: "requests" | "limits";
  readonly name: "cpu" | "memory" | "ephemeral-storage";
  readonly sources: readonly string[];
}

const ASKED: readonly Asked[] = [
  { id: "container-cpu-request", field: "requests", name: "cpu", sources: ["CKV_K8S_10", "C-0268", "kube-score"] },
  { id: "container-cpu-limit", field: "limits", name: "cpu", sources: ["CKV_K8S_11", "C-0270", "kube-score"] },
  {
    id: "container-memory-request",
    field: "requests",
    name: "memory",
    sources: ["CKV_K8S_12", "C-0269", "kube-score"],
  },
  { id: "container-memory-limit", field: "limits", name: "memory", sources: ["CKV_K8S_13", "C-0271", "kube-score"] },
  { id: "container-storage-request", field: "requests", name: "ephemeral-storage", sources: ["kube-score"] },
  { id: "container-storage-limit", field: "limits", name: "ephemeral-storage", sources: ["kube-score"] },
];

/** One rule per quantity, so that each can be exempted or lowered alone (CPU limits are contested). */
const presence: readonly Rule[] = ASKED.map(({ id, field, name, sources }) =>
  containerRule(
    {
      id,
      title: `Containers have a ${name} ${field === "requests" ? "request" : "limit"}`,
      severity: name === "memory" ? "high" : "medium",
      level: "mandatory",
      fix: `Set resources.${field}["${name}"] to a quantity above zero.`,
      sources,
    },
    ({ props }) => {
      const value = at(props, "resources", field, name);
      return (quantity(value) ?? 0) > 0 ? undefined : `resources.${field}.${name} is ${shown(value)}`;
    },
    RESOURCED,
  ),
);

export const requestWithinLimit = containerRule(
  {
    id: "container-request-within-limit",
    title: "Requests do not exceed limits",
    severity: "high",
    level: "mandatory",
    fix: "Lower the request or raise the limit; the API server refuses the pod otherwise.",
    sources: ["kube-score"],
  },
  ({ props }) => {
    for (const name of keys(at(props, "resources", "requests"))) {
      const request = at(props, "resources", "requests", name);
      const limit = at(props, "resources", "limits", name);
      const [asked, most] = [quantity(request), quantity(limit)];
      if (asked !== undefined && most !== undefined && asked > most) {
        return `requests.${name} ${shown(request)} exceeds limits.${name} ${shown(limit)}`;
      }
    }
    return undefined;
  },
  RESOURCED,
);

interface ContainerMaxima {
  readonly cpu: string;
  readonly memory: string;
  readonly "ephemeral-storage": string;
}

const config = maximaConfig<ContainerMaxima>(
  {
    type: "object",
    additionalProperties: false,
    required: ["cpu", "memory", "ephemeral-storage"],
    properties: {
      cpu: quantitySchema,
      memory: quantitySchema,
      "ephemeral-storage": quantitySchema,
    },
  },
  {
    dev: { cpu: "8", memory: "16Gi", "ephemeral-storage": "50Gi" },
    staging: { cpu: "8", memory: "16Gi", "ephemeral-storage": "50Gi" },
    production: { cpu: "16", memory: "64Gi", "ephemeral-storage": "100Gi" },
  },
);

export const withinMaxima = containerRule<LimitConfig<ContainerMaxima>>(
  {
    id: "container-limits-within-maxima",
    title: "Limits stay within the environment's maxima",
    severity: "medium",
    level: "mandatory",
    fix: "Lower the limit, or raise `maxima` of this rule for the environment.",
    sources: ["kube-score"],
    config,
  },
  ({ props }, { environment, maxima }) => {
    const most = maxima[environment] ?? config.defaults.maxima[environment];
    for (const name of ["cpu", "memory", "ephemeral-storage"] as const) {
      const limit = at(props, "resources", "limits", name);
      const value = quantity(limit);
      const maximum = quantity(most[name]);
      if (value !== undefined && maximum !== undefined && value > maximum) {
        return `limits.${name} ${shown(limit)} exceeds ${most[name]}, the maximum in ${environment}`;
      }
    }
    return undefined;
  },
  RESOURCED,
);

export const containerLimitRules: readonly Rule[] = [...presence, requestWithinLimit, withinMaxima];
