import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { Plan } from "../../engine";
import { planStack } from "../plan";
import { CommandFailure } from "./command";
import { StackConfig } from "./config";
import { ConcurrentUpdateError, type LockHolder, PlanMismatchError, PolicyViolationError } from "./errors";
import { afterPreview, EventReader, type Observed, type StackEvent } from "./events";
import { guardDeployable, guardProduction, guardProtected, stateEnvironment, stateResources } from "./guards";
import { type HistoryEntry, historyOf } from "./history";
import { importResources } from "./importing";
import { type LimitOptions, withLimits } from "./limits";
import { isStale } from "./locks";
import { Operation } from "./operation";
import type {
  ChangeResult,
  ConfirmOptions,
  DestroyOptions,
  DriftResult,
  ImportOptions,
  OperationOptions,
  Outputs,
  PolicyOptions,
  PreviewOptions,
  PreviewResult,
  RefreshOptions,
  UpOptions,
  UpResult,
} from "./options";
import { enginePacks } from "./packs";
import { guardPendingCreates, mayDouble, pendingCreates } from "./pending";
import { Mutex } from "./pool";
import { refuseWhileUpdated } from "./projectStacks";
import { afterEngine, type RetryListener, withRetries } from "./retry";
import { planDifferences, readSavedPlan } from "./savedPlan";
import { Session, type StackOptions } from "./session";
import { shortName } from "./workspace";

/** The offline engine runs one program at a time in a process. */
const planning = new Mutex();

/** One stack, its whole life long. Make one with {@link openStack}; `close` it when done. */
export class StackHandle {
  readonly name: string;
  /** Its settings as the engine gets them. */
  readonly config: StackConfig;
  private readonly session: Session;
  private expected: number | undefined;

  constructor(options: StackOptions) {
    this.session = new Session(options);
    this.name = options.stack;
    this.config = new StackConfig(this.session);
  }

  /** Plans offline, with no CLI and no cloud, and judges the plan. */
  plan(mode: Plan["mode"] = "preview", onPhase?: (name: string) => void): Promise<Plan> {
    return planning.run(async () => planStack({ ...(await this.session.read()).request, mode, onPhase }));
  }

  /** What an `up` would do. Nothing is changed. */
  preview(options: PreviewOptions = {}): Operation<PreviewResult> {
    return this.operation(options, async (run) => {
      // Wrong settings are answered before anything is asked of a backend.
      const settings = await this.session.settings();
      if (options.savePlan !== undefined) {
        guardDeployable(settings);
      }
      const policies = options.policies === "off" ? undefined : await this.judge(run, options);
      const observed = await run.engine("previewing", async (onEvent, signal) => {
        const stack = await this.session.automation();
        await stack.preview({
          ...common(options, onEvent, signal),
          ...(options.savePlan === undefined ? {} : { plan: options.savePlan }),
          ...(options.policies === "engine" ? await enginePacks(this.session) : {}),
        });
      });
      this.expected = total(observed);
      const violations = [...(policies?.violations ?? []), ...observed.violations];
      return { ...changes(observed), ...(policies ? { policies: policies.report } : {}), violations };
    });
  }

  /** Makes the stack what its settings say. */
  up(options: UpOptions = {}): Operation<UpResult> {
    return this.operation(options, async (run) => {
      const settings = await this.session.settings();
      guardDeployable(settings);
      guardProduction(this.name, settings.environment, options.yesProduction === true);
      if (options.policies !== "off") {
        const { violations } = await this.judge(run, options);
        if (violations.length > 0) {
          throw new PolicyViolationError(this.name, violations);
        }
      }
      await this.refuseDoubles();
      if (options.plan !== undefined) {
        await this.checkPlan(run, options.plan, options);
      }
      const observed = await run.engine(
        "updating",
        async (onEvent, signal) => {
          const stack = await this.session.automation();
          await stack.up({
            ...common(options, options.plan === undefined ? onEvent : afterPreview(onEvent), signal),
            ...(options.plan === undefined ? {} : { plan: options.plan }),
            ...(options.continueOnError ? { continueOnError: true } : {}),
            ...(options.policies === "engine" ? await enginePacks(this.session) : {}),
            showSecrets: false,
          });
        },
        options.plan,
      );
      return { ...changes(observed), outputs: await run.after("reading the outputs", () => this.outputs()) };
    });
  }

  /** Makes the state what the clouds say. Resources are not touched. */
  refresh(options: RefreshOptions = {}): Operation<ChangeResult> {
    return this.operation(options, async (run) => {
      await this.confirm(options);
      return changes(
        await run.engine("refreshing", async (onEvent, signal) => {
          const stack = await this.session.automation();
          const { clearPendingCreates } = options;
          await stack.refresh({ ...common(options, onEvent, signal), clearPendingCreates, showSecrets: false });
        }),
      );
    });
  }

  /** What differs between the state and the clouds. Neither is changed. */
  drift(options: OperationOptions = {}): Operation<DriftResult> {
    return this.operation(options, async (run) => {
      const observed = await run.engine("comparing", async (onEvent, signal) => {
        const stack = await this.session.automation();
        await stack.previewRefresh(common(options, onEvent, signal));
      });
      const result = changes(observed);
      return { ...result, drifted: result.hasChanges };
    });
  }

  /** Deletes what the stack made. Refuses where anything is protected: taking that off is a step of its own. */
  destroy(options: DestroyOptions = {}): Operation<ChangeResult> {
    return this.operation(options, async (run) => {
      const state = await this.confirm(options);
      guardProtected(this.name, stateResources(state));
      this.expected = stateResources(state).length;
      const observed = await run.engine("destroying", async (onEvent, signal) => {
        const stack = await this.session.automation();
        const { continueOnError } = options;
        // Without a preview the engine refuses what it must keep only once the rest is gone.
        await stack.previewDestroy(common(options, () => {}, signal));
        await stack.destroy({ ...common(options, onEvent, signal), continueOnError, showSecrets: false });
      });
      if (options.remove) {
        // With the stack the last record goes of what may be left in its cloud.
        await run.after("removing the stack", async () => {
          guardPendingCreates(this.name, pendingCreates(await this.session.state()));
          await this.session.command(["stack", "rm", "--yes", "--preserve-config", "--stack", this.name]);
        });
      }
      return changes(observed);
    });
  }

  /** Takes resources that exist into the state. The program must describe them, or the next `up` deletes them. */
  import(options: ImportOptions): Operation<{ readonly imported: number }> {
    return this.operation(options, async (run) => {
      await this.confirm(options);
      await run.engine("importing", (_onEvent, signal) => importResources(this.session, options, signal));
      return { imported: options.resources.length };
    });
  }

  /** The stack's outputs as its last update left them. Secret values only where `showSecrets` asks for them. */
  outputs(options: LimitOptions & { readonly showSecrets?: boolean } = {}): Promise<Outputs> {
    return withLimits(this.name, options, () => this.readOutputs(options.showSecrets === true));
  }

  private async readOutputs(showSecrets: boolean): Promise<Outputs> {
    const read = async (flags: readonly string[]) => {
      const { stdout } = await this.session.command(["stack", "output", "--json", ...flags, "--stack", this.name]);
      return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
    };
    const masked = await read([]);
    const plain = showSecrets ? await read(["--show-secrets"]) : masked;
    return Object.fromEntries(
      Object.entries(masked).map(([name, value]) => {
        const secret = value === MASK;
        return [name, { secret, ...(secret && !showSecrets ? {} : { value: plain[name] }) }] as const;
      }),
    );
  }

  /** Past updates, the last one first. */
  history(options: LimitOptions & { readonly limit?: number } = {}): Promise<readonly HistoryEntry[]> {
    const { limit = 20 } = options;
    return withLimits(this.name, options, async () => {
      const page = ["--page-size", String(limit), "--page", "1"];
      const { stdout } = await this.session.command(["stack", "history", "--json", ...page, "--stack", this.name]);
      return historyOf(JSON.parse(stdout) as Parameters<typeof historyOf>[0]);
    });
  }

  /** Removes the stack's lock, whoever holds it. */
  async unlock(options: LimitOptions = {}): Promise<void> {
    const args = ["cancel", "--yes", "--stack", this.name];
    await withLimits(this.name, options, () => this.session.command(args));
  }

  /** The state as the backend keeps it, secrets encrypted. */
  state(options: LimitOptions = {}): Promise<unknown> {
    return withLimits(this.name, options, () => this.session.state());
  }

  /** Tags of the stack; where values are given, they are set first. */
  tags(
    set: Readonly<Record<string, string>> = {},
    options: LimitOptions = {},
  ): Promise<Readonly<Record<string, string>>> {
    return withLimits(this.name, options, async () => {
      for (const [name, value] of Object.entries(set)) {
        await this.session.command(["stack", "tag", "set", name, value, "--stack", this.name]);
      }
      const { stdout } = await this.session.command(["stack", "tag", "ls", "--json", "--stack", this.name]);
      return JSON.parse(stdout) as Readonly<Record<string, string>>;
    });
  }

  /** Removes what the handle keeps on this machine. The stack stays. */
  close(): Promise<void> {
    return this.session.close();
  }

  /** Refuses to touch production unsaid; the state, which tells what the stack is, is the answer. */
  private async confirm({ yesProduction = false }: ConfirmOptions): Promise<unknown> {
    const state = await this.session.state();
    guardProduction(this.name, stateEnvironment(state), yesProduction);
    return state;
  }

  /**
   * Refuses to make a second time what a killed run may have made. What a run under way has begun is its own, also where
   * that run ends before its lock is looked for: what it began is no longer pending then.
   */
  private async refuseDoubles(): Promise<void> {
    const begun = await this.mayBeDoubled();
    if (begun.length === 0) {
      return;
    }
    await refuseWhileUpdated(this.session.options);
    const urns = new Set(begun.map(({ urn }) => urn));
    const left = (await this.mayBeDoubled()).filter(({ urn }) => urns.has(urn));
    guardPendingCreates(this.name, left);
  }

  private async mayBeDoubled() {
    return pendingCreates(await this.session.state()).filter(mayDouble);
  }

  private async judge(run: Running, { policies = "offline" }: PolicyOptions) {
    if (policies === "engine") {
      return { report: undefined, violations: [] };
    }
    run.emit({ kind: "phase", name: "checking policies" });
    const { policies: report } = await this.plan();
    const failing = report.results.filter(({ status, level }) => status === "violation" && level === "mandatory");
    return {
      report,
      violations: failing.map(({ pack, rule, urn, message }) => ({ pack, rule, urn, message })),
    };
  }

  /** Compares a saved plan with what would be done now, before the engine gets to the first difference half-way. */
  private async checkPlan(run: Running, path: string, options: OperationOptions): Promise<void> {
    const { project } = await this.session.workspace();
    const saved = await readSavedPlan(path, project, shortName(this.name));
    const directory = await mkdtemp(join(tmpdir(), "groundplan-plan-"));
    try {
      const file = join(directory, "plan.json");
      await run.engine("comparing with the plan", async (onEvent, signal) => {
        const stack = await this.session.automation();
        await stack.preview({ ...common(options, onEvent, signal), plan: file });
      });
      const differences = planDifferences(saved, await readSavedPlan(file, project, shortName(this.name)));
      if (differences.length > 0) {
        throw new PlanMismatchError(path, differences);
      }
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  private operation<T>(options: OperationOptions, body: (run: Running) => Promise<T>): Operation<T> {
    return new Operation((emit) =>
      withLimits(this.name, options, (signal) => {
        const tell: RetryListener = (retry) => emit({ kind: "retry", ...retry });
        const { retry = {} } = options;
        const after: Running["after"] = (what, work) => afterEngine(what, work, retry, tell, signal);
        const run = { ...this.running(emit, signal), after };
        const attempt = () => withRetries(() => body(run), retry, tell, signal);
        return options.unlock === undefined ? attempt() : this.unlocking(options.unlock, attempt);
      }),
    );
  }

  private running(emit: (event: StackEvent) => void, signal: AbortSignal): Omit<Running, "after"> {
    return {
      emit,
      engine: async (phase, work, plan) => {
        signal.throwIfAborted();
        emit({ kind: "phase", name: phase });
        const reader = new EventReader(emit, this.session.redactor, this.expected);
        try {
          await work((event) => reader.read(event), signal);
        } catch (error) {
          // An interrupted engine fails in ways of its own; who interrupted it knows better what happened.
          throw error instanceof CommandFailure && !signal.aborted
            ? await this.session.explain(error, reader.observed, plan)
            : error;
        }
        return reader.observed;
      },
    };
  }

  /** Whether the same ones hold the lock at this moment. */
  private async stillHeldBy(before: readonly LockHolder[]): Promise<boolean> {
    try {
      await refuseWhileUpdated(this.session.options);
      return false;
    } catch (error) {
      return error instanceof ConcurrentUpdateError && isDeepStrictEqual(error.holders, before);
    }
  }

  private async unlocking<T>(unlock: "stale" | "force", attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ConcurrentUpdateError) || (unlock === "stale" && !isStale(error.holders))) {
        throw error;
      }
      if (unlock === "stale" && !(await this.stillHeldBy(error.holders))) {
        // Somebody has taken the lock off meanwhile, and may hold it now.
        return attempt();
      }
      await this.unlock();
      return attempt();
    }
  }
}

interface Running {
  readonly emit: (event: StackEvent) => void;
  readonly engine: (
    phase: string,
    work: (onEvent: (event: EngineEvent) => void, signal: AbortSignal) => Promise<void>,
    plan?: string,
  ) => Promise<Observed>;
  /** Does what follows the engine's work, tried again without it. */
  readonly after: <T>(what: string, work: () => Promise<T>) => Promise<T>;
}

/** What the CLI prints in place of a secret. */
const MASK = "[secret]";

/** Opens a stack. Nothing is read or run before its first operation. */
export function openStack(options: StackOptions): StackHandle {
  return new StackHandle(options);
}

function common(options: OperationOptions, onEvent: (event: EngineEvent) => void, signal: AbortSignal) {
  return {
    onEvent,
    signal,
    color: "never" as const,
    userAgent: "groundplan",
    ...(options.message === undefined ? {} : { message: options.message }),
    ...(options.targets === undefined ? {} : { target: [...options.targets] }),
    ...(options.parallel === undefined ? {} : { parallel: options.parallel }),
  };
}

function changes({ counts, changes: list, durationSeconds }: Observed): ChangeResult {
  const untouched = new Set(["same", "read", "refresh"]);
  const hasChanges = Object.entries(counts).some(([op, count]) => count > 0 && !untouched.has(op));
  return { counts, changes: list, hasChanges, durationSeconds };
}

function total({ counts }: Observed): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
