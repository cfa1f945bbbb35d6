import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ObservabilitySpec } from "../../../systems/spec";
import { BLACKBOX } from "../../cluster/addOns/catalog";
import type { ClusterContract } from "../../cluster/contract";
import { Component, type ComponentArgs } from "../../component";
import { dashboard } from "./dashboards";

export interface KubernetesMonitoringArgs extends ComponentArgs {
  /** Name a person reads. */
  readonly title: string;
  readonly observability: ObservabilitySpec;
  /** Namespace its objects lie in. */
  readonly namespace: string;
  /** Namespaces of the system, which its dashboards show. */
  readonly namespaces: readonly string[];
  /** Addresses asked from outside, by service; without one where the public has no way to it. */
  readonly uptime: Readonly<Record<string, string | undefined>>;
  /** Whether Elastic's own collectors bring logs to the index. @default false */
  readonly collectsLogs?: boolean;
  readonly cluster: ClusterContract;
}

/** What a system is watched by: dashboards as code, and questions from outside. */
export class KubernetesMonitoring extends Component {
  private readonly args: KubernetesMonitoringArgs;

  constructor(name: string, args: KubernetesMonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:observability:Monitoring", name, args, opts);
    this.args = args;
    if (args.cluster.capabilities.prometheusOperator) {
      this.dashboards();
      this.probes();
    } else {
      this.degrade({
        feature: `dashboards ${args.observability.dashboards.join(", ")}`,
        reason: "no Prometheus is in the cluster whose data they could show",
        remedy: "set groundplan:kubernetes.addOns.kube-prometheus-stack to install or existing",
      });
    }
    this.verdicts();
    this.finish({ dashboards: args.observability.dashboards });
  }

  private dashboards(): void {
    const { observability, title, namespaces } = this.args;
    const { system } = this.context;
    for (const kind of observability.dashboards) {
      const { metrics, targets } = observability;
      const json = dashboard({ system, title, kind, namespaces, metrics, targets });
      this.make(k8s.core.v1.ConfigMap, `dashboard-${kind}`, {
        // Grafana's sidecar gathers what carries this label.
        metadata: this.metadata(`${system}-dashboard-${kind}`, { grafana_dashboard: "1" }),
        data: { [`${system}-${kind}.json`]: `${JSON.stringify(json, undefined, 2)}\n` },
      });
    }
  }

  private probes(): void {
    const { uptime, cluster } = this.args;
    const asked = Object.entries(uptime).flatMap(([service, url]) => (url === undefined ? [] : [{ service, url }]));
    if (asked.length === 0 || !cluster.capabilities.blackboxExporter) {
      return;
    }
    const { system, environment, placement } = this.context;
    const labels = { system, environment, placement };
    const operator = cluster.installed?.prometheusOperator;
    const options = { dependsOn: operator ? [operator] : [] };
    for (const { service, url } of asked) {
      this.make(
        k8s.apiextensions.CustomResource,
        `probe-${service}`,
        {
          apiVersion: "monitoring.coreos.com/v1",
          kind: "Probe",
          metadata: this.metadata(`${system}-${service}`),
          spec: {
            jobName: `${system}-uptime`,
            interval: "60s",
            scrapeTimeout: "20s",
            module: "http_2xx",
            prober: { url: `${BLACKBOX.service}.${cluster.monitoringNamespace}.svc:${BLACKBOX.port}` },
            targets: { staticConfig: { static: [url], labels: { ...labels, service } } },
          },
        },
        options,
      );
    }
    this.make(
      k8s.apiextensions.CustomResource,
      "probe-rules",
      {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PrometheusRule",
        metadata: this.metadata(`${system}-uptime`),
        spec: { groups: [{ name: `${system}-uptime`, rules: uptimeRules(`${system}-uptime`, labels) }] },
      },
      options,
    );
  }

  private verdicts(): void {
    const { uptime, cluster } = this.args;
    const hidden = Object.keys(uptime).filter((service) => uptime[service] === undefined);
    if (hidden.length > 0) {
      this.degrade({
        feature: `uptime of ${hidden.join(", ")} from outside`,
        reason: "the public has no route to it",
        remedy: "add a route, or rely on its readiness probe",
      });
    }
    if (Object.keys(uptime).length > hidden.length && !cluster.capabilities.blackboxExporter) {
      this.degrade({
        feature: `uptime of ${Object.keys(uptime).join(", ")} from outside`,
        reason: "nothing in the cluster asks for it",
        remedy: "set groundplan:kubernetes.addOns.blackbox-exporter to install or existing",
      });
    }
    const { logs, traces } = this.args.observability;
    if (!(logs === "loki" ? cluster.capabilities.logs : this.args.collectsLogs)) {
      this.degrade({
        feature: `collecting logs for ${logs}`,
        reason: "pods write them to standard output, and nothing in the cluster collects them",
        remedy:
          logs === "loki"
            ? "set groundplan:kubernetes.addOns.loki and groundplan:kubernetes.addOns.log-collector to install, or the latter to existing"
            : "set groundplan:kubernetes.addOns.kube-prometheus-stack to install or existing: its namespace holds the collectors",
      });
    }
    if (traces !== "none" && !cluster.capabilities.traces) {
      this.degrade({
        feature: `traces in ${traces}`,
        reason: "no collector of traces is in the cluster",
        remedy: "set groundplan:kubernetes.addOns.otel-collector to install, or to existing with one of that name",
      });
    }
    if (traces === "jaeger" && cluster.capabilities.traces) {
      this.degrade({
        feature: "traces that outlive a restart of Jaeger",
        reason: "without Cassandra or Elasticsearch it keeps them in memory",
        remedy: "set observability.traces to tempo, which keeps them on a disk",
      });
    }
    if (this.args.observability.pushgateway && !cluster.capabilities.pushGateway) {
      this.degrade({
        feature: "metrics pushed by jobs",
        reason: "no push gateway is in the cluster",
        remedy: "set groundplan:kubernetes.addOns.pushgateway to install or existing",
      });
    }
  }

  private metadata(name: string, more: Readonly<Record<string, string>> = {}) {
    const labels = { "app.kubernetes.io/part-of": this.context.system, "app.kubernetes.io/managed-by": "groundplan" };
    return { name, namespace: this.args.namespace, labels: { ...labels, ...more } };
  }
}

function uptimeRules(job: string, labels: Readonly<Record<string, string>>) {
  return [
    {
      alert: "EndpointDown",
      expr: `probe_success{job="${job}"} == 0`,
      for: "5m",
      labels: { severity: "critical", ...labels },
      annotations: { summary: "{{ $labels.service }} does not answer at {{ $labels.instance }}" },
    },
    {
      alert: "CertificateExpires",
      expr: `probe_ssl_earliest_cert_expiry{job="${job}"} - time() < 14 * 86400`,
      for: "1h",
      labels: { severity: "warning", ...labels },
      annotations: {
        summary: "The certificate of {{ $labels.instance }} ends within two weeks",
        action: "Look at cert-manager's Certificate and its newest CertificateRequest",
      },
    },
  ];
}
