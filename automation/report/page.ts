import type { Plan } from "../../engine";
import type { Pack } from "../../policies";
import type { ResolvedSystem } from "../../systems/resolve";
import type { PackVerdict } from "./coverage";
import { diagram } from "./diagram";
import { graphOf } from "./graph";
import { chip, Html, html } from "./html";
import { policySection } from "./policySection";
import { backupSection, costSection, degradedSection, edgeSection, outputSection, resourceSection } from "./sections";
import { STYLE } from "./style";

export interface ReportInput {
  readonly plan: Plan;
  /** The system as each placement has it, by the placement's name. */
  readonly systems: ReadonlyMap<string, ResolvedSystem>;
  readonly packs: readonly Pack[];
  readonly verdicts: readonly PackVerdict[];
  readonly backups: { readonly schedule: boolean; readonly retentionDays?: number | undefined };
}

/** The whole page. It loads nothing, runs nothing, and is the same for the same plan. */
export async function page(input: ReportInput): Promise<string> {
  const { plan, systems } = input;
  const [system] = systems.values();
  if (!system) {
    throw new Error("a plan has at least one placement");
  }
  const diagrams: Html[] = [];
  for (const placement of plan.placements) {
    diagrams.push(await diagram(graphOf(plan, placement, systems.get(placement.name) ?? system)));
  }
  const sections: readonly (readonly [id: string, title: string, body: Html])[] = [
    ["system", "System", html`${diagrams}${LEGEND}`],
    ["partly", "Given only in part", degradedSection(plan)],
    ["policies", "Policies", policySection(plan, input.packs, input.verdicts)],
    ["backups", "Backups and objectives", backupSection(plan, system, input.backups)],
    ["edges", "Network edges", edgeSection(plan, system)],
    ["costs", "What is paid for", costSection(plan)],
    ["outputs", "Outputs", outputSection(plan)],
    ["resources", "Resources", resourceSection(plan)],
  ];
  const document = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark"><title>${system.title}, ${plan.stack}</title><style>${new Html(STYLE)}</style></head>
<body>${head(plan, system)}
<nav aria-label="Sections"><ul>${sections.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
<main>${tiles(plan)}
${sections.map(([id, title, body]) => html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>\n${body}</section>\n`)}
<footer>Groundplan, from a plan of ${plan.project} made offline${plan.mode === "simulate" ? " with every computed value filled in" : ""}. Configuration <code>${plan.configHash.slice(0, 12)}</code>. No secret is in this page.</footer>
</main></body></html>
`;
  return document.markup;
}

function head(plan: Plan, system: ResolvedSystem): Html {
  const facts = [
    `stack ${plan.stack}`,
    plan.environment,
    plan.model,
    ...plan.placements.map(
      ({ name, cloud, region, role }) => `${name}: ${cloud} ${region}${plan.placements.length > 1 ? `, ${role}` : ""}`,
    ),
  ];
  return html`<header><div><h1>${system.title}</h1><p class="quiet">${system.description}</p><div class="facts">${facts.map((fact) => chip("", fact))}</div></div></header>`;
}

function tiles(plan: Plan): Html {
  const count = (test: (result: Plan["policies"]["results"][number]) => boolean) =>
    plan.policies.results.filter(test).length;
  const failed = count(({ status, level }) => status === "violation" && level === "mandatory");
  const exempt = count(({ status }) => status === "exempt");
  const advised = count(({ status, level }) => status === "violation" && level === "advisory");
  const made = plan.resources.filter(({ custom, type }) => custom && !type.startsWith("pulumi:")).length;
  const rows: readonly (readonly [string | number, string, string])[] = [
    [made, "resources", ""],
    [plan.edges.length, "network edges", ""],
    [failed === 0 ? "none" : failed, failed === 1 ? "policy fails" : "policies fail", failed === 0 ? "good" : "bad"],
    [advised, "advised", advised === 0 ? "" : "warn"],
    [exempt, "exempt", exempt === 0 ? "" : "warn"],
    [plan.degraded.length, "given only in part", plan.degraded.length === 0 ? "" : "warn"],
  ];
  return html`<div class="tiles">${rows.map(([value, label, tone]) => html`<div class="tile ${tone}"><b>${value}</b><span>${label}</span></div>`)}</div>`;
}

const LEGEND = html`<ul class="legend"><li><i class="public"></i>the public</li><li><i class="service"></i>service</li><li><i class="store"></i>store</li><li><i class="external"></i>run by somebody else</li><li><i class="watch"></i>monitoring</li><li>An arrow starts at who connects; its number is the port</li></ul>`;
