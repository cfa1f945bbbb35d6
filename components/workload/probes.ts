import type * as k8s from "@pulumi/kubernetes";
import type { ProbeSpec, RunningServiceSpec } from "../../systems/spec";

type Probe = k8s.types.input.core.v1.Probe;

export interface Probes {
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
}

type Ports = RunningServiceSpec["ports"];

/** A service without a readiness probe of its own takes traffic once its first port answers. */
const READINESS = { initialDelaySeconds: 0, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 } as const;
/** A restart is a heavier answer than a pause, so it waits for more failures, further apart. */
const LIVENESS = { initialDelaySeconds: 0, periodSeconds: 20, timeoutSeconds: 5, failureThreshold: 6 } as const;
/** Five minutes to start before liveness takes over. */
const STARTUP = { initialDelaySeconds: 0, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 60 } as const;

/**
 * The three probes of a service. What the spec leaves out is filled in from what it says: readiness and startup from
 * each other's way of asking, liveness by opening the first port. Nothing can be asked of a service without port or
 * command.
 */
export function planProbes(spec: RunningServiceSpec["probes"], ports: Ports): Probes {
  const asked = spec.readiness ?? spec.liveness;
  const reachable = Object.keys(ports).length > 0;
  if (!asked && !reachable) {
    return spec.startup ? { startupProbe: probe(spec.startup, ports) } : {};
  }
  const readiness: ProbeSpec = spec.readiness ?? { ...wayOf(spec.liveness), ...READINESS };
  const liveness: ProbeSpec = spec.liveness ?? { ...(reachable ? {} : wayOf(spec.readiness)), ...LIVENESS };
  const startup: ProbeSpec = spec.startup ?? { ...wayOf(asked), ...STARTUP };
  return {
    startupProbe: probe(startup, ports),
    livenessProbe: probe(isSame(liveness, readiness) ? { ...liveness, ...slower(liveness) } : liveness, ports),
    readinessProbe: probe(readiness, ports),
  };
}

/** The path asked by the public's load balancer: what readiness asks. */
export function healthPath(spec: RunningServiceSpec["probes"]): string {
  return spec.readiness?.path ?? spec.liveness?.path ?? "/";
}

/** What a probe asks, without when. */
function wayOf(spec: ProbeSpec | undefined): Pick<ProbeSpec, "path" | "command" | "port"> {
  return { path: spec?.path, command: spec?.command, port: spec?.port };
}

function isSame(a: ProbeSpec, b: ProbeSpec): boolean {
  return JSON.stringify(probeOrder(a)) === JSON.stringify(probeOrder(b));
}

function probeOrder(spec: ProbeSpec) {
  return [spec.path, spec.command, spec.port, spec.periodSeconds, spec.failureThreshold, spec.initialDelaySeconds];
}

/** Equal probes would restart a pod in the moment it is taken out of the Service, with no chance to recover. */
function slower(spec: ProbeSpec) {
  return { periodSeconds: spec.periodSeconds * 2, failureThreshold: spec.failureThreshold * 2 };
}

function probe(spec: ProbeSpec, ports: Ports): Probe {
  return {
    ...handler(spec, ports),
    initialDelaySeconds: spec.initialDelaySeconds,
    periodSeconds: spec.periodSeconds,
    timeoutSeconds: spec.timeoutSeconds,
    failureThreshold: spec.failureThreshold,
  };
}

function handler(spec: ProbeSpec, ports: Ports): Probe {
  if (spec.command) {
    return { exec: { command: [...spec.command] } };
  }
  const port = spec.port ?? Object.keys(ports)[0] ?? "http";
  return spec.path === undefined ? { tcpSocket: { port } } : { httpGet: { path: spec.path, port } };
}
