import type { Plan, PolicyResult } from "../../engine/plan";
import { packs, type Rule } from "../../policies";

/** What the formats need of a plan, or of a judged file. */
export type Judged = Pick<Plan, "policies" | "stack">;

/** The policy part of a plan as JSON. */
export function policiesAsJson(plan: Judged): string {
  return `${JSON.stringify(plan.policies, null, 2)}\n`;
}

/** SARIF 2.1.0, as code-scanning services take it. Exempted violations are suppressed results, deferred ones are notes. */
export function policiesAsSarif(plan: Judged): string {
  const { results } = plan.policies;
  const ruleIds = [...new Set(results.map(ruleId))].sort();
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "groundplan",
            rules: ruleIds.map(sarifRule),
          },
        },
        results: results.map((result) => ({
          ruleId: ruleId(result),
          ruleIndex: ruleIds.indexOf(ruleId(result)),
          level: sarifLevel(result),
          kind: result.status === "deferred" ? "review" : "fail",
          message: { text: result.message },
          locations: [
            {
              physicalLocation: { artifactLocation: { uri: `Pulumi.${plan.stack}.yaml` }, region: { startLine: 1 } },
              logicalLocations: [{ fullyQualifiedName: result.urn || plan.stack, kind: "resource" }],
            },
          ],
          ...(result.status === "exempt"
            ? { suppressions: [{ kind: "external", justification: result.message }] }
            : {}),
        })),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

/** How code-scanning services sort findings: a number of the CVSS scale, in the middle of each of its bands. */
const SECURITY_SEVERITY: Readonly<Record<Rule["severity"], string>> = {
  low: "2.0",
  medium: "5.5",
  high: "8.0",
  critical: "9.5",
};

/** What a reader of a finding needs to know of its rule. A rule of a pack that is not ours has its id alone. */
function sarifRule(id: string): object {
  const [pack, name] = id.split("/", 2);
  const rule = packs.find((each) => each.name === pack)?.rules.find((each) => each.id === name);
  if (rule === undefined) {
    return { id };
  }
  return {
    id,
    name,
    shortDescription: { text: rule.title },
    ...(rule.description === undefined ? {} : { fullDescription: { text: rule.description } }),
    help: { text: rule.fix },
    defaultConfiguration: { level: rule.level === "mandatory" ? "error" : "warning" },
    properties: { tags: ["security", ...rule.sources], "security-severity": SECURITY_SEVERITY[rule.severity] },
  };
}

/** SARIF allows a level other than `none` only on results of kind `fail`. */
function sarifLevel(result: PolicyResult): "error" | "warning" | "none" {
  if (result.status === "deferred") {
    return "none";
  }
  return result.level === "mandatory" ? "error" : "warning";
}

/** JUnit XML: one suite per pack, one case per rule that had something to say, and one for all that passed. */
export function policiesAsJunit(plan: Judged): string {
  // Loaded for this format alone: it costs a tenth of a plan's start.
  const { create } = require("xmlbuilder2") as typeof import("xmlbuilder2");
  const root = create({ version: "1.0", encoding: "UTF-8" }).ele("testsuites", { name: "groundplan" });
  for (const pack of plan.policies.packs) {
    const results = plan.policies.results.filter((result) => result.pack === pack.name);
    const failures = results.filter(isFailure);
    const suite = root.ele("testsuite", {
      name: pack.name,
      tests: results.length,
      failures: failures.length,
      skipped: results.length - failures.length,
    });
    for (const result of results) {
      const testcase = suite.ele("testcase", {
        classname: `${pack.name}.${result.rule}`,
        name: result.urn || plan.stack,
      });
      if (isFailure(result)) {
        testcase.ele("failure", { message: firstLine(result), type: result.level }).txt(result.message);
      } else {
        testcase.ele("skipped", { message: `${result.status}: ${firstLine(result)}` });
      }
    }
  }
  return `${root.end({ prettyPrint: true })}\n`;
}

function isFailure(result: PolicyResult): boolean {
  return result.status === "violation" && result.level === "mandatory";
}

function ruleId(result: PolicyResult): string {
  return `${result.pack}/${result.rule}`;
}

function firstLine(result: PolicyResult): string {
  return result.message.split("\n")[0] ?? "";
}
