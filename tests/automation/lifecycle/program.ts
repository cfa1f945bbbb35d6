import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { prepareSandbox } from "../../../automation/sandbox/environment";
import type { Fault } from "../../../engine/sandbox/faults";

const ROOT = resolve(__dirname, "../../..");

/** This program in a directory of its own, with a sandbox: the library's operations end in the real engine. */
export class SandboxedProgram {
  readonly directory = mkdtempSync(join(tmpdir(), "groundplan-program-"));
  readonly box = join(this.directory, "box");

  constructor() {
    copyFileSync(join(ROOT, "Pulumi.yaml"), join(this.directory, "Pulumi.yaml"));
    const wanted =
      /^(automation|components|engine|node_modules|policies|stacks|systems|index\.ts|package\.json|tsconfig\.json)$/;
    for (const name of readdirSync(ROOT).filter((entry) => wanted.test(entry))) {
      symlinkSync(join(ROOT, name), join(this.directory, name));
    }
  }

  write(stack: string, config: Readonly<Record<string, unknown>>): void {
    writeFileSync(this.file(stack), stringify({ config }));
  }

  read(stack: string): Record<string, unknown> {
    return (parse(readFileSync(this.file(stack), "utf8")) as { config: Record<string, unknown> }).config;
  }

  /** What makes the library use the sandbox. `faults` strike from now on, counted from the start. */
  place(faults: readonly Fault[] = []): { readonly directory: string; readonly env: Readonly<Record<string, string>> } {
    const file = join(this.directory, "faults.json");
    writeFileSync(file, JSON.stringify({ faults }));
    return { directory: this.directory, env: prepareSandbox({ directory: this.box, faults: file, environment: {} }) };
  }

  dispose(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private file(stack: string): string {
    return join(this.directory, `Pulumi.${stack}.yaml`);
  }
}
