import type { Path } from "../../components/validation";
import { isMapping, type Source, textOf } from "./source";

interface Probe {
  readonly path?: string;
  readonly port?: string;
  readonly command?: string[];
}

/** Liveness and readiness of a container; a port no name is given for cannot be asked. */
export function readScoreProbes(
  path: Path,
  ports: ReadonlyMap<string, number>,
  source: Source,
): { readonly liveness?: Probe; readonly readiness?: Probe } | undefined {
  const probes = Object.fromEntries(
    (["liveness", "readiness"] as const).flatMap((kind) => {
      const probe = probeOf([...path, `${kind}Probe`], ports, source);
      return probe ? [[kind, probe] as const] : [];
    }),
  );
  if (Object.keys(probes).length === 0) {
    source.note(path, "there are no probes: nothing restarts the container or takes it out of traffic; add some");
    return undefined;
  }
  return probes;
}

function probeOf(path: Path, ports: ReadonlyMap<string, number>, source: Source): Probe | undefined {
  const probe = source.mapping(path);
  const { httpGet, exec } = probe;
  if (isMapping(httpGet)) {
    const [name] = [...ports].find(([, number]) => number === Number(httpGet.port)) ?? [];
    const target = textOf(httpGet.path) ?? "/";
    if (name === undefined || !/^\/\S*$/.test(target)) {
      source.problem(
        [...path, "httpGet"],
        "an absolute path, and a port the service has",
        "correct them, or add the port below service.ports",
      );
      return undefined;
    }
    for (const key of ["httpHeaders", "host", "scheme"].filter((entry) => httpGet[entry] !== undefined)) {
      source.note([...path, "httpGet", key], `${key} of the probe does not carry over`);
    }
    return { path: target, port: name };
  }
  if (isMapping(exec) && Array.isArray(exec.command) && exec.command.length > 0) {
    return { command: exec.command.map(String) };
  }
  if (source.at(path) !== undefined && source.at(path) !== null) {
    source.problem(path, "httpGet or exec", "write what is asked for");
  }
  return undefined;
}
