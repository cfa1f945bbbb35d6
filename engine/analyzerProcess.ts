import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { EngineError } from "./failures";

/** A pack's analyzer server. */
export interface AnalyzerProcess {
  readonly address: string;
  readonly kill: () => void;
  readonly ended: Promise<void>;
}

/** How long a pack may take to load. */
const START_SECONDS = 60;
/** How much of what it wrote to keep for a message. */
const TAIL = 4000;

/**
 * Starts a pack the way the engine's language host does: in its own folder, with the SDK and the arguments to Node that
 * the folder names, and waits for the port it prints.
 */
export function startAnalyzer(directory: string): Promise<AnalyzerProcess> {
  const folder = resolve(directory);
  const child = spawn(process.execPath, [...nodeArguments(folder), runnerFor(folder), "127.0.0.1:0", folder], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<void>((done) => {
    child.on("close", () => done());
  });
  return new Promise((start, fail) => {
    let output = "";
    let errors = "";
    const refuse = (why: string) => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      fail(
        new EngineError([
          {
            kind: "foreign-program",
            message: `the policy pack in ${directory} ${why}${errors === "" ? "" : `: ${errors.trim()}`}`,
          },
        ]),
      );
    };
    const timer = setTimeout(() => refuse(`did not start within ${START_SECONDS} s`), START_SECONDS * 1000);
    child.stderr.on("data", (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-TAIL);
    });
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const port = /^(\d+)$/m.exec(output.slice(0, output.lastIndexOf("\n") + 1))?.[1];
      if (port !== undefined) {
        clearTimeout(timer);
        start({ address: `127.0.0.1:${port}`, kill: () => child.kill("SIGKILL"), ended });
      }
    });
    child.on("error", (error) => refuse(`did not start (${error.message})`));
    child.on("exit", (code) => refuse(`ended with code ${code ?? "none"} before it served`));
  });
}

/** `nodeargs` of the pack's PulumiPolicy.yaml. A folder without the file says so when the pack is started. */
function nodeArguments(folder: string): readonly string[] {
  try {
    const project = readFileSync(join(folder, "PulumiPolicy.yaml"), "utf8");
    const given = /^\s*nodeargs:\s*(["']?)(.*?)\1\s*$/m.exec(project)?.[2] ?? "";
    return given.split(/\s+/).filter((argument) => argument !== "");
  } catch {
    return [];
  }
}

/** The SDK's program that serves a pack: the one the pack resolves, or ours where it has none. */
function runnerFor(folder: string): string {
  const runner = "@pulumi/pulumi/cmd/run-policy-pack";
  try {
    return createRequire(join(folder, "package.json")).resolve(runner);
  } catch {
    return require.resolve(runner);
  }
}
