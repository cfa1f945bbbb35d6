import type { ObservabilitySpec } from "../../../systems/spec";
import { type NameRule, physicalName } from "../../naming";

export type DashboardKind = ObservabilitySpec["dashboards"][number];

export interface DashboardArgs {
  readonly system: string;
  readonly title: string;
  readonly kind: DashboardKind;
  /** Namespaces of the system. */
  readonly namespaces: readonly string[];
  /** Metrics of the system's services, each with what it counts. */
  readonly metrics: Readonly<Record<string, string>>;
  readonly targets: ObservabilitySpec["targets"];
}

interface Panel {
  readonly title: string;
  readonly expr: string;
  readonly legend: string;
  readonly unit: "short" | "percentunit" | "s" | "bytes" | "reqps";
  /** Value a line is drawn at. */
  readonly threshold?: number;
}

/** https://grafana.com/docs/grafana/latest/developer-resources/api-reference/http-api/dashboard/ */
const DASHBOARD_UID: NameRule = { maxLength: 40, allowed: /[a-z0-9-]/ };

/** A Grafana dashboard as its JSON, with the data source as a variable: nothing here knows what Grafana calls it. */
export function dashboard(args: DashboardArgs): Readonly<Record<string, unknown>> {
  return {
    uid: physicalName(DASHBOARD_UID, [args.system, args.kind]),
    title: `${args.title}: ${args.kind}`,
    tags: [args.system, "groundplan"],
    editable: false,
    refresh: "1m",
    schemaVersion: 39,
    time: { from: "now-6h", to: "now" },
    templating: { list: [{ name: "datasource", type: "datasource", query: "prometheus", hide: 0 }] },
    panels: panelsOf(args).map(drawn),
  };
}

function panelsOf(args: DashboardArgs): readonly Panel[] {
  const inside = `namespace=~"${args.namespaces.join("|")}"`;
  switch (args.kind) {
    case "infrastructure":
      return infrastructure(inside, args.targets);
    case "application":
      return [...Object.entries(args.metrics).map(([name, title]) => application(name, title)), ...health(inside)];
    case "business":
      return Object.entries(args.metrics).map(([name, title]) => business(name, title));
    case "security":
      return security(inside);
    default:
      return args.kind satisfies never;
  }
}

function infrastructure(inside: string, { cpuPercent, memoryPercent }: ObservabilitySpec["targets"]): readonly Panel[] {
  const share = (percent: number | undefined) => (percent === undefined ? {} : { threshold: percent / 100 });
  const of = (used: string, resource: string) =>
    `sum by (namespace) (${used}) / sum by (namespace) (kube_pod_container_resource_limits{${inside},resource="${resource}"})`;
  return [
    {
      title: "CPU of limits",
      expr: of(`rate(container_cpu_usage_seconds_total{${inside},container!=""}[5m])`, "cpu"),
      legend: "{{namespace}}",
      unit: "percentunit",
      ...share(cpuPercent),
    },
    {
      title: "Memory of limits",
      expr: of(`container_memory_working_set_bytes{${inside},container!=""}`, "memory"),
      legend: "{{namespace}}",
      unit: "percentunit",
      ...share(memoryPercent),
    },
    {
      title: "Disks in use",
      expr: `max by (persistentvolumeclaim) (kubelet_volume_stats_used_bytes{${inside}} / kubelet_volume_stats_capacity_bytes{${inside}})`,
      legend: "{{persistentvolumeclaim}}",
      unit: "percentunit",
      threshold: 0.8,
    },
    {
      title: "Throttled CPU periods",
      expr: `sum by (pod) (rate(container_cpu_cfs_throttled_periods_total{${inside}}[5m])) / sum by (pod) (rate(container_cpu_cfs_periods_total{${inside}}[5m]))`,
      legend: "{{pod}}",
      unit: "percentunit",
    },
    {
      title: "Network in",
      expr: `sum by (namespace) (rate(container_network_receive_bytes_total{${inside}}[5m]))`,
      legend: "{{namespace}}",
      unit: "bytes",
    },
  ];
}

/** Counters as rates, histograms as their 95th percentile, all else as it is. */
function application(name: string, title: string): Panel {
  if (name.endsWith("_total")) {
    return { title, expr: `sum(rate(${name}[5m]))`, legend: name, unit: "reqps" };
  }
  if (name.endsWith("_duration_seconds")) {
    const expr = `histogram_quantile(0.95, sum by (le) (rate(${name}_bucket[5m])))`;
    return { title: `${title}, 95th percentile`, expr, legend: "p95", unit: "s" };
  }
  if (name.endsWith("_timestamp_seconds")) {
    return { title: `${title}: age`, expr: `time() - max(${name})`, legend: name, unit: "s" };
  }
  return { title, expr: `sum(${name})`, legend: name, unit: "short" };
}

function health(inside: string): readonly Panel[] {
  return [
    {
      title: "Replicas missing",
      expr: `sum by (deployment) (kube_deployment_spec_replicas{${inside}} - kube_deployment_status_replicas_available{${inside}})`,
      legend: "{{deployment}}",
      unit: "short",
    },
    {
      title: "Restarts in an hour",
      expr: `sum by (pod) (increase(kube_pod_container_status_restarts_total{${inside}}[1h]))`,
      legend: "{{pod}}",
      unit: "short",
    },
  ];
}

/** What was done in a day, rather than how fast it is being done. */
function business(name: string, title: string): Panel {
  return name.endsWith("_total")
    ? { title: `${title}, in a day`, expr: `sum(increase(${name}[1d]))`, legend: name, unit: "short" }
    : application(name, title);
}

function security(inside: string): readonly Panel[] {
  return [
    {
      title: "Requests refused at the edge",
      expr: 'sum by (code) (rate(traefik_entrypoint_requests_total{code=~"401|403|429"}[5m]))',
      legend: "{{code}}",
      unit: "reqps",
    },
    {
      title: "Days until certificates expire",
      expr: `min by (name) ((certmanager_certificate_expiration_timestamp_seconds{${inside}} - time()) / 86400)`,
      legend: "{{name}}",
      unit: "short",
      threshold: 14,
    },
    {
      title: "Pods that could not be made",
      expr: `sum by (namespace) (kube_replicaset_spec_replicas{${inside}} - kube_replicaset_status_replicas{${inside}})`,
      legend: "{{namespace}}",
      unit: "short",
    },
    {
      title: "Quota in use",
      expr: `kube_resourcequota{${inside},type="used"} / ignoring (type) (kube_resourcequota{${inside},type="hard"} > 0)`,
      legend: "{{namespace}} {{resource}}",
      unit: "percentunit",
      threshold: 0.9,
    },
  ];
}

function drawn({ title, expr, legend, unit, threshold }: Panel, index: number) {
  const datasource = { type: "prometheus", uid: `\${datasource}` };
  const steps = [
    { color: "green", value: null },
    ...(threshold === undefined ? [] : [{ color: "red", value: threshold }]),
  ];
  return {
    id: index + 1,
    type: "timeseries",
    title,
    datasource,
    gridPos: { h: 8, w: 12, x: (index % 2) * 12, y: Math.floor(index / 2) * 8 },
    fieldConfig: {
      defaults: {
        unit,
        thresholds: { mode: "absolute", steps },
        ...(threshold === undefined ? {} : { custom: { thresholdsStyle: { mode: "line" } } }),
      },
      overrides: [],
    },
    targets: [{ refId: "A", datasource, expr, legendFormat: legend }],
  };
}
