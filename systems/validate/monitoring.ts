import type { Problem } from "../../components/errors";
import type { SystemSpec } from "../spec";
import { problemAt, unknownName } from "./report";

/** Alerts that can never fire, or always do; probes of services there are not. */
export function checkMonitoring(system: SystemSpec): readonly Problem[] {
  const alerts = Object.entries(system.alerts).flatMap(([name, { expr }]) =>
    mistakesOf(expr).map(([allowed, fix]) => problemAt(["alerts", name, "expr"], expr, allowed, fix)),
  );
  const services = Object.keys(system.services);
  const probes = system.observability.uptime.flatMap((name, index) =>
    services.includes(name) ? [] : [unknownName(["observability", "uptime", index], name, "a service", services)],
  );
  return [...alerts, ...probes, ...checkLogs(system), ...checkPushers(system)];
}

/** Where logs end. */
function checkLogs({ stores, observability }: SystemSpec): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [field, kind] of [
    ["logStore", "search"],
    ["logArchive", "bucket"],
  ] as const) {
    const name = observability[field];
    if (name !== undefined && stores[name]?.kind !== kind) {
      const known = Object.entries(stores).flatMap(([store, spec]) => (spec.kind === kind ? [store] : []));
      problems.push(unknownName(["observability", field], name, `a store of kind ${kind}`, known));
    }
  }
  if (observability.logStore !== undefined && observability.logs !== "elastic") {
    problems.push(
      problemAt(
        ["observability", "logStore"],
        observability.logStore,
        "nothing unless logs is elastic: Loki keeps its own index",
        "set observability.logs to elastic, or remove it",
      ),
    );
  }
  return problems;
}

/** Metrics are pushed to a gateway that must be there. */
function checkPushers({ services, observability }: SystemSpec): readonly Problem[] {
  return Object.entries(services).flatMap(([name, { pushMetrics }]) =>
    pushMetrics && !observability.pushgateway
      ? [
          problemAt(
            ["services", name, "pushMetrics"],
            true,
            "a system with a push gateway",
            "set observability.pushgateway to true",
          ),
        ]
      : [],
  );
}

/** The mistakes seen in the wild that no parser finds: the expression is right PromQL, and useless. */
function mistakesOf(expr: string): readonly (readonly [allowed: string, fix: string])[] {
  const bare = expr.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\])*'/g, '""');
  const opened = bare.split(/[([{]/).length;
  const closed = bare.split(/[)\]}]/).length;
  if (opened !== closed) {
    return [["PromQL whose brackets match", "close every bracket that is opened"]];
  }
  const mistakes: (readonly [string, string])[] = [];
  if (/histogram_quantile\s*\(/.test(bare) && !/(rate|increase|delta)\s*\([^)]*_bucket/.test(bare)) {
    mistakes.push([
      "a quantile of the rate of a histogram's buckets",
      "write histogram_quantile(0.95, sum by (le) (rate(NAME_bucket[5m]))): of the bare metric it never gives a value",
    ]);
  }
  if (!/[<>]|[=!]=|\babsent(_over_time)?\s*\(/.test(bare.replace(/\{[^}]*\}/g, ""))) {
    mistakes.push([
      "an expression that compares, or asks for something absent",
      "add a threshold: without one the alert fires whenever the metric exists",
    ]);
  }
  return mistakes;
}
