import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { availableParallelism, constants, homedir, setPriority } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

const SOURCE = join(__dirname, "controlplane");
const SOURCES = ["go.mod", "go.sum", "main.go"] as const;
/** Stage files of kwok's module: nodes and pods become ready at once, pods of Jobs complete, claims get a volume. */
const STAGES = ["node/fast", "pod/fast", "volume/fast"] as const;

export interface ControlPlaneBuild {
  /** Version of Kubernetes. */
  readonly version: string;
  /** The program that plays every part. */
  readonly binary: string;
  /** kwok's stages, in one file. */
  readonly stages: string;
}

/** Where what is built and fetched is kept between runs. */
export function cacheDirectory(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "groundplan", "control-plane");
}

/** What is built, where, whether or not it is there yet: another version of any source is another build. */
function buildOf(): ControlPlaneBuild & { readonly directory: string } {
  const sources = SOURCES.map((name) => readFileSync(join(SOURCE, name), "utf8"));
  const version = /k8s\.io\/kubernetes (v\S+)/.exec(sources[0] ?? "")?.[1] ?? "unknown";
  const key = createHash("sha256")
    .update(sources.join("\0"))
    .update(process.platform)
    .update(process.arch)
    .digest("hex");
  const directory = join(cacheDirectory(), `${version}-${key.slice(0, 12)}`);
  return { version, directory, binary: join(directory, "controlplane"), stages: join(directory, "stages.yaml") };
}

/** Whether an earlier run built the control plane, so that this one can start it in seconds and without a network. */
export function isBuilt(): boolean {
  return existsSync(buildOf().directory);
}

/** Builds the control plane unless an earlier run did. Takes a few minutes and needs Go and its module proxy. */
export async function buildControlPlane(): Promise<ControlPlaneBuild> {
  const build = buildOf();
  await produceOnce(build.directory, async (into) => {
    await compile(join(into, "controlplane"));
    await writeFile(join(into, "stages.yaml"), await collectStages());
  });
  return build;
}

/** Fills a directory that appears whole or not at all, also when two processes try at the same time. */
export async function produceOnce(directory: string, produce: (into: string) => Promise<void>): Promise<void> {
  if (existsSync(directory)) {
    return;
  }
  await mkdir(dirname(directory), { recursive: true });
  const unfinished = await mkdtemp(`${directory}.`);
  try {
    await produce(unfinished);
    await rename(unfinished, directory).catch((error: unknown) => {
      if (!existsSync(directory)) {
        throw error;
      }
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Half of the processors at low priority: a build must not starve what else the machine does. */
async function compile(output: string): Promise<void> {
  const jobs = Math.max(1, Math.floor(availableParallelism() / 2));
  const args = ["build", "-mod=readonly", "-p", String(jobs), "-trimpath", "-ldflags", "-s -w", "-o", output, "."];
  const child = spawn("go", args, {
    cwd: SOURCE,
    env: { ...process.env, CGO_ENABLED: "0" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let problems = "";
  child.stderr.on("data", (chunk: Buffer) => {
    problems += chunk.toString();
  });
  if (child.pid !== undefined) {
    setPriority(child.pid, constants.priority.PRIORITY_LOW);
  }
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) {
    throw new Error(`go build of the control plane failed:\n${problems.slice(-4_000)}`);
  }
}

async function collectStages(): Promise<string> {
  const { stdout } = await run("go", ["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/kwok"], {
    cwd: SOURCE,
  });
  const documents: string[] = [];
  for (const stage of STAGES) {
    const directory = join(stdout.trim(), "kustomize", "stage", stage);
    for (const file of (await readdir(directory)).filter((name) => name.endsWith(".yaml")).sort()) {
      const text = await readFile(join(directory, file), "utf8");
      if (/^kind: Stage$/m.test(text)) {
        // kwok gives volumes to claims of its own class only; here every class of a plan is to work.
        documents.push(
          text.replaceAll("self.spec.storageClassName == 'kwok-volume'", "has(self.spec.storageClassName)"),
        );
      }
    }
  }
  return documents.join("\n---\n");
}
