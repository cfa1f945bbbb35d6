import { normalizeUse } from "../../../systems/edges";
import type { ResolvedSystem } from "../../../systems/resolve";
import type { RunningServiceSpec, ServiceSpec } from "../../../systems/spec";
import { bytes } from "../../quantities";
import { GROUP_ID, type HostDescription, type HostFacts } from "../contract";
import { isContained, serviceEnvironment } from "../environment";
import { MEMORY_SCRATCH_BYTES, replicasOf } from "../sizing";
import {
  bind,
  dataDirectory,
  deploy,
  fileOf,
  type HostSurroundings,
  hardened,
  scratchInMemory,
  secretEnvFile,
} from "./container";
import { serviceHealth } from "./health";
import { usersContainer } from "./networks";
import type { Directory, HostContainer, YamlMap } from "./types";

/** Profile of containers a timer or a script starts, not the compose file as a whole. */
export const ON_DEMAND = "on-demand";

/** The container of a service. */
export function serviceContainer(
  description: HostDescription,
  facts: HostFacts,
  name: string,
  spec: ServiceSpec,
): HostContainer {
  const { system, size } = description;
  const surroundings = { size, logging: facts.logging };
  const { plain, secret } = serviceEnvironment(system, name, spec, facts.buckets);
  const mounts = planMounts(system, name, spec);
  const files = Object.entries(spec.files).map(([path, content]) => ({
    path: fileOf(name, path),
    content,
    target: path,
  }));
  return {
    name,
    definition: {
      image: description.images.parts[name] ?? spec.image,
      ...(spec.command ? { entrypoint: [...spec.command] } : {}),
      ...(spec.args ? { command: [...spec.args] } : {}),
      environment: { ...plain },
      ...(Object.keys(secret).length > 0 ? { env_file: [secretEnvFile(name)] } : {}),
      ...privileges(spec, surroundings),
      ...(needsLowPort(spec) ? { sysctls: { "net.ipv4.ip_unprivileged_port_start": "0" } } : {}),
      tmpfs: mounts.tmpfs,
      ...listed("volumes", [...mounts.volumes, ...files.map(({ path, target }) => bind(path, target, true))]),
      ...lifecycle(spec),
      ...dependencies(description, name, spec),
    },
    directories: mounts.directories,
    files: files.map(({ path, content }) => ({ path, content })),
    secretFiles: [],
    secretEnv: secret,
  };
}

/** What a container may do to the machine it runs on. */
function privileges(spec: ServiceSpec, surroundings: HostSurroundings): YamlMap {
  const { podSecurity, runAsUser, readOnlyRootFilesystem } = spec.security;
  const replicas = replicasOf(spec);
  const count = replicas > 1 ? { replicas } : {};
  const common = hardened(runAsUser, spec.resources, surroundings, { ...count, readOnly: readOnlyRootFilesystem });
  switch (podSecurity) {
    case "restricted":
    case "baseline":
      return common;
    case "privileged": {
      const { cap_drop: _capabilities, security_opt: _options, ...rest } = common;
      // What makes containers of its own needs more processes than any bound for one.
      return { ...rest, privileged: true, deploy: deploy(spec.resources, surroundings.size, count) };
    }
    default:
      return podSecurity satisfies never;
  }
}

/** Ports below 1024 without a capability: the container has a network namespace of its own to be free in. */
function needsLowPort(spec: ServiceSpec): boolean {
  return Object.values(spec.ports).some(({ port }) => port < 1024);
}

function planMounts(system: ResolvedSystem, service: string, spec: ServiceSpec) {
  const owned = (path: string): Directory => ({ path, user: spec.security.runAsUser, group: GROUP_ID, mode: "0770" });
  const scratch = spec.scratch.some(({ path }) => path === "/tmp")
    ? spec.scratch
    : [...spec.scratch, { path: "/tmp", size: "64Mi", medium: "memory" as const }];
  const inMemory = scratch.filter(({ size, medium }) => medium === "memory" || bytes(size) <= MEMORY_SCRATCH_BYTES);
  const onDisk = scratch
    .filter((entry) => !inMemory.includes(entry))
    .map(({ path }) => ({ source: scratchDirectory(service, path), target: path }));
  const own = spec.volumes.map(({ name, path, share }) => ({
    source: dataDirectory(share ?? `${service}-${name}`),
    target: path,
  }));
  const inPlaceOfStores = spec.uses.map(normalizeUse).flatMap(({ to }) => {
    const path = directoryOf(system, to);
    return path === undefined ? [] : [{ source: dataDirectory(to), target: path }];
  });
  const mounted = uniqueBy([...onDisk, ...own, ...inPlaceOfStores], ({ target }) => target);
  return {
    tmpfs: inMemory.map(({ path, size }) => scratchInMemory(path, bytes(size))),
    volumes: mounted.map(({ source, target }) => bind(source, target)),
    directories: mounted.map(({ source }) => owned(source)),
  };
}

/** Large scratch space lies on the machine's own disk: it need not survive, and data must not make room for it. */
function scratchDirectory(service: string, path: string): string {
  return `/var/lib/groundplan/scratch/${service}${path.replace(/[^a-zA-Z0-9]+/g, "-")}`;
}

/** Where a store without a server of its own appears in its clients. */
function directoryOf(system: ResolvedSystem, store: string): string | undefined {
  const spec = system.stores[store];
  switch (spec?.kind) {
    case "postgres":
      return spec.embedded?.path;
    case "bucket":
      return spec.local?.path;
    default:
      return undefined;
  }
}

function lifecycle(spec: ServiceSpec): YamlMap {
  switch (spec.kind) {
    case "deployment":
    case "statefulset":
    case "daemonset": {
      const health = serviceHealth(spec);
      return {
        init: true,
        // Not `always`: what somebody stopped by hand stays stopped.
        restart: "unless-stopped",
        stop_grace_period: `${spec.gracePeriodSeconds}s`,
        ...(health ? { healthcheck: health } : {}),
      };
    }
    case "cronjob":
      return { init: true, restart: "no", profiles: [ON_DEMAND] };
    case "job":
      return { init: true, restart: "no", ...(spec.phase === "smoke-test" ? { profiles: [ON_DEMAND] } : {}) };
    default:
      return spec satisfies never;
  }
}

/**
 * What must stand before a service starts: its stores, its database users, migrations, and those services it uses that
 * come before it. Services that use each other in a circle bear each other's absence.
 */
function dependencies({ system, order }: HostDescription, name: string, spec: ServiceSpec): YamlMap {
  const conditions = new Map<string, string>();
  for (const { to } of spec.uses.map(normalizeUse)) {
    const store = system.stores[to];
    const service = system.services[to];
    if (store && isContained(store)) {
      conditions.set(to, "service_healthy");
      if (store.kind === "postgres") {
        conditions.set(usersContainer(to), "service_completed_successfully");
      }
    } else if (service && isRunning(service) && order.indexOf(to) < order.indexOf(name)) {
      conditions.set(to, serviceHealth(service) ? "service_healthy" : "service_started");
    }
  }
  if (!isMigration(spec)) {
    for (const [other, otherSpec] of Object.entries(system.services)) {
      if (isMigration(otherSpec)) {
        conditions.set(other, "service_completed_successfully");
      }
    }
  }
  return conditions.size === 0
    ? {}
    : { depends_on: Object.fromEntries([...conditions].map(([to, condition]) => [to, { condition }])) };
}

function isMigration(spec: ServiceSpec): boolean {
  return spec.kind === "job" && spec.phase === "migration";
}

function isRunning(spec: ServiceSpec): spec is RunningServiceSpec {
  return spec.kind === "deployment" || spec.kind === "statefulset" || spec.kind === "daemonset";
}

/** A list under its key; nothing where it is empty. */
function listed(key: string, values: readonly YamlMap[]): YamlMap {
  return values.length > 0 ? { [key]: [...values] } : {};
}

function uniqueBy<T>(values: readonly T[], key: (value: T) => string): readonly T[] {
  return [...new Map(values.map((value) => [key(value), value])).values()];
}
