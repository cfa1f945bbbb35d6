import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CLOUDS } from "../components/context";
import { InputError, type Problem, show } from "../components/errors";
import { parseSettings } from "../stacks/settings";
import { systemNames } from "../systems";
import { ENVIRONMENTS, MODELS } from "../systems/spec";
import { neededExemptions } from "./initExemptions";
import { stackText } from "./initText";
import { SAMPLE_REGIONS } from "./selection";

/** What a new stack is told; what is undefined has not been asked yet. */
export interface StackAnswers {
  readonly stack?: string | undefined;
  readonly system?: string | undefined;
  readonly environment?: string | undefined;
  readonly model?: string | undefined;
  readonly cloud?: string | undefined;
  /** Regions, the primary one first; contexts of the kubeconfig on Kubernetes. */
  readonly region: readonly string[];
  readonly domain?: string | undefined;
}

/** One thing a stack must be told, by the name of its flag. */
export interface Question {
  readonly flag: "stack" | "system" | "environment" | "model" | "cloud" | "region" | "domain";
  readonly what: string;
  /** What may be chosen; any text when absent. */
  readonly choices?: readonly string[];
}

const QUESTIONS: readonly Question[] = [
  { flag: "stack", what: "a name of the stack, such as dev" },
  { flag: "system", what: "a built-in system, or the path of a system file", choices: systemNames },
  { flag: "environment", what: "an environment", choices: ENVIRONMENTS },
  { flag: "model", what: "a deployment model", choices: MODELS },
  { flag: "cloud", what: "a cloud", choices: CLOUDS },
  { flag: "region", what: "a region, the primary one first (repeatable)" },
  { flag: "domain", what: "the domain the public uses, such as example.com" },
];

/** What is still to be asked. A cluster you have needs no region, unless there are several to tell apart. */
export function openQuestions(answers: StackAnswers): readonly Question[] {
  return QUESTIONS.filter(({ flag }) =>
    flag === "region"
      ? answers.region.length < (answers.model === "global" ? 2 : answers.cloud === "kubernetes" ? 0 : 1)
      : answers[flag] === undefined || answers[flag] === "",
  );
}

/** Why a stack of that name cannot be written; undefined when it can. */
export function stackProblem(directory: string, stack: string, force: boolean): Problem | undefined {
  if (!/^[A-Za-z0-9][\w.-]{0,99}$/.test(stack)) {
    return {
      path: "--stack",
      found: show(stack),
      allowed: "letters, digits, hyphens, underscores and dots",
      fix: "rename the stack",
    };
  }
  return existsSync(join(directory, `Pulumi.${stack}.yaml`)) && !force
    ? {
        path: "--stack",
        found: `Pulumi.${stack}.yaml, which is there already`,
        allowed: "a stack without a file",
        fix: "choose another name, or overwrite it with --force",
      }
    : undefined;
}

/**
 * Writes the file of a new stack, once the settings accept what it says. Throws an InputError with everything that is
 * missing or wrong, by flag.
 */
export async function initStack(
  directory: string,
  answers: StackAnswers,
  force: boolean,
  today = new Date().toISOString().slice(0, 10),
): Promise<string> {
  const open = openQuestions(answers);
  const taken = answers.stack === undefined ? undefined : stackProblem(directory, answers.stack, force);
  const problems: readonly Problem[] = [
    ...(taken ? [taken] : []),
    ...(existsSync(join(directory, "Pulumi.yaml"))
      ? []
      : [
          {
            path: "Pulumi.yaml",
            found: "no such file",
            allowed: "the project's own file",
            fix: "run the command from the project's root",
          },
        ]),
    ...open.map(({ flag, what, choices }) => ({
      path: `--${flag}`,
      found: show(flag === "region" && answers.region.length > 0 ? answers.region : undefined),
      allowed: choices
        ? choices.join(", ")
        : flag === "region" && answers.model === "global"
          ? "at least two regions: the model is global"
          : what,
      fix: `add --${flag}${flag === "region" ? `, such as ${sampleRegion(answers)}` : ""}`,
    })),
  ];
  const { stack = "", system = "", environment = "", model = "", cloud = "", region, domain = "" } = answers;
  // What is there is judged even where something else is missing: one run says it all.
  const judged = await settingsProblems(directory, { stack, system, environment, model, cloud, region, domain }, open);
  if (problems.length + judged.length > 0) {
    throw new InputError([...problems, ...judged]);
  }
  const text = await stackText({ stack, system, environment, model, cloud, region, domain }, directory);
  const file = `Pulumi.${stack}.yaml`;
  await writeFile(join(directory, file), text, { flag: force ? "w" : "wx" });
  const exemptions = await neededExemptions(directory, stack, today);
  if (exemptions.length > 0) {
    const complete = { stack, system, environment, model, cloud, region, domain };
    await writeFile(join(directory, file), await stackText(complete, directory, exemptions));
  }
  return file;
}

/** A region nobody has named yet. */
function sampleRegion({ cloud, region }: StackAnswers): string {
  const samples =
    cloud === "aws" || cloud === "gcp" || cloud === "kubernetes" ? SAMPLE_REGIONS[cloud] : SAMPLE_REGIONS.aws;
  return `--region ${samples.find((sample) => !region.includes(sample)) ?? samples[0]}`;
}

/** Answers that are all there, right or wrong. */
export type CompleteAnswers = { readonly [key in keyof Required<StackAnswers>]: NonNullable<StackAnswers[key]> };

async function settingsProblems(
  directory: string,
  answers: CompleteAnswers,
  open: readonly Question[],
): Promise<readonly Problem[]> {
  const { parse } = require("yaml") as typeof import("yaml");
  const { config } = parse(await stackText(answers, directory)) as { config: Record<string, unknown> };
  try {
    await parseSettings(config, { stack: answers.stack, directory });
    return [];
  } catch (error) {
    if (!InputError.is(error)) {
      throw error;
    }
    const missing = open.map(({ flag }) => `--${flag}`);
    return (
      error.problems
        .map(({ source: _, ...problem }) => ({ ...problem, path: flagOf(problem.path) }))
        .filter(({ path }) => !missing.includes(path))
        // What follows from an answer that is missing says nothing yet.
        .filter(({ path }) => open.length === 0 || path.startsWith("--"))
    );
  }
}

function flagOf(path: string): string {
  const match = /^groundplan:(system|environment|model|domain)$/.exec(path);
  if (match) {
    return `--${match[1]}`;
  }
  const placement = /^groundplan:placements\[\d+\]\.(cloud|region)$/.exec(path);
  return placement ? `--${placement[1]}` : /^groundplan:(placements|regions)/.test(path) ? "--region" : path;
}
