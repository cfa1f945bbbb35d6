import { backendEnvironment, prepareBackend } from "./backend";
import { findCli } from "./cli";
import { CommandFailure, runCli } from "./command";
import { ConcurrentUpdateError } from "./errors";
import { NOTHING_OBSERVED } from "./events";
import { currentSignal, type LimitOptions, withLimits } from "./limits";
import { limitsOf, Session, type StackOptions } from "./session";
import { shortName, Workspace } from "./workspace";

/** A stack as its backend lists it. */
export interface ListedStack {
  readonly name: string;
  readonly lastUpdate?: string;
  readonly resourceCount?: number;
  /** Known to Pulumi Cloud alone. */
  readonly updateInProgress?: boolean;
}

/** Stacks of a project in its backend; with `tag` only those that bear it. */
export async function listStacks(
  place: Omit<StackOptions, "stack">,
  tag?: string,
  options: LimitOptions = {},
): Promise<readonly ListedStack[]> {
  const session = new Session({ ...place, stack: "every-stack" });
  const tagged = tag === undefined ? [] : ["--tag", tag];
  const stdout = await withLimits("of the project", options, () =>
    runApart(session, (project) => ["stack", "ls", "--json", "--project", project, ...tagged]),
  );
  return JSON.parse(stdout) as readonly ListedStack[];
}

/** Throws a {@link ConcurrentUpdateError} while an update of a stack goes on; one that is not there has none. */
export async function refuseWhileUpdated(options: StackOptions): Promise<void> {
  const session = new Session(options);
  if ((await session.backend()).kind === "pulumi-cloud") {
    const stacks = await listStacks(options);
    if (stacks.some(({ name, updateInProgress }) => updateInProgress && shortName(name) === shortName(session.name))) {
      throw new ConcurrentUpdateError(session.name, []);
    }
    return;
  }
  if (!(await listStacks(options)).some(({ name }) => shortName(name) === shortName(session.name))) {
    return;
  }
  try {
    // Who makes a stack takes its lock before it finds that there is one: what asks for a lock and changes nothing.
    const unused = { PULUMI_CONFIG_PASSPHRASE: "unused" };
    const args = ["stack", "init", session.name, "--no-select", "--secrets-provider", "passphrase"];
    await runApart(session, () => args, unused);
  } catch (error) {
    if (!/already exists/.test((error as Error).message)) {
      throw error;
    }
  }
}

/** Runs the CLI in a workspace that holds the project and no stack's file. */
async function runApart(
  session: Session,
  args: (project: string) => readonly string[],
  added: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { directory, env, secretsProvider, pulumiHome } = session.options;
  const backend = await session.backend();
  await prepareBackend(backend);
  const workspace = await Workspace.create({ directory, stack: session.name });
  const all = {
    ...env,
    ...backendEnvironment(backend, secretsProvider),
    ...(pulumiHome === undefined ? {} : { PULUMI_HOME: pulumiHome }),
    ...added,
  };
  try {
    const cwd = workspace.directory;
    const options = { cwd, env: all, signal: currentSignal(), ...limitsOf(session.options) };
    return (await runCli(await findCli(), [...args(workspace.project), "--non-interactive"], options)).stdout;
  } catch (error) {
    throw error instanceof CommandFailure ? await session.explain(error, NOTHING_OBSERVED) : error;
  } finally {
    await workspace.remove();
  }
}
