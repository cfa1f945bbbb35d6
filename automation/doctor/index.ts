import { resolveNs } from "node:dns/promises";
import { InputError } from "../../components/errors";
import type { Plan } from "../../engine";
import { checkDeployable } from "../../stacks/settings";
import { describeBackend } from "../lifecycle/backend";
import { findCli } from "../lifecycle/cli";
import { LifecycleError, PendingCreatesError, StackNotFoundError } from "../lifecycle/errors";
import { pendingCreates } from "../lifecycle/pending";
import { type RunProgram, runProgram } from "../lifecycle/processes";
import { Session, type StackOptions } from "../lifecycle/session";
import { openStack } from "../lifecycle/stack";
import { checkVersioning } from "../lifecycle/versioning";
import { type Check, failure, ok, unknown } from "./check";
import { checkCredentials } from "./clouds";
import { checkServices } from "./gcpServices";
import { checkHelpers } from "./helpers";
import { checkLeftovers } from "./leftovers";
import { checkNames } from "./names";
import { checkQuotas } from "./quotas";
import { type Known, knownIn, NOTHING_KNOWN } from "./state";
import { checkWays } from "./ways";

export type { Check } from "./check";

/** What reaches outside this process; replaced in tests. */
export interface DoctorAccess {
  readonly run?: RunProgram;
  /** Name servers of a domain; rejects where it has none. */
  readonly nameServers?: (domain: string) => Promise<readonly string[]>;
  readonly nodeVersion?: string;
  /** Whether clouds and name servers are asked; a sandbox has none. @default true */
  readonly outside?: boolean;
}

/**
 * Looks at everything an `up` of a stack needs, changing nothing. `onCheck` is told of each thing as it is known. One
 * that cannot be looked at is unknown, never good.
 */
export async function examine(
  options: StackOptions,
  onCheck: (check: Check) => void = () => undefined,
  access: DoctorAccess = {},
): Promise<readonly Check[]> {
  const checks: Check[] = [];
  const tell = (...found: readonly Check[]) => {
    for (const check of found) {
      checks.push(check);
      onCheck(check);
    }
  };
  const { run = runProgram, nameServers = resolveNs, nodeVersion = process.versions.node } = access;
  tell(checkNode(nodeVersion));
  const { checks: stateChecks, known } = await checkState(options, run);
  tell(...stateChecks);
  const session = new Session(options);
  const settings = await session.settings().catch((error: unknown) => {
    tell(...problemChecks("settings", error));
    return undefined;
  });
  if (settings === undefined) {
    return checks;
  }
  tell(ok("settings", `${settings.system.name}, ${settings.model}, ${settings.environment}`));
  const refused = checkDeployable(settings);
  tell(
    ...(refused.length === 0
      ? [ok("deployable", "images, registry and hosts are your own")]
      : problemChecks("deployable", new InputError(refused))),
  );
  const plan = await openStack(options)
    .plan()
    .catch((error: unknown) => {
      tell(...problemChecks("plan", error));
      return undefined;
    });
  if (plan !== undefined) {
    tell(...checkPlan(plan, options.stack));
  }
  if (access.outside !== false) {
    tell(...(await checkCredentials(settings, run)), ...(await checkServices(settings, run)));
    tell(...(plan === undefined ? [] : await checkHelpers(settings, plan, run)));
    if (plan !== undefined) {
      // What nobody can tell to be in the state counts as new: rather too much than too little.
      tell(...(await checkQuotas(settings, plan, (known ?? NOTHING_KNOWN).inputs, run)));
      tell(...(known === undefined ? [] : await checkLeftovers(settings, plan, known.ids, run)));
    }
    tell(await checkDomain(settings.domain, nameServers));
  }
  return checks;
}

function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 20 || (major === 20 && minor >= 19)
    ? ok("node", version)
    : failure("node", version, "install Node 20.19 or later");
}

interface StateChecks {
  readonly checks: readonly Check[];
  /** What the state has. Undefined: it cannot be read. */
  readonly known: Known | undefined;
}

/** The CLI, the backend, the stack in it and its secrets. */
async function checkState(options: StackOptions, run: RunProgram): Promise<StateChecks> {
  const session = new Session(options);
  const backend = await session.backend();
  const versioning = await checkVersioning(backend, run);
  const kept: Check = {
    name: "versions of the state",
    status: ({ on: "ok", "not-needed": "ok", off: "failure", unknown: "unknown" } as const)[versioning.status],
    detail: versioning.detail,
    ...(versioning.fix === undefined ? {} : { fix: versioning.fix }),
  };
  const cli = await findCli().catch((error: unknown) => error);
  if (cli instanceof Error) {
    const checks = [...problemChecks("pulumi", cli), unknown("state", "cannot be looked at without the CLI"), kept];
    return { checks, known: undefined };
  }
  const { version, path } = cli as Awaited<ReturnType<typeof findCli>>;
  const { checks, known } = await checkStack(options, describeBackend(backend));
  return { checks: [ok("pulumi", `${version} (${path})`), ...checks, kept], known };
}

async function checkStack(options: StackOptions, backend: string): Promise<StateChecks> {
  const stack = openStack({ ...options, create: false });
  try {
    await stack.config.all({ showSecrets: true });
    const state = await stack.state();
    const pending = pendingCreates(state);
    const checks = [
      ok("state", `stack ${options.stack} is in ${backend}, and its secrets can be read`),
      ...(pending.length === 0 ? [] : problemChecks("unfinished", new PendingCreatesError(options.stack, pending))),
    ];
    return { checks, known: knownIn(state) };
  } catch (error) {
    if (error instanceof StackNotFoundError) {
      const [detail = ""] = error.message.split("\n");
      return {
        checks: [{ name: "state", status: "warning", detail, fix: "up --create makes it" }],
        known: NOTHING_KNOWN,
      };
    }
    return { checks: problemChecks("state", error), known: undefined };
  } finally {
    await stack.close();
  }
}

function checkPlan(plan: Plan, stack: string): readonly Check[] {
  const failing = plan.policies.results.filter(({ status, level }) => status === "violation" && level === "mandatory");
  const policies =
    failing.length === 0
      ? ok("policies", `${plan.policies.passed} passed, none failed`)
      : failure("policies", failing.map(({ rule }) => rule).join(", "), `groundplan check --stack ${stack}`);
  return [ok("plan", `${plan.resources.length} resources`), policies, ...checkWays(plan), checkNames(plan)];
}

async function checkDomain(
  domain: string | undefined,
  nameServers: (domain: string) => Promise<readonly string[]>,
): Promise<Check> {
  if (domain === undefined) {
    return ok("domain", "none is needed");
  }
  const parents = domain.split(".").map((_, index, labels) => labels.slice(index).join("."));
  for (const parent of parents.slice(0, -1)) {
    const servers = await nameServers(parent).catch(() => []);
    if (servers.length > 0) {
      return ok("domain", `${parent} is served by ${servers.slice(0, 2).join(", ")}`);
    }
  }
  return unknown(
    "domain",
    `no name server answers for ${domain}, or none can be asked from here`,
    "register or delegate it",
  );
}

function problemChecks(name: string, error: unknown): readonly Check[] {
  if (InputError.is(error)) {
    return error.problems.map(({ path, found, allowed, fix }) =>
      failure(name, `${path}: ${found}; allowed: ${allowed}`, fix),
    );
  }
  if (error instanceof LifecycleError) {
    return [failure(name, error.message.split("\n  fix")[0] ?? error.message, error.fix)];
  }
  return [failure(name, error instanceof Error ? error.message : String(error), "see groundplan plan")];
}
