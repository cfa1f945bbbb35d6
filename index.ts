import * as pulumi from "@pulumi/pulumi";
import { InputError } from "./components/errors";
import { deployStack } from "./stacks";
import { checkDeployable, readSettings } from "./stacks/settings";

/** Whether the offline engine runs the program: then nothing is deployed, simulated or not. */
const isOffline = () => process.env.GROUNDPLAN_OFFLINE !== undefined;

/** The Pulumi program: settings, the model's stack, outputs. */
async function groundplan() {
  try {
    const settings = await readSettings();
    const problems = isOffline() || pulumi.runtime.isDryRun() ? [] : checkDeployable(settings);
    if (problems.length > 0) {
      throw new InputError(problems);
    }
    return { ...(await deployStack(settings)) };
  } catch (error) {
    // The Pulumi CLI prints a stack trace for any error but its own kind; wrong input is nobody's bug.
    throw InputError.is(error) && !isOffline() ? new pulumi.RunError(error.message) : error;
  }
}

// Pulumi calls a program that *is* a function; a default export of a CommonJS module it would take for an output.
export = groundplan;
