import { pack as containers } from "./containers/pack";
import { pack as encryption } from "./encryption/pack";
import { pack as identity } from "./identity/pack";
import { pack as limits } from "./limits/pack";
import { pack as network } from "./network/pack";
import { pack as operations } from "./operations/pack";
import type { Pack } from "./pack";
import { pack as reliability } from "./reliability/pack";

/** Every pack, as values: importing them starts no server. */
export const packs: readonly Pack[] = [encryption, containers, limits, network, identity, reliability, operations];

export { checkConfig, type Environment, foldExempt, type PackConfigArgs, packConfig } from "./config";
export {
  applyExemptions,
  checkExemptions,
  type Exemption,
  type ExemptionProblem,
  judge,
  type PolicyResult,
} from "./exemptions";
export { definePack, EXEMPT_RESOURCES, EXEMPT_STACK, type Pack, toPolicies } from "./pack";
export { isStackRule, type Level, type ResourceRule, type Rule, resourceRule, type StackRule, stackRule } from "./rule";
export type { SchemaProblem } from "./schema";
export { isStateful, STATEFUL } from "./stateful";
