import type { PolicyPackConfig } from "@pulumi/policy";
import { InputError, type Problem, show } from "../components/errors";
import { didYouMean } from "../components/validation/suggestions";
import { evaluatePacks, type PolicyResult, type RecordedResource } from "../engine";
import type { PolicyReport } from "../engine/plan";
import {
  packs as allPacks,
  applyExemptions,
  checkConfig,
  EXEMPT_RESOURCES,
  EXEMPT_STACK,
  type Exemption,
  type Pack,
  packConfig,
} from "../policies";

/** An accepted deviation as the settings have it: one reason may cover several rules. */
export interface ExemptionSetting extends Omit<Exemption, "rule"> {
  readonly rules: readonly string[];
}

/** What policies are judged under. */
export interface JudgeRequest {
  readonly mode: "preview" | "simulate";
  /** Names of the packs to run. @default all */
  readonly packs?: readonly string[];
  /** @default production: the strictest */
  readonly environment?: "dev" | "staging" | "production";
  /** @default distributed */
  readonly model?: string;
  /** Whether the stack lives for hours and so protects nothing. @default false */
  readonly ephemeral?: boolean;
  /** Registries images may come from. @default any */
  readonly registries?: readonly string[];
  /** ARNs of the policies that are its roles' permissions boundaries. @default roles may be without one */
  readonly boundaries?: readonly string[];
  readonly exemptions?: readonly ExemptionSetting[];
  /** Levels and properties by rule, exemptions among them, as `--policy-pack-config` takes them; they go before all else. */
  readonly rules?: PolicyPackConfig;
  /** Day on which exemptions are judged, YYYY-MM-DD. @default today */
  readonly today?: string;
}

/**
 * Runs policy packs on resources in this process. Throws an InputError for a pack that is none, and for exemptions that
 * are malformed or name no rule; an expired one is a mandatory violation of its own.
 */
export async function judgeResources(
  resources: readonly RecordedResource[],
  request: JudgeRequest,
): Promise<PolicyReport> {
  const packs = selectPacks(request.packs);
  const rules = splitRules(request.rules);
  const exemptions = [...(request.exemptions ?? []), ...rules.exemptions];
  const today = request.today ?? new Date().toISOString().slice(0, 10);
  const problems = [...unknownRules(exemptions), ...rules.problems];
  if (problems.length > 0) {
    throw new InputError(problems);
  }
  const report = await evaluatePacks(packs.map(withoutListings), resources, {
    mode: request.mode,
    config: Object.fromEntries(
      packs.map((pack) => [
        pack.name,
        packConfig(pack, {
          environment: request.environment,
          overrides: mergeRules(overridesFor(request), rules.settings),
        }),
      ]),
    ),
  });
  const settled = applyExemptions(report.results, perRule(exemptions), today);
  return { ...report, results: [...settled, ...expiredResults(packs, exemptions, today)] };
}

/**
 * Configuration of each pack for a stack, as the Pulumi CLI takes it with `--policy-pack-config`: there the packs judge
 * under the same environment and exemptions as here.
 */
export function packConfigs(request: Omit<JudgeRequest, "mode" | "today">): Readonly<Record<string, PolicyPackConfig>> {
  const rules = splitRules(request.rules);
  if (rules.problems.length > 0) {
    throw new InputError(rules.problems);
  }
  const exemptions = perRule([...(request.exemptions ?? []), ...rules.exemptions]);
  const overrides = mergeRules(overridesFor(request), rules.settings);
  return Object.fromEntries(
    selectPacks(request.packs).map((pack) => [
      pack.name,
      packConfig(pack, { environment: request.environment, exemptions, overrides }),
    ]),
  );
}

function perRule(exemptions: readonly ExemptionSetting[]): readonly Exemption[] {
  return exemptions.flatMap(({ rules, ...rest }) => rules.map((rule) => ({ ...rest, rule })));
}

/** Settings of rules apart from the exemptions among them, which are settled here and not by the rules. */
function splitRules(rules: PolicyPackConfig = {}): {
  readonly settings: PolicyPackConfig;
  readonly exemptions: readonly ExemptionSetting[];
  readonly problems: readonly Problem[];
} {
  const problems = checkConfig(allPacks, rules).map(({ path, found, allowed }) => ({
    path: `rules: ${path}`,
    found,
    allowed,
    fix:
      (knownRules().some((rule) => path === rule || path.startsWith(`${rule}.`))
        ? undefined
        : didYouMean(path, knownRules())) ?? "correct the value, or remove it so that the rule's own applies",
  }));
  if (problems.length > 0) {
    return { settings: {}, exemptions: [], problems };
  }
  const entries = Object.entries(rules).map(([rule, entry]) => {
    const { exemptions = [], ...settings } = typeof entry === "string" ? { enforcementLevel: entry } : entry;
    const own = (exemptions as readonly Omit<Exemption, "rule">[]).map(({ resource, reason, expires }) => ({
      rules: [rule],
      resource,
      reason,
      expires,
    }));
    return { rule, settings, own };
  });
  return {
    settings: Object.fromEntries(entries.map(({ rule, settings }) => [rule, settings])) as PolicyPackConfig,
    exemptions: entries.flatMap(({ own }) => own),
    problems,
  };
}

/** The settings of both, rule by rule; the later goes before. */
function mergeRules(one: PolicyPackConfig, other: PolicyPackConfig): PolicyPackConfig {
  const asObject = (entry: PolicyPackConfig[string] | undefined) =>
    typeof entry === "string" ? { enforcementLevel: entry } : entry;
  const ids = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...ids].map((id) => [id, { ...asObject(one[id]), ...asObject(other[id]) }]));
}

/** Packs by name, in their own order. Throws an InputError with every name that is none. */
export function selectPacks(names: readonly string[] | undefined): readonly Pack[] {
  if (names === undefined) {
    return allPacks;
  }
  const known = allPacks.map((pack) => pack.name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new InputError(
      unknown.map((name) => ({
        path: "--pack",
        found: show(name),
        allowed: known.join(", "),
        fix: "name one of these, or leave --pack out to run all",
      })),
    );
  }
  return allPacks.filter((pack) => names.includes(pack.name));
}

/** The two policies by which a pack lists exemptions under the real engine have no work here: results carry a status. */
function withoutListings(pack: Pack): Pack {
  const policies = pack.args.policies.filter(({ name }) => name !== EXEMPT_RESOURCES && name !== EXEMPT_STACK);
  return { ...pack, args: { ...pack.args, policies } };
}

/** What lives for hours must be gone without a hand, and leave nothing behind, whatever environment it copies. */
const REMOVABLE: PolicyPackConfig = Object.fromEntries(
  [
    "rds-final-snapshot",
    "rds-deletion-protection",
    "cloud-sql-deletion-protection",
    "cluster-deletion-protection",
    "lb-deletion-protection",
    "bucket-not-force-destroyed",
  ].map((rule) => [rule, { environment: "dev" }]),
);

/** What rules need to know of a stack beyond its environment. */
function overridesFor(
  request: Pick<JudgeRequest, "model" | "ephemeral" | "registries" | "boundaries">,
): PolicyPackConfig {
  return {
    ...(request.model === "global" ? { "s3-bucket-replicated": { required: true } } : {}),
    // A container on the one host reaches the metadata service through the bridge, which is one hop more.
    ...(request.model === "single-server" || request.model === "standalone"
      ? {
          "ec2-imdsv2-required": { maximumHops: 2 },
          // The one host serves the public itself; a report still says that it has an address.
          "instance-no-public-address": "advisory" as const,
          // One node, one of everything.
          "workload-two-replicas": { model: request.model },
        }
      : {}),
    ...(request.ephemeral ? { "stateful-resource-protected": { ephemeral: true }, ...REMOVABLE } : {}),
    ...(request.registries ? { "image-trusted-registry": { registries: [...request.registries] } } : {}),
    ...(request.boundaries ? { "iam-role-bounded": { boundaries: [...request.boundaries] } } : {}),
  };
}

/** Exemptions that name no rule, in settings that may be wrong otherwise. */
export function unknownRules(exemptions: unknown): readonly Problem[] {
  const known = knownRules();
  return (Array.isArray(exemptions) ? (exemptions as unknown[]) : []).flatMap((exemption, index) => {
    const rules = (exemption as { rules?: unknown } | null)?.rules;
    return (Array.isArray(rules) ? (rules as unknown[]) : []).flatMap((rule, position) =>
      typeof rule !== "string" || known.includes(rule)
        ? []
        : [
            {
              path: `groundplan:policyExemptions[${index}].rules[${position}]`,
              found: show(rule),
              allowed: "the id of a rule in one of the packs",
              fix: didYouMean(rule, known) ?? "correct the id, or remove it if the rule is gone",
            },
          ],
    );
  });
}

function knownRules(): readonly string[] {
  return allPacks.flatMap((pack) => pack.rules.map((rule) => rule.id));
}

/** An exemption whose day has passed fails by itself, so that it is looked at even where nothing breaks its rule now. */
function expiredResults(
  packs: readonly Pack[],
  exemptions: readonly ExemptionSetting[],
  today: string,
): readonly PolicyResult[] {
  return exemptions.flatMap((exemption, index) =>
    exemption.rules.flatMap((rule) => {
      const pack = packs.find(({ rules }) => rules.some(({ id }) => id === rule));
      return pack === undefined || exemption.expires >= today
        ? []
        : [
            {
              pack: pack.name,
              rule,
              urn: "",
              level: "mandatory" as const,
              status: "violation" as const,
              message:
                `exemption policyExemptions[${index}] for ${exemption.resource} expired on ${exemption.expires}\n` +
                "fix the resource and remove the exemption, or renew it with a reason that still holds",
            },
          ];
    }),
  );
}
