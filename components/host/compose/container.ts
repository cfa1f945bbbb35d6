import type { ResourcesSpec } from "../../../systems/spec";
import { bytes, cpuMillicores } from "../../quantities";
import { DATA, GROUP_ID, HOME, type LoggingDriver, RUN } from "../contract";
import { containerMemoryBytes, type HostSize } from "../sizing";
import type { YamlMap } from "./types";

/** What the host gives every container. */
export interface HostSurroundings {
  readonly size: HostSize;
  readonly logging: LoggingDriver;
}

/** Processes and threads of one container; none here comes near, a fork bomb ends there. */
const PIDS_LIMIT = 1024;

/** Everything a container without needs of its own gets: no root, no capability, no writable root, bounded resources. */
export function hardened(
  user: number,
  resources: ResourcesSpec,
  { size, logging }: HostSurroundings,
  options: { readonly replicas?: number; readonly readOnly?: boolean } = {},
): YamlMap {
  return {
    user: `${user}:${GROUP_ID}`,
    read_only: options.readOnly ?? true,
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
    deploy: deploy(resources, size, { replicas: options.replicas, pids: PIDS_LIMIT }),
    logging: { driver: logging.driver, options: { ...logging.options } },
  };
}

/** Limits of a container, within the machine's: Docker refuses a container more CPUs than there are. */
export function deploy(
  resources: ResourcesSpec,
  size: HostSize,
  { replicas, pids }: { readonly replicas?: number | undefined; readonly pids?: number },
): YamlMap {
  const most = containerMemoryBytes(size);
  const mebibytes = (text: string) => `${Math.floor(Math.min(bytes(text), most) / 2 ** 20)}M`;
  return {
    ...(replicas === undefined ? {} : { replicas }),
    resources: {
      limits: {
        cpus: String(Math.min(cpuMillicores(resources.limits.cpu) / 1000, size.vcpus)),
        memory: mebibytes(resources.limits.memory),
        ...(pids === undefined ? {} : { pids }),
      },
      reservations: { memory: mebibytes(resources.requests.memory) },
    },
  };
}

/** A directory in memory, as the writable part of a root that cannot be written to. */
export function scratchInMemory(path: string, size: number): string {
  return `${path}:size=${size},mode=1777`;
}

/** A directory or file of the host. A missing source is an error: Docker would make a directory of root's in its place. */
export function bind(source: string, target: string, readOnly = false): YamlMap {
  return {
    type: "bind",
    source,
    target,
    ...(readOnly ? { read_only: true } : {}),
    bind: { create_host_path: false },
  };
}

/** File of the variables that hold secrets, made at boot. Raw: a value may hold quotes and dollar signs. */
export function secretEnvFile(container: string): YamlMap {
  return { path: `${RUN}/env/${container}.env`, required: true, format: "raw" };
}

export function dataDirectory(name: string): string {
  return `${DATA}/volumes/${name}`;
}

/** Where a file of a container lies on the host: its path in the container, below the container's own directory. */
export function fileOf(container: string, path: string): string {
  return `${HOME}/files/${container}/${path.slice(1).replace(/[^-._a-zA-Z0-9]/g, "_")}`;
}
