import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { AlertSpec } from "../../../systems/spec";
import type { ClusterContract } from "../../cluster/contract";
import { Component, type ComponentArgs } from "../../component";
import { type AlertRoutes, type Channel, DEAD_MANS_SWITCH, planRoutes } from "./routes";

export interface KubernetesAlertingArgs extends ComponentArgs {
  /** Alerts of the system by name. */
  readonly alerts: Readonly<Record<string, AlertSpec>>;
  /** Where the system wants its alerts sent. */
  readonly notify: readonly Channel[];
  /** Where the settings send them. @default nowhere */
  readonly routes?: AlertRoutes;
  readonly namespace: string;
  readonly cluster: ClusterContract;
  readonly dependsOn: readonly pulumi.Resource[];
}

/** The system's alerts as rules of the cluster's Prometheus, and the routes its Alertmanager sends them by. */
export class KubernetesAlerting extends Component {
  private readonly args: KubernetesAlertingArgs;

  constructor(name: string, args: KubernetesAlertingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:observability:Alerting", name, args, opts);
    this.args = args;
    if (args.cluster.capabilities.prometheusOperator) {
      this.rules();
      this.routes();
    } else {
      this.degrade({
        feature: `alerts ${Object.keys(args.alerts).join(", ")}`,
        reason: "no Prometheus operator is in the cluster to evaluate them",
        remedy: "set groundplan:kubernetes.addOns.kube-prometheus-stack to install or existing",
      });
    }
    this.finish({ alerts: Object.keys(args.alerts) });
  }

  private rules(): void {
    const { system } = this.context;
    const rules = Object.entries(this.args.alerts).map(([alert, spec]) => ({
      alert,
      expr: spec.expr,
      for: spec.for,
      labels: { severity: spec.severity, ...this.identity() },
      annotations: { summary: spec.summary, ...(spec.action === undefined ? {} : { action: spec.action }) },
    }));
    const alive = {
      alert: DEAD_MANS_SWITCH,
      expr: "vector(1)",
      labels: { severity: "none", ...this.identity() },
      annotations: { summary: "Alerts can be delivered: its absence is the alarm" },
    };
    this.object("rules", "monitoring.coreos.com/v1", "PrometheusRule", {
      groups: [
        { name: system, rules },
        { name: `${system}-alive`, rules: [alive] },
      ],
    });
  }

  private routes(): void {
    const { notify, routes = {}, namespace } = this.args;
    const secretName = `${this.context.system}-alert-routes`;
    const plan = planRoutes({ labels: this.identity(), notify, routes, secretName });
    for (const verdict of plan.degraded) {
      this.degrade(verdict);
    }
    if (!plan.spec) {
      return;
    }
    const secret = this.make(k8s.core.v1.Secret, "route-secrets", {
      metadata: { name: secretName, namespace, labels: this.labels() },
      type: "Opaque",
      stringData: { ...plan.secrets },
    });
    this.object("routes", "monitoring.coreos.com/v1alpha1", "AlertmanagerConfig", plan.spec, [secret]);
  }

  private object(
    role: string,
    apiVersion: string,
    kind: string,
    spec: Readonly<Record<string, unknown>>,
    before: readonly pulumi.Resource[] = [],
  ): void {
    const { cluster, dependsOn, namespace } = this.args;
    const operator = cluster.installed?.prometheusOperator;
    this.make(
      k8s.apiextensions.CustomResource,
      role,
      { apiVersion, kind, metadata: { name: this.context.system, namespace, labels: this.labels() }, spec },
      { dependsOn: [...dependsOn, ...before, ...(operator ? [operator] : [])] },
    );
  }

  /** What tells this placement's alerts from all others an Alertmanager may serve. */
  private identity(): Readonly<Record<string, string>> {
    const { system, environment, placement } = this.context;
    return { system, environment, placement };
  }

  private labels() {
    return { "app.kubernetes.io/part-of": this.context.system, "app.kubernetes.io/managed-by": "groundplan" };
  }
}
