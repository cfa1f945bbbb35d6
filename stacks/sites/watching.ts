import type * as pulumi from "@pulumi/pulumi";
import type { AddOnsArgs } from "../../components/cluster/addOns/addOns";
import { type AddOnModes, logValues, traceValues } from "../../components/cluster/addOns/catalog";
import type { ClusterContract } from "../../components/cluster/contract";
import type { Redundancy } from "../../components/context";
import { KubernetesLogging } from "../../components/observability/logging/kubernetes";
import { KubernetesMonitoring } from "../../components/observability/monitoring/kubernetes";
import { needsKeda } from "../../components/workload/autoscaling";
import type { ResolvedSystem } from "../../systems/resolve";
import { namespaceOf } from "../demands";
import type { Settings } from "../settings";
import { uptimeUrls } from "./kubernetesRoutes";
import { childOf, type SiteRequest } from "./site";

type Watched = Pick<ResolvedSystem, "services" | "alerts" | "observability">;

/** What the cloud under a cluster gives besides. */
export interface Surroundings {
  /** Whether traces can go to a service of the cloud's own. @default false: Tempo takes its place */
  readonly cloudTraces?: boolean;
  /** StorageClass of what is gathered. @default the cluster's own choice */
  readonly dataClass?: string | undefined;
}

/** Add-ons a system is watched by, in any cluster. Elasticsearch's own collectors come with its operator. */
export function watchModes(system: Watched, around: Surroundings = {}): AddOnModes {
  const services = Object.values(system.services);
  const queued = services.some((service) => "scaling" in service && needsKeda(service.scaling));
  const measured =
    services.some((service) => "metrics" in service && service.metrics) || Object.keys(system.alerts).length > 0;
  const { observability } = system;
  const backend = traceBackend(observability, around);
  return {
    ...(measured || queued ? { "kube-prometheus-stack": "install" as const } : {}),
    ...(observability.pushgateway ? { pushgateway: "install" as const } : {}),
    ...(observability.uptime.length > 0 ? { "blackbox-exporter": "install" as const } : {}),
    ...(backend === undefined ? {} : { [backend]: "install" as const }),
    ...(observability.traces === "none" ? {} : { "otel-collector": "install" as const }),
    ...(observability.logs === "loki" ? { loki: "install" as const, "log-collector": "install" as const } : {}),
  };
}

const WATCHERS = [
  "kube-prometheus-stack",
  "pushgateway",
  "blackbox-exporter",
  "loki",
  "tempo",
  "jaeger",
  "otel-collector",
  "log-collector",
] as const;

/** The same, as the settings have it. */
export function watchSettings(
  system: Watched,
  settings: Settings["kubernetes"]["addOns"],
  around: Surroundings = {},
): AddOnModes {
  const wanted = watchModes(system, around);
  return Object.fromEntries(WATCHERS.map((name) => [name, settings[name] ?? wanted[name] ?? "none"]));
}

/** Where traces end in a cluster; nowhere in it where they go to the cloud's own service. */
export function traceBackend(
  { traces }: Pick<ResolvedSystem["observability"], "traces">,
  { cloudTraces = false }: Surroundings = {},
): "tempo" | "jaeger" | undefined {
  switch (traces) {
    case "none":
      return undefined;
    case "cloud":
      return cloudTraces ? undefined : "tempo";
    case "tempo":
    case "jaeger":
      return traces;
    default:
      return traces satisfies never;
  }
}

/** Where the collectors send what they gather, and how long it is kept. */
export function watchValues(
  { system: { observability }, context: { redundancy }, settings: { retention } }: WatchRequest,
  around: Surroundings = {},
): NonNullable<AddOnsArgs["values"]> {
  const backend = traceBackend(observability, around);
  const sources = dataSources(observability, backend);
  const { metricsDays } = retention;
  const { dataClass } = around;
  const claim = dataClass === undefined ? {} : { volumeClaimTemplate: { spec: { storageClassName: dataClass } } };
  return {
    ...(backend === undefined ? {} : { "otel-collector": traceValues(backend) }),
    ...(backend === "tempo" && dataClass !== undefined
      ? { tempo: { persistence: { storageClassName: dataClass } } }
      : {}),
    ...(observability.logs === "loki"
      ? {
          "log-collector": logValues(),
          loki: {
            loki: { limits_config: { retention_period: `${redundancy.logRetentionDays * 24}h` } },
            ...(dataClass === undefined ? {} : { singleBinary: { persistence: { storageClass: dataClass } } }),
          },
        }
      : {}),
    "kube-prometheus-stack": {
      ...(sources.length > 0 ? { grafana: { additionalDataSources: sources } } : {}),
      ...(metricsDays === undefined && dataClass === undefined
        ? {}
        : {
            prometheus: {
              prometheusSpec: {
                ...(metricsDays === undefined ? {} : { retention: `${metricsDays}d` }),
                ...(dataClass === undefined ? {} : { storageSpec: claim }),
              },
            },
          }),
      ...(dataClass === undefined ? {} : { alertmanager: { alertmanagerSpec: { storage: claim } } }),
    },
  };
}

/** What decides how a system is watched in a cluster. */
export interface WatchRequest {
  readonly system: Pick<Watched, "observability">;
  readonly context: { readonly redundancy: Pick<Redundancy, "logRetentionDays"> };
  readonly settings: Pick<Settings, "retention">;
}

/** What Grafana asks besides Prometheus, which its own chart tells it of. */
function dataSources(
  observability: Watched["observability"],
  backend: ReturnType<typeof traceBackend>,
): readonly Readonly<Record<string, unknown>>[] {
  const ports = { tempo: 3200, jaeger: 16_686 };
  return [
    ...(observability.logs === "loki"
      ? [{ name: "Loki", uid: "loki", type: "loki", access: "proxy", url: "http://loki:3100" }]
      : []),
    ...(backend === undefined
      ? []
      : [
          {
            name: backend === "tempo" ? "Tempo" : "Jaeger",
            uid: backend,
            type: backend,
            access: "proxy",
            url: `http://${backend}:${ports[backend]}`,
          },
        ]),
  ];
}

/** Dashboards, questions from outside and collectors of a system, in a cluster of whichever cloud. */
export function makeWatching(
  request: SiteRequest,
  cluster: ClusterContract,
  made: ReadonlyMap<string, { readonly ready: readonly pulumi.Resource[] }>,
  options: pulumi.ComponentResourceOptions,
): void {
  const { context, system, settings } = request;
  const named = (role: string) => childOf(request, role);
  const namespaces = [...made.keys()];
  const dependsOn = [...made.values()].flatMap(({ ready }) => ready);
  const [namespace] = namespaces;
  if (namespace === undefined) {
    return;
  }
  const collectsLogs = makeLogging(named("logging"), { request, cluster, namespaces, dependsOn }, options);
  new KubernetesMonitoring(
    named("dashboards"),
    {
      context,
      title: system.title,
      observability: system.observability,
      namespace,
      namespaces,
      uptime: settings.domain === undefined ? {} : uptimeUrls(system, settings.domain),
      collectsLogs,
      cluster,
    },
    { ...options, dependsOn: [...dependsOn] },
  );
}

export interface LoggingRequest {
  readonly request: SiteRequest;
  readonly cluster: ClusterContract;
  readonly namespaces: readonly string[];
  readonly dependsOn: readonly pulumi.Resource[];
}

/** Elastic's own collectors, where a system wants its logs in an index of its own and their namespace is there. */
export function makeLogging(
  logicalName: string,
  { request, cluster, namespaces, dependsOn }: LoggingRequest,
  options: pulumi.ComponentResourceOptions,
): boolean {
  const { context, system } = request;
  const { logs, logStore } = system.observability;
  const index = logStore === undefined ? undefined : system.stores[logStore];
  if (logs !== "elastic" || logStore === undefined || index?.kind !== "search") {
    return false;
  }
  if (!cluster.capabilities.elasticsearch || !cluster.capabilities.prometheusOperator) {
    return false;
  }
  const stack = cluster.installed?.prometheusOperator;
  new KubernetesLogging(
    logicalName,
    {
      context,
      index: { store: logStore, storeNamespace: namespaceOf(system, index), version: index.version },
      namespaces,
      cluster,
      dependsOn: [...dependsOn, ...(stack ? [stack] : [])],
    },
    options,
  );
  return true;
}
