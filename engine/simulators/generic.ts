import type { SimulationContext } from "../simulation";
import { packageOfType } from "../urn";
import type { Wire, WireObject } from "../wire";
import { type CloudFacts, cloudOf } from "./cloudFacts";
import { FAKE_TIME, fakeNumber, fakePrivateIp, fakePublicIp, fakeToken, fakeUuid } from "./fakes";
import { type DeclaredOutput, declaredOutputs, nestedOutputs } from "./sdkSchema";

/** How deep to fill nested outputs: deeper ones are rare, and some refer to themselves. */
const DEPTH = 4;

/** Fills every output that a type declares and neither its inputs nor its simulator gave, by name and type. */
export function fillDeclared(context: SimulationContext, known: WireObject): WireObject {
  const filler = new Filler(context);
  const filled: { [key: string]: Wire } = {};
  for (const output of declaredOutputs(context.type)) {
    if (output.required && !(output.name in known) && !(output.name in context.inputs)) {
      filled[output.name] = filler.value(output, context.urn, 0);
    }
  }
  return filled;
}

/** The name a provider gives a resource that was given none. */
export function autoName(context: SimulationContext): string {
  return `${context.name}-${fakeToken(context.urn, 7)}`;
}

class Filler {
  readonly #cloud: CloudFacts;
  readonly #package: string;

  constructor(private readonly context: SimulationContext) {
    this.#cloud = cloudOf(context);
    this.#package = packageOfType(context.type);
  }

  value(output: DeclaredOutput, path: string, depth: number): Wire {
    const { name, type } = output;
    const seed = `${path}/${name}`;
    if (name === "tagsAll") {
      return this.context.inputs.tags ?? {};
    }
    if (type.endsWith("[]")) {
      return depth < DEPTH
        ? [this.value({ ...output, name: singular(name), type: type.slice(0, -2) }, seed, depth)]
        : [];
    }
    if (type.startsWith("{") || type === "any" || type.startsWith("Record<")) {
      return {};
    }
    if (type.startsWith("outputs.") && depth < DEPTH) {
      const fields = nestedOutputs(this.#package, type).filter((field) => field.required);
      return Object.fromEntries(fields.map((field) => [field.name, this.value(field, seed, depth + 1)]));
    }
    if (type === "number") {
      return this.#number(name, seed);
    }
    if (type === "boolean") {
      return false;
    }
    const literal = /^"([^"]*)"/.exec(type)?.[1];
    return literal ?? this.#text(name, seed);
  }

  #number(name: string, seed: string): number {
    if (/port$/i.test(name)) {
      return 443;
    }
    return /^(number|projectNumber|.*Number)$/.test(name) ? fakeNumber(seed, 100_000_000, 999_999_999) : 1;
  }

  /** By the words providers use; the first that fits. */
  #text(name: string, seed: string): string {
    const { region, account, project, zone } = this.#cloud;
    const { type, inputs } = this.context;
    const module = (type.split(":")[1] ?? "").split("/")[0] ?? "service";
    const token = fakeToken(seed, 12);
    const given = inputs.name ?? inputs.identifier ?? inputs.bucket;
    const own = typeof given === "string" ? given : autoName(this.context);
    const host = `${own}-${token.slice(0, 6)}.${module}.${region}.simulated.invalid`.toLowerCase();
    const rules: readonly (readonly [RegExp, () => string])[] = [
      [/^arn$|Arn$/, () => `arn:${this.#cloud.partition}:${module}:${region}:${account}:${resourceWord(type)}/${own}`],
      [
        /selfLink/i,
        () => `https://www.googleapis.com/${module}/v1/projects/${project}/global/${resourceWord(type)}s/${own}`,
      ],
      [/^region$|Region$/, () => region],
      [/^(location|zone|availabilityZone|.*Zone)$/, () => zone],
      [/^project$|projectId$/i, () => project],
      [/^(accountId|ownerId|registryId|owner|.*AccountId)$/, () => account],
      [/uuid|^uid$/i, () => fakeUuid(seed)],
      [/cidr/i, () => `10.${fakeNumber(seed, 0, 255)}.0.0/16`],
      [/publicIp|externalIp|natIp/i, () => fakePublicIp(seed)],
      [/ip$|ipAddress|ipv4|^gateway/i, () => fakePrivateIp(seed)],
      [/(url|uri|issuer|link)$/i, () => `https://${host}`],
      [/(endpoint|hostname|host|dnsName|domain|domainName|address|fqdn)$/i, () => host],
      [/(date|time|timestamp|createdAt|At|expiration|created|updated)$/, () => FAKE_TIME],
      [/(state|status|health)$/i, () => "ACTIVE"],
      [
        /(certificate|certificateAuthority|pem|data|publicKey|caCert.*)$/i,
        () => Buffer.from(`simulated ${token}`).toString("base64"),
      ],
      [/(password|secret|token|privateKey|accessKey)$/i, () => `simulated-${fakeToken(seed, 24)}`],
      [/(etag|fingerprint|hash|checksum|sha\d*|md5)$/i, () => fakeToken(seed, 32)],
      [/^(name|.*Name|bucket|identifier)$/, () => own],
      [/email$/i, () => `${own}@${project}.iam.gserviceaccount.com`],
      [/member$/i, () => `serviceAccount:${own}@${project}.iam.gserviceaccount.com`],
      [/version$/i, () => "1"],
      [/id$/i, () => fakeToken(seed, 17)],
    ];
    return rules.find(([pattern]) => pattern.test(name))?.[1]() ?? `simulated-${token}`;
  }
}

function singular(name: string): string {
  return name
    .replace(/ies$/, "y")
    .replace(/(ss|sh|x)es$/, "$1")
    .replace(/s$/, "");
}

function resourceWord(type: string): string {
  const word = type.slice(type.lastIndexOf(":") + 1);
  return word.charAt(0).toLowerCase() + word.slice(1);
}
