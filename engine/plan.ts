import type { RecordedResource } from "./goal";
import { type PlanObject, type PlanValue, sha256, stableJson, toPlanValue } from "./planValues";
import type { RunResult } from "./request";
import { compareText } from "./text";
import { packageOfType, parseProviderReference, ROOT_STACK_TYPE } from "./urn";
import { isObject, mapValues, secretStrings, signatureOf, unwrap, type Wire } from "./wire";

/** A placement as a plan names it. */
export interface PlanPlacement {
  readonly name: string;
  readonly cloud: string;
  readonly region: string;
  readonly role: string;
}

/** A planned resource. */
export interface PlanResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly parent: string | null;
  /** The provider's URN. */
  readonly provider: string | null;
  readonly placement: string | null;
  readonly layer: string | null;
  readonly inputs: PlanObject;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly options: PlanObject;
}

/** Something one part of the system says to another. */
export interface PlanEdge {
  readonly from: string;
  readonly to: string;
  readonly port: PlanValue;
  readonly access: PlanValue;
  readonly placement: string | null;
}

/** What a component can give only in part. */
export interface PlanDegraded {
  readonly feature: string;
  readonly reason: string;
  readonly remedy: string;
  readonly urn: string;
}

/** What the program said. */
export interface PlanDiagnostic {
  readonly severity: string;
  readonly message: string;
  readonly urn: string | null;
}

/** One thing a rule found. */
export interface PolicyResult {
  readonly pack: string;
  readonly rule: string;
  readonly urn: string;
  readonly level: "mandatory" | "advisory";
  readonly status: "violation" | "deferred" | "exempt";
  readonly message: string;
}

/** What the policy packs said. */
export interface PolicyReport {
  readonly packs: readonly { readonly name: string; readonly version: string; readonly rules: number }[];
  readonly results: readonly PolicyResult[];
  readonly passed: number;
  readonly notApplicable: number;
}

/** What a plan says of itself that no program knows. */
export interface PlanHeader {
  readonly system: string;
  readonly environment: string;
  readonly model: string;
  readonly placements: readonly PlanPlacement[];
}

/** A plan file. */
export interface Plan extends PlanHeader {
  readonly version: 1;
  readonly project: string;
  readonly stack: string;
  readonly mode: "preview" | "simulate";
  readonly configHash: string;
  readonly providers: Readonly<Record<string, string>>;
  readonly resources: readonly PlanResource[];
  readonly edges: readonly PlanEdge[];
  readonly degraded: readonly PlanDegraded[];
  readonly outputs: PlanObject;
  readonly diagnostics: readonly PlanDiagnostic[];
  readonly policies: PolicyReport;
}

const NO_POLICIES: PolicyReport = { packs: [], results: [], passed: 0, notApplicable: 0 };

/** Makes the plan of a run. Nothing in it is secret, and nothing depends on when or where it was made. */
export function buildPlan(run: RunResult, header: PlanHeader, policies: PolicyReport = NO_POLICIES): Plan {
  const byUrn = new Map(run.resources.map((resource) => [resource.urn, resource]));
  const ordered = [...run.resources].sort((left, right) => compareText(left.urn, right.urn));
  const redact = redaction(run);
  const trait = (resource: RecordedResource, key: string) => nearest(resource, key, byUrn);
  return {
    version: 1,
    project: run.project,
    stack: run.stack,
    system: header.system,
    environment: header.environment,
    model: header.model,
    mode: run.mode,
    configHash: configHash(run.config, run.secretKeys),
    placements: header.placements.map(({ name, cloud, region, role }) => ({ name, cloud, region, role })),
    providers: providerVersions(ordered),
    resources: ordered.map((resource) => ({
      urn: resource.urn,
      type: resource.type,
      name: resource.name,
      custom: resource.custom,
      parent: resource.parent ?? null,
      provider: resource.provider === undefined ? null : parseProviderReference(resource.provider).urn,
      placement: trait(resource, "placement"),
      layer: trait(resource, "layer"),
      inputs: mapValues(resource.inputs, toPlanValue),
      dependencies: sorted(resource.dependencies),
      propertyDependencies: mapValues(resource.propertyDependencies, sorted),
      options: mapValues({ ...resource.options } as { readonly [key: string]: Wire }, toPlanValue),
    })),
    edges: collect(ordered, "edges", (edge, resource) => ({
      from: String(edge.from),
      to: String(edge.to),
      port: toPlanValue(edge.port ?? null),
      access: toPlanValue(edge.access ?? null),
      placement: typeof edge.placement === "string" ? edge.placement : trait(resource, "placement"),
    })),
    degraded: collect(ordered, "degraded", (item, resource) => ({
      feature: String(item.feature),
      reason: redact(String(item.reason)),
      remedy: redact(String(item.remedy)),
      urn: resource.urn,
    })),
    outputs: mapValues(run.outputs, toPlanValue),
    diagnostics: run.diagnostics
      .map(({ severity, message, urn }) => ({ severity, message: redact(message), urn: urn ?? null }))
      .sort((left, right) => compareText(stableJson(left), stableJson(right))),
    policies: {
      ...policies,
      results: policies.results.map((result) => ({ ...result, message: redact(result.message) })),
    },
  };
}

/** Writes a plan: sorted keys, the same bytes for the same inputs. */
export function serializePlan(plan: Plan): string {
  return `${stableJson(plan)}\n`;
}

/** What depends on the configuration: the values that are not secret, and the names of those that are. */
export function configHash(config: Readonly<Record<string, string>>, secretKeys: readonly string[]): string {
  const secret = new Set(secretKeys);
  const plain = Object.fromEntries(Object.entries(config).filter(([key]) => !secret.has(key)));
  return sha256(stableJson({ plain, secret: sorted([...secret]) }));
}

/** A resource's own trait, else its nearest ancestor's. */
function nearest(
  resource: RecordedResource,
  key: "placement" | "layer" | string,
  byUrn: ReadonlyMap<string, RecordedResource>,
): string | null {
  for (let at: RecordedResource | undefined = resource; at !== undefined; ) {
    const value = at.custom ? undefined : unwrap(at.inputs[key] ?? null);
    if (typeof value === "string") {
      return value;
    }
    at = at.parent === undefined ? undefined : byUrn.get(at.parent);
  }
  return null;
}

/** What the components registered under one name, each thing once, sorted. */
function collect<T extends object>(
  resources: readonly RecordedResource[],
  key: string,
  convert: (item: { readonly [key: string]: Wire }, resource: RecordedResource) => T,
): readonly T[] {
  const found = new Map<string, T>();
  for (const resource of resources) {
    const list = resource.custom || resource.type === ROOT_STACK_TYPE ? undefined : resource.outputs[key];
    for (const item of Array.isArray(list) ? (list as readonly Wire[]) : []) {
      if (isObject(item) && signatureOf(item) === undefined) {
        const converted = convert(item, resource);
        found.set(stableJson(converted), converted);
      }
    }
  }
  return [...found].sort(([left], [right]) => compareText(left, right)).map(([, value]) => value);
}

function providerVersions(resources: readonly RecordedResource[]): Record<string, string> {
  const versions: Record<string, string> = {};
  for (const { type, options, inputs, custom } of resources) {
    const version = options.version ?? (type.startsWith("pulumi:providers:") ? inputs.version : undefined);
    if (custom && typeof version === "string") {
      versions[packageOfType(type)] = version;
    }
  }
  return versions;
}

/** Takes every secret of a run out of a text. Very short ones would only garble it. */
function redaction(run: RunResult): (text: string) => string {
  const secrets = new Set<string>();
  const add = (text: string) => {
    if (text.length >= 4) {
      secrets.add(text);
    }
  };
  for (const key of run.secretKeys) {
    add(run.config[key] ?? "");
  }
  for (const resource of run.resources) {
    secretStrings(resource.inputs, add);
    secretStrings(resource.outputs, add);
  }
  const longestFirst = [...secrets].sort((left, right) => right.length - left.length);
  return (text) => longestFirst.reduce((current, secret) => current.replaceAll(secret, "[secret]"), text);
}

function sorted(items: readonly string[]): readonly string[] {
  return [...new Set(items)].sort(compareText);
}
