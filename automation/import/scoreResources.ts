import { DEFAULT_SIZE, DEFAULT_STORE_RESOURCES, type Draft, type DraftStore, toName } from "./draft";
import { type Source, textOf } from "./source";

/** What a resource of a workload became. */
export interface ScoreResource {
  readonly type: string;
  /** Store or external service of the system; none for what is a route, a domain, a volume or an environment. */
  readonly target?: string;
  /** Values of the target by the names Score has for them. */
  readonly values: Readonly<Record<string, string>>;
}

const DATABASE = {
  host: "host",
  port: "port",
  username: "user",
  user: "user",
  password: "password",
  url: "url",
  connection: "url",
};
const placed = { resources: DEFAULT_STORE_RESOURCES };
const storage = { size: DEFAULT_SIZE };

const STORES: Readonly<
  Record<string, { readonly store: DraftStore; readonly values: Readonly<Record<string, string>> }>
> = {
  postgres: {
    store: { kind: "postgres", version: "17", ...placed, storage },
    values: { ...DATABASE, name: "database", database: "database" },
  },
  redis: { store: { kind: "redis", purpose: "both", ...placed, storage }, values: DATABASE },
  memcached: { store: { kind: "memcached", ...placed }, values: { host: "host", port: "port", url: "url" } },
  elasticsearch: {
    store: {
      kind: "search",
      storage,
      resources: { requests: { cpu: "500m", memory: "2Gi" }, limits: { cpu: "2", memory: "2Gi" } },
    },
    values: DATABASE,
  },
  opensearch: {
    store: {
      kind: "search",
      storage,
      resources: { requests: { cpu: "500m", memory: "2Gi" }, limits: { cpu: "2", memory: "2Gi" } },
    },
    values: DATABASE,
  },
  qdrant: {
    store: { kind: "vector", ...placed, storage },
    values: { host: "host", port: "port", url: "url", password: "password" },
  },
  s3: {
    store: { kind: "bucket" },
    values: { bucket: "name", name: "name", endpoint: "url", url: "url", region: "region" },
  },
  gcs: { store: { kind: "bucket" }, values: { bucket: "name", name: "name", url: "url" } },
};

const REFUSED: Readonly<Record<string, string>> = {
  mysql: "use a resource of type postgres, and move the data with pgloader",
  mariadb: "use a resource of type postgres, and move the data with pgloader",
  mongodb: "use a resource of type postgres, or name the database as an external service in the system file",
  amqp: "use a resource of type redis for the queue, or name the broker as an external service in the system file",
};

/** Turns a resource of a workload into its part of the system. */
export function readScoreResource(
  name: string,
  workload: string,
  draft: Draft,
  source: Source,
): ScoreResource | undefined {
  const path = ["resources", name];
  const entry = source.mapping(path);
  const type = textOf(entry.type) ?? "";
  const found = Object.hasOwn(STORES, type) ? STORES[type] : undefined;
  for (const key of ["class", "params", "metadata"]) {
    if (entry[key] !== undefined && !(type === "route" && key === "params")) {
      source.note([...path, key], `${key} of ${name} does not carry over`);
    }
  }
  if (found) {
    const target = [toName(name), `${toName(name).slice(0, 34)}-store`].find(
      (candidate) => candidate !== "" && candidate !== workload && !(candidate in draft.stores),
    );
    if (target === undefined) {
      source.problem(path, "a name with a letter in it that no other part has", "rename the resource", `"${name}"`);
      return undefined;
    }
    draft.stores[target] = found.store;
    if ("storage" in found.store) {
      source.note(path, `${target} is given ${DEFAULT_SIZE} of disk; set stores.${target}.storage.size`);
    }
    return { type, target, values: found.values };
  }
  switch (type) {
    case "route":
      addRoute(path, workload, draft, source);
      return { type, values: {} };
    case "dns":
      source.note(path, `${name} is the domain of the stack now: set groundplan:domain`);
      return { type, values: {} };
    case "volume":
    case "environment":
      return { type, values: {} };
    default:
      source.problem(
        [...path, "type"],
        `${[...Object.keys(STORES), "route", "dns", "volume", "environment"].join(", ")}`,
        REFUSED[type] ?? "take it out, and describe it in the system file",
      );
      return undefined;
  }
}

/** A route to the workload's own port; hosts are labels below the domain, which the stack decides. */
function addRoute(path: readonly string[], workload: string, draft: Draft, source: Source): void {
  const params = source.mapping([...path, "params"]);
  const ports = Object.keys(source.mapping(["service", "ports"]));
  const wanted = textOf(params.port);
  const port =
    ports.find((key) => key === wanted || textOf(source.at(["service", "ports", key, "port"])) === wanted) ?? ports[0];
  if (port === undefined) {
    source.problem(path, "a route to a workload with a port", "add the port below service.ports");
    return;
  }
  const written = textOf(params.path) ?? "/";
  const host = textOf(params.host) ?? "";
  if (host !== "" && !host.startsWith("${")) {
    source.note(
      [...path, "params", "host"],
      `the host ${host} is the domain of the stack now: set groundplan:domain, or a label in routes`,
    );
  }
  draft.routes.push({
    ...(written === "/" ? {} : { path: written }),
    to: workload,
    ...(port === ports[0] ? {} : { port: toName(port) }),
  });
}
