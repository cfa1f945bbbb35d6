import { builtInSystem } from "../systems";
import type { SystemInput } from "../systems/spec";
import { UNKNOWN_CONFIG_VALUE } from "./stackFile";

/** Every secret a built-in system gets from outside, all of one value: what any stack of it has to bring, by full key. */
export async function externalSecrets(name: string, value: string): Promise<Readonly<Record<string, unknown>>> {
  return secretsOf(await builtInSystem(name), value);
}

/** The same of any system, present and unknown. */
export function unknownSecrets(system: SystemInput | undefined): Readonly<Record<string, unknown>> {
  return secretsOf(system, UNKNOWN_CONFIG_VALUE);
}

function secretsOf(system: SystemInput | undefined, value: string): Readonly<Record<string, unknown>> {
  const own = Object.entries(system?.secrets ?? {}).filter(([, secret]) => secret.generate === undefined);
  const external = Object.entries(system?.external ?? {}).filter(
    ([, { secrets }]) => Object.keys(secrets ?? {}).length > 0,
  );
  const each = (keys: object) => Object.fromEntries(Object.keys(keys).map((key) => [key, value]));
  const secrets = {
    ...Object.fromEntries(own.map(([key]) => [key, value])),
    ...Object.fromEntries(external.map(([key, service]) => [key, each(service.secrets ?? {})])),
  };
  return Object.keys(secrets).length === 0 ? {} : { "groundplan:secrets": secrets };
}
