import { InvokeMissing } from "./monitorErrors";
import { UNKNOWN, type Wire, type WireObject } from "./wire";

/** A function of a provider, as a program called it. */
export interface AskedFunction {
  readonly token: string;
  readonly args: WireObject;
  /** The provider reference, `URN::ID`; a default provider's where there is none. */
  readonly provider: string | undefined;
}

/** What an invoke handler is told. */
export interface InvokeContext {
  readonly token: string;
  readonly args: WireObject;
  readonly project: string;
  readonly stack: string;
  readonly organization: string;
  readonly mode: "preview" | "simulate";
  readonly config: Readonly<Record<string, string>>;
  /** The inputs of the provider the call goes to: its explicit provider's, or its default provider's. */
  readonly provider: WireObject;
}

/** Answers one function of a provider; `undefined` means that the answer is not known before the real run. */
export type InvokeHandler = (args: WireObject, context: InvokeContext) => WireObject | undefined;

/** Handlers by function token, as `aws:index/getRegion:getRegion`. */
export type InvokeTable = Readonly<Record<string, InvokeHandler>>;

/** Answers an invoke or call from the tables, the first that knows the token. */
export function answerInvoke(tables: readonly InvokeTable[], context: InvokeContext): WireObject | undefined {
  for (const table of tables) {
    const handler = Object.hasOwn(table, context.token) ? table[context.token] : undefined;
    if (handler !== undefined) {
      return handler(context.args, context);
    }
  }
  throw new InvokeMissing(context.token);
}

/** A string argument of an invoke, where it is a known string. */
export function stringArg(args: WireObject, key: string): string | undefined {
  const value = args[key];
  return typeof value === "string" && value !== UNKNOWN ? value : undefined;
}

/** A list argument of an invoke; empty where it is absent. */
export function listArg(args: WireObject, key: string): readonly Wire[] {
  const value = args[key];
  return Array.isArray(value) ? value : [];
}
