import { openStack } from "../../automation/lifecycle/stack";
import { interruptible } from "../interrupts";
import type { StateOptions } from "../lifecycleCommands";
import { printJson, printOutputs } from "../output/lifecycle";
import type { CommandContext } from "../run";
import { placeOf } from "../stackOptions";

export interface OutputsFlags extends StateOptions {
  readonly stack: string;
  readonly showSecrets?: boolean;
}

/** Prints a stack's outputs; `--json` as one object, without those that are secret unless they are asked for. */
export async function outputs(flags: OutputsFlags, context: CommandContext): Promise<void> {
  const stack = openStack({ ...placeOf(flags, context), stack: flags.stack });
  try {
    const found = await interruptible(context.terminal.err, (signal) =>
      stack.outputs({ signal, showSecrets: flags.showSecrets === true }),
    );
    if (flags.json) {
      printJson(context.terminal.out, found);
    } else {
      printOutputs(found, context.terminal.out);
    }
  } finally {
    await stack.close();
  }
}
