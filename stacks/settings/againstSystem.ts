import type { z } from "zod";
import { InputError, type Problem } from "../../components/errors";
import { oneOf, type Path, valueAt } from "../../components/validation";
import { problemsUnder } from "../../components/validation/checked";
import { didYouMean } from "../../components/validation/suggestions";
import { mergeLayers, resolveSystem } from "../../systems/resolve";
import type { SystemInput } from "../../systems/spec";
import { applyOverlay } from "../../systems/spec/overlay";
import { placementsOf } from "./placements";
import type { settingsSchema } from "./schema";
import { isSecretRef } from "./secrets";
import { withSource } from "./sources";
import { checkVaultNames } from "./vaultChecks";
import { checkZones } from "./zoneChecks";

type Written = z.output<typeof settingsSchema>;

const at = problemsUnder("groundplan:");

/** What is wrong with settings once the system they are for is known. */
export function checkAgainstSystem(settings: Written, system: SystemInput, stack: string): readonly Problem[] {
  const named = [
    ...checkImageNames(settings, system),
    ...checkSecretNames(settings, system),
    ...checkOverrideNames(settings, system),
    ...checkManagedStores(settings, system),
    ...checkRdsDatabases(settings, system),
    ...checkGlobalCaches(settings, system),
    ...checkVaultNames(settings, system),
  ];
  // A misspelled service in the overrides reads as a new one without fields: once named, that says nothing more.
  const resolved = named.length > 0 ? [] : checkResolved(settings, system, stack);
  return [
    ...named,
    ...checkDigests(settings, system),
    ...checkExisting(settings, system),
    ...checkZones(settings, system),
    ...resolved,
  ];
}

function unknown(path: Path, name: string, what: string, known: readonly string[]): readonly Problem[] {
  return known.includes(name)
    ? []
    : [
        at(
          path,
          name,
          known.length > 0 ? `${what}: ${oneOf(known)}` : `${what}; the system has none`,
          didYouMean(name, known) ?? "correct the name, or remove it",
        ),
      ];
}

function checkImageNames({ images }: Written, system: SystemInput): readonly Problem[] {
  return (["services", "stores"] as const).flatMap((group) =>
    Object.keys(images[group]).flatMap((name) =>
      unknown(["images", group, name], name, `one of the system's ${group}`, Object.keys(system[group] ?? {})),
    ),
  );
}

/** Only these kinds run in the cluster or by a service as one chooses; a store may be one the overrides add. */
function checkManagedStores({ compute, overrides, cloud, placements }: Written, described: SystemInput) {
  const stores = Object.entries(applyOverlay(described, overrides).stores ?? {});
  const on = (which: string) => cloud === which || placements?.some((placement) => placement.cloud === which);
  const kinds = on("aws") ? ["memcached", "search"] : on("gcp") ? ["memcached"] : [];
  const known = stores.flatMap(([name, { kind = "" }]) => (kinds.includes(kind) ? [name] : []));
  return compute.managedStores.flatMap((name, index) => {
    const path = ["compute", "managedStores", index];
    return kinds.length > 0
      ? unknown(path, name, `a store of kind ${kinds.join(" or ")}`, known)
      : [at(path, name, "no store: only AWS and Google Cloud sell these", "remove it: the store runs in the cluster")];
  });
}

/** What RDS does for a database it can do only for one it runs for this system. */
function checkRdsDatabases({ compute, overrides, cloud, placements, existing }: Written, described: SystemInput) {
  const stores = Object.entries(applyOverlay(described, overrides).stores ?? {});
  const given = Object.values(existing).flatMap(({ databases }) => Object.keys(databases));
  const known = stores.flatMap(([name, { kind }]) => (kind === "postgres" && !given.includes(name) ? [name] : []));
  const onAws = cloud === "aws" || placements?.some((placement) => placement.cloud === "aws");
  return (["pooledDatabases", "upgradedDatabases"] as const).flatMap((field) =>
    compute[field].flatMap((name, index) =>
      onAws
        ? unknown(["compute", field, index], name, "a store of kind postgres that the stack makes", known)
        : [at(["compute", field, index], name, "no database: the setting is for RDS, a service of AWS", "remove it")],
    ),
  );
}

/** A datastore is founded by one placement and joined by others, all of one stack: each waits for the other. */
function checkGlobalCaches(settings: Written, described: SystemInput) {
  const { compute, overrides, model, parts } = settings;
  const stores = Object.entries(applyOverlay(described, overrides).stores ?? {});
  const known = stores.flatMap(([name, { kind }]) => (kind === "redis" ? [name] : []));
  const founders = placementsOf(settings).flatMap(({ name, cloud }) => (cloud === "aws" ? [name] : []));
  return Object.entries(compute.globalCaches).flatMap(([name, founder]) => {
    const path = ["compute", "globalCaches", name];
    if (model !== "global" || founders.length < 2) {
      const allowed = "no cache in common but in model global with several placements on aws";
      return [at(path, founder, allowed, "remove it: one region has one cache")];
    }
    if (parts !== undefined) {
      const allowed = "no cache in common where each part has a stack of its own";
      return [at(path, founder, allowed, "own every placement in one stack, or let each have its own cache")];
    }
    return [
      ...unknown(path, name, "a store of kind redis", known),
      ...unknown(path, founder, "a placement on aws", founders),
    ];
  });
}

function checkSecretNames({ secrets, overrides }: Written, described: SystemInput): readonly Problem[] {
  const system = applyOverlay(described, overrides);
  const own = Object.keys(system.secrets ?? {});
  const external = system.external ?? {};
  const withKeys = Object.keys(external).filter((name) => Object.keys(external[name]?.secrets ?? {}).length > 0);
  return Object.entries(secrets).flatMap(([name, value]) => {
    if (isSecretRef(value)) {
      return unknown(["secrets", name], name, "a secret or external service of the system", [...own, ...withKeys]);
    }
    const keys = Object.keys(external[name]?.secrets ?? {});
    return withKeys.includes(name)
      ? Object.keys(value).flatMap((key) => unknown(["secrets", name, key], key, `a key of ${name}`, keys))
      : unknown(["secrets", name], name, "an external service of the system", withKeys);
  });
}

/** Overrides change what is there; only what comes with a kind of its own may be new. */
function checkOverrideNames({ overrides }: Written, system: SystemInput): readonly Problem[] {
  return ["services", "stores"].flatMap((group) => {
    const changes = valueAt(overrides, [group]);
    const known = Object.keys(system[group as "services" | "stores"] ?? {});
    return typeof changes !== "object" || changes === null
      ? []
      : Object.entries(changes).flatMap(([name, change]) =>
          valueAt(change, ["kind"]) === undefined
            ? unknown(["overrides", group, name], name, `one of the system's ${group}, or a new one with a kind`, known)
            : [],
        );
  });
}

/** In production an image is what was tested, bit for bit: a tag can be moved. */
function checkDigests(settings: Written, system: SystemInput): readonly Problem[] {
  if (settings.environment !== "production") {
    return [];
  }
  const services = valueAt(mergeLayers(system, settings), ["services"]);
  return Object.entries(typeof services === "object" && services !== null ? services : {}).flatMap(
    ([name, service]) => {
      const image: unknown = settings.images.services[name] ?? valueAt(service, ["image"]);
      return typeof image !== "string" || image.includes("@sha256:")
        ? []
        : [
            at(
              ["images", "services", name],
              image,
              "an image with its digest (@sha256:...) in production",
              "add the digest the registry shows for the tested image",
            ),
          ];
    },
  );
}

function checkExisting({ existing }: Written, system: SystemInput): readonly Problem[] {
  const stores = Object.entries(system.stores ?? {});
  const of = (kind: string) => stores.flatMap(([name, store]) => (store.kind === kind ? [name] : []));
  return Object.entries(existing).flatMap(([placement, { databases, buckets }]) => [
    ...Object.keys(databases).flatMap((name) =>
      unknown(["existing", placement, "databases", name], name, "a store of kind postgres", of("postgres")),
    ),
    ...Object.keys(buckets).flatMap((name) =>
      unknown(["existing", placement, "buckets", name], name, "a store of kind bucket", of("bucket")),
    ),
  ]);
}

/** The system as each placement will have it must be right too; what the overrides break is reported as theirs. */
function checkResolved(settings: Written, system: SystemInput, stack: string): readonly Problem[] {
  const { model, environment, overrides } = settings;
  const found = new Map<string, Problem>();
  for (const { name } of placementsOf(settings)) {
    try {
      resolveSystem(system, { model, environment, placement: name, overrides });
    } catch (error) {
      if (!InputError.is(error)) {
        throw error;
      }
      for (const problem of error.problems) {
        found.set(problem.path, withSource(problem, { stack, system, model, overrides }));
      }
    }
  }
  return [...found.values()];
}
