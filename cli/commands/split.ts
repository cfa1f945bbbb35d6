import { splitStack } from "../../automation/split";
import type { CommandContext } from "../run";

export interface SplitOptions {
  readonly stack: string;
  readonly force?: boolean;
}

/** Writes a stack file for every part of a global stack. */
export async function split({ stack, force = false }: SplitOptions, context: CommandContext): Promise<void> {
  const { parts, edgeLacks } = await splitStack(context.directory, stack, force);
  const width = Math.max(...parts.map(({ part }) => part.length));
  for (const { part, file } of parts) {
    context.terminal.out.write(`${part.padEnd(width)}  ${file}\n`);
  }
  if (edgeLacks.length > 0) {
    const { out } = context.terminal;
    out.write("No stack for the edge, which would have nothing to make:\n");
    for (const { path, found, allowed } of edgeLacks) {
      out.write(`  ${path}: found ${found}, wanted ${allowed}\n`);
    }
    out.write(`Set that in Pulumi.${stack}.yaml and split again with --force.\n`);
  }
  context.terminal.out.write(`Deploy them in this order; each reads what those before it tell.\n`);
}
