import { readFileSync } from "node:fs";
import Module from "node:module";
import path from "node:path";
import { transformSync } from "esbuild";
import type { Rule } from "../../../policies";

export interface Compiled {
  readonly file: string;
  readonly code: string;
  /** Where the module's own code begins, after what the compiler puts before it. */
  readonly body: number;
}

/** A module of rules as JavaScript. */
export function compile(file: string): Compiled {
  const { code } = transformSync(readFileSync(file, "utf8"), { loader: "ts", format: "cjs", target: "node20" });
  return { file, code, body: code.indexOf("\n", code.indexOf("module.exports = __toCommonJS")) };
}

interface Loadable extends Module {
  _compile(code: string, filename: string): void;
}

/** What a module gives, run from the given code in place of its own. Its imports are the real ones. */
export function exportsFrom(file: string, code: string): Readonly<Record<string, unknown>> {
  const loaded = new Module(file) as Loadable;
  loaded.filename = file;
  loaded.paths = module.paths;
  loaded.require = ((id: string) =>
    require(id.startsWith(".") ? path.resolve(path.dirname(file), id) : id)) as NodeJS.Require;
  loaded._compile(code, file);
  return loaded.exports as Readonly<Record<string, unknown>>;
}

/** The rules of a module, run from the given code. */
export function rulesFrom(file: string, code: string): ReadonlyMap<string, Rule> {
  const rules = new Map<string, Rule>();
  for (const exported of Object.values(exportsFrom(file, code))) {
    for (const value of Array.isArray(exported) ? exported : [exported]) if (isRule(value)) rules.set(value.id, value);
  }
  return rules;
}

function isRule(value: unknown): value is Rule {
  return typeof value === "object" && value !== null && "id" in value && ("check" in value || "checkStack" in value);
}
