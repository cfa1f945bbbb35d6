import { isObject } from "./read";

/** Inputs that a remedy changes in place: what it does not name stays as it was, unknown values and secrets included. */
export type MutableProps = Record<string, unknown>;

/** Sets the value at a path, making the objects on the way where there are none. */
export function setAt(props: MutableProps, path: readonly (string | number)[], value: unknown): void {
  let current: Record<string | number, unknown> = props;
  path.forEach((key, index) => {
    if (index === path.length - 1) {
      current[key] = value;
      return;
    }
    if (typeof current[key] !== "object" || current[key] === null) current[key] = {};
    current = current[key] as Record<string | number, unknown>;
  });
}

/** Sets a value only where none is given: what somebody wrote, somebody meant. */
export function fillAt(props: MutableProps, path: readonly (string | number)[], value: unknown): void {
  let current: unknown = props;
  for (const key of path) {
    if (!isObject(current) && !Array.isArray(current)) break;
    current = (current as Record<string | number, unknown>)[key];
  }
  if (current === undefined || current === null) setAt(props, path, value);
}
