import { resolve } from "node:path";
import { diffPlans, type ResourceChange } from "../../automation/diff";
import { readPlanFile } from "../../automation/planFile";
import { EXIT } from "../exitCodes";
import type { CommandContext } from "../run";
import type { Stream } from "../terminal";

/** Prints what changes between two plan files; fails where data would be lost. */
export async function diff(
  before: string,
  after: string,
  options: { json?: boolean },
  context: CommandContext,
): Promise<void> {
  const { out } = context.terminal;
  const [old, current] = await Promise.all([
    readPlanFile(resolve(context.directory, before)),
    readPlanFile(resolve(context.directory, after)),
  ]);
  const changes = diffPlans(old, current);
  if (options.json) {
    out.write(`${JSON.stringify(changes, null, 2)}\n`);
  } else {
    changes.forEach((change) => {
      print(change, out);
    });
    printTotals(changes, out);
  }
  context.exitCode = changes.some(({ losesData }) => losesData) ? EXIT.failed : EXIT.clean;
}

const SIGN = { added: "+", changed: "~", removed: "-" } as const;
const WORDS = { create: "", update: "", "may-replace": "  may replace", replaces: "  replaces", delete: "" } as const;

function print(change: ResourceChange, out: Stream): void {
  const { colors } = out;
  const colour = { added: colors.green, changed: colors.yellow, removed: colors.red }[change.kind];
  const loss = change.losesData ? colors.red("  LOSES DATA") : "";
  out.write(`${colour(SIGN[change.kind])} ${change.type} ${change.name}${WORDS[change.effect]}${loss}\n`);
  for (const { path, before, after } of change.properties) {
    out.write(`    ${path}: ${show(before)} -> ${show(after)}\n`);
  }
}

function printTotals(changes: readonly ResourceChange[], out: Stream): void {
  const count = (kind: ResourceChange["kind"]) => changes.filter((change) => change.kind === kind).length;
  const lost = changes.filter(({ losesData }) => losesData).length;
  out.write(`${count("added")} added, ${count("changed")} changed, ${count("removed")} removed, ${lost} losing data\n`);
}

function show(value: unknown): string {
  if (value === undefined) {
    return "(none)";
  }
  if (typeof value === "object" && value !== null && "$" in value) {
    return value.$ === "unknown" ? "(known once deployed)" : `[${String(value.$)}]`;
  }
  const text = JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 157)}...` : text;
}
