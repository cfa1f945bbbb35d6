/** Markup that is safe to put into a page as it stands. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

type Part = string | number | Html | readonly Part[] | undefined;

/** Markup with every value escaped but what is markup already. The only way anything gets into the page. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(texts.map((text, index) => (index === 0 ? text : `${written(parts[index - 1])}${text}`)).join(""));
}

function written(part: Part): string {
  if (part === undefined) {
    return "";
  }
  if (part instanceof Html) {
    return part.markup;
  }
  return typeof part === "object" ? part.map(written).join("") : escaped(String(part));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  // Control characters are not allowed in HTML, escaped or not.
  return text
    .replace(/\p{Cc}/gu, (character) => (character === "\n" || character === "\t" ? character : ""))
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

/** A table; nothing at all without rows. Cells that are numbers stand right. */
export function table(caption: string, heads: readonly string[], rows: readonly (readonly Part[])[]): Html {
  const cell = (part: Part) =>
    typeof part === "number" ? html`<td class="number">${part}</td>` : html`<td>${part}</td>`;
  return rows.length === 0
    ? html``
    : html`<div class="scroll"><table><caption>${caption}</caption>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map(cell)}</tr>\n`)}</tbody></table></div>`;
}

/** A small label, such as a status. */
export function chip(tone: string, text: string): Html {
  return html`<span class="chip ${tone}">${text}</span>`;
}
