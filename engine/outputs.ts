import type { Output } from "@pulumi/pulumi";

/** What the SDK keeps to itself of an output. */
interface Inner<T> {
  promise(): Promise<T>;
  resources(): ReadonlySet<unknown>;
}

function innerOf<T>(output: Output<T>): Inner<T> {
  return output as unknown as Inner<T>;
}

/** Settles with an output's value, once it is known. */
export function knownValue<T>(output: Output<T>): Promise<T> {
  return innerOf(output).promise();
}

/** The resources an output's value comes from. */
export function sourcesOf(output: Output<unknown>): ReadonlySet<unknown> {
  return innerOf(output).resources();
}
