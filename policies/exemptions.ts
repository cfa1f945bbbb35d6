import type { JsonSchema } from "./rule";

/** One accepted deviation. It has a reason and an end; there is no permanent exemption. */
export interface Exemption {
  /** The rule's id. */
  readonly rule: string;
  /** A URN or a resource name; `*` stands for any run of characters. */
  readonly resource: string;
  readonly reason: string;
  /** The last day on which it holds, YYYY-MM-DD. */
  readonly expires: string;
}

/** A result row as plans and reports hold it. */
export interface PolicyResult {
  readonly pack: string;
  readonly rule: string;
  readonly urn: string;
  readonly level: "mandatory" | "advisory";
  readonly status: "violation" | "deferred" | "exempt";
  readonly message: string;
}

export interface ExemptionProblem {
  /** Where in the list, such as `policyExemptions[2].expires`. */
  readonly path: string;
  readonly found: string;
  readonly allowed: string;
  readonly fix: string;
}

export type Verdict =
  | { readonly status: "violation"; readonly note?: string }
  | { readonly status: "exempt"; readonly exemption: Exemption };

/** The rule-level config property of the same name; `rule` is the key the property stands under. */
export const exemptionsSchema: JsonSchema = {
  type: "array",
  description: "Accepted deviations from this rule, each with a reason and a last day.",
  default: [],
  items: {
    type: "object",
    required: ["resource", "reason", "expires"],
    additionalProperties: false,
    properties: {
      rule: { type: "string" },
      resource: { type: "string", minLength: 1, description: "A URN or resource name; * matches any run." },
      reason: { type: "string", minLength: 10 },
      expires: {
        type: "string",
        pattern: "^\\d{4}-\\d{2}-\\d{2}$",
        description: "a day as YYYY-MM-DD, the last it holds",
      },
    },
  },
};

export const todaySchema: JsonSchema = {
  type: "string",
  pattern: "^\\d{4}-\\d{2}-\\d{2}$",
  description: "a day as YYYY-MM-DD, on which exemptions are judged; the current one when absent",
};

/**
 * Says what becomes of one violation. The first exemption that covers it and still holds wins; one that would cover it
 * but has expired leaves the violation standing, and says so.
 */
export function judge(
  rule: string,
  resource: { readonly urn: string; readonly name: string },
  exemptions: readonly Exemption[],
  today: string,
): Verdict {
  let expired: Exemption | undefined;
  for (const exemption of exemptions) {
    if (exemption.rule !== rule || problemsOf(exemption, "").length > 0) continue;
    if (!covers(exemption.resource, resource)) continue;
    if (exemption.expires >= today) return { status: "exempt", exemption };
    expired ??= exemption;
  }
  return expired
    ? { status: "violation", note: `its exemption (${expired.reason}) expired on ${expired.expires}` }
    : { status: "violation" };
}

/** The first exemption that covers the resource and whose day has passed. */
export function expiredFor(
  rule: string,
  resource: { readonly urn: string; readonly name: string },
  exemptions: readonly Exemption[],
  today: string,
): Exemption | undefined {
  return exemptions.find((each) => each.rule === rule && each.expires < today && covers(each.resource, resource));
}

/** The offline form: results of rules that ran without exemptions, each settled by `judge`. */
export function applyExemptions(
  results: readonly PolicyResult[],
  exemptions: readonly Exemption[],
  today: string,
): readonly PolicyResult[] {
  return results.map((result) => {
    if (result.status !== "violation") return result;
    const verdict = judge(result.rule, { urn: result.urn, name: nameOf(result.urn) }, exemptions, today);
    if (verdict.status === "exempt") {
      return { ...result, status: "exempt", message: `${result.message} (${describe(verdict.exemption)})` };
    }
    return verdict.note === undefined ? result : { ...result, message: `${result.message} (${verdict.note})` };
  });
}

/** All that is wrong with a list: malformed entries, unknown rules and expired ones. Empty when it may be used. */
export function checkExemptions(
  exemptions: readonly unknown[],
  ruleIds: Iterable<string>,
  today: string,
  at = "policyExemptions",
): readonly ExemptionProblem[] {
  const known = new Set(ruleIds);
  return exemptions.flatMap((entry, index) => {
    const path = `${at}[${index}]`;
    const problems = problemsOf(entry, path);
    if (problems.length > 0) return problems;
    const exemption = entry as Exemption;
    const found: ExemptionProblem[] = [];
    if (!known.has(exemption.rule)) {
      found.push({
        path: `${path}.rule`,
        found: exemption.rule,
        allowed: "the id of a rule in one of the packs",
        fix: "Correct the id, or remove the exemption if the rule is gone.",
      });
    }
    if (exemption.expires < today) {
      found.push({
        path: `${path}.expires`,
        found: exemption.expires,
        allowed: `a day not before ${today}`,
        fix: "Fix the resource and remove the exemption, or renew it with a reason that still holds.",
      });
    }
    return found;
  });
}

export function describe(exemption: Exemption): string {
  return `exempt until ${exemption.expires}: ${exemption.reason}`;
}

/** The resource's own name: the part of a URN after the last `::`. */
export function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

const globs = new Map<string, RegExp>();

function covers(glob: string, resource: { readonly urn: string; readonly name: string }): boolean {
  let pattern = globs.get(glob);
  if (!pattern) {
    pattern = new RegExp(`^${glob.split("*").map(escapeRegExp).join(".*")}$`, "s");
    globs.set(glob, pattern);
  }
  // A name may itself hold "::" only inside a URN, so the two cannot be confused.
  return pattern.test(glob.startsWith("urn:") ? resource.urn : resource.name);
}

function escapeRegExp(literal: string): string {
  return literal.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function problemsOf(entry: unknown, path: string): ExemptionProblem[] {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
    return [
      {
        path,
        found: Array.isArray(entry) ? "a list" : String(entry),
        allowed: "{ rule, resource, reason, expires }",
        fix: "Write one object per exemption.",
      },
    ];
  }
  const fields = entry as Readonly<Record<string, unknown>>;
  const problems: ExemptionProblem[] = [];
  const need = (field: string, ok: boolean, allowed: string, fix: string): void => {
    if (!ok) problems.push({ path: `${path}.${field}`, found: String(fields[field] ?? "nothing"), allowed, fix });
  };
  const filled = (field: string, length = 1): boolean => {
    const value = fields[field];
    return typeof value === "string" && value.trim().length >= length;
  };
  need("rule", filled("rule"), "a rule id", "Name the rule the exemption is for.");
  need("resource", filled("resource"), "a URN or a name, * as wildcard", "Name the resource the exemption is for.");
  need("reason", filled("reason", 10), "a sentence of ten characters or more", "Say why the deviation is acceptable.");
  need("expires", isDay(fields.expires), "a calendar day as YYYY-MM-DD", "Give the last day the exemption may hold.");
  for (const field of Object.keys(fields)) {
    need(field, ["rule", "resource", "reason", "expires"].includes(field), "no other field", "Remove the field.");
  }
  return problems;
}

/** A day that exists: 2026-02-30 parses in JavaScript, but as March. */
export function isDay(value: unknown): boolean {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const parsed = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(value);
}
