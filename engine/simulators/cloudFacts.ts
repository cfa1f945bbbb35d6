import type { SimulationContext } from "../simulation";
import { isObject, type WireObject } from "../wire";

/** Where a resource would be, and whose it would be. */
export interface CloudFacts {
  readonly region: string;
  readonly zone: string;
  readonly partition: string;
  readonly account: string;
  readonly project: string;
}

/** AWS's own example account. */
export const FAKE_ACCOUNT = "123456789012";
/** A project nobody has: project ids may not end so. */
export const FAKE_PROJECT = "simulated-project";

interface Context {
  readonly config: Readonly<Record<string, string>>;
  readonly provider: WireObject;
  readonly inputs?: WireObject;
  readonly type?: string;
}

/** What a resource's own inputs, its provider's and the stack's configuration say, in that order. */
export function cloudOf(context: Context | SimulationContext): CloudFacts {
  const { provider, config } = context;
  const inputs = context.inputs ?? {};
  const google = context.type?.startsWith("gcp:") === true;
  const region =
    text(inputs.region) ??
    text(provider.region) ??
    config[google ? "gcp:region" : "aws:region"] ??
    (google ? "europe-west1" : "us-east-1");
  const zone =
    text(inputs.zone) ?? text(inputs.availabilityZone) ?? text(provider.zone) ?? `${region}${google ? "-b" : "a"}`;
  return {
    region,
    zone,
    partition: partitionOf(region),
    account: accountOf(provider),
    project: text(inputs.project) ?? text(provider.project) ?? config["gcp:project"] ?? FAKE_PROJECT,
  };
}

/** The partition a region is in. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) {
    return "aws-cn";
  }
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

/** A provider that may only work in one account, or that assumes a role in one, says which. */
function accountOf(provider: WireObject): string {
  const allowed = list(provider.allowedAccountIds);
  const roles = list(provider.assumeRoles ?? provider.assumeRole);
  const role = isObject(roles[0]) ? text(roles[0].roleArn) : undefined;
  return text(allowed[0]) ?? role?.split(":")[4] ?? FAKE_ACCOUNT;
}

/** A provider's nested configuration travels as JSON text. */
function list(value: unknown): readonly unknown[] {
  if (typeof value === "string") {
    try {
      const parsed: unknown = JSON.parse(value);
      return Array.isArray(parsed) ? parsed : [parsed];
    } catch {
      return [];
    }
  }
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
