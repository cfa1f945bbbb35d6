import type { SystemInput } from "../systems/spec";
import { secretsOf } from "./externalSecrets";
import { UNKNOWN_CONFIG_VALUE } from "./stackFile";

/** Every secret a system gets from outside, present and unknown. */
export function unknownSecrets(system: SystemInput | undefined): Readonly<Record<string, unknown>> {
  return secretsOf(system, UNKNOWN_CONFIG_VALUE);
}
