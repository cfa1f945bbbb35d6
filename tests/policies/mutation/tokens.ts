/** One token of JavaScript, with its place in the text. */
export interface Token {
  readonly kind: "word" | "number" | "string" | "template" | "regex" | "sign";
  readonly text: string;
  readonly start: number;
}

const SIGNS = ["===", "!==", "...", "=>", "&&", "||", "??", "?.", "<=", ">=", "++", "--", "**"];
/** After these a slash begins a regular expression; after anything else it divides. */
const BEFORE_REGEX = /^([([{,;:=!&|?+]|=>|&&|\|\||\?\?|===|!==|return)$/;

/** Takes JavaScript apart, as far as mutating it needs: what is text and what is code. */
export function tokensOf(code: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const push = (kind: Token["kind"], length: number): void => {
    tokens.push({ kind, text: code.slice(at, at + length), start: at });
    at += length;
  };
  const match = (pattern: RegExp): number => {
    pattern.lastIndex = at;
    return pattern.exec(code)?.[0].length ?? 0;
  };
  while (at < code.length) {
    const skipped = match(/(\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y);
    if (skipped > 0) {
      at += skipped;
      continue;
    }
    const previous = tokens.at(-1)?.text ?? "(";
    const string = match(/"(\\.|[^"\\])*"|'(\\.|[^'\\])*'/y);
    const word = match(/[A-Za-z_$][\w$]*/y);
    const number = match(/\d[\d_.]*(e[+-]?\d+)?/y);
    if (string > 0) push("string", string);
    else if (code[at] === "`") push("template", templateLength(code, at));
    else if (word > 0) push("word", word);
    else if (number > 0) push("number", number);
    else if (code[at] === "/" && BEFORE_REGEX.test(previous)) {
      push("regex", match(/\/(\\.|\[(\\.|[^\]\\])*\]|[^/\\[])+\/[a-z]*/y));
    } else push("sign", SIGNS.find((sign) => code.startsWith(sign, at))?.length ?? 1);
  }
  return tokens;
}

/** A template's length, the templates in its placeholders included. */
function templateLength(code: string, start: number): number {
  let at = start + 1;
  while (code[at] !== "`") {
    if (code[at] === "\\") at += 2;
    else if (code.startsWith("${", at)) {
      let depth = 1;
      for (at += 2; depth > 0; at++) {
        if (code[at] === "`") at += templateLength(code, at) - 1;
        else if (code[at] === "{") depth++;
        else if (code[at] === "}") depth--;
      }
    } else at++;
  }
  return at + 1 - start;
}
