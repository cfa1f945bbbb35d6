/** What a program said while it ran. */
export interface Diagnostic {
  readonly severity: "debug" | "info" | "warning" | "error";
  readonly message: string;
  readonly urn?: string;
}

/** Collects what a program logs. Debug lines are the SDK's own and kept out. */
export class Diagnostics {
  readonly list: Diagnostic[] = [];

  add(severity: Diagnostic["severity"], message: string, urn: string | undefined): void {
    if (severity !== "debug") {
      this.list.push({ severity, message, ...(urn === undefined || urn === "" ? {} : { urn }) });
    }
  }
}
