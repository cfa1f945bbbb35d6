import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError, type Problem } from "../../components/errors";
import { initStack, type StackAnswers } from "../init";
import { planStack } from "../plan";
import { toName } from "./draft";

/** How an imported system is tried, and what comes of it. */
export interface Trial {
  /** What to run one after the other, from the project's root. */
  readonly commands: readonly string[];
  /** Resources of the plan. */
  readonly resources: number;
  /** What mandatory policies refuse of it: rule, and what is wrong. */
  readonly refused: readonly string[];
  /** What keeps it from being planned at all. */
  readonly problems: readonly Problem[];
}

export interface TrialRequest {
  /** Name of the system. */
  readonly name: string;
  /** The system file. */
  readonly text: string;
  /** Where it was written, as the commands name it. */
  readonly file: string;
  /** The project's root: a stack that is there is not overwritten. */
  readonly directory: string;
}

/** Tries a system as whoever imported it would: a stack of its own on a cluster one has. Nothing of it is kept. */
export async function tryOut(request: TrialRequest): Promise<Trial> {
  const answers = answersFor(request);
  const directory = await mkdtemp(join(tmpdir(), "groundplan-import-"));
  const commands = commandsFor(answers, request.file);
  try {
    await writeFile(join(directory, "Pulumi.yaml"), "name: groundplan\nruntime: nodejs\n");
    await writeFile(join(directory, "system.yaml"), request.text);
    await initStack(directory, { ...answers, system: "system.yaml" }, false);
    const plan = await planStack({ directory, stack: answers.stack, mode: "preview" });
    const refused = plan.policies.results.flatMap(({ level, status, pack, rule, message }) =>
      level === "mandatory" && status === "violation" ? [`${pack}/${rule}: ${message.split("\n").at(-1)}`] : [],
    );
    const resources = plan.resources.filter(({ custom }) => custom).length;
    return { commands, resources, refused: [...new Set(refused)], problems: [] };
  } catch (error) {
    if (!InputError.is(error)) {
      throw error;
    }
    return { commands, resources: 0, refused: [], problems: error.problems };
  } finally {
    await rm(directory, { recursive: true });
  }
}

function answersFor({ name, directory }: TrialRequest): StackAnswers & { readonly stack: string } {
  const stack = toName(name) || "imported";
  const free = [stack, ...Array.from({ length: 98 }, (_, index) => `${stack}-${index + 2}`)];
  return {
    stack: free.find((candidate) => !existsSync(join(directory, `Pulumi.${candidate}.yaml`))) ?? stack,
    environment: "dev",
    model: "standalone",
    cloud: "kubernetes",
    region: [],
    domain: `${stack}.example.com`,
  };
}

function commandsFor({ stack, environment, model, cloud, domain }: StackAnswers, file: string): readonly string[] {
  const path = /^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", `'\\''`)}'`;
  return [
    `npx groundplan init --stack ${stack} --system ${path} --environment ${environment} --model ${model} --cloud ${cloud} --domain ${domain}`,
    `npx groundplan plan --stack ${stack}`,
  ];
}
