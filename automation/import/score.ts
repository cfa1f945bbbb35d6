import { parseBytes, parseCpuMillicores } from "../../components/quantities";
import type { Path } from "../../components/validation";
import type { ImportRequest } from "./compose";
import {
  DEFAULT_RESOURCES,
  DEFAULT_STORE_RESOURCES,
  type Draft,
  type DraftService,
  holdsSecret,
  newDraft,
  toName,
} from "./draft";
import { readScoreProbes } from "./scoreProbes";
import { readScoreResource, type ScoreResource } from "./scoreResources";
import { readScoreVariables } from "./scoreVariables";
import { readScoreVolumes } from "./scoreVolumes";
import { type Imported, isMapping, Source, textOf } from "./source";
import { FIRST_TAG, isFixed } from "./stores";
import { SCHEMA, writeSystem } from "./write";

/** What the containers of a workload have in common while they are read. */
export interface ScoreContext {
  readonly draft: Draft;
  readonly source: Source;
  readonly workload: string;
  readonly resources: ReadonlyMap<string, ScoreResource>;
  readonly readFile: (path: string) => string | undefined;
}

const TOP = ["apiVersion", "metadata", "containers", "service", "resources"];
const CONTAINER = [
  "image",
  "command",
  "args",
  "variables",
  "files",
  "volumes",
  "resources",
  "livenessProbe",
  "readinessProbe",
];

/** Turns a Score workload into a system of one service. Throws an InputError with everything that stands in the way. */
export function importScore(request: ImportRequest): Imported {
  const source = new Source(request.text, request.file);
  if (source.root.apiVersion !== "score.dev/v1b1") {
    source.problem(["apiVersion"], "score.dev/v1b1", "name a Score file of this version");
  }
  const workload = toName(textOf(source.at(["metadata", "name"])) ?? "");
  if (workload === "" || workload === "public" || workload === "monitoring") {
    source.problem(
      ["metadata", "name"],
      "a name with a letter in it, and not public or monitoring",
      "name the workload",
    );
  }
  const draft = newDraft(toName(request.name ?? "") || workload || "imported", request.file);
  noteOthers([], source.root, TOP, source);
  const resources = new Map<string, ScoreResource>();
  for (const name of Object.keys(source.mapping(["resources"]))) {
    const resource = readScoreResource(name, workload, draft, source);
    if (resource) {
      resources.set(name, resource);
    }
  }
  readContainer({ draft, source, workload, resources, readFile: request.readFile ?? (() => undefined) });
  return writeSystem(draft, source, request.schema ?? SCHEMA);
}

function readContainer(context: ScoreContext): void {
  const { draft, source, workload, resources } = context;
  const names = Object.keys(source.mapping(["containers"]));
  const [first] = names;
  if (first === undefined) {
    source.problem(["containers"], "one container", "describe the container of the workload");
    return;
  }
  if (names.length > 1) {
    source.problem(
      ["containers"],
      "one container: services have no side cars",
      "make a workload of each, and import them one by one",
      names.join(", "),
    );
  }
  const path = ["containers", first];
  const container = source.mapping(path);
  noteOthers(path, container, CONTAINER, source);
  const image = textOf(container.image);
  if (image === undefined || image === "" || image === ".") {
    source.note(
      [...path, "image"],
      `${workload} is built from source: push it as ${workload}:${FIRST_TAG}, or name it in groundplan:images`,
    );
  } else if (!isFixed(image)) {
    source.note(
      [...path, "image"],
      `${image} may be another image tomorrow, which the policies refuse: write the tag you run`,
    );
  }
  const ports = readPorts(source);
  const { env, secretEnv, uses } = readScoreVariables([...path, "variables"], context);
  const { volumes, scratch } = readScoreVolumes([...path, "volumes"], context);
  const probes = readScoreProbes(path, ports, source);
  for (const [name, { target }] of resources) {
    if (target !== undefined && !uses.has(`${target} `)) {
      source.note(
        ["resources", name],
        `no variable of ${workload} takes anything of ${name}: it is used, and given nothing`,
      );
      uses.set(`${target} `, { to: target });
    }
  }
  const files = readFiles([...path, "files"], context);
  draft.services[workload] = {
    kind: volumes.some(({ size }) => size !== undefined) ? "statefulset" : "deployment",
    image: image && image !== "." ? image : `${workload}:${FIRST_TAG}`,
    ...words(path, "command", source),
    ...words(path, "args", source),
    ...(ports.size > 0 ? { ports: Object.fromEntries([...ports].map(([name, port]) => [name, { port }])) } : {}),
    resources: readResources(path, source),
    ...(uses.size > 0 ? { uses: [...uses.values()].map((use) => (Object.keys(use).length === 1 ? use.to : use)) } : {}),
    ...(Object.keys(env).length > 0 ? { env } : {}),
    ...(Object.keys(secretEnv).length > 0 ? { secretEnv } : {}),
    scratch,
    ...(volumes.length > 0 ? { volumes } : {}),
    ...(Object.keys(files).length > 0 ? { files } : {}),
    ...(probes === undefined ? {} : { probes }),
  } as DraftService;
}

/** Score's own port is the Service's; what the container listens on is its target. */
function readPorts(source: Source): ReadonlyMap<string, number> {
  const ports = new Map<string, number>();
  for (const name of Object.keys(source.mapping(["service", "ports"]))) {
    const path = ["service", "ports", name];
    const entry = source.mapping(path);
    const port = Number(entry.targetPort ?? entry.port);
    if (!Number.isInteger(port) || port < 1 || port > 65_535 || toName(name) === "") {
      source.problem(
        path,
        "a port from 1 to 65535, below a name with a letter in it",
        "write port: 8080 below its name",
      );
    } else if (entry.protocol === "UDP") {
      source.note(path, `port ${port} is left out: UDP does not carry over`);
    } else {
      ports.set(toName(name), port);
    }
  }
  return ports;
}

function words(path: Path, key: "command" | "args", source: Source): Record<string, string[]> {
  const value = source.at([...path, key]);
  if (value === undefined || value === null) {
    return {};
  }
  if (!Array.isArray(value) || value.some((word) => textOf(word) === undefined)) {
    source.problem([...path, key], "a list of words", "write one word per line, each after a hyphen");
    return {};
  }
  return { [key]: value.map(String) };
}

function readResources(path: Path, source: Source): typeof DEFAULT_RESOURCES {
  const read = (group: "requests" | "limits") => {
    const result: Record<string, string> = {};
    for (const [key, parse] of [
      ["cpu", parseCpuMillicores],
      ["memory", parseBytes],
    ] as const) {
      const at = [...path, "resources", group, key];
      const text = textOf(source.at(at));
      if (text !== undefined && !((parse(text) ?? 0) > 0)) {
        source.problem(
          at,
          key === "cpu" ? "a CPU quantity, such as 500m" : "a size, such as 512Mi",
          "write a Kubernetes quantity",
        );
      } else if (text !== undefined) {
        result[key] = text;
      }
    }
    return result;
  };
  const [requests, limits] = [read("requests"), read("limits")];
  if (!limits.cpu || !limits.memory) {
    source.note(
      path,
      "no limits of CPU and memory are given for all of it: it gets defaults; measure, then set resources",
    );
  }
  return {
    requests: {
      cpu: requests.cpu ?? limits.cpu ?? DEFAULT_RESOURCES.requests.cpu,
      memory: requests.memory ?? limits.memory ?? DEFAULT_RESOURCES.requests.memory,
    },
    limits: {
      cpu: limits.cpu ?? requests.cpu ?? DEFAULT_STORE_RESOURCES.limits.cpu,
      memory: limits.memory ?? requests.memory ?? DEFAULT_RESOURCES.limits.memory,
    },
  };
}

/** Files are a mapping by target, or a list with one each, as older files have them. */
function readFiles(path: Path, { source, readFile }: ScoreContext): Record<string, string> {
  const value = source.at(path);
  const entries: readonly (readonly [Path, string, unknown])[] = Array.isArray(value)
    ? value.map(
        (entry: unknown, index) =>
          [[...path, index], isMapping(entry) ? (textOf(entry.target) ?? "") : "", entry] as const,
      )
    : Object.entries(source.mapping(path)).map(([target, entry]) => [[...path, target], target, entry] as const);
  const files: Record<string, string> = {};
  for (const [at, target, entry] of entries) {
    const file = isMapping(entry) ? textOf(entry.source) : undefined;
    const text = isMapping(entry)
      ? (textOf(entry.content) ?? (file === undefined ? undefined : readFile(file)))
      : undefined;
    if (!/^\/\S*$/.test(target)) {
      source.problem(at, "a file at an absolute path", "write its target, such as /etc/app.conf", `"${target}"`);
    } else if (text === undefined || /\$\{/.test(text) || holdsSecret(text)) {
      source.note(
        at,
        `${target} is not copied: ${text === undefined ? "its text is not at hand" : "it holds placeholders or may hold a secret; give those to the program as variables"}`,
      );
    } else {
      files[target] = text;
    }
  }
  return files;
}

function noteOthers(
  path: Path,
  value: Readonly<Record<string, unknown>>,
  known: readonly string[],
  source: Source,
): void {
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) {
      source.note([...path, key], `${key} does not carry over`);
    }
  }
}
