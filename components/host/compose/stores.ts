import type { StoreOf, StoreSpec } from "../../../systems/spec";
import { redisConfiguration, SINGLE_START } from "../../data/redis/configuration";
import { bytes } from "../../quantities";
import { type HostDescription, type HostFacts, RUN, USER_ID } from "../contract";
import { isContained, placeholder, secretName, split } from "../environment";
import { bind, dataDirectory, fileOf, hardened, scratchInMemory, secretEnvFile } from "./container";
import { healthcheck } from "./health";
import { databaseUsers, postgres } from "./postgres";
import { container, MEBIBYTE, type StoreArgs, TIMES } from "./store";
import type { HostContainer } from "./types";

/** Elasticsearch's image is made for this user alone. */
const SEARCH_USER_ID = 1000;

/** The containers of a store: one that serves, and for a database one that gives its clients their users. */
export function storeContainers(
  description: HostDescription,
  facts: HostFacts,
  name: string,
  spec: StoreSpec,
): readonly HostContainer[] {
  const surroundings = { size: description.size, logging: facts.logging };
  const image = description.images.parts[name] ?? defaultImage(spec) ?? "";
  const args = { name, image, surroundings };
  switch (spec.kind) {
    case "postgres":
      return isContained(spec) ? [postgres({ ...args, spec }), databaseUsers(description, { ...args, spec })] : [];
    case "redis":
      return [redis({ ...args, spec })];
    case "memcached":
      return [memcached({ ...args, spec })];
    case "search":
      return [search({ ...args, spec })];
    case "vector":
      return [vector({ ...args, spec })];
    case "bucket":
    case "file-share":
      return [];
    default:
      return spec satisfies never;
  }
}

/** Image of a store: its document's, or the usual one. Undefined for what runs in no container. */
export function defaultImage(spec: StoreSpec): string | undefined {
  switch (spec.kind) {
    case "postgres":
      return spec.image ?? `postgres:${spec.version}-alpine`;
    case "redis":
      return spec.image ?? `redis:${spec.version}-alpine`;
    case "memcached":
      return spec.image ?? `memcached:${spec.version}-alpine`;
    case "search":
      // Elastic publishes no tag of a major version alone.
      return spec.image ?? `elasticsearch:${/^\d+$/.test(spec.version) ? `${spec.version}.19.0` : spec.version}`;
    case "vector":
      return spec.image ?? `qdrant/qdrant:v${spec.version}`;
    case "bucket":
    case "file-share":
      return undefined;
    default:
      return spec satisfies never;
  }
}

function redis({ name, spec, image, surroundings }: StoreArgs<StoreOf<"redis">>): HostContainer {
  const password = secretName.store(name);
  const configuration = fileOf(name, "/etc/redis/redis.conf");
  const start = fileOf(name, "/etc/redis/start.sh");
  const ask = 'REDISCLI_AUTH="$(cat /run/credentials/password)" redis-cli ping | grep -q PONG';
  return {
    ...container(name, USER_ID, spec.storage ? undefined : []),
    definition: {
      image,
      entrypoint: ["sh", "/etc/redis/start.sh"],
      ...hardened(USER_ID, spec.resources, surroundings),
      tmpfs: [
        scratchInMemory("/tmp", 64 * MEBIBYTE),
        scratchInMemory("/run/redis", MEBIBYTE),
        ...(spec.storage ? [] : [scratchInMemory("/data", 16 * MEBIBYTE)]),
      ],
      volumes: [
        ...(spec.storage ? [bind(dataDirectory(name), "/data")] : []),
        bind(configuration, "/etc/redis/redis.conf", true),
        bind(start, "/etc/redis/start.sh", true),
        bind(`${RUN}/secrets/${password}`, "/run/credentials/password", true),
      ],
      healthcheck: healthcheck(["CMD-SHELL", ask], TIMES),
      restart: "unless-stopped",
      stop_grace_period: "60s",
    },
    files: [
      // Docker's networks here have no IPv6 to listen on.
      { path: configuration, content: redisConfiguration(spec).replace("bind * -::*", "bind *") },
      { path: start, content: SINGLE_START },
    ],
    secretFiles: [{ file: password, secret: password, user: USER_ID }],
  };
}

function memcached({ name, spec, image, surroundings }: StoreArgs<StoreOf<"memcached">>): HostContainer {
  // Connections and slabs need what is left.
  const mebibytes = Math.floor((bytes(spec.resources.limits.memory) / MEBIBYTE) * 0.8);
  return {
    ...container(name, USER_ID, []),
    definition: {
      image,
      command: ["memcached", `--memory-limit=${mebibytes}`],
      ...hardened(USER_ID, spec.resources, surroundings),
      healthcheck: healthcheck(["CMD", "nc", "-z", "127.0.0.1", "11211"], TIMES),
      restart: "unless-stopped",
    },
  };
}

function search({ name, spec, image, surroundings }: StoreArgs<StoreOf<"search">>): HostContainer {
  const password = secretName.store(name);
  const heap = Math.floor(bytes(spec.resources.limits.memory) / MEBIBYTE / 2);
  const ask =
    'curl -fsS -o /dev/null -u "elastic:$(cat /run/credentials/password)" http://127.0.0.1:9200/_cluster/health';
  return {
    ...container(name, SEARCH_USER_ID),
    definition: {
      image,
      environment: {
        "discovery.type": "single-node",
        ELASTIC_PASSWORD_FILE: "/run/credentials/password",
        // Half the memory, the other half is the page cache: https://www.elastic.co/docs/deploy-manage/deploy/self-managed/important-settings-configuration
        ES_JAVA_OPTS: `-Xms${heap}m -Xmx${heap}m`,
        "xpack.security.enabled": "true",
        "xpack.security.http.ssl.enabled": "false",
      },
      // It writes a key store beside its configuration at the first start.
      ...hardened(SEARCH_USER_ID, spec.resources, surroundings, { readOnly: false }),
      // Its files belong to this user in the group of root.
      user: `${SEARCH_USER_ID}:0`,
      volumes: [
        bind(dataDirectory(name), "/usr/share/elasticsearch/data"),
        bind(`${RUN}/secrets/${password}`, "/run/credentials/password", true),
      ],
      healthcheck: healthcheck(["CMD-SHELL", ask], TIMES),
      restart: "unless-stopped",
      stop_grace_period: "60s",
    },
    secretFiles: [{ file: password, secret: password, user: SEARCH_USER_ID }],
  };
}

function vector({ name, spec, image, surroundings }: StoreArgs<StoreOf<"vector">>): HostContainer {
  const { secret } = split(new Map([["QDRANT__SERVICE__API_KEY", placeholder(secretName.store(name))]]));
  return {
    ...container(name, USER_ID),
    definition: {
      image,
      environment: {
        // Beside its program by default, where nothing can be written.
        QDRANT_INIT_FILE_PATH: "/qdrant/storage/.qdrant-initialized",
        QDRANT__STORAGE__SNAPSHOTS_PATH: "/qdrant/storage/snapshots",
        QDRANT__TELEMETRY_DISABLED: "true",
      },
      env_file: [secretEnvFile(name)],
      ...hardened(USER_ID, spec.resources, surroundings),
      tmpfs: [scratchInMemory("/tmp", 64 * MEBIBYTE)],
      volumes: [bind(dataDirectory(name), "/qdrant/storage")],
      // The image has no client of any kind, but a bash that opens connections.
      healthcheck: healthcheck(["CMD", "bash", "-c", ": < /dev/tcp/127.0.0.1/6333"], TIMES),
      restart: "unless-stopped",
      stop_grace_period: "60s",
    },
    secretEnv: secret,
  };
}
