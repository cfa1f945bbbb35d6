import type { Plan, PolicyReport, PolicyResult } from "../../engine/plan";
import type { Pack } from "../../policies";
import { typeMatcher } from "../../policies/rule";

/** What one pack says of a plan. */
export interface PackVerdict {
  readonly name: string;
  readonly version: string;
  readonly rules: number;
  readonly passed: number;
  readonly notApplicable: number;
  readonly failed: number;
  readonly advised: number;
  readonly exempt: number;
  readonly deferred: number;
}

/** How far a catalogue's id is kept. The worst of its rules decides. */
export type SourceStatus = "fails" | "advises" | "exempt" | "deferred" | "holds" | "nothing to judge";

export interface SourceVerdict {
  readonly id: string;
  readonly rules: readonly string[];
  readonly status: SourceStatus;
}

const WORST_FIRST: readonly SourceStatus[] = ["fails", "advises", "exempt", "deferred", "holds", "nothing to judge"];

export function packVerdict(report: PolicyReport): readonly PackVerdict[] {
  return report.packs.map((pack) => {
    const count = (test: (result: PolicyResult) => boolean) =>
      report.results.filter((result) => result.pack === pack.name && test(result)).length;
    return {
      ...pack,
      passed: report.passed,
      notApplicable: report.notApplicable,
      failed: count((result) => statusOf(result) === "fails"),
      advised: count((result) => statusOf(result) === "advises"),
      exempt: count(({ status }) => status === "exempt"),
      deferred: count(({ status }) => status === "deferred"),
    };
  });
}

export function statusOf(result: PolicyResult): SourceStatus {
  if (result.status === "violation") {
    return result.level === "mandatory" ? "fails" : "advises";
  }
  return result.status;
}

/** Every catalogue id the rules answer to, with what came of it, by catalogue and number. */
export function coverage(
  packs: readonly Pack[],
  resources: Plan["resources"],
  results: readonly PolicyResult[],
): readonly SourceVerdict[] {
  const types = [...new Set(resources.map(({ type }) => type))];
  const sources = new Map<string, { rules: string[]; status: SourceStatus }>();
  for (const rule of packs.flatMap((pack) => pack.rules)) {
    const found = results.filter((result) => result.rule === rule.id).map(statusOf);
    const applies = types.some(typeMatcher(rule.resources));
    const status = worst([...found, applies ? "holds" : "nothing to judge"]);
    for (const id of rule.sources) {
      const entry = sources.get(id);
      sources.set(id, {
        rules: [...(entry?.rules ?? []), rule.id],
        status: entry ? worst([entry.status, status]) : status,
      });
    }
  }
  return [...sources]
    .map(([id, entry]) => ({ id, ...entry }))
    .sort((a, b) => a.id.localeCompare(b.id, "en", { numeric: true }));
}

function worst(statuses: readonly SourceStatus[]): SourceStatus {
  return WORST_FIRST.find((status) => statuses.includes(status)) ?? "nothing to judge";
}

const CATALOGUES: readonly (readonly [RegExp, string])[] = [
  [/^CKV2?_AWS_/, "Checkov, AWS"],
  [/^CKV2?_GCP_/, "Checkov, Google Cloud"],
  [/^CKV2?_K8S_/, "Checkov, Kubernetes"],
  [/^C-\d/, "Kubescape"],
  [/^PSS-/, "Pod Security Standards"],
  [/^[A-Z]\w*\.\d+$/, "AWS Security Hub"],
];

/** Catalogue an id is of. */
export function catalogueOf(id: string): string {
  return CATALOGUES.find(([form]) => form.test(id))?.[1] ?? id;
}
