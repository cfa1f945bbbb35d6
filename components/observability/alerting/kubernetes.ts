import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { AlertSpec } from "../../../systems/spec";
import type { ClusterContract } from "../../cluster/contract";
import { Component, type ComponentArgs } from "../../component";

export interface KubernetesAlertingArgs extends ComponentArgs {
  /** Alerts of the system by name. */
  readonly alerts: Readonly<Record<string, AlertSpec>>;
  /** Where the system wants its alerts sent. */
  readonly notify: readonly string[];
  readonly namespace: string;
  readonly cluster: ClusterContract;
  readonly dependsOn: readonly pulumi.Resource[];
}

/** The system's alerts as rules of the cluster's Prometheus. */
export class KubernetesAlerting extends Component {
  constructor(name: string, args: KubernetesAlertingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:observability:Alerting", name, args, opts);
    if (args.cluster.capabilities.prometheusOperator) {
      this.rules(args);
    } else {
      this.degrade({
        feature: `alerts ${Object.keys(args.alerts).join(", ")}`,
        reason: "no Prometheus operator is in the cluster to evaluate them",
        remedy: "set groundplan:kubernetes.addOns.kube-prometheus-stack to install or existing",
      });
    }
    if (args.notify.length > 0) {
      this.degrade({
        feature: `alert routes to ${args.notify.join(", ")}`,
        reason: "the cluster's Alertmanager is not configured by this stack",
        remedy: "route alerts with the label system in the Alertmanager's own configuration",
      });
    }
    this.finish({ alerts: Object.keys(args.alerts) });
  }

  private rules({ alerts, namespace, cluster, dependsOn }: KubernetesAlertingArgs): void {
    const { system, environment, placement } = this.context;
    const rules = Object.entries(alerts).map(([alert, spec]) => ({
      alert,
      expr: spec.expr,
      for: spec.for,
      labels: { severity: spec.severity, system, environment, placement },
      annotations: { summary: spec.summary, ...(spec.action === undefined ? {} : { action: spec.action }) },
    }));
    const operator = cluster.installed?.prometheusOperator;
    this.make(
      k8s.apiextensions.CustomResource,
      "rules",
      {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PrometheusRule",
        metadata: {
          name: system,
          namespace,
          labels: { "app.kubernetes.io/part-of": system, "app.kubernetes.io/managed-by": "groundplan" },
        },
        spec: { groups: [{ name: system, rules }] },
      },
      { dependsOn: [...dependsOn, ...(operator ? [operator] : [])] },
    );
  }
}
