import type { Plan, PolicyResult } from "../../engine/plan";
import type { Pack } from "../../policies";
import { catalogueOf, coverage, type PackVerdict, type SourceStatus, type SourceVerdict, statusOf } from "./coverage";
import { chip, type Html, html, table } from "./html";

const TONES: Readonly<Record<SourceStatus, string>> = {
  fails: "bad",
  advises: "warn",
  exempt: "warn",
  deferred: "",
  holds: "good",
  "nothing to judge": "",
};

/** What the packs say: a row per pack, every finding with its reason, and how far each catalogue is kept. */
export function policySection(plan: Plan, packs: readonly Pack[], verdicts: readonly PackVerdict[]): Html {
  const summary = table(
    "Judgements are counted per rule and resource",
    ["Pack", "Rules", "Passed", "Failed", "Advised", "Exempt", "Deferred"],
    verdicts.map((pack) => [
      html`<strong>${pack.name}</strong> <span class="quiet">${pack.version}</span>`,
      pack.rules,
      pack.passed,
      pack.failed === 0 ? 0 : chip("bad", String(pack.failed)),
      pack.advised,
      pack.exempt,
      pack.deferred,
    ]),
  );
  const { results } = plan.policies;
  const of = (status: SourceStatus) => results.filter((result) => statusOf(result) === status);
  return html`${summary}
${findings("Failed", "These keep the stack from being deployed", of("fails"), packs)}
${findings("Advised", "Worth mending; nothing is kept from being deployed", of("advises"), packs)}
${findings("Exempt", "Accepted deviations, each with its reason and the day it ends", of("exempt"), packs)}
${deferred(of("deferred"))}
<h3>Coverage by catalogue</h3>
<p class="quiet">An id holds when every rule that answers to it looked at this plan and found nothing. The worst of its rules decides.</p>
${catalogues(coverage(packs, plan.resources, results))}`;
}

function findings(title: string, caption: string, results: readonly PolicyResult[], packs: readonly Pack[]): Html {
  if (results.length === 0) {
    return html``;
  }
  const rules = new Map(packs.flatMap((pack) => pack.rules).map((rule) => [rule.id, rule]));
  const rows = results.map((result) => {
    const { finding, reason, until } = parts(result);
    const rule = rules.get(result.rule);
    const cells = [
      html`<code>${result.rule}</code><br><span class="quiet">${result.pack}</span>`,
      html`${result.urn.split("::").at(-1) || "stack"}`,
      html`${finding}${result.status === "violation" && rule ? html`<br><span class="quiet">${rule.fix}</span>` : undefined}`,
    ];
    return result.status === "exempt" ? [...cells, reason, html`<span class="number">${until}</span>`] : cells;
  });
  const heads = ["Rule", "Resource", "Found"];
  return html`<h3>${title}</h3>${table(caption, title === "Exempt" ? [...heads, "Reason", "Until"] : heads, rows)}`;
}

/** A message is the rule's title, what was found, and in brackets why that is accepted and until when. */
function parts({ message }: PolicyResult): { finding: string; reason: string; until: string } {
  const [title = "", ...lines] = message.split("\n");
  const text = lines.join("; ") || title;
  const match = /^(.*?) ?\(exempt until (\d{4}-\d{2}-\d{2}): (.*)\)$/s.exec(text);
  return match
    ? { finding: match[1] ?? "", until: match[2] ?? "", reason: match[3] ?? "" }
    : { finding: text, reason: "", until: "" };
}

function deferred(results: readonly PolicyResult[]): Html {
  const counts = new Map<string, number>();
  for (const { pack, rule } of results) {
    counts.set(`${pack}/${rule}`, (counts.get(`${pack}/${rule}`) ?? 0) + 1);
  }
  const rows = [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([rule, times]) => [html`<code>${rule}</code>`, times]);
  return rows.length === 0
    ? html``
    : html`<h3>Deferred</h3><details><summary>${results.length} judgements of ${counts.size} rules</summary>${table("These read values known once deployed; --mode simulate judges them", ["Rule", "Resources"], rows)}</details>`;
}

function catalogues(verdicts: readonly SourceVerdict[]): Html {
  const names = [...new Set(verdicts.map(({ id }) => catalogueOf(id)))].sort();
  return html`${names.map((name) => {
    const ids = verdicts.filter(({ id }) => catalogueOf(id) === name);
    const counts = (Object.keys(TONES) as SourceStatus[]).flatMap((status) => {
      const count = ids.filter((id) => id.status === status).length;
      return count === 0 ? [] : [chip(TONES[status], `${count} ${status}`)];
    });
    return html`<details class="catalogue"><summary>${name} <span class="bar">${counts}</span></summary>
<ul class="columns">${ids.map(({ id, status, rules }) => html`<li>${chip(TONES[status], status)} <strong>${id}</strong><br><span class="quiet">${rules.join(", ")}</span></li>`)}</ul></details>`;
  })}`;
}
