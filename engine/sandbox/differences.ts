import { isObject, unwrap, type Wire, type WireObject } from "../wire";

/** One property that differs between two maps of inputs. */
export interface Difference {
  /** As `spec.template.metadata.labels["app.kubernetes.io/name"]`. */
  readonly path: string;
  /** The top-level property it is in. */
  readonly key: string;
  readonly kind: "add" | "delete" | "update";
}

/** Where two maps of inputs differ, at the innermost. Whether a value is secret makes no difference. */
export function differences(olds: WireObject, news: WireObject): readonly Difference[] {
  const found: Difference[] = [];
  const left = unwrap(olds) as WireObject;
  const right = unwrap(news) as WireObject;
  for (const key of keysOf(left, right)) {
    compare(left[key], right[key], key, (path, kind) => found.push({ path, key, kind }));
  }
  return found;
}

/** Whether two values are the same, secret or not. */
export function isSame(left: Wire | undefined, right: Wire | undefined): boolean {
  let same = true;
  compare(left === undefined ? undefined : unwrap(left), right === undefined ? undefined : unwrap(right), "", () => {
    same = false;
  });
  return same;
}

function compare(
  left: Wire | undefined,
  right: Wire | undefined,
  path: string,
  report: (path: string, kind: Difference["kind"]) => void,
): void {
  if (left === undefined || right === undefined) {
    if (left !== right) {
      report(path, left === undefined ? "add" : "delete");
    }
  } else if (Array.isArray(left) && Array.isArray(right)) {
    for (let at = 0; at < Math.max(left.length, right.length); at++) {
      compare(left[at], right[at], `${path}[${at}]`, report);
    }
  } else if (isObject(left) && isObject(right)) {
    for (const key of keysOf(left, right)) {
      compare(left[key], right[key], `${path}${step(key)}`, report);
    }
  } else if (left !== right) {
    report(path, "update");
  }
}

function step(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function keysOf(left: WireObject, right: WireObject): readonly string[] {
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
}
