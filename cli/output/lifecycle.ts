import type { StackEvent } from "../../automation/lifecycle/events";
import type { ChangeResult, Outputs } from "../../automation/lifecycle/options";
import { Progress } from "../progress";
import type { Stream, Terminal } from "../terminal";

/** Shows an operation's events: as lines of JSON on standard output, or to a person on standard error. */
export class EventPrinter {
  private readonly progress: Progress;
  private readonly terminal: Terminal;
  private readonly json: boolean;

  private readonly stack: string | undefined;

  /** `stack` is said with every event, where there are several stacks. */
  constructor(terminal: Terminal, json: boolean, stack?: string) {
    this.terminal = terminal;
    this.json = json;
    this.stack = stack;
    this.progress = new Progress(terminal.err);
  }

  show(event: StackEvent): void {
    if (this.json) {
      const { stack } = this;
      // A resource has a type too, by which no line may be mistaken for another kind of line.
      const own = event.kind === "resource" ? { resourceType: event.type } : {};
      printJson(this.terminal.out, { ...event, ...own, type: "event", ...(stack === undefined ? {} : { stack }) });
      return;
    }
    const { err } = this.terminal;
    switch (event.kind) {
      case "phase":
        this.progress.phase(`${this.prefix}${event.name}`);
        break;
      case "resource":
        this.resource(event);
        break;
      case "diagnostic":
        // Errors come with the failure itself, all together.
        if (event.severity === "warning") {
          this.line(err.colors.yellow(`warning ${this.prefix}${event.message}`));
        }
        break;
      case "policy":
        this.line(
          `${event.level === "mandatory" ? err.colors.red("policy") : "policy"} ${event.rule}: ${event.message}`,
        );
        break;
      case "retry":
        this.line(`${event.reason}; trying again in ${event.delayMs / 1_000} s`);
        break;
      case "summary":
        break;
      default:
        event satisfies never;
    }
  }

  done(summary: string): void {
    if (!this.json) {
      this.progress.done(summary);
    }
  }

  clear(): void {
    this.progress.clear();
  }

  private resource(event: Extract<StackEvent, { kind: "resource" }>): void {
    const { done, running, expected } = event.progress;
    const total = expected === undefined ? "" : ` of ${Math.max(expected, done)}`;
    this.progress.step(`${this.prefix}${done}${total} resources, ${running} under way: ${event.op} ${event.name}`);
    const worth = event.status !== "started" && !["same", "read", "refresh"].includes(event.op);
    if (worth && !this.terminal.err.interactive) {
      const failed = event.status === "failed" ? " FAILED" : "";
      this.line(`  ${this.prefix}${event.op} ${event.name} (${event.type})${failed}`);
    }
  }

  private get prefix(): string {
    return this.stack === undefined ? "" : `${this.stack}: `;
  }

  private line(text: string): void {
    this.progress.clear();
    this.terminal.err.write(`${text}\n`);
  }
}

export function printJson(out: Stream, value: unknown): void {
  out.write(`${JSON.stringify(value)}\n`);
}

const SYMBOLS: Readonly<Record<string, string>> = { create: "+", update: "~", delete: "-", replace: "±" };

/** What was, or would be, done: those that change, then a line of counts. */
export function printChanges(result: ChangeResult, out: Stream): void {
  for (const { op, name, type, properties } of result.changes) {
    const what =
      properties.length > 0 ? `: ${properties.slice(0, 6).join(", ")}${properties.length > 6 ? ", ..." : ""}` : "";
    const text = `  ${SYMBOLS[op] ?? op} ${name} (${type})${what}`;
    out.write(`${op === "delete" || op === "replace" ? out.colors.red(text) : text}\n`);
  }
  const counts = Object.entries(result.counts).filter(([, count]) => count > 0);
  out.write(`${counts.map(([op, count]) => `${count} ${op}`).join(", ") || "nothing"}\n`);
}

export function printOutputs(outputs: Outputs, out: Stream): void {
  for (const [name, output] of Object.entries(outputs)) {
    const value = "value" in output ? output.value : "[secret]";
    out.write(`${name}: ${typeof value === "string" ? value : JSON.stringify(value, null, 2)}\n`);
  }
}
