import { InputError } from "../../components/errors";
import { checkDeployable, type Settings } from "../../stacks/settings";
import { RefusedError } from "./errors";

/** Production is touched by who says so, never by a wrong default. */
export function guardProduction(stack: string, environment: string | undefined, confirmed: boolean): void {
  if (environment === "production" && !confirmed) {
    throw new RefusedError(
      `stack ${stack} is production, and nothing says that it is meant`,
      "look at the preview, then add --yes-production (yesProduction in the library)",
    );
  }
}

/** What no update can do is refused before one begins, or a plan of it is saved. Throws an InputError with every reason. */
export function guardDeployable(settings: Settings): void {
  const problems = checkDeployable(settings);
  if (problems.length > 0) {
    throw new InputError(problems);
  }
}

/** A resource of a state, as far as a destroy asks about it. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  readonly protect: boolean;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Resources of an exported state. */
export function stateResources(state: unknown): readonly StateResource[] {
  const list = (state as { deployment?: { resources?: unknown } } | null)?.deployment?.resources;
  return (Array.isArray(list) ? (list as Readonly<Record<string, unknown>>[]) : []).map((entry) => ({
    urn: String(entry.urn),
    type: String(entry.type),
    custom: entry.custom === true,
    protect: entry.protect === true,
    inputs: (entry.inputs ?? {}) as Readonly<Record<string, unknown>>,
  }));
}

/** Inputs by which a cloud itself refuses a deletion. */
const DELETION_LOCKS = ["deletionProtection", "enableDeletionProtection", "deletionProtectionEnabled"];

/** Resources that cannot be deleted as they are: protected in the state, or by their cloud. */
export function protectedResources(resources: readonly StateResource[]): readonly StateResource[] {
  return resources.filter(
    ({ protect, inputs }) =>
      protect ||
      DELETION_LOCKS.some((lock) => inputs[lock] === true || (inputs.settings as never as Lock | undefined)?.[lock]),
  );
}

type Lock = Readonly<Record<string, unknown>>;

/** Taking protection off is a step of its own, which a person has to look at; a destroy never does it in passing. */
export function guardProtected(stack: string, resources: readonly StateResource[]): void {
  const held = protectedResources(resources);
  if (held.length > 0) {
    const names = held.slice(0, 5).map(({ urn }) => urn.slice(urn.lastIndexOf("::") + 2));
    const more = held.length > 5 ? ` and ${held.length - 5} more` : "";
    throw new RefusedError(
      `stack ${stack} holds ${held.length} protected resource${held.length === 1 ? "" : "s"}: ${names.join(", ")}${more}`,
      "first `up` with groundplan:protect set to false, and look at what it changes; then destroy",
    );
  }
}

/** The environment a state was made for: its program says so among its outputs. */
export function stateEnvironment(state: unknown): string | undefined {
  const list = (state as { deployment?: { resources?: unknown } } | null)?.deployment?.resources;
  const root = (Array.isArray(list) ? (list as Readonly<Record<string, unknown>>[]) : []).find(
    ({ type }) => type === "pulumi:pulumi:Stack",
  );
  const environment = (root?.outputs as Lock | undefined)?.environment;
  return typeof environment === "string" ? environment : undefined;
}
