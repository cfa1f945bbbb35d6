import { cloudOf, FAKE_ACCOUNT } from "../simulators/cloudFacts";
import { isUnknown, type Wire, type WireObject } from "../wire";

/**
 * Where the ids of a provider's objects are unique: an account and a region, a project, a cluster. An AWS object whose
 * ARN names no region belongs to the account as a whole.
 */
export function scopeOf(packageName: string, provider: WireObject, inputs: WireObject, outputs: WireObject): string {
  switch (packageName) {
    case "kubernetes":
      return clusterOf(provider);
    case "gcp":
      return "";
    default: {
      const { account, region } = cloudOf({ config: {}, provider, inputs });
      const arn = typeof outputs.arn === "string" ? outputs.arn.split(":") : [];
      return `${account}/${arn[3] ?? region}`;
    }
  }
}

/** Where to look for an object of which the id alone is known. */
export function scopesOf(packageName: string, provider: WireObject, inputs: WireObject): readonly string[] {
  const own = scopeOf(packageName, provider, inputs, {});
  return packageName === "aws" ? [own, `${own.split("/")[0] ?? FAKE_ACCOUNT}/`] : [own];
}

/** The cluster a Kubernetes provider talks to: as it identifies it, else as far as its configuration says. */
export function clusterOf(provider: WireObject): string {
  const { clusterIdentifier, kubeconfig, context, cluster } = provider;
  if (typeof clusterIdentifier === "string" && clusterIdentifier !== "") {
    return clusterIdentifier;
  }
  const servers = [...textOf(kubeconfig).matchAll(/\bserver\\?["']?\s*:\s*\\?["']?([^\s"'\\,}]+)/g)].map(
    (found) => found[1],
  );
  return JSON.stringify([servers, textOf(context), textOf(cluster)]);
}

function textOf(value: Wire | undefined): string {
  if (value === undefined || isUnknown(value)) {
    return "";
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}
