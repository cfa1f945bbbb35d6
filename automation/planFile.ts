import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { InputError } from "../components/errors";
import { type Plan, parsePlan } from "../engine";

const FIX = "write the file again with: groundplan plan --json FILE";

/** Reads a plan file. Throws an InputError with everything wrong with it. */
export async function readPlanFile(path: string): Promise<Plan> {
  return planFromText(await readFile(path, "utf8"), path);
}

/** The plan in a text; `path` is where problems are said to be. */
export function planFromText(text: string, path: string): Plan {
  try {
    return parsePlan(text);
  } catch (error) {
    const { problems } = error as { problems?: readonly { path: string; found: string; allowed: string }[] };
    if (!problems) {
      throw error;
    }
    const shown = relative(process.cwd(), path);
    throw new InputError(problems.map((problem) => ({ ...problem, path: `${shown}: ${problem.path}`, fix: FIX })));
  }
}
