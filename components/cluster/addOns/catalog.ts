import type { Capabilities } from "../contract";

/** Add-ons the program knows how to install on an attached cluster, or to rely on. */
export const ADD_ONS = [
  "metrics-server",
  "cert-manager",
  "keda",
  "external-secrets",
  "kube-prometheus-stack",
  "pushgateway",
  "blackbox-exporter",
  "istio",
  "gateway-api",
  "ingress",
  "cloudnative-pg",
  "eck-operator",
  "vertical-pod-autoscaler",
  "aws-load-balancer-controller",
] as const;
export type AddOnName = (typeof ADD_ONS)[number];

/** Install it, rely on the one that is there, or go without. */
export type AddOnMode = "install" | "existing" | "none";
export type AddOnModes = Readonly<Partial<Record<AddOnName, AddOnMode>>>;

export interface AddOn {
  /** What workloads may rely on once it stands; nothing for what only serves the edge. */
  readonly capability?: keyof Capabilities;
  readonly namespace: string;
  /** Add-ons whose kinds its chart uses. @default none */
  readonly needs?: readonly AddOnName[];
  /** Pinned chart; absent for what we only rely on. */
  readonly chart?: Chart;
}

export interface Chart {
  readonly name: string;
  readonly version: string;
  readonly repository: string;
  readonly values: Readonly<Record<string, unknown>>;
}

const RESTRICTED = {
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

const small = { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } };
const large = { requests: { cpu: "200m", memory: "512Mi" }, limits: { cpu: "2", memory: "2Gi" } };

const MONITORING = "monitoring";

/** Where jobs push their metrics. */
export const PUSH_GATEWAY = {
  service: "pushgateway",
  labels: { "app.kubernetes.io/name": "prometheus-pushgateway" },
  port: 9091,
} as const;

/** What asks services for their health. */
export const BLACKBOX = { service: "blackbox-exporter", port: 9115 } as const;

function claimOf(size: string) {
  return {
    volumeClaimTemplate: { spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: size } } } },
  };
}

/** Versions known good together; see docs for how they are raised. */
export const CATALOG: Readonly<Record<AddOnName, AddOn>> = {
  "metrics-server": {
    capability: "metricsServer",
    namespace: "kube-system",
    chart: {
      name: "metrics-server",
      version: "3.13.0",
      repository: "https://kubernetes-sigs.github.io/metrics-server/",
      values: { replicas: 2, podDisruptionBudget: { enabled: true, maxUnavailable: 1 }, resources: small },
    },
  },
  "cert-manager": {
    capability: "certManager",
    namespace: "cert-manager",
    chart: {
      name: "cert-manager",
      version: "v1.21.1",
      repository: "https://charts.jetstack.io",
      values: {
        // A release that is removed must not take every certificate of the cluster along.
        crds: { enabled: true, keep: true },
        resources: small,
        webhook: { resources: small },
        cainjector: { resources: small },
      },
    },
  },
  keda: {
    capability: "keda",
    namespace: "keda",
    chart: {
      name: "keda",
      version: "2.20.2",
      repository: "https://kedacore.github.io/charts",
      values: { resources: { operator: small, metricServer: small, webhooks: small } },
    },
  },
  "external-secrets": {
    capability: "externalSecrets",
    namespace: "external-secrets",
    chart: {
      name: "external-secrets",
      version: "2.9.0",
      repository: "https://charts.external-secrets.io",
      values: {
        installCRDs: true,
        resources: small,
        webhook: { resources: small },
        certController: { resources: small },
      },
    },
  },
  "kube-prometheus-stack": {
    capability: "prometheusOperator",
    namespace: MONITORING,
    chart: {
      name: "kube-prometheus-stack",
      version: "88.5.3",
      repository: "https://prometheus-community.github.io/helm-charts",
      values: {
        prometheusOperator: { resources: small },
        // Managed control planes let nobody scrape these, and kube-proxy listens on the node alone: their alerts would
        // fire for ever.
        kubeEtcd: { enabled: false },
        kubeScheduler: { enabled: false },
        kubeControllerManager: { enabled: false },
        kubeProxy: { enabled: false },
        prometheus: {
          prometheusSpec: {
            resources: large,
            // On the cluster's default class: metrics outlive the node.
            retention: "15d",
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
        // Dashboards lie beside the systems they show.
        grafana: { sidecar: { dashboards: { searchNamespace: "ALL" } } },
      },
    },
  },
  pushgateway: {
    capability: "pushGateway",
    namespace: MONITORING,
    needs: ["kube-prometheus-stack"],
    chart: {
      name: "prometheus-pushgateway",
      version: "3.2.0",
      repository: "https://prometheus-community.github.io/helm-charts",
      values: {
        fullnameOverride: PUSH_GATEWAY.service,
        resources: small,
        // Labels of a job are what it pushed them as, not those of the gateway's pod.
        serviceMonitor: { enabled: true, namespace: MONITORING, honorLabels: true },
        containerSecurityContext: RESTRICTED,
      },
    },
  },
  "blackbox-exporter": {
    capability: "blackboxExporter",
    namespace: MONITORING,
    chart: {
      name: "prometheus-blackbox-exporter",
      version: "9.0.1",
      repository: "https://prometheus-community.github.io/helm-charts",
      values: { fullnameOverride: BLACKBOX.service, replicas: 2, resources: small, securityContext: RESTRICTED },
    },
  },
  // Both come with more than one release, or with none: who runs the cluster brings them.
  istio: { capability: "istio", namespace: "istio-system" },
  "gateway-api": { capability: "gatewayApi", namespace: "kube-system" },
  ingress: {
    namespace: "traefik",
    chart: {
      name: "traefik",
      version: "41.3.0",
      repository: "https://traefik.github.io/charts",
      values: {
        // Without a name the chart calls its class after the release, and no Ingress would be its own.
        ingressClass: { enabled: true, isDefaultClass: false, name: "traefik" },
        deployment: { replicas: 2 },
        podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
        // Routers take Middlewares from the namespaces of their Services.
        providers: {
          kubernetesCRD: { enabled: true, allowCrossNamespace: false },
          kubernetesIngress: { enabled: true },
        },
        resources: large,
        securityContext: RESTRICTED,
      },
    },
  },
  "cloudnative-pg": {
    capability: "cloudNativePg",
    namespace: "cnpg-system",
    chart: {
      name: "cloudnative-pg",
      version: "0.29.0",
      repository: "https://cloudnative-pg.github.io/charts",
      values: { resources: small },
    },
  },
  "eck-operator": {
    capability: "elasticsearch",
    namespace: "elastic-system",
    chart: {
      name: "eck-operator",
      version: "3.5.0",
      repository: "https://helm.elastic.co",
      values: { resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "1", memory: "1Gi" } } },
    },
  },
  "aws-load-balancer-controller": {
    namespace: "kube-system",
    chart: {
      name: "aws-load-balancer-controller",
      version: "3.5.0",
      repository: "https://aws.github.io/eks-charts",
      values: {
        replicaCount: 2,
        podDisruptionBudget: { maxUnavailable: 1 },
        // It only joins pods to target groups: load balancers are this program's, and no Service or Ingress makes one.
        createIngressClassResource: false,
        ingressClassConfig: { default: false },
        enableServiceMutatorWebhook: false,
        resources: small,
      },
    },
  },
  "vertical-pod-autoscaler": { capability: "verticalPodAutoscaler", namespace: "kube-system" },
};

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
    elasticsearch: has("eck-operator"),
    pushGateway: has("pushgateway"),
    blackboxExporter: has("blackbox-exporter"),
    gatewayApi: has("gateway-api"),
    istio: has("istio"),
  };
}
