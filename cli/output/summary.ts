import type { Plan, PlanResource, PolicyReport, PolicyResult } from "../../engine/plan";
import type { Stream } from "../terminal";

/** What a person wants to know of a plan: what is made, what it cannot do, what the policies say, what comes out. */
export function printSummary(plan: Plan, stream: Stream): void {
  const { colors } = stream;
  const placements = plan.placements.map((placement) => `${placement.name} (${placement.cloud} ${placement.region})`);
  stream.write(`\n${colors.bold(plan.system)}  ${plan.environment}, ${plan.model}, ${placements.join(", ")}\n`);
  printComponents(plan, stream);
  printDegraded(plan, stream);
  printDiagnostics(plan, stream);
  printPolicies(plan.policies, stream);
  printOutputs(plan, stream);
}

function printComponents(plan: Plan, stream: Stream): void {
  const rows = componentCounts(plan.resources);
  const width = Math.max(...rows.map((row) => row.label.length), 0);
  stream.write(`\n${stream.colors.bold("Components")}\n`);
  for (const row of rows) {
    stream.write(
      `  ${row.label.padEnd(width)}  ${String(row.resources).padStart(4)} ${row.resources === 1 ? "resource" : "resources"}\n`,
    );
  }
  stream.write(
    `  ${"total".padEnd(width)}  ${String(plan.resources.filter((resource) => resource.custom).length).padStart(4)} resources\n`,
  );
}

/** Resources by the component that holds them, in the order of the plan. */
export function componentCounts(resources: readonly PlanResource[]): readonly { label: string; resources: number }[] {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const counts = new Map<string, number>();
  for (const resource of resources) {
    if (resource.custom) {
      const label = ownerLabel(resource, byUrn);
      counts.set(label, (counts.get(label) ?? 0) + 1);
    }
  }
  return [...counts]
    .map(([label, count]) => ({ label, resources: count }))
    .sort((a, b) => (a.label < b.label ? -1 : 1));
}

function ownerLabel(resource: PlanResource, byUrn: ReadonlyMap<string, PlanResource>): string {
  let owner = resource.parent === null ? undefined : byUrn.get(resource.parent);
  while (owner?.custom) {
    owner = owner.parent === null ? undefined : byUrn.get(owner.parent);
  }
  if (!owner || owner.type === "pulumi:pulumi:Stack") {
    return "stack";
  }
  return `${owner.type.split(":").at(-1)} ${owner.name}`;
}

function printDegraded(plan: Plan, stream: Stream): void {
  if (plan.degraded.length === 0) {
    return;
  }
  stream.write(`\n${stream.colors.bold("Given only in part")}\n`);
  for (const verdict of plan.degraded) {
    stream.write(
      `  ${stream.colors.yellow(verdict.feature)}: ${verdict.reason}\n    ${stream.colors.dim(`whole with: ${verdict.remedy}`)}\n`,
    );
  }
}

function printDiagnostics(plan: Plan, stream: Stream): void {
  for (const diagnostic of plan.diagnostics) {
    stream.write(`  ${diagnostic.severity}: ${diagnostic.message}\n`);
  }
}

/** Policy results: what fails first, then what advises, then what could not be judged yet. */
export function printPolicies(report: PolicyReport, stream: Stream): void {
  const { colors } = stream;
  const { packs, results, passed, notApplicable } = report;
  const violations = results.filter((result) => result.status === "violation");
  const mandatory = violations.filter((result) => result.level === "mandatory");
  const advisory = violations.filter((result) => result.level === "advisory");
  const deferred = results.filter((result) => result.status === "deferred");
  const exempt = results.filter((result) => result.status === "exempt");
  stream.write(
    `\n${colors.bold("Policies")}  ${packs.map((pack) => `${pack.name} ${pack.version} (${pack.rules} rules)`).join(", ")}\n`,
  );
  for (const result of mandatory) {
    printResult(result, colors.red("fails  "), stream);
  }
  for (const result of advisory) {
    printResult(result, colors.yellow("advises"), stream);
  }
  for (const result of exempt) {
    printResult(result, colors.dim("exempt "), stream);
  }
  const verdict = mandatory.length > 0 ? colors.red(`${mandatory.length} failed`) : colors.green("none failed");
  const rest = [
    `${passed} passed`,
    `${advisory.length} advised`,
    `${exempt.length} exempt`,
    `${deferred.length} deferred`,
    `${notApplicable} not applicable`,
  ];
  stream.write(`  ${verdict}, ${rest.join(", ")}\n`);
  if (deferred.length > 0) {
    stream.write(colors.dim("  Deferred rules read values known once deployed; --mode simulate judges them.\n"));
  }
}

function printResult(result: PolicyResult, verdict: string, stream: Stream): void {
  const [title, ...more] = result.message.split("\n");
  const name = result.urn.split("::").at(-1) ?? result.urn;
  stream.write(`  ${verdict} ${result.pack}/${result.rule}  ${name || "stack"}\n            ${title}\n`);
  for (const line of more) {
    stream.write(`            ${line}\n`);
  }
}

function printOutputs(plan: Plan, stream: Stream): void {
  const entries = Object.entries(plan.outputs);
  if (entries.length === 0) {
    return;
  }
  stream.write(`\n${stream.colors.bold("Outputs")}\n`);
  for (const [name, value] of entries) {
    stream.write(`  ${name}: ${showValue(value)}\n`);
  }
}

function showValue(value: unknown): string {
  if (typeof value === "object" && value !== null && "$" in value) {
    return value.$ === "secret" ? "[secret]" : "[known once deployed]";
  }
  return typeof value === "string"
    ? value
    : JSON.stringify(value, (_key, inner) => (isTagged(inner) ? showValue(inner) : inner));
}

function isTagged(value: unknown): boolean {
  return typeof value === "object" && value !== null && "$" in value;
}
