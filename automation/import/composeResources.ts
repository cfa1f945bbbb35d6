import { parseBytes, parseCpuMillicores } from "../../components/quantities";
import type { Path } from "../../components/validation";
import { parseCpus, parseSize } from "./composeForms";
import type { DEFAULT_RESOURCES } from "./draft";
import type { Source } from "./source";

type Resources = typeof DEFAULT_RESOURCES;

/** CPU and memory of a service: what `deploy.resources` says, what the older keys say, and the defaults for the rest. */
export function readResources(path: Path, defaults: Resources, source: Source): Resources {
  const read = (paths: readonly Path[], parse: (value: unknown) => string | undefined, allowed: string) => {
    for (const at of paths) {
      const value = source.at(at);
      if (value !== undefined && value !== null) {
        const parsed = parse(value);
        if (parsed === undefined) {
          source.problem(at, allowed, "write a number above zero with its unit");
        }
        return parsed;
      }
    }
    return undefined;
  };
  const deploy = [...path, "deploy", "resources"];
  const cpu = "CPUs, such as 0.5";
  const memory = "a size, such as 512M";
  const limits = {
    cpu: read(
      [
        [...deploy, "limits", "cpus"],
        [...path, "cpus"],
      ],
      parseCpus,
      cpu,
    ),
    memory: read(
      [
        [...deploy, "limits", "memory"],
        [...path, "mem_limit"],
      ],
      parseSize,
      memory,
    ),
  };
  const requests = {
    cpu: read([[...deploy, "reservations", "cpus"]], parseCpus, cpu),
    memory: read(
      [
        [...deploy, "reservations", "memory"],
        [...path, "mem_reservation"],
      ],
      parseSize,
      memory,
    ),
  };
  for (const group of ["limits", "reservations"]) {
    for (const key of Object.keys(source.mapping([...deploy, group]))) {
      if (key !== "cpus" && key !== "memory") {
        source.note([...deploy, group, key], `${key} does not carry over`);
      }
    }
  }
  if (limits.cpu === undefined || limits.memory === undefined) {
    source.note(
      path,
      "no limits of CPU and memory are given for all of it: it gets defaults; measure, then set resources",
    );
  }
  return {
    requests: {
      cpu: pick(requests.cpu, limits.cpu, defaults.requests.cpu, parseCpuMillicores, "least"),
      memory: pick(requests.memory, limits.memory, defaults.requests.memory, parseBytes, "least"),
    },
    limits: {
      cpu: pick(limits.cpu, requests.cpu, defaults.limits.cpu, parseCpuMillicores, "most"),
      memory: pick(limits.memory, requests.memory, defaults.limits.memory, parseBytes, "most"),
    },
  };
}

/** A value as given, else the default, moved so that a request never exceeds its limit. */
function pick(
  given: string | undefined,
  other: string | undefined,
  fallback: string,
  parse: (text: string) => number | undefined,
  which: "least" | "most",
): string {
  if (given !== undefined || other === undefined) {
    return given ?? fallback;
  }
  const [mine, theirs] = [parse(fallback) ?? 0, parse(other) ?? 0];
  return (which === "least") === mine <= theirs ? fallback : other;
}
