import { type AddOn, claimOf, large, MONITORING, medium, RESTRICTED, small, tiny } from "./chart";

/** Where jobs push their metrics. */
export const PUSH_GATEWAY = {
  service: "pushgateway",
  labels: { "app.kubernetes.io/name": "prometheus-pushgateway" },
  port: 9091,
} as const;

/** What asks services for their health. */
export const BLACKBOX = { service: "blackbox-exporter", port: 9115 } as const;

/** What takes traces of the services, in OpenTelemetry's own protocol over HTTP. */
export const COLLECTOR = {
  service: "otel-collector",
  labels: { "app.kubernetes.io/name": "opentelemetry-collector", "app.kubernetes.io/instance": "otel-collector" },
  port: 4318,
} as const;

export const OTLP_HTTP = "otlphttp";
const COLLECTORS = {
  name: "opentelemetry-collector",
  version: "0.170.0",
  repository: "https://open-telemetry.github.io/opentelemetry-helm-charts",
} as const;
/** The distribution with what clusters need: files, attributes of pods, OTLP. */
const DISTRIBUTION = {
  image: { repository: "otel/opentelemetry-collector-k8s" },
  command: { name: "otelcol-k8s" },
  // Protocols nothing here speaks.
  ports: Object.fromEntries(
    ["jaeger-compact", "jaeger-thrift", "jaeger-grpc", "zipkin"].map((port) => [port, { enabled: false }]),
  ),
} as const;
/** Receivers of the chart's own configuration that are not wanted; null takes a value away. */
export const NO_RECEIVERS = { jaeger: null, zipkin: null, prometheus: null } as const;

/** What watches a system. Where traces and logs end is told by {@link traceValues} and {@link logValues}. */
export const OBSERVABILITY = {
  "kube-prometheus-stack": {
    capability: "prometheusOperator",
    namespace: MONITORING,
    apis: ["v1.monitoring.coreos.com"],
    charts: [
      {
        name: "kube-prometheus-stack",
        version: "88.5.3",
        repository: "https://prometheus-community.github.io/helm-charts",
        values: {
          // Helm never touches kinds it once installed: this job brings them to the chart's version before an upgrade.
          crds: {
            enabled: true,
            // The chart's own tag of this image is latest.
            upgradeJob: { enabled: true, image: { busybox: { tag: "1.37.0" } }, resources: small },
          },
          prometheusOperator: {
            resources: small,
            prometheusConfigReloader: { resources: tiny },
            admissionWebhooks: { patch: { resources: tiny } },
          },
          "kube-state-metrics": { resources: small },
          // It reads the node's own figures, in the node's network and among its processes, but needs no privilege for it.
          "prometheus-node-exporter": {
            resources: tiny,
            containerSecurityContext: RESTRICTED,
          },
          // Managed control planes let nobody scrape these, and kube-proxy listens on the node alone: their alerts would
          // fire for ever.
          kubeEtcd: { enabled: false },
          kubeScheduler: { enabled: false },
          kubeControllerManager: { enabled: false },
          kubeProxy: { enabled: false },
          prometheus: {
            prometheusSpec: {
              resources: large,
              // On the class for data, or else the cluster's default: metrics outlive the node.
              retention: "15d",
              // Before the disk is full: Prometheus stops where it cannot write.
              retentionSize: "45GB",
              storageSpec: claimOf("50Gi"),
              // Monitors of every namespace count, not only those this release made.
              serviceMonitorSelectorNilUsesHelmValues: false,
              podMonitorSelectorNilUsesHelmValues: false,
              ruleSelectorNilUsesHelmValues: false,
              probeSelectorNilUsesHelmValues: false,
            },
          },
          alertmanager: {
            alertmanagerSpec: {
              resources: small,
              storage: claimOf("2Gi"),
              // Systems' routes match by their own labels; the default adds the namespace of the route, which the alert of
              // something that is absent never has.
              alertmanagerConfigMatcherStrategy: { type: "None" },
            },
          },
          // Dashboards lie beside the systems they show, and so do the sources of logs and traces.
          grafana: {
            resources: small,
            sidecar: {
              resources: tiny,
              dashboards: { searchNamespace: "ALL" },
              datasources: { searchNamespace: "ALL" },
            },
          },
        },
      },
    ],
  },
  pushgateway: {
    capability: "pushGateway",
    namespace: MONITORING,
    needs: ["kube-prometheus-stack"],
    charts: [
      {
        name: "prometheus-pushgateway",
        version: "3.8.0",
        repository: "https://prometheus-community.github.io/helm-charts",
        values: {
          fullnameOverride: PUSH_GATEWAY.service,
          resources: small,
          // Labels of a job are what it pushed them as, not those of the gateway's pod.
          serviceMonitor: { enabled: true, namespace: MONITORING, honorLabels: true },
          containerSecurityContext: RESTRICTED,
        },
      },
    ],
  },
  "blackbox-exporter": {
    capability: "blackboxExporter",
    namespace: MONITORING,
    charts: [
      {
        name: "prometheus-blackbox-exporter",
        version: "11.17.2",
        repository: "https://prometheus-community.github.io/helm-charts",
        values: {
          fullnameOverride: BLACKBOX.service,
          replicas: 2,
          podDisruptionBudget: { maxUnavailable: 1 },
          resources: small,
          securityContext: { ...RESTRICTED, runAsUser: 10_001, runAsGroup: 10_001 },
        },
      },
    ],
  },
  loki: {
    namespace: MONITORING,
    charts: [
      {
        name: "loki",
        version: "18.11.0",
        repository: "https://grafana-community.github.io/helm-charts",
        values: {
          // One process on a disk of its own: ample for some tens of gigabytes a day, and without a bucket to ask for.
          deploymentMode: "Monolithic",
          loki: {
            // One tenant: whoever reaches it is let in by its namespace alone.
            auth_enabled: false,
            commonConfig: { replication_factor: 1 },
            storage: { type: "filesystem" },
            schemaConfig: {
              configs: [
                {
                  from: "2026-01-01",
                  store: "tsdb",
                  object_store: "filesystem",
                  schema: "v13",
                  index: { prefix: "index_", period: "24h" },
                },
              ],
            },
            compactor: { retention_enabled: true, delete_request_store: "filesystem" },
          },
          singleBinary: {
            replicas: 1,
            resources: large,
            persistence: { enabled: true, size: "50Gi" },
          },
          // Rules are Prometheus' here; for those of its own it would read every Secret of the cluster.
          sidecar: { rules: { enabled: false } },
          rbac: { namespaced: true },
          // The chart refuses to be one process while its parts have replicas of their own, which they do by default.
          read: { replicas: 0 },
          write: { replicas: 0 },
          backend: { replicas: 0 },
          gateway: { enabled: false },
          chunksCache: { enabled: false },
          resultsCache: { enabled: false },
          lokiCanary: { enabled: false },
          test: { enabled: false },
        },
      },
    ],
  },
  tempo: {
    namespace: MONITORING,
    charts: [
      {
        // The distributed chart wants object storage and Kafka; one process keeps what a system of this size sends.
        name: "tempo",
        version: "2.2.4",
        repository: "https://grafana-community.github.io/helm-charts",
        values: {
          tempo: { retention: "168h", reportingEnabled: false, resources: large, securityContext: RESTRICTED },
          persistence: { enabled: true, size: "20Gi" },
        },
      },
    ],
  },
  jaeger: {
    namespace: MONITORING,
    charts: [
      {
        name: "jaeger",
        version: "4.11.1",
        repository: "https://jaegertracing.github.io/helm-charts",
        values: {
          fullnameOverride: "jaeger",
          // In memory is Jaeger's own default, which the verdict says.
          jaeger: { resources: medium, securityContext: RESTRICTED },
        },
      },
    ],
  },
  "otel-collector": {
    capability: "traces",
    namespace: MONITORING,
    charts: [
      {
        ...COLLECTORS,
        values: {
          ...DISTRIBUTION,
          mode: "deployment",
          fullnameOverride: COLLECTOR.service,
          replicaCount: 2,
          podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
          resources: medium,
          podSecurityContext: { runAsNonRoot: true, runAsUser: 10_001, fsGroup: 10_001 },
          securityContext: RESTRICTED,
        },
      },
    ],
  },
  "log-collector": {
    capability: "logs",
    namespace: MONITORING,
    charts: [
      {
        ...COLLECTORS,
        values: {
          ...DISTRIBUTION,
          mode: "daemonset",
          fullnameOverride: "log-collector",
          // Files of the node's containers are root's: the chart has it run as root while it keeps checkpoints on the node.
          presets: {
            logsCollection: { enabled: true, includeCollectorLogs: false, storeCheckpoints: true },
            kubernetesAttributes: { enabled: true },
          },
          tolerations: [{ operator: "Exists" }],
          resources: small,
        },
      },
    ],
  },
} as const satisfies Readonly<Record<string, AddOn>>;

/** Configuration of the collector of traces: where they go. */
export function traceValues(backend: "tempo" | "jaeger") {
  return {
    config: {
      receivers: NO_RECEIVERS,
      exporters: { [OTLP_HTTP]: { endpoint: `http://${backend}.${MONITORING}.svc:4318` } },
      service: {
        pipelines: {
          logs: null,
          metrics: null,
          traces: { receivers: ["otlp"], processors: ["memory_limiter", "batch"], exporters: [OTLP_HTTP] },
        },
      },
    },
  };
}

/** Configuration of the collector of logs: Loki takes OpenTelemetry's protocol itself. */
export function logValues() {
  return {
    config: {
      receivers: NO_RECEIVERS,
      exporters: { [OTLP_HTTP]: { endpoint: `http://loki.${MONITORING}.svc:3100/otlp` } },
      service: {
        pipelines: {
          traces: null,
          metrics: null,
          // The preset adds the files of the node to the receivers.
          logs: { receivers: ["otlp"], processors: ["memory_limiter", "batch"], exporters: [OTLP_HTTP] },
        },
      },
    },
  };
}
