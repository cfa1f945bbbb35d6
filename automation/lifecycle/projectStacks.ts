import { backendEnvironment, prepareBackend } from "./backend";
import { findCli } from "./cli";
import { CommandFailure, runCli } from "./command";
import { NOTHING_OBSERVED } from "./events";
import { Session, type StackOptions } from "./session";
import { Workspace } from "./workspace";

/** A stack as its backend lists it. */
export interface ListedStack {
  readonly name: string;
  readonly lastUpdate?: string;
  readonly resourceCount?: number;
}

/** Stacks of a project in its backend; with `tag` only those that bear it. */
export async function listStacks(place: Omit<StackOptions, "stack">, tag?: string): Promise<readonly ListedStack[]> {
  const session = new Session({ ...place, stack: "every-stack" });
  const backend = await session.backend();
  await prepareBackend(backend);
  const workspace = await Workspace.create({ directory: place.directory, stack: "every-stack" });
  const args = ["stack", "ls", "--json", "--project", workspace.project, ...(tag === undefined ? [] : ["--tag", tag])];
  try {
    const env = {
      ...place.env,
      ...backendEnvironment(backend, place.secretsProvider),
      ...(place.pulumiHome === undefined ? {} : { PULUMI_HOME: place.pulumiHome }),
    };
    const { stdout } = await runCli(await findCli(), [...args, "--non-interactive"], { cwd: workspace.directory, env });
    return JSON.parse(stdout) as readonly ListedStack[];
  } catch (error) {
    throw error instanceof CommandFailure ? await session.explain(error, NOTHING_OBSERVED) : error;
  } finally {
    await workspace.remove();
  }
}
