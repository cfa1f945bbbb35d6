import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStack, type StackHandle, type StackOptions } from "../../../automation";
import { makeProject } from "./project";

export const PASSPHRASE = "correct horse";

/** Stacks of a small project in the real engine, their state in a directory of its own. */
export class RealStacks {
  readonly directory: string;
  readonly state = mkdtempSync(join(tmpdir(), "groundplan-state-"));
  readonly home = join(this.state, "home");
  private readonly handles: StackHandle[] = [];

  constructor(stacks: Parameters<typeof makeProject>[0]) {
    this.directory = makeProject(stacks);
  }

  place() {
    return {
      directory: this.directory,
      backend: { kind: "local", directory: this.state },
      secretsProvider: { kind: "passphrase", passphrase: PASSPHRASE },
      env: { PULUMI_HOME: this.home },
    } as const;
  }

  open(options: Partial<StackOptions> = {}): StackHandle {
    const handle = openStack({ ...this.place(), stack: "dev", create: true, ...options });
    this.handles.push(handle);
    return handle;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.handles.splice(0).map((handle) => handle.close()));
    rmSync(this.directory, { recursive: true, force: true });
    rmSync(this.state, { recursive: true, force: true });
  }
}

/** Files of a tree that hold a text; links are not followed. */
export function filesWith(root: string, text: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8", withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file, "utf8").includes(text));
}
