import type { RecordedResource, RunResult } from "../../../engine";
import { parseProviderReference } from "../../../engine/urn";
import { isObject, unwrap, type Wire, type WireObject } from "../../../engine/wire";
import type { Place, Subject } from "./row";

/** A planned resource of AWS with what was made up about it told apart. */
export interface PlannedSubject extends Subject {
  readonly urn: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Shortest text that a fake value is looked for by: shorter ones stand in real names by chance. */
const FAKE_LENGTH = 6;

/** Everything of AWS that a simulated run made, as the rows look at it. */
export function subjectsOf(run: RunResult): readonly PlannedSubject[] {
  const byUrn = new Map(run.resources.map((resource) => [resource.urn, resource]));
  return run.resources
    .filter(({ type, custom }) => custom && type.startsWith("aws:"))
    .map((resource) => {
      const inputs = unwrap(resource.inputs) as WireObject;
      const place = placeOf(resource.provider, inputs, byUrn);
      return {
        urn: resource.urn,
        type: resource.type,
        inputs,
        place,
        region: place.region,
        tags: isObject(inputs.tags) ? (inputs.tags as Readonly<Record<string, string>>) : {},
        name: (input) => planned(resource, inputs, input, byUrn),
      };
    });
}

/** Every function of AWS that the run called, as the rows look at it. */
export function readsOf(run: RunResult): readonly Subject[] {
  const byUrn = new Map(run.resources.map((resource) => [resource.urn, resource]));
  return run.asked
    .filter(({ token }) => token.startsWith("aws:"))
    .map(({ token, args, provider }) => {
      const inputs = unwrap(args) as WireObject;
      const place = placeOf(provider, inputs, byUrn);
      return {
        type: token,
        inputs,
        place,
        region: place.region,
        name: (input) => (typeof inputs[input] === "string" ? inputs[input] : "*"),
      };
    });
}

/** Where a provider works: its region, and its account where the settings name exactly one. */
function placeOf(
  reference: string | undefined,
  inputs: WireObject,
  byUrn: ReadonlyMap<string, RecordedResource>,
): Place {
  const provider = reference === undefined ? undefined : byUrn.get(parseProviderReference(reference).urn);
  const settings = (provider ? unwrap(provider.inputs) : {}) as WireObject;
  const region = String(inputs.region ?? settings.region ?? "us-east-1");
  const accounts = listOf(settings.allowedAccountIds);
  const partition = region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
  return { partition, region, account: accounts.length === 1 ? String(accounts[0]) : "*" };
}

/** Nested configuration of a provider travels as JSON text. */
function listOf(value: Wire | undefined): readonly Wire[] {
  const read = typeof value === "string" ? (JSON.parse(value) as Wire) : value;
  return Array.isArray(read) ? read : [];
}

/** The name an input asks for, the start of one that the provider completes, or Pulumi's own. */
function planned(
  resource: RecordedResource,
  inputs: WireObject,
  input: string,
  byUrn: ReadonlyMap<string, RecordedResource>,
): string {
  const given = inputs[input];
  if (typeof given === "string") {
    return (resource.propertyDependencies[input] ?? []).reduce(
      (name, urn) => withoutFakes(name, byUrn.get(urn)),
      given,
    );
  }
  const prefix = inputs[`${input}Prefix`];
  return typeof prefix === "string" ? `${prefix}*` : `${resource.name}-*`;
}

/** A name with what only the run made up replaced. */
function withoutFakes(name: string, made: RecordedResource | undefined): string {
  if (!made?.type.startsWith("random:")) {
    return name;
  }
  const computed = Object.entries(made.outputs).filter(([key]) => !(key in made.inputs));
  return computed
    .flatMap(([, value]) => textsOf(value))
    .filter((text) => text.length >= FAKE_LENGTH)
    .sort((left, right) => right.length - left.length)
    .reduce((text, fake) => text.replaceAll(fake, "*"), name);
}

/** Every text within a value. */
export function textsOf(value: Wire): readonly string[] {
  const plain = unwrap(value);
  if (typeof plain === "string") {
    return [plain];
  }
  if (Array.isArray(plain)) {
    return plain.flatMap(textsOf);
  }
  return isObject(plain) ? Object.values(plain).flatMap(textsOf) : [];
}
