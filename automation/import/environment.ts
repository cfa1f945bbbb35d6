import { isIP } from "node:net";
import type { Path } from "../../components/validation";
import { type Draft, type DraftUse, looksSecret, toName } from "./draft";
import type { Source } from "./source";
import { OFFERED } from "./stores";

/** A variable as the file has it, and where. `value` is undefined where only whoever starts it knows. */
export interface Variable {
  readonly name: string;
  readonly value: string | undefined;
  readonly path: Path;
}

/** What a program's variables become. */
export interface Environment {
  readonly env: Record<string, string>;
  readonly secretEnv: Record<string, string>;
  readonly uses: Map<string, DraftUse>;
}

/** Where a host of the file leads: a store or a program, by its name in the system. */
export type Hosts = ReadonlyMap<string, Host>;
export interface Host {
  readonly name: string;
  readonly store: boolean;
  /** Names of a program's ports, the default one first. */
  readonly ports: ReadonlyMap<number, string>;
}

const PARTS: readonly (readonly [RegExp, string])[] = [
  [/_?(HOST|HOSTNAME|SERVER|ADDR|ADDRESS)$/, "host"],
  [/_?PORT$/, "port"],
  [/_?(USER|USERNAME)$/, "user"],
  [/_?(PASSWORD|PASS|PASSWD)$/, "password"],
  [/_?(DATABASE|DBNAME|DB_NAME|DB|NAME)$/, "database"],
];

/** Sorts a program's variables into constants, secrets and what edges give. */
export function readEnvironment(
  service: string,
  variables: readonly Variable[],
  hosts: Hosts,
  draft: Draft,
  source: Source,
): Environment {
  const result: Environment = { env: {}, secretEnv: {}, uses: new Map() };
  const prefixes = storePrefixes(variables, hosts);
  for (const variable of variables) {
    const { name, value, path } = variable;
    if (!/^[A-Z_][A-Z0-9_]*$/.test(name)) {
      source.note(path, `the variable ${name} is left out: names are upper case; rename it in the program`);
    } else if (!(partOfStore(variable, prefixes, draft, result) || linked(variable, hosts, draft, source, result))) {
      if (value === undefined || looksSecret(name, value)) {
        addSecret(service, variable, draft, source, result);
      } else {
        result.env[name] = value;
      }
    }
  }
  return result;
}

/** `DB_HOST: db` says that the other variables of that prefix speak of the store db, too. */
function storePrefixes(variables: readonly Variable[], hosts: Hosts): ReadonlyMap<string, string> {
  const prefixes = new Map<string, string>();
  for (const { name, value } of variables) {
    const target = hosts.get(value ?? "");
    const [form] = PARTS[0] ?? [];
    if (target?.store && form?.test(name)) {
      prefixes.set(name.replace(form, ""), target.name);
    }
  }
  return prefixes;
}

function partOfStore(
  { name }: Variable,
  prefixes: ReadonlyMap<string, string>,
  draft: Draft,
  { uses }: Environment,
): boolean {
  for (const [form, part] of PARTS) {
    const target = form.test(name) ? prefixes.get(name.replace(form, "")) : undefined;
    const store = target === undefined ? undefined : draft.stores[target];
    if (store && target !== undefined && OFFERED[store.kind].includes(part)) {
      useOf(uses, target).env = { ...useOf(uses, target).env, [name]: part };
      return true;
    }
  }
  return false;
}

/** A value that leads somewhere becomes an edge; what the edge gives replaces it where that is the same. */
function linked(variable: Variable, hosts: Hosts, draft: Draft, source: Source, result: Environment): boolean {
  const { value = "", path } = variable;
  const url = /^([a-z][a-z0-9+.-]*):\/\/(?:[^\s/]*@)?(\[[^\]]+\]|[^\s:/?#,]+)(?::(\d+))?(\/[^\s]*)?$/i.exec(value);
  const pair = /^([a-z0-9][\w.-]*):(\d+)$/i.exec(value);
  const host = url?.[2] ?? pair?.[1] ?? value;
  const target = hosts.get(host);
  if (target) {
    return target.store
      ? linkStore(variable, target.name, url, pair !== null, draft, source, result)
      : linkService(
          variable,
          target,
          { url: url !== null, port: Number(url?.[3] ?? pair?.[2]), rest: url?.[4] ?? "" },
          result,
          source,
        );
  }
  if (!url) {
    return false;
  }
  const [, scheme = "", , port] = url;
  if (isPublic(host)) {
    const to = addExternal(host.toLowerCase(), Number(port ?? defaultPort(scheme)), hosts, draft);
    useOf(result.uses, to);
  } else if (!value.includes("@")) {
    source.note(path, `${host} is this machine or no public name: nothing in the system opens the way there`);
  }
  return false;
}

function linkStore(
  { name, value = "", path }: Variable,
  target: string,
  url: RegExpExecArray | null,
  pair: boolean,
  draft: Draft,
  source: Source,
  { uses }: Environment,
): boolean {
  const kind = draft.stores[target]?.kind ?? "bucket";
  const use = useOf(uses, target);
  const part = url || pair || kind === "bucket" ? "url" : "host";
  if (!OFFERED[kind].includes(part)) {
    return false;
  }
  use.env = { ...use.env, [name]: part };
  if (pair) {
    source.note(
      path,
      `${name} held host and port of ${target}; it is given the store's URL, which the program must take`,
    );
  }
  const scheme = url?.[1] ?? "";
  if (/\+/.test(scheme)) {
    source.note(path, `the driver in ${scheme}:// is not in the URL ${target} gives; name it in the program`);
  }
  const rest = url?.[4] ?? "";
  if (kind === "redis" && /^\/[1-9]/.test(rest)) {
    source.note(
      path,
      `database ${rest.slice(1)} of ${target} is not in the URL it gives; name it in the program, or add a store`,
    );
  } else if (rest.includes("?")) {
    source.note(path, `the parameters of ${name}'s URL are not in the one ${target} gives`);
  }
  return value !== "";
}

function linkService(
  { name, value = "", path }: Variable,
  target: Host,
  { url, port, rest }: { readonly url: boolean; readonly port: number; readonly rest: string },
  { uses, env }: Environment,
  source: Source,
): boolean {
  const [first] = target.ports.keys();
  if (first === undefined) {
    // Nothing says what it listens on, so that no edge can lead there.
    source.note(path, `${name} names ${target.name}, which shows no port; add its port, then a use of it`);
    return false;
  }
  const use = useOf(uses, target.name, Number.isNaN(port) || port === first ? undefined : target.ports.get(port));
  if (url && value.includes("@")) {
    // The password in it must not be copied: a secret takes the whole of it.
    return false;
  }
  if (url && rest.length > 1) {
    env[name] = value;
    source.note(path, `${name} keeps its URL for the sake of its path: it holds within one namespace only`);
  } else if (url || !value.includes(":")) {
    use.env = { ...use.env, [name]: url ? "url" : "host" };
  } else {
    env[name] = value;
  }
  return true;
}

function addSecret(
  service: string,
  { name, value, path }: Variable,
  draft: Draft,
  source: Source,
  { secretEnv }: Environment,
): void {
  // One secret per program and variable: two values under one name would be one too few.
  const secret = toName(`${service}-${name}`.length > 40 ? name : `${service}-${name}`);
  draft.secrets[secret] ??= { description: `${name} of ${service}` };
  secretEnv[name] = secret;
  const why = value === undefined ? "its value is not in the file" : "its value is not copied";
  source.note(path, `${name} is the secret ${secret} now: ${why}; set groundplan:secrets.${secret}`);
}

/** The use of a target at a port, made where there is none yet. */
export function useOf(uses: Map<string, DraftUse>, to: string, port?: string): DraftUse {
  const key = `${to} ${port ?? ""}`;
  const use = uses.get(key) ?? { to, ...(port === undefined ? {} : { port }) };
  uses.set(key, use);
  return use;
}

function addExternal(host: string, port: number, hosts: Hosts, draft: Draft): string {
  const known = Object.entries(draft.external).find(
    ([, external]) => external.hosts[0] === host && (external.port ?? 443) === port,
  );
  if (known) {
    return known[0];
  }
  const taken = new Set([...[...hosts.values()].map(({ name }) => name), ...Object.keys(draft.external)]);
  const base = toName(host.replace(/^(www|api)\./, "").replace(/\.[a-z]+$/, "")) || "external";
  const name = [
    base,
    toName(host),
    `${base.slice(0, 32)}-${port}`,
    ...Array.from({ length: 100 }, (_, n) => `external-${n}`),
  ].find((candidate) => candidate !== "" && !taken.has(candidate) && !["public", "monitoring"].includes(candidate));
  const chosen = name ?? base;
  draft.external[chosen] = { hosts: [host], ...(port === 443 ? {} : { port }) };
  return chosen;
}

function isPublic(host: string): boolean {
  return (
    isIP(host) === 0 &&
    /^([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)+[a-z]{2,}$/i.test(host) &&
    !/(\.(local|localhost|internal|test|invalid))$/i.test(host)
  );
}

function defaultPort(scheme: string): number {
  const ports: Readonly<Record<string, number>> = {
    http: 80,
    ws: 80,
    smtp: 587,
    smtps: 465,
    amqp: 5672,
    amqps: 5671,
    postgres: 5432,
    postgresql: 5432,
    redis: 6379,
    rediss: 6379,
    mongodb: 27017,
    mysql: 3306,
  };
  return ports[scheme.toLowerCase()] ?? 443;
}
