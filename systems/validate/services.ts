import type { Problem } from "../../components/errors";
import { parseBytes, parseCpuMillicores } from "../../components/quantities";
import type { Path } from "../../components/validation";
import type { ResourcesSpec, ServiceSpec, SystemSpec } from "../spec";
import { problemAt, unknownName } from "./report";

/** Resources, ports, probes, volumes, variables and pod security of every service. */
export function checkServices(system: SystemSpec): readonly Problem[] {
  return Object.entries(system.services).flatMap(([name, service]) => {
    const path = ["services", name];
    return [
      ...checkResources([...path, "resources"], service.resources),
      ...checkPorts(path, service),
      ...checkVolumes(path, service, system),
      ...checkPodSecurity(name, service, system),
    ];
  });
}

/** A request above its limit can never be scheduled. */
export function checkResources(path: Path, { requests, limits }: ResourcesSpec): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [key, parse] of [
    ["cpu", parseCpuMillicores],
    ["memory", parseBytes],
    ["ephemeralStorage", parseBytes],
  ] as const) {
    const request = parse(requests[key]);
    const limit = parse(limits[key]);
    if (request !== undefined && limit !== undefined && request > limit) {
      problems.push(
        problemAt(
          [...path, "requests", key],
          requests[key],
          `at most the limit, ${limits[key]}`,
          "lower the request or raise the limit",
        ),
      );
    }
  }
  return problems;
}

function checkPorts(path: Path, service: ServiceSpec): readonly Problem[] {
  const problems: Problem[] = [];
  const known = Object.keys(service.ports);
  const named = (at: Path, port: string | undefined) => {
    if (port !== undefined && !known.includes(port)) {
      problems.push(unknownName(at, port, "a port of the service", known));
    } else if (port === undefined && known.length === 0) {
      problems.push(problemAt(at.slice(0, -1), undefined, "a service with a port", "add a port to the service"));
    }
  };
  if ("probes" in service) {
    for (const kind of ["startup", "liveness", "readiness"] as const) {
      const probe = service.probes[kind];
      if (probe?.command && (probe.path !== undefined || probe.port !== undefined)) {
        problems.push(
          problemAt(
            [...path, "probes", kind, "command"],
            probe.command,
            "a command, or a path and port, not both",
            "keep one of them",
          ),
        );
      } else if (probe && !probe.command) {
        named([...path, "probes", kind, "port"], probe.port);
      }
    }
    if (service.metrics) {
      named([...path, "metrics", "port"], service.metrics.port);
    }
  }
  const numbers = new Map<number, string>();
  for (const [key, { port }] of Object.entries(service.ports)) {
    const earlier = numbers.get(port);
    if (earlier !== undefined) {
      problems.push(
        problemAt(
          [...path, "ports", key, "port"],
          port,
          `a number port ${earlier} does not have`,
          "change one of the two",
        ),
      );
    }
    numbers.set(port, key);
  }
  return problems;
}

function checkVolumes(path: Path, service: ServiceSpec, system: SystemSpec): readonly Problem[] {
  const problems: Problem[] = [];
  const shares = Object.entries(system.stores).flatMap(([name, store]) => (store.kind === "file-share" ? [name] : []));
  const paths = new Map<string, Path>();
  const occupy = (at: Path, mountPath: string) => {
    if (paths.has(mountPath)) {
      problems.push(problemAt(at, mountPath, "a path nothing else is mounted at", "change one of the two paths"));
    }
    paths.set(mountPath, at);
  };
  for (const [index, volume] of service.volumes.entries()) {
    const at = [...path, "volumes", index];
    occupy([...at, "path"], volume.path);
    if ((volume.size === undefined) === (volume.share === undefined)) {
      problems.push(
        problemAt(at, volume, "either a size or a share", "give a size for a volume of its own, or name a file share"),
      );
    }
    if (volume.share !== undefined && !shares.includes(volume.share)) {
      problems.push(unknownName([...at, "share"], volume.share, "a store of kind file-share", shares));
    }
  }
  for (const [index, scratch] of service.scratch.entries()) {
    occupy([...path, "scratch", index, "path"], scratch.path);
  }
  return problems;
}

/** Pod Security admission works per namespace, so a service that needs more cannot live among those that do not. */
function checkPodSecurity(name: string, service: ServiceSpec, system: SystemSpec): readonly Problem[] {
  const { podSecurity, reason, runAsUser } = service.security;
  const path = ["services", name, "security"];
  const problems: Problem[] = [];
  if (podSecurity === "restricted") {
    if (runAsUser === 0) {
      problems.push(
        problemAt(
          [...path, "runAsUser"],
          0,
          "a user id above 0 under restricted pod security",
          "run as another user, such as 10001",
        ),
      );
    }
    return problems;
  }
  if (reason === undefined) {
    problems.push(
      problemAt(
        [...path, "reason"],
        undefined,
        `a reason for ${podSecurity} pod security`,
        "say why the service needs it",
      ),
    );
  }
  const own = system.namespace ?? system.name;
  const namespace = service.namespace ?? own;
  const neighbours = [
    ...Object.entries(system.services).flatMap(([other, { namespace: place, security }]) =>
      other !== name && (place ?? own) === namespace && security.podSecurity === "restricted" ? [other] : [],
    ),
    ...Object.entries(system.stores).flatMap(([other, store]) =>
      store.kind !== "bucket" && store.kind !== "file-share" && (store.namespace ?? own) === namespace ? [other] : [],
    ),
  ];
  if (neighbours.length > 0) {
    problems.push(
      problemAt(
        ["services", name, "namespace"],
        namespace,
        `a namespace without restricted parts; ${neighbours.join(", ")} live in ${namespace}`,
        "give the service a namespace of its own",
      ),
    );
  }
  return problems;
}
