import type { RunningServiceSpec } from "../../../systems/spec";
import type { YamlMap } from "./types";

type Probe = NonNullable<RunningServiceSpec["probes"]["liveness"]>;

/** Seconds a container has to start where nothing says so. */
const START_SECONDS = 60;

/**
 * The health check of a service. Docker knows one kind: the liveness probe is taken where there is one, as the host
 * restarts what fails it, else the readiness probe. Undefined for a service nothing can be asked of.
 */
export function serviceHealth(spec: RunningServiceSpec): YamlMap | undefined {
  const { liveness, readiness, startup } = spec.probes;
  const probe = liveness ?? readiness;
  const test = testOf(probe ?? {}, spec.ports);
  if (!test) {
    return undefined;
  }
  const startSeconds = startup
    ? startup.initialDelaySeconds + startup.periodSeconds * startup.failureThreshold
    : Math.max(START_SECONDS, probe?.initialDelaySeconds ?? 0);
  return healthcheck(test, {
    period: probe?.periodSeconds ?? 20,
    timeout: probe?.timeoutSeconds ?? 5,
    retries: probe?.failureThreshold ?? 6,
    start: startSeconds,
  });
}

/** A health check that runs a command of the image. */
export function healthcheck(
  test: readonly string[],
  times: { readonly period: number; readonly timeout: number; readonly retries: number; readonly start: number },
): YamlMap {
  return {
    test: [...test],
    interval: `${times.period}s`,
    timeout: `${times.timeout}s`,
    retries: times.retries,
    start_period: `${times.start}s`,
    // A container that is up early lets what waits for it go on early.
    start_interval: "2s",
  };
}

function testOf(probe: Partial<Probe>, ports: RunningServiceSpec["ports"]): readonly string[] | undefined {
  if (probe.command) {
    return ["CMD", ...probe.command];
  }
  const port = probe.port === undefined ? Object.values(ports)[0] : ports[probe.port];
  if (!port) {
    return undefined;
  }
  return ["CMD-SHELL", probe.path === undefined ? askTcp(port.port) : askHttp(port.port, probe.path)];
}

/**
 * Kubernetes asks from outside; Docker asks with what the image brings. One of these is in every image that has a shell:
 * BusyBox brings wget, a Python or Node image its interpreter.
 */
function askHttp(port: number, path: string): string {
  const url = `http://127.0.0.1:${port}${path}`;
  return (
    `if command -v curl >/dev/null; then curl -fsS -o /dev/null ${url}; ` +
    `elif command -v wget >/dev/null; then wget -q -O /dev/null ${url}; ` +
    `elif command -v python3 >/dev/null; then python3 -c "import urllib.request as r; r.urlopen('${url}')"; ` +
    `else node -e "fetch('${url}').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"; fi`
  );
}

/** Opens a port of the container with what the image brings. */
export function askTcp(port: number): string {
  return (
    `if command -v nc >/dev/null; then nc -z 127.0.0.1 ${port}; ` +
    `elif command -v python3 >/dev/null; then python3 -c "import socket; socket.create_connection(('127.0.0.1', ${port}))"; ` +
    `elif command -v node >/dev/null; then node -e "require('net').connect(${port}, '127.0.0.1').on('connect', () => process.exit(0)).on('error', () => process.exit(1))"; ` +
    `else bash -c ': < /dev/tcp/127.0.0.1/${port}'; fi`
  );
}
