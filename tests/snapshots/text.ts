import { stringify } from "yaml";
import type { Plan, PlanResource } from "../../engine";

/**
 * A plan as a person reviews it: one block per resource, in the order of the plan, with its inputs and options. `?` is a
 * value known once deployed. The tags that everything has stand at the head alone, and what another placement has
 * exactly as the primary, names and regions apart, is one line.
 */
export function snapshotOf(plan: Plan): string {
  const shown = plan.resources.filter(({ type }) => type !== "pulumi:pulumi:Stack");
  const bodies = new Map(shown.map((resource) => [resource.urn, bodyOf(resource, plan)]));
  const [primary, ...others] = plan.placements.map(({ name }) => name);
  const twins = new Map(
    shown
      .filter(({ placement }) => placement === primary)
      .map((resource) => [
        `${resource.type} ${resource.name}`,
        neutral(bodies.get(resource.urn) ?? "", resource, plan),
      ]),
  );
  const blocks = shown.map((resource) => {
    const { name, type, placement, urn } = resource;
    const text = bodies.get(urn) ?? "";
    const twin = others.includes(placement ?? "") ? `${primary}${name.slice(placement?.length)}` : undefined;
    if (twin !== undefined && twins.get(`${type} ${twin}`) === neutral(text, resource, plan)) {
      return `${name}  ${type}  as ${twin}`;
    }
    return text === "" ? `${name}  ${type}` : `${name}  ${type}\n${text.replace(/^/gm, "  ")}`;
  });
  return `${Object.entries(commonTags(plan))
    .map(([key, value]) => `${key}: ${value}`)
    .join(", ")}\n\n${blocks.join("\n")}\n`;
}

function commonTags({ system, environment, model }: Plan): Readonly<Record<string, string>> {
  return { system, environment, model, "managed-by": "groundplan" };
}

function bodyOf({ inputs, options, custom }: PlanResource, plan: Plan): string {
  const { version: _, ...shown } = options;
  const parts = shorten(
    { ...(custom ? inputs : {}), ...(Object.keys(shown).length > 0 ? { "(options)": shown } : {}) },
    plan,
  );
  return parts === undefined ? "" : stringify(parts, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd();
}

/** What is left of a value once unknowns are a sign, URNs names, and what everything has is gone. */
function shorten(value: unknown, plan: Plan): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => shorten(item, plan));
  }
  if (typeof value === "string") {
    return value.startsWith("urn:pulumi:") ? value.split("::").at(-1) : value;
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if ("$" in value && value.$ === "unknown") {
    return "?";
  }
  const common = commonTags(plan);
  const left = Object.entries(value).flatMap(([key, inner]) => {
    const short = common[key] !== undefined && common[key] === inner ? undefined : shorten(inner, plan);
    return short === undefined ? [] : [[key, short] as const];
  });
  const emptied = left.length === 0 && Object.keys(value).length > 0;
  return emptied ? undefined : Object.fromEntries(left);
}

/** A text without what tells a placement from another: its name, its region, its network, hashes of names. */
function neutral(text: string, { placement }: PlanResource, { placements }: Plan): string {
  const region = placements.find(({ name }) => name === placement)?.region;
  const words = [placement, region].filter((word) => typeof word === "string");
  return words
    .reduce((left, word) => left.replaceAll(word, "HERE"), text)
    .replace(/\b10\.\d+\./g, "10.HERE.")
    .replace(/\b[0-9a-f]{6}\b/g, "HASH");
}
