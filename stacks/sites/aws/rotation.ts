import { capabilitiesOf } from "../../../components/cluster/addOns/catalog";
import { isPassphrase } from "../../../components/operations/backup/contract";
import { daysOf, type RotationChoice, type Unmet } from "../../../components/secrets/rotation/choice";
import type { SecretRotations } from "../../../components/secrets/secretStore/aws";
import { commonEntries } from "../commonSecrets";
import { secretInputs } from "../secretInputs";
import type { SiteRequest } from "../site";
import { keptInVault } from "../vault";
import { addOnModes } from "./controllers";

/** Days between rotations of what databases and caches know, where data is kept and no setting says otherwise. */
const USUAL_DAYS = 90;

/** Whether the credentials of databases and caches rotate. Undefined: nobody asks for it. */
export function rotationOf(request: SiteRequest): RotationChoice | undefined {
  const { context, settings } = request;
  const days = settings.secretRotation?.days ?? (context.redundancy.keep ? USUAL_DAYS : undefined);
  if (days === undefined) {
    return undefined;
  }
  const unmet = unrolled(request);
  return unmet ? { unmet } : { days };
}

/** Which of the system's own secrets rotate, by their own days, and which of them follow another placement's. */
export function secretRotations(request: SiteRequest): SecretRotations {
  const unmet = unrolled(request) ?? mixed(request);
  const common = commonEntries(request);
  return { ...(unmet ? { unmet } : {}), ...(common ? { source: common } : {}) };
}

/** Whether anything of a placement may rotate: what its keys must be open for. */
export function rotates(request: SiteRequest): boolean {
  const { system, settings, placementSettings } = request;
  const { secrets, values } = secretInputs(system, settings);
  const elsewhere = keptInVault(request);
  const stores = Object.entries(system.stores).some(
    ([name, { kind }]) =>
      (kind === "postgres" && placementSettings.existing?.databases[name] === undefined) ||
      (kind === "redis" && settings.compute.globalCaches[name] === undefined),
  );
  const madeUp = Object.entries(secrets).some(
    ([name, { rotateDays, generate }]) =>
      rotateDays !== undefined &&
      generate !== undefined &&
      values[name] === undefined &&
      !isPassphrase(name) &&
      !elsewhere.has(name),
  );
  return (
    (stores && daysOf(rotationOf(request)) !== undefined) || (madeUp && secretRotations(request).unmet === undefined)
  );
}

/** Pods read a secret when they start: rotated twice, it would open nothing to those that nobody rolls. */
function unrolled({ settings, system, placementSettings }: SiteRequest): Unmet | undefined {
  const modes = addOnModes(system, settings, placementSettings.existing?.cluster === undefined);
  return capabilitiesOf(modes).reloader
    ? undefined
    : {
        reason: "nothing rolls the pods that use them, which would be locked out after the second time",
        remedy: "set groundplan:kubernetes.addOns.reloader to install or existing",
      };
}

/** A placement on another cloud, or one that has Vault, is told a value once, when it is made. */
function mixed({ settings, placementSettings }: SiteRequest): Unmet | undefined {
  const inVault = placementSettings.vault !== undefined;
  return settings.placements.every(({ cloud, vault }) => cloud === "aws" && (vault !== undefined) === inVault)
    ? undefined
    : {
        reason: "another placement keeps the same value in another kind of store, and is not told of a new one",
        remedy: "give it a new value in every placement when it is due",
      };
}
