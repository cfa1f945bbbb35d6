import { type Command, InvalidArgumentError, Option } from "commander";
import { collectSetting } from "./command";
import type { CommandContext } from "./run";

/** Flags of every command that reaches for a stack's state. */
export interface StateOptions {
  readonly backend?: string;
  readonly secretsProvider?: string;
  readonly sandbox?: boolean | string;
  readonly json?: boolean;
}

/** Flags of every command on one stack. */
export interface StackFlags extends StateOptions {
  readonly stack: string;
  readonly set: readonly { path: string; value: unknown }[];
  readonly secretEnv: Readonly<Record<string, string>>;
  readonly timeLimit?: string;
  readonly lockTimeout?: string;
  readonly unlock?: boolean;
  readonly forceUnlock?: boolean;
  readonly parallel?: number;
  readonly parts?: boolean | string;
  readonly concurrency?: number;
}

/** Adds the commands that run the real engine. */
export function addLifecycle(root: Command, context: CommandContext): void {
  const load = () => require("./commands/lifecycle") as typeof import("./commands/lifecycle");
  const loadFor = ({ parts }: Pick<StackFlags, "parts">) =>
    parts === undefined ? load() : (require("./commands/parts") as typeof import("./commands/parts"));

  withParts(root.command("preview"))
    .description("ask the real engine what an up would do; fails where a policy does")
    .addOption(policies())
    .option("--save-plan <file>", "save the plan, for up --plan")
    .option("--create", "make the stack where it is not there")
    .action(async (options) => loadFor(options).preview(options, context));

  withParts(root.command("up"))
    .description("make a stack what its settings say")
    .addOption(policies())
    .option("--plan <file>", "do what this saved plan says; refuse where it no longer matches")
    .option("--create", "make the stack where it is not there")
    .option("--base <stack>", "an ephemeral environment: start from this stack's settings")
    .option("--ttl <duration>", "how long the ephemeral environment lives, such as 8h; prune destroys it then")
    .option("--continue-on-error", "go on with what does not depend on a failure")
    .option("--yes-production", "production is meant")
    .action(async (options) => loadFor(options).up(options, context));

  withStack(root.command("refresh"))
    .description("make a stack's state what the clouds say")
    .option("--clear-pending-creates", "forget creations that were begun and never ended")
    .option("--yes-production", "production is meant")
    .action(async (options) => load().refresh(options, context));

  withParts(root.command("destroy"))
    .description("delete what a stack made; refuses while anything in it is protected")
    .option("--remove", "remove the stack itself too, with its history")
    .option("--continue-on-error", "go on with what does not depend on a failure")
    .option("--yes-production", "production is meant")
    .action(async (options) => loadFor(options).destroy(options, context));

  withStack(root.command("drift"))
    .description("print what differs between a stack's state and the clouds; fails where anything does")
    .action(async (options) => load().drift(options, context));

  withState(root.command("outputs"))
    .description("print a stack's outputs")
    .requiredOption("--stack <stack>", "stack")
    .option("--show-secrets", "secret values too")
    .action(async (options) =>
      (require("./commands/outputs") as typeof import("./commands/outputs")).outputs(options, context),
    );

  withState(root.command("prune"))
    .description("destroy every ephemeral environment whose time is over")
    .option("--dry-run", "only say which")
    .option("--concurrency <number>", "how many at once", positive, 2)
    .option("--time-limit <duration>", "longest each may take", "1h")
    .action(async (options) =>
      (require("./commands/prune") as typeof import("./commands/prune")).prune(options, context),
    );

  withState(root.command("doctor"))
    .description("check what an up of a stack needs: CLI, state, settings, credentials, quotas, names, domain")
    .option("--stack <stack>", "stack", "dev")
    .action(async (options) =>
      (require("./commands/doctor") as typeof import("./commands/doctor")).doctor(options, context),
    );
}

function withState(command: Command): Command {
  return command
    .option("--backend <url>", "where the state is: file://, s3://, gs://, azblob:// or https://")
    .option("--secrets-provider <url>", "what encrypts secrets: passphrase, awskms:// or gcpkms://")
    .option("--sandbox [directory]", "stand-ins for every cloud and a state of their own, instead of the real ones")
    .option("--json", "one JSON object per line");
}

function withStack(command: Command): Command {
  return withState(command)
    .requiredOption("--stack <stack>", "stack")
    .option("--set <path=value>", "one setting by its path, for this run (repeatable)", collectSetting, [])
    .option("--secret-env <path=VARIABLE>", "a secret setting, from a variable (repeatable)", collectSecret, {})
    .option("--time-limit <duration>", "longest it may take, such as 45m")
    .option("--lock-timeout <duration>", "how long to wait for another update of the stack to end")
    .option("--unlock", "remove a lock whose process, on this machine, is gone")
    .option("--force-unlock", "remove a lock, whoever holds it")
    .option("--parallel <number>", "resources worked on at once", positive);
}

/** Commands that know the stacks `split` made of one. */
function withParts(command: Command): Command {
  return withStack(command)
    .option("--parts [names]", "the stacks that split made of this one, in order: all, or those of these parts (a,b)")
    .option("--concurrency <number>", "how many parts at once", positive, 2);
}

function policies(): Option {
  return new Option(
    "--policies <who>",
    "judge a plan before the engine starts, let the engine run the packs, or neither",
  )
    .choices(["offline", "engine", "off"])
    .default("offline");
}

function positive(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) {
    throw new InvalidArgumentError("write a whole number from 1 on");
  }
  return Number(text);
}

/** Secrets come from the environment: arguments are for every user of the machine to read. */
function collectSecret(text: string, previous: StackFlags["secretEnv"]): StackFlags["secretEnv"] {
  const [, path, variable] = /^([\w-]+:[^=]+)=([A-Za-z_]\w*)$/.exec(text) ?? [];
  if (path === undefined || variable === undefined) {
    throw new InvalidArgumentError("write path=VARIABLE, such as groundplan:alerts.webhook.url=HOOK_URL");
  }
  const value = process.env[variable];
  if (value === undefined || value === "") {
    throw new InvalidArgumentError(`the variable ${variable} is not set`);
  }
  return { ...previous, [path]: value };
}
