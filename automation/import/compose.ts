import type { Path } from "../../components/validation";
import { interpolate, parsePairs, parsePort } from "./composeForms";
import { type ComposeContext, readProgram } from "./composeService";
import { readStore } from "./composeStore";
import { DEFAULT_SIZE, type Draft, newDraft, toName } from "./draft";
import type { Host } from "./environment";
import { type Imported, isMapping, Source, textOf } from "./source";
import { recogniseStore } from "./stores";
import { SCHEMA, writeSystem } from "./write";

export interface ImportRequest {
  readonly text: string;
  /** The file's name, as problems and notes give it. */
  readonly file: string;
  /** Name of the system. @default the file's own, or `imported` */
  readonly name?: string;
  /** Where the written file finds its schema. */
  readonly schema?: string;
  /** Reads a file beside the imported one; undefined where there is none. */
  readonly readFile?: (path: string) => string | undefined;
}

const IGNORED = ["version", "name", "services", "volumes", "secrets", "configs"];

/** Turns a Docker Compose file into a system. Throws an InputError with everything that stands in the way. */
export function importCompose(request: ImportRequest): Imported {
  const source = new Source(request.text, request.file, (text) => interpolate(text).text);
  const draft = newDraft(systemName(request, source), request.file);
  for (const key of Object.keys(source.root)) {
    if (key === "include") {
      source.problem([key], "a file that is whole", "give the import what docker compose config prints");
    } else if (key === "networks") {
      source.note([key], "networks do not carry over: edges alone decide who reaches whom");
    } else if (!IGNORED.includes(key) && !key.startsWith("x-")) {
      source.note([key], `${key} does not carry over`);
    }
  }
  const services = source.mapping(["services"]);
  if (Object.keys(services).length === 0) {
    source.problem(["services"], "at least one service", "name a Compose file");
  }
  const context = readContext(request, draft, source, Object.keys(services));
  for (const [service, host] of context.own) {
    if (host.store) {
      readStore(service, host.name, context);
    }
  }
  for (const [service, host] of context.own) {
    if (!host.store) {
      readProgram(service, host, context);
    }
  }
  for (const secret of Object.keys(source.mapping(["secrets"]))) {
    if (!context.usedSecrets.has(secret)) {
      source.note(["secrets", secret], `the secret ${secret} is left out: no service uses it`);
    }
  }
  return writeSystem(draft, source, request.schema ?? SCHEMA);
}

function systemName({ name, file }: ImportRequest, source: Source): string {
  const wanted = name ?? textOf(source.root.name);
  const made = toName(wanted ?? "");
  if (wanted !== undefined && made === "") {
    source.problem(name === undefined ? ["name"] : [], "a name with a letter in it", "give --name, such as shop");
  }
  return made || toName(file.split(/[/\\]/).at(-2) ?? "") || "imported";
}

/** What the services are to each other: names, stores, hosts, shared volumes. */
function readContext(request: ImportRequest, draft: Draft, source: Source, names: readonly string[]): ComposeContext {
  const own = new Map<string, Host>();
  const hosts = new Map<string, Host>();
  const taken = new Map<string, string>();
  for (const service of names) {
    const path = ["services", service];
    const entry = source.at(path);
    if (!isMapping(entry)) {
      source.problem(path, "a mapping", "describe the service below its name");
      continue;
    }
    if (entry.extends !== undefined) {
      source.problem(
        [...path, "extends"],
        "a service that is whole",
        "give the import what docker compose config prints",
      );
    }
    const name = toName(service);
    const earlier = taken.get(name);
    if (name === "" || name === "public" || name === "monitoring" || earlier !== undefined) {
      const fix = earlier === undefined ? "rename the service" : `rename it or ${earlier}`;
      source.problem(
        path,
        "a name of lower-case letters, digits and hyphens that no other part has",
        fix,
        `"${service}"`,
      );
      continue;
    }
    taken.set(name, service);
    if (name !== service) {
      source.note(path, `${service} is called ${name} now; its host name, too`);
    }
    const recognised = recogniseStore(textOf(entry.image) ?? "");
    if (recognised.kind === "refused") {
      source.problem(
        [...path, "image"],
        "a store Groundplan has: postgres, redis, valkey, memcached, qdrant, elasticsearch, opensearch, minio",
        recognised.fix,
      );
    }
    const host = {
      name,
      store: recognised.kind === "store",
      ports:
        recognised.kind === "store"
          ? new Map<number, string>()
          : readPorts(path, source, impliedPorts(service, entry, source)),
    };
    own.set(service, host);
    for (const alias of [service, ...aliasesOf(entry)]) {
      hosts.set(alias, host);
    }
  }
  return {
    draft,
    source,
    own,
    hosts,
    shares: readShares(own, draft, source),
    awaited: awaited(own, source),
    usedSecrets: new Set(),
    readFile: request.readFile ?? (() => undefined),
  };
}

/** Other names a service is reached by. */
function aliasesOf(entry: Readonly<Record<string, unknown>>): readonly string[] {
  const networks = isMapping(entry.networks) ? Object.values(entry.networks) : [];
  const aliases = networks.flatMap((network) =>
    isMapping(network) && Array.isArray(network.aliases) ? network.aliases : [],
  );
  return [entry.container_name, entry.hostname, ...aliases].flatMap((alias) => textOf(alias) ?? []);
}

/** Ports that only a URL of another service, or the service's own health check, speaks of. */
function impliedPorts(service: string, entry: Readonly<Record<string, unknown>>, source: Source): readonly number[] {
  const said = Object.values(source.mapping(["services"])).flatMap((other) =>
    isMapping(other) ? (parsePairs(other.environment) ?? []).flatMap(({ value }) => value ?? []) : [],
  );
  const escaped = service.replace(/[^\w-]/g, "\\$&");
  const others = said.flatMap((text) =>
    [...text.matchAll(new RegExp(`(?:^|[/@,])${escaped}:(\\d{1,5})\\b`, "g"))].map((match) => Number(match[1])),
  );
  const health = [
    ...JSON.stringify(entry.healthcheck ?? "").matchAll(/(?:localhost|127\.0\.0\.1|0\.0\.0\.0):(\d{1,5})\b/g),
  ].map((match) => Number(match[1]));
  return [...others, ...health];
}

/** Ports programs speak something else than HTTP on. */
const NOT_HTTP = [
  21, 22, 25, 53, 465, 587, 1433, 1521, 1883, 2181, 3306, 4222, 5432, 5671, 5672, 6379, 9092, 11211, 27017,
];

function readPorts(path: Path, source: Source, implied: readonly number[]): ReadonlyMap<number, string> {
  const numbers: number[] = [];
  for (const key of ["ports", "expose"]) {
    const list = source.at([...path, key]);
    if (list !== undefined && list !== null && !Array.isArray(list)) {
      source.problem([...path, key], "a list", "write one port per line, each after a hyphen");
    }
    for (const [index, entry] of (Array.isArray(list) ? list : []).entries()) {
      const port = parsePort(entry);
      if (!port) {
        source.problem(
          [...path, key, index],
          "one port, such as 8080:80",
          "write ports one by one, and without variables that have no default",
        );
      } else if (port.protocol === "udp") {
        source.note([...path, key, index], `port ${port.target} is left out: UDP does not carry over`);
      } else {
        numbers.push(port.target);
      }
    }
  }
  const all = [...new Set([...numbers, ...implied.filter((port) => port > 0 && port < 65_536)])];
  return new Map(all.map((port, index) => [port, portName(port, index)]));
}

function portName(port: number, index: number): string {
  const kind = NOT_HTTP.includes(port) ? "tcp" : "http";
  return index === 0 ? kind : `${kind}-${port}`;
}

/** Named volumes that several programs mount are file shares. */
function readShares(own: ReadonlyMap<string, Host>, draft: Draft, source: Source): ReadonlyMap<string, string> {
  const users = new Map<string, Set<string>>();
  for (const [service, { store }] of own) {
    const volumes = source.at(["services", service, "volumes"]);
    for (const entry of Array.isArray(volumes) && !store ? volumes : []) {
      const name = isMapping(entry)
        ? entry.type === "bind"
          ? ""
          : textOf(entry.source)
        : /^([A-Za-z0-9][\w.-]*):/.exec(String(entry))?.[1];
      if (name) {
        users.set(name, new Set([...(users.get(name) ?? []), service]));
      }
    }
  }
  const taken = new Set([...own.values()].map(({ name }) => name));
  const shares = new Map<string, string>();
  for (const [volume, { size }] of users) {
    const name = [toName(volume), `${toName(volume).slice(0, 33)}-share`].find(
      (candidate) => candidate !== "" && !taken.has(candidate),
    );
    if (size > 1 && name !== undefined) {
      taken.add(name);
      shares.set(volume, name);
      draft.stores[name] = { kind: "file-share", size: DEFAULT_SIZE };
      source.note(
        ["volumes", volume],
        `${volume} is mounted by several services and becomes a file share of ${DEFAULT_SIZE}; set its size`,
      );
    }
  }
  return shares;
}

/** Services that others wait for to end: jobs. */
function awaited(own: ReadonlyMap<string, Host>, source: Source): ReadonlySet<string> {
  const names = [...own.keys()].flatMap((service) => {
    const depends = source.at(["services", service, "depends_on"]);
    return isMapping(depends)
      ? Object.entries(depends).flatMap(([name, how]) =>
          isMapping(how) && how.condition === "service_completed_successfully" ? [name] : [],
        )
      : [];
  });
  return new Set(names);
}
