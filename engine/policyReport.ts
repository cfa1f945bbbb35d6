import type { PolicyReport, PolicyResult } from "./plan";
import { compareText } from "./text";

/** How a pack is told its rules' levels and properties, as Pulumi's policy configuration files have it. */
export type PackConfig = Readonly<
  Record<string, string | { readonly enforcementLevel?: string; readonly [key: string]: unknown }>
>;

/** How to evaluate packs. */
export interface PolicyRequest {
  readonly mode: "preview" | "simulate";
  /** Configuration by pack name. */
  readonly config?: Readonly<Record<string, PackConfig>>;
}

/** A rule's level and properties under a configuration; no level means that the rule is off. */
export interface RuleSettings {
  readonly level: "mandatory" | "advisory" | undefined;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What a rule's configuration comes to: its own entry, the pack's entry for all rules, the rule's defaults. */
export function settingsOf(
  config: PackConfig | undefined,
  rule: {
    readonly name: string;
    readonly enforcementLevel?: string;
    readonly defaults: Readonly<Record<string, unknown>>;
  },
  packLevel: string | undefined,
): RuleSettings {
  const own = entry(config?.[rule.name]);
  const all = entry(config?.all);
  const level = own.enforcementLevel ?? all.enforcementLevel ?? rule.enforcementLevel ?? packLevel ?? "advisory";
  const { enforcementLevel: _, ...properties } = own;
  return {
    // A plan remediates nothing, so what would be remediated is wanted mandatorily.
    level: level === "disabled" ? undefined : level === "advisory" ? "advisory" : "mandatory",
    properties: { ...rule.defaults, ...properties },
  };
}

function entry(value: PackConfig[string] | undefined): {
  readonly enforcementLevel?: string;
  readonly [key: string]: unknown;
} {
  return typeof value === "string" ? { enforcementLevel: value } : (value ?? {});
}

/** Collects what the rules of several packs say. */
export class Findings {
  readonly #packs: PolicyReport["packs"][number][] = [];
  readonly #results: PolicyResult[] = [];
  #passed = 0;
  #notApplicable = 0;

  addPack(name: string, version: string, rules: number): void {
    this.#packs.push({ name, version, rules });
  }

  add(result: PolicyResult): void {
    this.#results.push(result);
  }

  pass(count = 1): void {
    this.#passed += count;
  }

  skip(count = 1): void {
    this.#notApplicable += count;
  }

  report(): PolicyReport {
    return {
      packs: this.#packs,
      results: this.#results
        .map((result) => ({ key: sortKey(result), result }))
        .sort((left, right) => compareText(left.key, right.key))
        .map(({ result }) => result),
      passed: this.#passed,
      notApplicable: this.#notApplicable,
    };
  }
}

function sortKey({ pack, rule, urn, status, message }: PolicyResult): string {
  return [pack, rule, urn, status, message].join("\0");
}
