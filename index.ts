import { deployStack } from "./stacks";
import { readSettings } from "./stacks/settings";

/** The Pulumi program: settings, the model's stack, outputs. */
async function groundplan() {
  const settings = await readSettings();
  return { ...(await deployStack(settings)) };
}

// Pulumi calls a program that *is* a function; a default export of a CommonJS module it would take for an output.
export = groundplan;
