import { splitStack } from "../../automation/split";
import type { CommandContext } from "../run";

export interface SplitOptions {
  readonly stack: string;
  readonly force?: boolean;
}

/** Writes a stack file for every part of a global stack. */
export async function split({ stack, force = false }: SplitOptions, context: CommandContext): Promise<void> {
  const parts = await splitStack(context.directory, stack, force);
  const width = Math.max(...parts.map(({ part }) => part.length));
  for (const { part, file } of parts) {
    context.terminal.out.write(`${part.padEnd(width)}  ${file}\n`);
  }
  context.terminal.out.write(`Deploy them in this order; each reads what those before it tell.\n`);
}
