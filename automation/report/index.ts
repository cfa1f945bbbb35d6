import { type Plan, resourcesFromPlan } from "../../engine";
import { targetOf } from "../../stacks/context";
import { resolveSystem } from "../../systems/resolve";
import { judgeSettings, type PlanRequest, readStack } from "../plan";
import { judgeResources, selectPacks } from "../policies";
import { type PackVerdict, packVerdict } from "./coverage";
import { page } from "./page";

export interface ReportRequest extends Pick<PlanRequest, "directory" | "stack" | "selection" | "today"> {
  /** A plan of the same stack and selection, made without policies: they are judged here, pack by pack. */
  readonly plan: Plan;
}

/** Judges a plan and writes it up as one page that needs nothing else. */
export async function report(request: ReportRequest): Promise<{ readonly plan: Plan; readonly text: string }> {
  const { settings } = await readStack(request);
  const systems = new Map(
    settings.placements.map((placement) => [
      placement.name,
      resolveSystem(settings.system, targetOf(settings, placement)),
    ]),
  );
  const { plan: policies, verdicts } = await judgeByPack(request, judgeSettings(settings));
  const plan = { ...request.plan, policies };
  return {
    plan,
    text: await page({ plan, systems, packs: selectPacks(undefined), verdicts, backups: settings.backups }),
  };
}

/** A report of all packs counts what passed over all of them; what each pack passed, only running it alone tells. */
async function judgeByPack(
  { plan, today }: ReportRequest,
  settings: ReturnType<typeof judgeSettings>,
): Promise<{ readonly plan: Plan["policies"]; readonly verdicts: readonly PackVerdict[] }> {
  const resources = resourcesFromPlan(plan);
  const verdicts: PackVerdict[] = [];
  const all = { packs: [], results: [], passed: 0, notApplicable: 0 } as Plan["policies"];
  let merged = all;
  for (const { name } of selectPacks(undefined)) {
    const report = await judgeResources(resources, { ...settings, mode: plan.mode, packs: [name], today });
    verdicts.push(...packVerdict(report));
    merged = {
      packs: [...merged.packs, ...report.packs],
      results: [...merged.results, ...report.results],
      passed: merged.passed + report.passed,
      notApplicable: merged.notApplicable + report.notApplicable,
    };
  }
  return { plan: merged, verdicts };
}
