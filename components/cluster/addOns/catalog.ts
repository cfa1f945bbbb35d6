import type { Capabilities } from "../contract";
import type { AddOn } from "./charts/chart";
import { EDGE } from "./charts/edge";
import { OBSERVABILITY } from "./charts/observability";
import { OPERATORS } from "./charts/operators";

export type { AddOn, Chart } from "./charts/chart";
export { INGRESS_CONTROLLERS } from "./charts/edge";
export { BLACKBOX, COLLECTOR, logValues, PUSH_GATEWAY, traceValues } from "./charts/observability";

/**
 * Add-ons the program knows how to install, or to rely on, in the order they are made: what brings kinds or services
 * comes before what uses them.
 */
export const ADD_ONS = [
  "metrics-server",
  "gateway-api",
  "cert-manager",
  "snapshot-controller",
  "keda",
  "external-secrets",
  "reloader",
  "vertical-pod-autoscaler",
  "kube-prometheus-stack",
  "pushgateway",
  "blackbox-exporter",
  "loki",
  "tempo",
  "jaeger",
  "otel-collector",
  "log-collector",
  "istio",
  "ingress",
  "external-dns",
  "cloudnative-pg",
  "barman-cloud",
  "eck-operator",
  "argo-cd",
  "aws-load-balancer-controller",
] as const;
export type AddOnName = (typeof ADD_ONS)[number];

/** Install it, rely on the one that is there, or go without. */
export type AddOnMode = "install" | "existing" | "none";
export type AddOnModes = Readonly<Partial<Record<AddOnName, AddOnMode>>>;

/** Versions that exist and are known to work together; raised by hand, chart by chart, with its notes read. */
export const CATALOG: Readonly<Record<AddOnName, AddOn>> = { ...OPERATORS, ...EDGE, ...OBSERVABILITY };

/** Ports on which the API server calls what these modes install, besides those clouds' firewalls have open anyhow. */
export function calledPorts(modes: AddOnModes): readonly number[] {
  return ADD_ONS.flatMap((name) => {
    const { calledOn = [] }: AddOn = CATALOG[name];
    return modes[name] === "install" ? calledOn : [];
  });
}

/** What a cluster offers under these modes. */
export function capabilitiesOf(modes: AddOnModes): Capabilities {
  const has = (name: AddOnName) => (modes[name] ?? "none") !== "none";
  return {
    metricsServer: has("metrics-server"),
    keda: has("keda"),
    verticalPodAutoscaler: has("vertical-pod-autoscaler"),
    prometheusOperator: has("kube-prometheus-stack"),
    externalSecrets: has("external-secrets"),
    certManager: has("cert-manager"),
    cloudNativePg: has("cloudnative-pg"),
    barmanCloud: has("barman-cloud"),
    elasticsearch: has("eck-operator"),
    pushGateway: has("pushgateway"),
    blackboxExporter: has("blackbox-exporter"),
    gatewayApi: has("gateway-api"),
    istio: has("istio"),
    traces: has("otel-collector"),
    logs: has("log-collector"),
    volumeSnapshots: has("snapshot-controller"),
    reloader: has("reloader"),
    externalDns: has("external-dns"),
    argoCd: has("argo-cd"),
  };
}
