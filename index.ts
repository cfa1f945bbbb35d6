import { homedir } from "node:os";
import * as pulumi from "@pulumi/pulumi";
import { InputError, type Problem } from "./components/errors";
import { deployStack } from "./stacks";
import { checkDeployable, type ProgramSettings, readSettings } from "./stacks/settings";
import { withSource } from "./stacks/settings/sources";

/** Whether the offline engine runs the program: then nothing is deployed, simulated or not. */
const isOffline = () => process.env.GROUNDPLAN_OFFLINE !== undefined;

/** What only a run of the real engine can find wrong: its machine, and in an update what is still a placeholder. */
function machineProblemsOf(settings: ProgramSettings, updates: boolean): readonly Problem[] {
  const problems = updates ? checkDeployable(settings) : [];
  // The sandbox's clusters are pretended: no kubeconfig leads to them.
  if (process.env.GROUNDPLAN_SANDBOX !== undefined) {
    return problems;
  }
  const { machineProblems } = require("./stacks/sites/kubeconfig") as typeof import("./stacks/sites/kubeconfig");
  return [...problems, ...machineProblems(settings, { env: process.env, home: homedir(), updates })];
}

/** Deploys the stack; what a component finds wrong with the system is said with the file that says it. */
async function deployed(settings: ProgramSettings) {
  try {
    return await deployStack(settings);
  } catch (error) {
    throw InputError.is(error) ? new InputError(error.problems.map((problem) => withSource(problem, settings))) : error;
  }
}

/** The Pulumi program: settings, the model's stack, outputs. */
async function groundplan() {
  try {
    const settings = await readSettings();
    const problems = isOffline() ? [] : machineProblemsOf(settings, !pulumi.runtime.isDryRun());
    if (problems.length > 0) {
      throw new InputError(problems);
    }
    return { ...(await deployed(settings)) };
  } catch (error) {
    // The Pulumi CLI prints a stack trace for any error but its own kind; wrong input is nobody's bug.
    throw InputError.is(error) && !isOffline() ? new pulumi.RunError(error.message) : error;
  }
}

// Pulumi calls a program that *is* a function; a default export of a CommonJS module it would take for an output.
export = groundplan;
