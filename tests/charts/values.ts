import { type Fields, fieldsOf } from "../cluster/objects";
import { RenderError, render } from "./helm";
import type { PlannedRelease } from "./releases";

type Path = readonly string[];

/**
 * Values of a release that its chart has no use for: another one in their place, or none, renders the same. `known` holds what was
 * found out of a chart before, since releases of one chart differ in a few values only.
 */
export async function unusedValues(release: PlannedRelease, known: Set<string>): Promise<readonly string[]> {
  const asked = leavesOf(release.values).filter((path) => !known.has(`${release.chart}:${path.join(".")}`));
  if (asked.length === 0) {
    return [];
  }
  const rendered = withoutChance(await render(release));
  const unused: string[] = [];
  for (const path of asked) {
    known.add(`${release.chart}:${path.join(".")}`);
    const others = [withOther(another), withOther(() => undefined)].map(
      (other) => other(release.values, path) as Fields,
    );
    if (!(await someAsync(others, (other) => differs(release, other, rendered)))) {
      unused.push(path.join("."));
    }
  }
  return unused;
}

/** Whether other values render otherwise, or not at all: a chart that refuses a value reads it. */
async function differs(release: PlannedRelease, values: Fields, rendered: string): Promise<boolean> {
  try {
    return withoutChance(await render(release, values)) !== rendered;
  } catch (error) {
    if (error instanceof RenderError) {
      return true;
    }
    throw error;
  }
}

function leavesOf(value: unknown, path: Path = []): readonly Path[] {
  const entries = Object.entries(fieldsOf(value));
  return entries.length > 0
    ? entries.flatMap(([key, inner]) => leavesOf(inner, [...path, key]))
    : [path].filter(isSome);
}

function isSome(path: Path): boolean {
  return path.length > 0;
}

/** Lays another value over the one at a path. */
function withOther(other: (value: unknown) => unknown): (values: unknown, path: Path) => unknown {
  const lay = (value: unknown, [key, ...rest]: Path): unknown =>
    key === undefined ? other(value) : { ...fieldsOf(value), [key]: lay(fieldsOf(value)[key], rest) };
  return lay;
}

/** Another value of the same type, so that a schema has no reason to refuse it. */
function another(value: unknown): unknown {
  switch (typeof value) {
    case "boolean":
      return !value;
    case "number":
      return value + 1;
    case "string":
      return `${value}1`;
    default:
      return Array.isArray(value) && value.length > 0 ? [] : undefined;
  }
}

async function someAsync<T>(items: readonly T[], holds: (item: T) => Promise<boolean>): Promise<boolean> {
  for (const item of items) {
    if (await holds(item)) {
      return true;
    }
  }
  return false;
}

/** A rendering without what is drawn by lot each time: certificates, passwords, and sums over them. */
function withoutChance(text: string): string {
  return text.replaceAll(
    /^(.*(?:checksum\/[\w-]+|caBundle|tls\.crt|tls\.key|ca\.crt|ca\.key|password)"?): .*$/gm,
    "$1",
  );
}
