import { applicableObjects, kinds } from "../kubernetes";
import { amount, at, isSet } from "../read";
import { type Rule, resourceRule } from "../rule";

/** A count or a percentage; undefined when absent. */
function share(value: unknown): { readonly count?: number; readonly percent?: number } | undefined {
  if (!isSet(value)) return undefined;
  const percent = typeof value === "string" ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  return percent === undefined ? { count: amount(value) } : { percent: Number(percent) };
}

export const budgetAllows = resourceRule({
  id: "disruption-budget-allows-eviction",
  title: "PodDisruptionBudgets let a node drain",
  description: "A budget that allows no disruption stops every node upgrade",
  severity: "medium",
  level: "mandatory",
  fix: "Set maxUnavailable to 1 or more, or minAvailable below 100%.",
  sources: ["kube-score"],
  resources: kinds("PodDisruptionBudget"),
  check(resource, report) {
    for (const { props, where } of applicableObjects(resource, ["PodDisruptionBudget"])) {
      const unavailable = share(at(props, "spec", "maxUnavailable"));
      const available = share(at(props, "spec", "minAvailable"));
      if (unavailable === undefined && available === undefined)
        report(`${where}has neither maxUnavailable nor minAvailable`);
      if (unavailable && (unavailable.count === 0 || unavailable.percent === 0)) report(`${where}maxUnavailable is 0`);
      if (available && (available.percent ?? 0) >= 100) report(`${where}minAvailable is 100%`);
    }
  },
});

export const disruptionRules: readonly Rule[] = [budgetAllows];
