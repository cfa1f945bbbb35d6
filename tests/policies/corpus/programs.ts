import { type Mutation, mutate, type TestResource } from "../harness";

/** A deliberately bad program, and what must be said of it: every finding, and no other. */
export interface BadProgram {
  readonly title: string;
  readonly resources: readonly TestResource[];
  /** Rules by the names of the resources they must find. */
  readonly caught: Readonly<Record<string, readonly string[]>>;
}

/** A sound program with changes. */
export function bad(
  title: string,
  sound: readonly TestResource[],
  changes: readonly Mutation[],
  caught: BadProgram["caught"],
): BadProgram {
  return { title, resources: changes.reduce((resources, change) => mutate(resources, change), sound), caught };
}

/** Index of a resource in a program. */
export function indexOf(resources: readonly TestResource[], name: string): number {
  const index = resources.findIndex((resource) => resource.name === name);
  if (index < 0) throw new Error(`no resource ${name}`);
  return index;
}
