import type { Path } from "../../components/validation";
import { parseCommand, parseDuration, parsePort } from "./composeForms";
import { readHealth } from "./composeHealth";
import { readResources } from "./composeResources";
import { readVariables } from "./composeVariables";
import { readMounts } from "./composeVolumes";
import { DEFAULT_RESOURCES, type Draft, type DraftService, toName } from "./draft";
import { type Host, type Hosts, readEnvironment, useOf } from "./environment";
import { isMapping, type Source, textOf } from "./source";
import { FIRST_TAG, isFixed, splitImage } from "./stores";

/** What the services of a Compose file have in common while they are read. */
export interface ComposeContext {
  readonly draft: Draft;
  readonly source: Source;
  /** Services by their name in the file. */
  readonly own: ReadonlyMap<string, Host>;
  /** Services by every name they are reached by. */
  readonly hosts: Hosts;
  /** File shares by the name of the volume. */
  readonly shares: ReadonlyMap<string, string>;
  /** Services that others wait for to end. */
  readonly awaited: ReadonlySet<string>;
  readonly usedSecrets: Set<string>;
  readonly readFile: (path: string) => string | undefined;
}

const HANDLED = [
  "image",
  "build",
  "command",
  "entrypoint",
  "environment",
  "env_file",
  "ports",
  "expose",
  "depends_on",
  "links",
  "volumes",
  "tmpfs",
  "healthcheck",
  "deploy",
  "mem_limit",
  "mem_reservation",
  "cpus",
  "scale",
  "secrets",
  "configs",
  "networks",
  "user",
  "stop_grace_period",
  "restart",
  "container_name",
  "hostname",
  "extends",
  "read_only",
];

/** Turns a service that is no store into a service. */
export function readProgram(service: string, host: Host, context: ComposeContext): void {
  const { draft, source } = context;
  const path = ["services", service];
  const entry = source.mapping(path);
  const { env, secretEnv, uses } = readEnvironment(
    host.name,
    readVariables(path, host.name, context),
    context.hosts,
    draft,
    source,
  );
  const job = context.awaited.has(service) || (entry.restart === "no" && host.ports.size === 0);
  readDependencies(path, uses, job, context);
  const probes = job ? undefined : readHealth([...path, "healthcheck"], host.ports, source);
  if (!job && probes === undefined) {
    source.note(
      path,
      host.ports.size > 0
        ? `${host.name} has no health check: all that is asked is whether its first port opens; add probes`
        : `${host.name} has neither a health check nor a port: nothing asks whether it lives, which the policies refuse; add probes`,
    );
  }
  const deploy = source.mapping([...path, "deploy"]);
  const seconds = parseDuration(entry.stop_grace_period);
  const common = {
    image: readImage(path, host.name, context),
    ...commandOf(path, source),
    ...(host.ports.size > 0
      ? { ports: Object.fromEntries([...host.ports].map(([port, name]) => [name, portSpec(port, name)])) }
      : {}),
    resources: readResources(path, DEFAULT_RESOURCES, source),
    ...(uses.size > 0 ? { uses: [...uses.values()].map((use) => (Object.keys(use).length === 1 ? use.to : use)) } : {}),
    ...(Object.keys(env).length > 0 ? { env } : {}),
    ...(Object.keys(secretEnv).length > 0 ? { secretEnv } : {}),
    ...readMounts(path, context),
    ...securityOf(path, source),
    ...(seconds === undefined ? {} : { gracePeriodSeconds: Math.min(7_200, Math.max(1, seconds)) }),
  };
  draft.services[host.name] = job
    ? ({ kind: "job", phase: "migration", ...common } as DraftService)
    : ({
        kind: kindOf(deploy, common.volumes),
        ...common,
        ...scalingOf(path, deploy, source),
        ...(probes === undefined ? {} : { probes }),
      } as DraftService);
  readRoutes(path, host, context);
  noteTheRest(path, entry, deploy, source);
}

function portSpec(port: number, name: string) {
  return name.startsWith("http") ? { port } : { port, protocol: "tcp" as const };
}

function kindOf(
  deploy: Readonly<Record<string, unknown>>,
  volumes: readonly { size?: string }[] | undefined,
): "deployment" | "statefulset" | "daemonset" {
  if (deploy.mode === "global") {
    return "daemonset";
  }
  return volumes?.some(({ size }) => size !== undefined) ? "statefulset" : "deployment";
}

function readImage(path: Path, name: string, { source, draft }: ComposeContext): string {
  const image = textOf(source.at([...path, "image"]));
  const written = textOf(
    source.raw.services && (source.raw.services as Record<string, Record<string, unknown>>)[String(path[1])]?.image,
  );
  if (image === undefined) {
    if (source.at([...path, "build"]) === undefined) {
      source.problem(path, "an image or a build", "name the image the service runs");
    }
    const built = `${draft.name}-${name}:${FIRST_TAG}`;
    source.note(path, `${name} is built here: push it as ${built}, or name it in groundplan:images`);
    return built;
  }
  if (image === "" || /\$\{?\w/.test(image)) {
    source.problem(
      [...path, "image"],
      "an image whose variables have defaults",
      "write a default after :- in the variable, such as 1.0",
      `"${written}"`,
    );
  } else if (source.at([...path, "build"]) !== undefined) {
    const built = isFixed(image) ? image : `${splitImage(image).repository}:${FIRST_TAG}`;
    source.note([...path, "build"], `${name} is built here: push what you build as ${built}`);
    return built;
  } else if (!isFixed(image)) {
    source.note(
      [...path, "image"],
      `${image} may be another image tomorrow, which the policies refuse: write the tag you run, as docker compose images shows it`,
    );
  }
  return image;
}

/** Compose's entrypoint is the spec's command, and its command the arguments. */
function commandOf(path: Path, source: Source): { command?: string[]; args?: string[] } {
  const words = (key: string) => {
    const value = source.at([...path, key]);
    const parsed = value === undefined || value === null ? undefined : parseCommand(value);
    if (value !== undefined && value !== null && parsed === undefined) {
      source.problem([...path, key], "a command or a list of words", "write the command as text");
    }
    if (parsed?.some((word) => /\$\{\w/.test(word))) {
      source.note([...path, key], `${key} holds variables of the machine that starts Compose: write their values`);
    }
    return parsed === undefined || parsed.length === 0 ? undefined : [...parsed];
  };
  const [command, args] = [words("entrypoint"), words("command")];
  return { ...(command === undefined ? {} : { command }), ...(args === undefined ? {} : { args }) };
}

function readDependencies(
  path: Path,
  uses: Map<string, { to: string }>,
  job: boolean,
  { hosts, source, own, awaited }: ComposeContext,
): void {
  for (const key of ["depends_on", "links"]) {
    const value = source.at([...path, key]);
    const names = isMapping(value)
      ? Object.keys(value)
      : Array.isArray(value)
        ? value.map((name) => String(name).split(":")[0] ?? "")
        : [];
    for (const [index, name] of names.entries()) {
      const at = [...path, key, isMapping(value) ? name : index];
      const target = hosts.get(name);
      if (!target) {
        source.problem(at, `a service of the file: ${[...own.keys()].join(", ")}`, "correct the name", `"${name}"`);
      } else if (
        target.name === own.get(String(path[1]))?.name ||
        [...uses.values()].some(({ to }) => to === target.name)
      ) {
        // A service reaches itself, and the variables have made the edge already.
      } else if (target.store || (target.ports.size > 0 && !job && !awaited.has(name))) {
        useOf(uses, target.name);
      } else if (target.ports.size === 0 && !awaited.has(name)) {
        const self = own.get(String(path[1]))?.name ?? String(path[1]);
        source.note(
          at,
          `${self} does not reach ${target.name}, which shows no port: no edge leads there, and no order is kept; expose its port if they talk`,
        );
      } else if (!awaited.has(name)) {
        source.note(at, `the order before ${name} does not carry over: each waits until what it needs answers`);
      }
    }
  }
}

function securityOf(path: Path, source: Source): { security?: { runAsUser: number } } {
  const user = textOf(source.at([...path, "user"]));
  const id = /^(\d+)(:\d+)?$/.exec(user ?? "")?.[1];
  if (user !== undefined && (id === undefined || Number(id) < 1 || Number(id) > 2_147_483_647)) {
    source.note([...path, "user"], `user ${user} does not carry over: containers run as 10001, never as root`);
    return {};
  }
  return id === undefined ? {} : { security: { runAsUser: Number(id) } };
}

function scalingOf(
  path: Path,
  deploy: Readonly<Record<string, unknown>>,
  source: Source,
): { scaling?: { replicas: number } } {
  const at = deploy.replicas === undefined ? [...path, "scale"] : [...path, "deploy", "replicas"];
  const value = source.at(at);
  if (value === undefined || value === null || deploy.mode === "global") {
    return {};
  }
  const replicas = Number(value);
  if (!Number.isInteger(replicas) || replicas < 0 || replicas > 1_000) {
    source.problem(at, "a whole number from 0 to 1000", "write how many replicas run");
    return {};
  }
  return { scaling: { replicas } };
}

/** Published ports become routes: the first at the domain itself, others below a label of their service's name. */
function readRoutes(path: Path, host: Host, { draft, source }: ComposeContext): void {
  const ports = source.at([...path, "ports"]);
  for (const [index, entry] of (Array.isArray(ports) ? ports : []).entries()) {
    const at = [...path, "ports", index];
    const port = parsePort(entry);
    const name = port && host.ports.get(port.target);
    if (!port || name === undefined || port.protocol === "udp") {
      continue;
    }
    if (port.local) {
      source.note(at, `port ${port.target} is published to this machine only, and so to nobody here`);
    } else if (!name.startsWith("http")) {
      source.note(at, `port ${port.target} is not published: routes carry HTTP only`);
    } else {
      const [first] = host.ports.values();
      const label =
        draft.routes.length === 0 ? "@" : name === first ? host.name : toName(`${host.name}-${port.target}`);
      draft.routes.push({ host: label, to: host.name, ...(name === first ? {} : { port: name }) });
      source.note(
        at,
        `port ${port.target} is reached at ${label === "@" ? "the domain itself" : `${label}.DOMAIN`}; set routes as you want them`,
      );
    }
  }
}

const HINTS: Readonly<Record<string, string>> = {
  privileged: "containers are not privileged; what needs it needs security.podSecurity, a reason and an exemption",
  cap_add: "containers have no capabilities",
  network_mode: "edges alone decide who reaches whom",
  profiles: "profiles do not carry over: the service is always there",
  labels: "labels do not carry over",
  logging: "logs are collected by the placement",
  working_dir: "the working directory is the image's",
};

function noteTheRest(
  path: Path,
  entry: Readonly<Record<string, unknown>>,
  deploy: Readonly<Record<string, unknown>>,
  source: Source,
): void {
  for (const key of Object.keys(entry)) {
    if (!HANDLED.includes(key) && !key.startsWith("x-")) {
      source.note([...path, key], `${String(path[1])}: ${HINTS[key] ?? `${key} does not carry over`}`);
    }
  }
  for (const key of Object.keys(deploy)) {
    if (!["replicas", "mode", "resources"].includes(key)) {
      source.note([...path, "deploy", key], `${String(path[1])}: deploy.${key} does not carry over`);
    }
  }
}
