import type { DraftStore } from "./draft";
import { DEFAULT_SIZE, DEFAULT_STORE_RESOURCES } from "./draft";

/** What an image stands for: a store, a store there is none of, or a program like any other. */
export type Recognised =
  | { readonly kind: "store"; readonly store: DraftStore; readonly note?: string }
  | { readonly kind: "refused"; readonly fix: string }
  | { readonly kind: "program" };

const REFUSED: Readonly<Record<string, string>> = {
  mysql: "use PostgreSQL: move the data with pgloader, and name a postgres image here",
  mariadb: "use PostgreSQL: move the data with pgloader, and name a postgres image here",
  percona: "use PostgreSQL: move the data with pgloader, and name a postgres image here",
  "percona-server": "use PostgreSQL: move the data with pgloader, and name a postgres image here",
  mongo: "use PostgreSQL with jsonb columns, or take it out here and name it as an external service in the system file",
  mssql: "use PostgreSQL, or take it out here and name it as an external service in the system file",
};

/** Extensions that images of PostgreSQL bring. */
const POSTGRES: Readonly<Record<string, readonly string[]>> = {
  postgres: [],
  postgresql: [],
  pgvector: ["vector"],
  postgis: ["postgis"],
};

/** Recognises a store by its image's name, whatever registry it comes from. */
export function recogniseStore(image: string): Recognised {
  const { repository, tag } = splitImage(image);
  const name = repository.split("/").at(-1) ?? "";
  const placed = { resources: DEFAULT_STORE_RESOURCES };
  const disk = { storage: { size: DEFAULT_SIZE } };
  const refused = REFUSED[name];
  if (refused !== undefined) {
    return { kind: "refused", fix: refused };
  }
  const extensions = POSTGRES[name];
  if (extensions !== undefined) {
    const version = majorOf(name === "pgvector" ? tag.replace(/^.*pg(\d+).*$/, "$1") : tag) ?? "17";
    return {
      kind: "store",
      store: {
        kind: "postgres",
        version,
        ...placed,
        ...disk,
        ...(extensions.length > 0 ? { extensions: [...extensions] } : {}),
      },
    };
  }
  switch (name) {
    case "redis":
    case "valkey":
    case "redis-stack-server":
    case "keydb": {
      const note =
        name === "redis"
          ? undefined
          : `${name} becomes a store that speaks Redis's protocol; its own modules and commands are not there`;
      const version = name === "redis" ? majorOf(tag) : undefined;
      return {
        kind: "store",
        store: { kind: "redis", ...(version === undefined ? {} : { version }), ...placed },
        ...(note === undefined ? {} : { note }),
      };
    }
    case "memcached":
      return { kind: "store", store: { kind: "memcached", ...placed } };
    case "qdrant":
      return { kind: "store", store: { kind: "vector", ...versionOf(tag), ...placed, ...disk } };
    case "elasticsearch":
    case "opensearch":
      return {
        kind: "store",
        store: {
          kind: "search",
          ...placed,
          ...disk,
          resources: { requests: { cpu: "500m", memory: "2Gi" }, limits: { cpu: "2", memory: "2Gi" } },
        },
      };
    case "minio":
      return {
        kind: "store",
        store: { kind: "bucket" },
        note: "MinIO becomes a bucket of the placement; make one bucket per bucket the program uses",
      };
    default:
      return { kind: "program" };
  }
}

/** Registry and name, and the tag; a digest is neither. */
export function splitImage(image: string): { readonly repository: string; readonly tag: string } {
  const [plain = ""] = image.split("@");
  const colon = plain.lastIndexOf(":");
  return colon > plain.lastIndexOf("/")
    ? { repository: plain.slice(0, colon), tag: plain.slice(colon + 1) }
    : { repository: plain, tag: "" };
}

/** Tag of what has none yet: its first version. */
export const FIRST_TAG = "0.1.0";

/** Whether an image stays what it is: a tag other than latest, or a digest. */
export function isFixed(image: string): boolean {
  const { tag } = splitImage(image);
  return image.includes("@") || (tag !== "" && tag !== "latest");
}

function majorOf(tag: string): string | undefined {
  return /^v?(\d{1,2})(?!\d)/.exec(tag)?.[1];
}

function versionOf(tag: string): { version?: string } {
  const version = /^v?(\d+\.\d+\.\d+)/.exec(tag)?.[1];
  return version === undefined ? {} : { version };
}

/** Values each kind of store offers to variables, by what variables after a common prefix are called. */
export const OFFERED: Readonly<Record<DraftStore["kind"], readonly string[]>> = {
  postgres: ["url", "host", "port", "user", "password", "database"],
  redis: ["url", "host", "port", "user", "password"],
  memcached: ["url", "host", "port"],
  search: ["url", "host", "port", "user", "password"],
  vector: ["url", "host", "port", "password"],
  bucket: ["url", "name", "region"],
  "file-share": [],
};
