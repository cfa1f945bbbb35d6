import { systemJsonSchema } from "../../systems/spec";
import type { CommandContext } from "../run";

/** Prints the JSON Schema of a system file. */
export function schema(context: CommandContext): void {
  context.terminal.out.write(`${JSON.stringify(systemJsonSchema(), null, 2)}\n`);
}
