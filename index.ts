import { deployStack } from "./stacks";
import { readSettings } from "./stacks/settings";

/** The Pulumi program: settings, the model's stack, outputs. */
export default async function groundplan() {
  const settings = await readSettings();
  return { ...(await deployStack(settings)) };
}
