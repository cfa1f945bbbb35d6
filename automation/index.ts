/** What tools call: a stack's whole life, typed. The `groundplan` command is built on the same. */
export { InputError, type Problem } from "../components/errors";
export type { Plan } from "../engine";
export { diffPlans, type ResourceChange as PlannedChange } from "./diff";
export { type Check, examine } from "./doctor";
export {
  type Backend,
  backendUrl,
  defaultBackend,
  describeBackend,
  parseBackend,
  parseSecretsProvider,
  type SecretsProvider,
} from "./lifecycle/backend";
export { type Cli, cliOnPath, findCli } from "./lifecycle/cli";
export type { ConfigValue, StackConfig } from "./lifecycle/config";
export { parseDuration } from "./lifecycle/duration";
export * from "./lifecycle/environments";
export * from "./lifecycle/errors";
export type { ResourceChange, ResourceEvent, StackEvent, StackProgress } from "./lifecycle/events";
export type { HistoryEntry } from "./lifecycle/history";
export { Operation } from "./lifecycle/operation";
export * from "./lifecycle/options";
export { type PartOfSystem, partsOfSystem } from "./lifecycle/partStacks";
export {
  allDone,
  destroyParts,
  type PartHandle,
  type PartResult,
  type PartsOptions,
  type PartsRequest,
  previewParts,
  upParts,
} from "./lifecycle/parts";
export { type PoolOptions, runMany, type Settled } from "./lifecycle/pool";
export { type ListedStack, listStacks } from "./lifecycle/projectStacks";
export type { RetryOptions } from "./lifecycle/retry";
export type { Secrets } from "./lifecycle/secrets";
export type { StackOptions } from "./lifecycle/session";
export * from "./lifecycle/stack";
export { checkVersioning, type VersioningVerdict } from "./lifecycle/versioning";
export type { ProviderPlugin } from "./lifecycle/workspace";
export { type PlanRequest, planStack, readStack } from "./plan";
export type { Selection } from "./selection";
