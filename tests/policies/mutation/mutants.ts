import { type Token, tokensOf } from "./tokens";

/** One small change to a rule's code that makes it ask something else. */
export interface Mutant {
  readonly code: string;
  /** The line as it was and as it became. */
  readonly what: string;
}

const SWAPS: Readonly<Record<string, string>> = {
  "===": "!==",
  "!==": "===",
  "&&": "||",
  "||": "&&",
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  true: "false",
  false: "true",
  some: "every",
  every: "some",
};

/** Keys whose values are no conditions: facts for people, schemas (held to the defaults elsewhere), messages. */
const FACTS =
  /^(sources|enum|title|description|fix|severity|level|id|default|type|minimum|maximum|items|required|additionalProperties|remediable|remedy|remediate)$/;

/** All mutants of a module's code, from the given offset on. */
export function mutantsOf(code: string, from: number): readonly Mutant[] {
  const tokens = tokensOf(code);
  const mutants: Mutant[] = [];
  const replace = (start: number, length: number, by: string): void => {
    const changed = code.slice(0, start) + by + code.slice(start + length);
    const line = (text: string): string => {
      const begin = text.lastIndexOf("\n", start) + 1;
      const end = text.indexOf("\n", start + by.length);
      return text.slice(begin, end < 0 ? undefined : end).trim();
    };
    mutants.push({ code: changed, what: `${line(code)}  =>  ${line(changed)}` });
  };
  const keys: string[] = [];
  tokens.forEach((token, index) => {
    follow(keys, tokens, index);
    if (token.start < from || keys.some((key) => FACTS.test(key))) return;
    const { text, start } = token;
    const previous = tokens[index - 1]?.text ?? "";
    const next = tokens[index + 1]?.text ?? "";
    const swapped = Object.hasOwn(SWAPS, text) && token.kind !== "string" ? SWAPS[text] : undefined;
    if (swapped !== undefined && next !== ":") replace(start, text.length, swapped);
    if (text === "!") replace(start, 1, "");
    if (text === "if" && next === "(") {
      const open = (tokens[index + 1]?.start ?? 0) + 1;
      const close = closing(tokens, index + 1);
      for (const by of ["false", "true"]) replace(open, close - open, by);
    }
    if (token.kind === "number" && Number(text.replaceAll("_", "")) > 1) {
      for (const step of [1, -1]) replace(start, text.length, String(Number(text.replaceAll("_", "")) + step));
    }
    if (token.kind === "regex") for (const by of ["/(?!)/", "/(?:)/"]) replace(start, text.length, by);
    // Type tokens say what a rule is about, not what it asks.
    const compared =
      previous === "===" || previous === "!==" || ((previous === "[" || previous === ",") && keys.at(-1) === "[");
    if (token.kind === "string" && compared && !/^"\w+:[\w./]+:\w+"$/.test(text)) replace(start, text.length, '"\\0"');
  });
  return mutants;
}

/** Keeps the chain of brackets and keys a token stands in: `[` for a list, a property's name for its value. */
function follow(keys: string[], tokens: readonly Token[], index: number): void {
  const text = tokens[index]?.kind === "sign" ? tokens[index].text : "";
  const previous = tokens[index - 1];
  // A method's name is the key of its body.
  if (text === "(" && keys.at(-1) === "{" && previous?.kind === "word") keys.push(previous.text);
  const pushed = text === "[" || text === "(" || text === "{";
  if (pushed) keys.push(text);
  if (text === ":" && keys.at(-1) === "{" && previous?.kind === "word") keys.push(previous.text);
  if (text === "," || text === "]" || text === ")" || text === "}") {
    // A property's value ends with the comma or the brace.
    if (keys.length > 0 && !["[", "(", "{"].includes(keys.at(-1) ?? "")) keys.pop();
    if (text !== ",") keys.pop();
  }
}

function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let index = open; index < tokens.length; index++) {
    const { kind, text, start } = tokens[index] as Token;
    if (kind === "sign" && text === "(") depth++;
    if (kind === "sign" && text === ")" && --depth === 0) return start;
  }
  throw new Error("no closing parenthesis");
}
