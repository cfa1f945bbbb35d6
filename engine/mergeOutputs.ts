import type { Simulated } from "./simulation";
import { containsSecret, makeSecret, secretStrings, type Wire, type WireObject } from "./wire";

/** A resource's outputs: its inputs, and what its simulator made up beyond them or in their place. */
export function mergeOutputs(inputs: WireObject, simulated: Simulated): { [key: string]: Wire } {
  const properties: { [key: string]: Wire } = { ...simulated.outputs, ...inputs };
  for (const key of simulated.override ?? []) {
    const value = simulated.outputs?.[key];
    if (value !== undefined) {
      properties[key] = value;
    }
  }
  if (containsSecret(inputs)) {
    hideSecrets(properties, inputs, simulated.outputs ?? {});
  }
  return properties;
}

/** Secrets shorter than this are looked for as whole texts. */
const SHORTEST_PART = 4;

/** A simulator sees inputs without their marks: what it made of a secret one is secret too. */
function hideSecrets(properties: { [key: string]: Wire }, inputs: WireObject, simulated: WireObject): void {
  const secrets: string[] = [];
  secretStrings(inputs, (text) => {
    const quoted = JSON.stringify(text);
    if (text !== "") {
      // A short one, such as a user's name, stands in half of all words: only the whole of it counts.
      secrets.push(text.length < SHORTEST_PART ? quoted : quoted.slice(1, -1), Buffer.from(text).toString("base64"));
    }
  });
  for (const key of Object.keys(simulated)) {
    const value = properties[key];
    if (value !== undefined && value === simulated[key]) {
      const text = JSON.stringify(value);
      if (secrets.some((secret) => text.includes(secret))) {
        properties[key] = makeSecret(value);
      }
    }
  }
}
