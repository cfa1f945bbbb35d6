import { join } from "node:path";
import { expect } from "chai";
import { planStack } from "../../automation/plan";
import { report } from "../../automation/report";
import { billables } from "../../automation/report/billable";
import { html } from "../../automation/report/html";
import type { Selection } from "../../automation/selection";
import type { Plan } from "../../engine";

const directory = join(__dirname, "..", "..");
const today = "2026-11-22";

async function reportOn(stack: string, selection: Selection = {}, mode: Plan["mode"] = "preview") {
  const plan = await planStack({ directory, stack, selection, mode, packs: [], today });
  return report({ directory, stack, selection, plan, today });
}

/** The text between two marks, tags taken out. */
function textOf(page: string, from: string, to = "</section>"): string {
  const start = page.indexOf(from);
  return page
    .slice(start, page.indexOf(to, start))
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ");
}

describe("the report", () => {
  it("judges as the plan does, pack by pack", async () => {
    const [{ plan }, judged] = [
      await reportOn("dev"),
      await planStack({ directory, stack: "dev", mode: "preview", today }),
    ];
    const keys = (of: Plan) =>
      of.policies.results.map(({ pack, rule, urn, status }) => `${pack} ${rule} ${urn} ${status}`);
    expect(keys(plan).sort()).to.deep.equal(keys(judged).sort());
    expect(plan.policies).to.include({ passed: judged.policies.passed, notApplicable: judged.policies.notApplicable });
    expect(plan.policies.packs).to.deep.equal(judged.policies.packs);
  });

  it("gives the same bytes twice, loads nothing, runs nothing, and holds nothing of the machine", async () => {
    const [first, second] = [await reportOn("staging"), await reportOn("staging")];
    expect(first.text).to.equal(second.text);
    expect(first.text).not.to.match(/<script|<link|<img|<iframe|@import|url\((?!#)|\son\w+=|(src|href)="(?!#)/);
    expect(first.text).not.to.include(directory);
  });

  it("draws every part and every edge of the plan, with its ports", async () => {
    const { plan, text } = await reportOn("staging");
    const drawing = text.slice(text.indexOf("<svg"), text.indexOf("</svg>"));
    const names = [...drawing.matchAll(/class="name"[^>]*>([^<]+)/g)].map((match) => match[1]);
    const ends = [...new Set(plan.edges.flatMap(({ from, to }) => [from, to]))];
    expect(names).to.include.members(ends);
    const pairs = new Set(plan.edges.map(({ from, to }) => `${from} ${to}`));
    expect([...drawing.matchAll(/class="edge"/g)]).to.have.lengthOf(pairs.size);
    expect(drawing)
      .to.include(">6379, 26379<")
      .and.include(">namespace doc-scraper<")
      .and.include(">managed services<");
  });

  it("draws each placement of a global system by itself", async () => {
    const { text } = await reportOn("dev", { system: "doc-scraper", model: "global", cloud: "kubernetes" });
    expect([...text.matchAll(/<figcaption><strong>([^<]+)/g)].map((match) => match[1])).to.deep.equal([
      "primary",
      "secondary",
    ]);
  });

  it("says of an exemption what it covers, why and until when", async () => {
    const { text } = await reportOn("dev");
    const row = textOf(text, "<code>container-not-privileged</code>", "</tr>");
    expect(row).to.include("main-docker-daemonset").and.include("rootless Docker daemon").and.include("2027-10-31");
  });

  it("says how far each catalogue's ids are kept", async () => {
    const { text } = await reportOn("dev");
    const policies = textOf(text, '<section id="policies"');
    expect(policies)
      .to.match(/exempt CKV_K8S_16 /)
      .and.match(/holds CKV_K8S_11 /)
      .and.match(/nothing to judge CKV_AWS_16 /);
  });

  it("shows objectives and backups, and what is paid for without prices", async () => {
    const { text } = await reportOn("staging");
    expect(textOf(text, '<section id="backups"'))
      .to.include("(RPO) 1h")
      .and.include("(RTO) 2h")
      .and.include("0 2 * * *");
    const costs = textOf(text, '<section id="costs"');
    expect(costs)
      .to.include("No prices")
      .and.include("RDS instance db.r5.xlarge")
      .and.include("ElastiCache nodes cache.r5.large 3");
    expect(costs).not.to.match(/[$€]\s?\d/);
  });

  it("escapes what a description says", () => {
    const nasty = `<img src=x onerror="alert('1')">&\u0000`;
    expect(html`<p title="${nasty}">${nasty}</p>`.markup).to.equal(
      '<p title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;">&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;</p>',
    );
  });

  it("bills no value that is secret or unknown", () => {
    const resource = (inputs: Plan["resources"][number]["inputs"]) =>
      ({ type: "aws:rds/instance:Instance", placement: "main", inputs }) as Plan["resources"][number];
    expect(
      billables({ resources: [resource({ instanceClass: { $: "secret", known: true }, allocatedStorage: 20 })] }),
    ).to.deep.equal([{ what: "RDS instance", class: "", count: "1", size: "20 GiB", placement: "main" }]);
  });
});
