import type { FailureKind } from "./failures";

/** gRPC's status for an error of the caller's; the SDK reads `code` and `details`. */
const UNKNOWN_STATUS = 2;

/** An answer the monitor refuses, in the shape both transports hand to the SDK. */
export class MonitorError extends Error {
  readonly code = UNKNOWN_STATUS;
  readonly details: string;

  constructor(
    readonly kind: FailureKind,
    message: string,
    readonly urn?: string,
  ) {
    super(message);
    this.details = message;
  }
}

/** A function no table answers. */
export class InvokeMissing extends MonitorError {
  constructor(token: string) {
    super(
      "invoke",
      `the offline engine has no answer for the function ${token}: add it to the invokes given to runProgram, ` +
        "or to engine/simulators if every plan may need it",
    );
  }
}
