/** One thing `doctor` looked at. */
export interface Check {
  readonly name: string;
  /** `unknown` where it could not be looked at: that is never taken for good. */
  readonly status: "ok" | "warning" | "failure" | "unknown";
  readonly detail: string;
  readonly fix?: string;
}

export function ok(name: string, detail: string): Check {
  return { name, status: "ok", detail };
}

export function failure(name: string, detail: string, fix: string): Check {
  return { name, status: "failure", detail, fix };
}

export function unknown(name: string, detail: string, fix?: string): Check {
  return { name, status: "unknown", detail, ...(fix === undefined ? {} : { fix }) };
}
