import { Command, InvalidArgumentError, Option } from "commander";
import { parse } from "yaml";
import { CLOUDS } from "../components/context";
import { version } from "../package.json";
import { ENVIRONMENTS, MODELS } from "../systems/spec";
import { addLifecycle } from "./lifecycleCommands";
import type { CommandContext } from "./run";

/** Forms `check` prints its results in. */
export const POLICY_FORMATS = ["text", "json", "sarif", "junit"] as const;
export type PolicyFormat = (typeof POLICY_FORMATS)[number];

/** Selectors shared by every command that plans. */
export interface SelectorOptions {
  readonly stack: string;
  readonly system?: string;
  readonly model?: string;
  readonly cloud?: string;
  readonly environment?: string;
  readonly set: readonly { path: string; value: unknown }[];
}

/** The whole command line. Command modules load when their command runs, so that `--help` costs nothing. */
export function buildCommand(context: CommandContext): Command {
  const { terminal } = context;
  const root = new Command("groundplan")
    .description("Plans, checks and renders a described system on AWS, GCP or any Kubernetes cluster")
    .version(version)
    .exitOverride()
    .showHelpAfterError("(--help lists what is allowed)")
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => terminal.out.write(text),
      writeErr: (text) => terminal.err.write(text),
      getOutHasColors: () => terminal.out.colors.isColorSupported,
      getErrHasColors: () => terminal.err.colors.isColorSupported,
    });

  withSelectors(root.command("plan"))
    .description("plan a stack offline, run every policy pack and print what comes of it")
    .addOption(
      new Option("--mode <mode>", "what computed values are").choices(["preview", "simulate"]).default("preview"),
    )
    .option("--json <file>", "write the plan to a file (- for standard output)")
    .option("--timings", "print where the time went")
    .action(async (options) => (require("./commands/plan") as typeof import("./commands/plan")).plan(options, context));

  withSelectors(root.command("check"))
    .description("run policy packs on a stack, a plan file or an exported Pulumi state")
    .option("--pack <pack>", "only this pack (repeatable)", collect, [])
    .addOption(mode())
    .addOption(new Option("--format <format>", "form of the results").choices(POLICY_FORMATS).default("text"))
    .option(
      "--pack-config <directory>",
      "instead, write each pack's configuration for this stack and print the flags of pulumi",
    )
    .option("--rules <file>", "levels and properties of rules, as pulumi takes them with --policy-pack-config")
    .option("--plan <file>", "judge this plan file, or the output of pulumi stack export, instead of planning")
    .action(async (options) =>
      (require("./commands/check") as typeof import("./commands/check")).check(options, context),
    );

  withSelectors(root.command("render"))
    .description("plan a stack and write every file a person may want to read or apply")
    .requiredOption("--out <directory>", "directory to write to")
    .action(async (options) =>
      (require("./commands/render") as typeof import("./commands/render")).render(options, context),
    );

  withSelectors(root.command("report"))
    .description("plan a stack and write it up as one page: diagram, resources, edges, policies, backups")
    .addOption(mode())
    .requiredOption("--out <file>", "HTML file to write")
    .action(async (options) =>
      (require("./commands/report") as typeof import("./commands/report")).report(options, context),
    );

  withSelectors(root.command("permissions"))
    .description("plan a stack and print what whoever deploys it must be allowed: policies and roles, least first")
    .addOption(new Option("--format <format>", "form of the results").choices(["text", "json"]).default("text"))
    .option("--out <directory>", "write every policy and role to a file of its own")
    .action(async (options) =>
      (require("./commands/permissions") as typeof import("./commands/permissions")).permissions(options, context),
    );

  root
    .command("matrix")
    .description("plan every system in every model on every cloud, in both modes, with all policies")
    .option("--stack <stack>", "stack whose settings every cell is planned with", "dev")
    .option("--filter <word>", "only cells of this system, model or cloud (repeatable)", collect, [])
    .option("--json <file>", "write the results to a file")
    .action(async (options) =>
      (require("./commands/matrix") as typeof import("./commands/matrix")).matrix(options, context),
    );

  root
    .command("diff")
    .description("print what changes between two plan files; fails where data would be lost")
    .argument("<before>", "plan file")
    .argument("<after>", "plan file")
    .option("--json", "as JSON")
    .action(async (before, after, options) =>
      (require("./commands/diff") as typeof import("./commands/diff")).diff(before, after, options, context),
    );

  root
    .command("systems")
    .description("list the built-in systems")
    .option("--json", "as JSON")
    .action(async (options) =>
      (require("./commands/systems") as typeof import("./commands/systems")).systems(options, context),
    );

  root
    .command("schema")
    .description("print the JSON Schema of a system file")
    .action(async () => (require("./commands/schema") as typeof import("./commands/schema")).schema(context));

  root
    .command("init")
    .description("write the file of a new stack, by asking for what the flags leave open")
    .option("--stack <stack>", "name of the stack")
    .option("--system <system>", "built-in system or path to a system file")
    .addOption(suggesting("--environment <environment>", "environment", ENVIRONMENTS))
    .addOption(suggesting("--model <model>", "deployment model", MODELS))
    .addOption(suggesting("--cloud <cloud>", "cloud", CLOUDS))
    .option("--region <region>", "region, the primary one first; on kubernetes a context (repeatable)", collect, [])
    .option("--domain <domain>", "domain the public uses")
    .option("--yes", "never ask: what is missing is an error")
    .option("--force", "overwrite the stack's file")
    .action(async (options) => (require("./commands/init") as typeof import("./commands/init")).init(options, context));

  root
    .command("sandbox")
    .description("run a command, such as pulumi up, against stand-ins for all clouds; alone, print what to set for it")
    .argument("[command...]", "command to run, after --")
    .option("--dir <directory>", "where the pretended cloud and the stacks' state are kept", "build/sandbox")
    .option("--faults <file>", "JSON file of mishaps: failing, slow, throttled or unreachable calls, dying plugins")
    .action(async (command, options) =>
      (require("./commands/sandbox") as typeof import("./commands/sandbox")).sandbox(command, options, context),
    );

  root
    .command("split")
    .description("write a stack file for every placement of a global stack, and one for its edge")
    .requiredOption("--stack <stack>", "stack that owns the whole system")
    .option("--force", "overwrite the files of the parts")
    .action(async (options) =>
      (require("./commands/split") as typeof import("./commands/split")).split(options, context),
    );

  addLifecycle(root, context);
  addImports(root, context);
  return root;
}

function addImports(root: Command, context: CommandContext): void {
  const load = () => require("./commands/import") as typeof import("./commands/import");
  const imports = root.command("import").description("turn a file of another tool into a system file");
  const described = (name: string, what: string) =>
    imports
      .command(name)
      .description(`turn a ${what} into a system file`)
      .argument("<file>", what)
      .option("--name <name>", "name of the system; the file's own by default")
      .option("--out <file>", "file to write; standard output by default");
  described("compose", "Docker Compose file").action(async (file, options) =>
    load().importComposeFile(file, options, context),
  );
  described("score", "Score workload").action(async (file, options) => load().importScoreFile(file, options, context));
}

function withSelectors(command: Command): Command {
  return command
    .option("--stack <stack>", "stack whose file holds the settings", "dev")
    .option("--system <system>", "built-in system or path to a system file")
    .addOption(suggesting("--model <model>", "deployment model", MODELS))
    .addOption(suggesting("--cloud <cloud>", "cloud, in a sample region", CLOUDS))
    .addOption(suggesting("--environment <environment>", "environment", ENVIRONMENTS))
    .option(
      "--set <path=value>",
      "one setting by its path, such as domain=example.com (repeatable)",
      collectSetting,
      [],
    );
}

function mode(): Option {
  return new Option("--mode <mode>", "leave computed values unknown, or fill them in with fakes")
    .choices(["preview", "simulate"])
    .default("preview");
}

/** Choices for help and completion only: the settings judge the value, together with everything else that is wrong. */
function suggesting(flags: string, description: string, choices: readonly string[]): Option {
  const option = new Option(flags, description);
  option.argChoices = [...choices];
  return option;
}

export function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

export function collectSetting(text: string, previous: SelectorOptions["set"]): SelectorOptions["set"] {
  const split = text.indexOf("=");
  if (split < 1) {
    throw new InvalidArgumentError("write path=value, such as domain=example.com");
  }
  try {
    return [...previous, { path: text.slice(0, split), value: parse(text.slice(split + 1)) as unknown }];
  } catch {
    throw new InvalidArgumentError("the value is not well-formed YAML; quote it");
  }
}
