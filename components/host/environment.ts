import { normalizeUse, servicePort } from "../../systems/edges";
import type { ResolvedSystem } from "../../systems/resolve";
import type { ServiceSpec, StoreSpec, UseSpec } from "../../systems/spec";
import { databaseUser, POSTGRES_PORT } from "../data/postgres/contract";
import { passwordVariable } from "../data/postgres/users";
import { REDIS_PORT } from "../data/redis/contract";
import { InputError, type Problem, show } from "../errors";
import { didYouMean } from "../validation/suggestions";
import type { HostFacts } from "./contract";

/** Where a secret's value is put when the host knows it. */
export function placeholder(secret: string): string {
  return `{{${secret}}}`;
}

/** The variables of a container. */
export interface HostEnvironment {
  readonly plain: Readonly<Record<string, string>>;
  /** Values with {@link placeholder}s of secrets, filled in at boot in a file only root can read. */
  readonly secret: Readonly<Record<string, string>>;
}

/** A secret the host reads at boot. */
export interface HostSecret {
  readonly name: string;
  readonly description: string;
  /**
   * Letters and digits of a value nobody has to choose.
   * @default the value comes from the settings or the spec
   */
  readonly generate?: number;
}

/** Letters and digits alone: a URL takes them as they are. 40 are 238 bits. */
const PASSWORD_LENGTH = 40;

/** Names of the secrets of stores and external services; those of the system keep their own. */
export const secretName = {
  admin: (store: string) => `${store}-admin`,
  client: (store: string, client: string) => `${store}-for-${client}`,
  store: (store: string) => `${store}-password`,
  external: (external: string, key: string) => `${external}-${key}`,
} as const;

/** Stores that a host runs in a container; the others are a bucket, a directory, or part of a service's own process. */
export function isContained(store: StoreSpec): boolean {
  switch (store.kind) {
    case "postgres":
      return store.embedded === undefined;
    case "redis":
    case "memcached":
    case "search":
    case "vector":
      return true;
    case "bucket":
    case "file-share":
      return false;
    default:
      return store satisfies never;
  }
}

/** Services that connect to a store. */
export function clientsOf(
  system: ResolvedSystem,
  store: string,
): readonly { client: string; access: UseSpec["access"] }[] {
  return Object.entries(system.services).flatMap(([client, { uses }]) => {
    const found = uses.map(normalizeUse).filter((use) => use.to === store);
    const strongest = (["admin", "write", "read"] as const).find((access) =>
      found.some((use) => use.access === access),
    );
    return strongest ? [{ client, access: strongest }] : [];
  });
}

/** The secrets of a host's stores: one password per connection to a database, one per other store. */
export function storeSecrets(system: ResolvedSystem): readonly HostSecret[] {
  const made = (name: string, description: string) => ({ name, description, generate: PASSWORD_LENGTH });
  return Object.entries(system.stores).flatMap(([store, spec]) => {
    switch (spec.kind) {
      case "postgres":
        return isContained(spec)
          ? [
              made(secretName.admin(store), `Superuser of ${store}`),
              ...clientsOf(system, store).map(({ client }) =>
                made(secretName.client(store, client), `Connection of ${client} to ${store}`),
              ),
            ]
          : [];
      case "redis":
      case "search":
      case "vector":
        return [made(secretName.store(store), `Connection to ${store}`)];
      case "memcached":
      case "bucket":
      case "file-share":
        return [];
      default:
        return spec satisfies never;
    }
  });
}

/** Works out every variable of a service. Throws an {@link InputError} for values a target does not offer. */
export function serviceEnvironment(
  system: ResolvedSystem,
  service: string,
  spec: ServiceSpec,
  buckets: HostFacts["buckets"],
): HostEnvironment {
  const problems: Problem[] = [];
  // The last word counts: an edge's value replaces the spec's default.
  const values = new Map(Object.entries(spec.env));
  for (const use of spec.uses.map(normalizeUse)) {
    const offered = offeredBy(system, service, use, buckets);
    for (const [variable, key] of Object.entries(use.env)) {
      const value = offered[key];
      if (value === undefined) {
        problems.push({
          path: `services.${service}.uses[${use.to}].env.${variable}`,
          found: show(key),
          allowed: Object.keys(offered).join(", ") || "nothing: the target has no values",
          fix: didYouMean(key, Object.keys(offered)) ?? "take one of the values the target offers",
        });
      } else {
        values.set(variable, value);
      }
    }
  }
  for (const [variable, secret] of Object.entries(spec.secretEnv)) {
    values.set(variable, placeholder(secret));
  }
  if (problems.length > 0) {
    throw new InputError(problems);
  }
  return split(values);
}

/** Passwords of a database's users, for the container that gives each client its own. */
export function databaseUsersEnvironment(system: ResolvedSystem, store: string): HostEnvironment {
  return split(
    new Map([
      ["PGPASSWORD", placeholder(secretName.admin(store))],
      ...clientsOf(system, store).map(
        ({ client }) => [passwordVariable(client), placeholder(secretName.client(store, client))] as const,
      ),
    ]),
  );
}

/** Sorts variables by where each value must be kept: plainly, or in a file made at boot. */
export function split(values: ReadonlyMap<string, string>): HostEnvironment {
  const sorted = [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  const secret = sorted.filter(([, value]) => /\{\{[a-z0-9-]+\}\}/.test(value));
  return {
    plain: Object.fromEntries(sorted.filter((entry) => !secret.includes(entry))),
    secret: Object.fromEntries(secret),
  };
}

function offeredBy(
  system: ResolvedSystem,
  client: string,
  use: UseSpec,
  buckets: HostFacts["buckets"],
): Readonly<Record<string, string>> {
  const store = system.stores[use.to];
  if (store) {
    return storeValues(use.to, store, client, buckets);
  }
  const external = system.external[use.to];
  if (external) {
    const [host = ""] = external.hosts;
    const keys = Object.keys(external.secrets).map((key) => [key, placeholder(secretName.external(use.to, key))]);
    const address = { url: external.url ?? `https://${host}`, host, port: String(external.port), name: host };
    return { ...address, ...Object.fromEntries(keys) };
  }
  const service = system.services[use.to];
  const port = service && servicePort(service, use.port);
  // Containers meet on the port they listen on: no Service stands between that could map another.
  return port
    ? {
        url: `${port.protocol}://${use.to}:${port.port}`,
        host: use.to,
        port: String(port.port),
        name: use.to,
      }
    : {};
}

function storeValues(
  name: string,
  store: StoreSpec,
  client: string,
  buckets: HostFacts["buckets"],
): Readonly<Record<string, string>> {
  const password = placeholder(secretName.store(name));
  switch (store.kind) {
    case "postgres": {
      if (store.embedded) {
        return { url: store.embedded.url, name: store.database };
      }
      const user = databaseUser(client);
      const own = placeholder(secretName.client(name, client));
      return {
        // Both ends are on this machine, on a network of their own: nothing is gained by TLS between them.
        url: `postgresql://${user}:${own}@${name}:${POSTGRES_PORT}/${store.database}`,
        host: name,
        port: String(POSTGRES_PORT),
        user,
        password: own,
        database: store.database,
        name: store.database,
      };
    }
    case "redis":
      return {
        url: `redis://:${password}@${name}:${REDIS_PORT}/0`,
        host: name,
        port: String(REDIS_PORT),
        user: "default",
        password,
      };
    case "memcached":
      return { url: `memcached://${name}:11211`, host: name, port: "11211" };
    case "search":
      return {
        url: `http://elastic:${password}@${name}:9200`,
        host: name,
        port: "9200",
        user: "elastic",
        password,
      };
    case "vector":
      return { url: `http://${name}:6333`, host: name, port: "6333", password };
    case "bucket":
      return store.local
        ? { name: store.local.path, url: `file://${store.local.path}`, region: "local" }
        : (buckets[name] ?? {});
    case "file-share":
      return {};
    default:
      return store satisfies never;
  }
}
