import type * as pulumi from "@pulumi/pulumi";
import type { ClusterContract } from "../../components/cluster/contract";
import { isPassphrase, passphraseName } from "../../components/operations/backup/contract";
import { seconds } from "../../components/quantities";
import { VaultStore } from "../../components/secrets/secretStore/vault";
import { normalizeUse } from "../../systems/edges";
import { describedNamespace, type ResolvedSystem } from "../../systems/resolve";
import type { SecretSpec, ServiceSpec } from "../../systems/spec";
import { backupNamespace } from "../backups";
import { defaultNamespace, namespaceOf } from "../demands";
import type { PlacementSettings } from "../settings";
import { secretInputs } from "./secretInputs";
import { childOf, type SiteRequest } from "./site";

type Request = Pick<SiteRequest, "system" | "settings" | "placementSettings">;

export interface VaultArgs {
  readonly cluster: Pick<ClusterContract, "kubernetes" | "installed">;
  /** What is put in, by secret. */
  readonly values: ReadonlyMap<string, pulumi.Output<string>>;
  /** The namespaces the placement has. */
  readonly namespaces: ReadonlyMap<string, { readonly ready: readonly pulumi.Resource[] }>;
}

/**
 * Secrets of a placement that Vault holds. What opens the copies of backups stays with a cloud's own store, whose copy in
 * another region is there when a region, and a Vault in it, is not.
 */
export function vaultSecrets({ system, settings, placementSettings }: Request): Readonly<Record<string, SecretSpec>> {
  const { vault, cloud } = placementSettings;
  if (vault === undefined) {
    return {};
  }
  const { secrets } = secretInputs(system, settings);
  return Object.fromEntries(Object.entries(secrets).filter(([name]) => cloud === "kubernetes" || !isPassphrase(name)));
}

/** Names of those secrets, for the store that keeps the others. */
export function keptInVault(request: Request): ReadonlySet<string> {
  return new Set(Object.keys(vaultSecrets(request)));
}

/** Ports on which a placement's nodes leave the cluster: those of external services, and Vault's. */
export function outwardPorts(request: Request): readonly number[] {
  const external = Object.values(request.system.external).map(({ port }) => port);
  const { vault } = request.placementSettings;
  if (vault === undefined || keptInVault(request).size === 0) {
    return external;
  }
  const { hostname, port } = new URL(vault.address);
  // Within the cluster pods reach each other anyhow.
  return /\.svc(\.cluster\.local)?$/.test(hostname) ? external : [...external, port === "" ? 443 : Number(port)];
}

/** Vault's stores in the namespaces of a placement that read from it. Undefined: it holds nothing of this placement. */
export function makeVault(
  request: SiteRequest,
  { cluster, values, namespaces }: VaultArgs,
  options: pulumi.ComponentResourceOptions,
): VaultStore | undefined {
  const { context, system, placementSettings } = request;
  const secrets = vaultSecrets(request);
  const readers = readersOf(request, Object.keys(secrets)).flatMap((name) => {
    const made = namespaces.get(name);
    return made ? [{ name, describedAs: describedNamespace(system, name), ready: made.ready }] : [];
  });
  const home = readers.find(({ name }) => name === defaultNamespace(system)) ?? readers[0];
  if (placementSettings.vault === undefined || home === undefined) {
    return undefined;
  }
  const { overwrite, retry, ...place } = placementSettings.vault;
  return new VaultStore(
    childOf(request, "vault"),
    {
      context,
      place: { ...place, ...(retry === undefined ? {} : { retry: retryOf(retry) }) },
      secrets,
      values,
      overwrite,
      reader: {
        kubernetes: cluster.kubernetes,
        ready: cluster.installed?.externalSecrets ? [cluster.installed.externalSecrets] : [],
        namespaces: readers,
        home,
      },
    },
    options,
  );
}

function retryOf({ maxRetries, interval }: NonNullable<NonNullable<PlacementSettings["vault"]>["retry"]>) {
  return { maxRetries, ...(interval === undefined ? {} : { intervalSeconds: seconds(interval) }) };
}

/** Namespaces with something in them that uses one of these secrets. */
function readersOf({ system, placementSettings }: Request, secrets: readonly string[]): readonly string[] {
  const services = Object.values(system.services).filter((service) => usesSecrets(system, service, secrets));
  const backups = Object.entries(system.backups).flatMap(([name, backup]) =>
    secrets.includes(passphraseName(name)) ? [backupNamespace(system, placementSettings.cloud, backup)] : [],
  );
  return [...new Set([...services.map((service) => namespaceOf(system, service)), ...backups])];
}

function usesSecrets(system: ResolvedSystem, { secretEnv, uses }: ServiceSpec, secrets: readonly string[]): boolean {
  const external = uses.flatMap((use) => {
    const { to } = normalizeUse(use);
    return Object.keys(system.external[to]?.secrets ?? {}).map((key) => `${to}-${key}`);
  });
  return [...Object.values(secretEnv), ...external].some((secret) => secrets.includes(secret));
}
