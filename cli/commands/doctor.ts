import { type Check, examine } from "../../automation/doctor";
import { EXIT } from "../exitCodes";
import type { StateOptions } from "../lifecycleCommands";
import { printJson } from "../output/lifecycle";
import type { CommandContext } from "../run";
import { placeOf } from "../stackOptions";

const MARKS: Readonly<Record<Check["status"], string>> = { ok: "ok", warning: "!", failure: "FAIL", unknown: "?" };

/** Checks what an `up` of a stack needs, each thing a line; one that fails makes it fail as wrong input does. */
export async function doctor(flags: StateOptions & { readonly stack: string }, context: CommandContext): Promise<void> {
  const { out } = context.terminal;
  const show = (check: Check) => {
    if (flags.json) {
      printJson(out, check);
      return;
    }
    const { status, name, detail, fix } = check;
    const colour = {
      ok: out.colors.green,
      warning: out.colors.yellow,
      failure: out.colors.red,
      unknown: out.colors.dim,
    };
    out.write(`${colour[status](MARKS[status].padEnd(5))}${name}: ${detail}\n`);
    if (fix !== undefined && status !== "ok") {
      out.write(`     fix  ${fix}\n`);
    }
  };
  const checks = await examine({ ...placeOf(flags, context), stack: flags.stack }, show, {
    outside: flags.sandbox === undefined,
  });
  if (checks.some(({ status }) => status === "failure")) {
    context.exitCode = EXIT.wrongInput;
  }
}
