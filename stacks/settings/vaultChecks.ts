import type { z } from "zod";
import { isDistributed } from "../../components/context";
import type { Problem } from "../../components/errors";
import { systemName } from "../../components/naming";
import { oneOf, type Path } from "../../components/validation";
import { problemsUnder } from "../../components/validation/checked";
import { didYouMean } from "../../components/validation/suggestions";
import type { SystemInput } from "../../systems/spec";
import { applyOverlay } from "../../systems/spec/overlay";
import { type PlacementSettings, placementsOf } from "./placements";
import type { settingsSchema } from "./schema";
import { isSecretRef } from "./secrets";
import type { VaultSettings } from "./vault";

type Written = z.output<typeof settingsSchema>;

const VAULT = ["secretStore", "vault"];

const at = problemsUnder("groundplan:");

/** A placement that uses Vault. */
type User = PlacementSettings & { readonly vault: VaultSettings };

/** Vault where nothing could read from it, or where two clusters would sign in by one mount. */
export function checkVault(settings: Written): readonly Problem[] {
  const users = placementsOf(settings).filter((placement): placement is User => placement.vault !== undefined);
  return [...checkReaders(settings, users), ...checkAuthMounts(users), ...checkUnused(settings)];
}

/** What a system's secrets are in Vault: folders that can be told from the mount, names that are there. */
export function checkVaultNames(settings: Written, system: SystemInput): readonly Problem[] {
  return [...checkFolder(settings, system), ...checkOverwrites(settings, system)];
}

/** Only External Secrets reads from Vault here, and only clusters have it. */
function checkReaders(settings: Written, users: readonly User[]): readonly Problem[] {
  const { model, kubernetes } = settings;
  const problems: Problem[] = [];
  const hosts = isDistributed(model) ? [] : users.filter(({ cloud }) => cloud !== "kubernetes");
  for (const { name, cloud } of hosts) {
    problems.push(
      at(
        [...VAULT, "placements", name, "use"],
        "vault",
        `cloud for ${name}: in model ${model} a machine on ${cloud} reads the cloud's own store, by its identity`,
        "set it to cloud, remove groundplan:secretStore.vault, or set groundplan:model to distributed",
      ),
    );
  }
  const mode = kubernetes.addOns["external-secrets"];
  const bare = mode === undefined && !isDistributed(model) && users.some(({ cloud }) => cloud === "kubernetes");
  if ((mode === "none" && users.length > hosts.length) || bare) {
    problems.push(
      at(
        ["kubernetes", "addOns", "external-secrets"],
        mode,
        "install or existing with groundplan:secretStore.vault: nothing else brings its secrets into a cluster",
        "set it to install, or to existing where the cluster has it",
      ),
    );
  }
  return problems;
}

/** A mount of the Kubernetes auth method asks one cluster's API server who a token belongs to. */
function checkAuthMounts(users: readonly User[]): readonly Problem[] {
  const taken = new Map<string, string>();
  return users.flatMap(({ name, vault: { address, namespace = "", auth } }) => {
    const key = [address, namespace, auth.mountPath].join(" ");
    const other = taken.get(key);
    taken.set(key, other ?? name);
    return other === undefined
      ? []
      : [
          at(
            [...VAULT, "placements", name, "auth", "mountPath"],
            auth.mountPath,
            `a mount other than ${other}'s: each asks the API server of one cluster`,
            `name a mount for the cluster of ${name}, such as kubernetes-${name}`,
          ),
        ];
  });
}

/** What a placement says of a Vault that it does not use. */
function checkUnused({ secretStore }: Written): readonly Problem[] {
  return Object.entries(secretStore.vault?.placements ?? {}).flatMap(([name, { use, auth, ...others }]) => {
    const said = [...Object.values(auth), ...Object.values(others)].some((value) => value !== undefined);
    return use === "cloud" && said
      ? [
          at(
            [...VAULT, "placements", name, "use"],
            use,
            "vault, where the placement says how it reaches Vault",
            "remove it, or all that stands beside it",
          ),
        ]
      : [];
  });
}

/** External Secrets takes a mount's name off the front of a path it reads, and not of one it writes. */
function checkFolder({ secretStore: { vault }, environment }: Written, { name }: SystemInput): readonly Problem[] {
  const folder = vault?.path ?? `${systemName(name)}/${environment}`;
  return vault !== undefined && `${folder}/`.startsWith(`${vault.mount}/`)
    ? [
        at(
          [...VAULT, "path"],
          folder,
          `a folder that does not begin with ${vault.mount}, the mount, which External Secrets would take off`,
          "write the folder below the mount alone, or name another",
        ),
      ]
    : [];
}

/** Only what has a value here can replace one in Vault. */
function checkOverwrites({ secretStore, secrets, overrides }: Written, described: SystemInput): readonly Problem[] {
  const system = applyOverlay(described, overrides);
  const generated = Object.entries(system.secrets ?? {}).flatMap(([name, { generate }]) =>
    generate === undefined ? [] : [name],
  );
  const given = Object.entries(secrets).flatMap(([name, value]) =>
    isSecretRef(value) ? [name] : Object.keys(value).map((key) => `${name}-${key}`),
  );
  const known = [...new Set([...generated, ...given])];
  return (secretStore.vault?.overwrite ?? []).flatMap((name, index) => {
    const path: Path = [...VAULT, "overwrite", index];
    return known.includes(name)
      ? []
      : [
          at(
            path,
            name,
            known.length > 0
              ? `a secret with a value here, made up or from groundplan:secrets: ${oneOf(known)}`
              : "nothing: no secret has a value here",
            didYouMean(name, known) ?? "correct the name, or remove it",
          ),
        ];
  });
}
