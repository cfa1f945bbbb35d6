import { type AddOn, CONFINED, DEFAULT_PROFILE, large, medium, RESTRICTED, small, tiny } from "./chart";

/** Controllers that workloads and stores rely on. */
export const OPERATORS = {
  "metrics-server": {
    capability: "metricsServer",
    namespace: "kube-system",
    apis: ["v1beta1.metrics.k8s.io"],
    charts: [
      {
        name: "metrics-server",
        version: "3.13.0",
        repository: "https://kubernetes-sigs.github.io/metrics-server/",
        values: { replicas: 2, podDisruptionBudget: { enabled: true, maxUnavailable: 1 }, resources: small },
      },
    ],
  },
  "cert-manager": {
    capability: "certManager",
    namespace: "cert-manager",
    apis: ["v1.cert-manager.io"],
    // Told to serve gateways, it does not start without their kinds.
    needs: ["gateway-api"],
    charts: [
      {
        name: "cert-manager",
        version: "v1.21.1",
        repository: "https://charts.jetstack.io",
        values: {
          // A release that is removed must not take every certificate of the cluster along.
          crds: { enabled: true, keep: true },
          resources: small,
          webhook: { resources: small },
          cainjector: { resources: small },
          startupapicheck: { resources: tiny },
        },
      },
    ],
  },
  keda: {
    capability: "keda",
    namespace: "keda",
    apis: ["v1alpha1.keda.sh"],
    charts: [
      {
        name: "keda",
        version: "2.20.2",
        repository: "https://kedacore.github.io/charts",
        values: {
          // A release that is removed must not take every scaler of the cluster along.
          crds: { install: true, additionalAnnotations: { "helm.sh/resource-policy": "keep" } },
          resources: { operator: small, metricServer: small, webhooks: small },
        },
      },
    ],
  },
  "external-secrets": {
    capability: "externalSecrets",
    namespace: "external-secrets",
    apis: ["v1.external-secrets.io"],
    charts: [
      {
        name: "external-secrets",
        version: "2.9.0",
        repository: "https://charts.external-secrets.io",
        values: {
          installCRDs: true,
          // A release that is removed must not take every system's secrets along.
          crds: { annotations: { "helm.sh/resource-policy": "keep" } },
          resources: small,
          webhook: { resources: small },
          certController: { resources: small },
        },
      },
    ],
  },
  reloader: {
    capability: "reloader",
    namespace: "reloader",
    charts: [
      {
        name: "reloader",
        version: "2.2.16",
        repository: "https://stakater.github.io/stakater-charts",
        values: {
          reloader: {
            // Only what says so by annotation is rolled.
            autoReloadAll: false,
            // The chart's own switch, which gives it a scratch directory too.
            readOnlyRootFileSystem: true,
            deployment: { resources: small, containerSecurityContext: CONFINED },
          },
        },
      },
    ],
  },
  "vertical-pod-autoscaler": {
    capability: "verticalPodAutoscaler",
    namespace: "vertical-pod-autoscaler",
    needs: ["metrics-server"],
    apis: ["v1.autoscaling.k8s.io"],
    calledOn: [8000],
    charts: [
      {
        // The autoscaler's own repository has a chart too, which says of itself that it is not for production yet.
        name: "vpa",
        version: "5.0.0",
        repository: "https://charts.fairwinds.com/stable",
        values: {
          recommender: { resources: medium },
          updater: { resources: medium },
          admissionController: { resources: small, certGen: { resources: tiny } },
        },
      },
    ],
  },
  "snapshot-controller": {
    capability: "volumeSnapshots",
    namespace: "kube-system",
    apis: ["v1.snapshot.storage.k8s.io"],
    charts: [
      {
        name: "snapshot-controller",
        version: "5.2.0",
        repository: "https://piraeus.io/helm-charts/",
        values: {
          controller: { replicaCount: 2, resources: small, securityContext: { ...RESTRICTED, runAsUser: 1000 } },
        },
      },
    ],
  },
  "cloudnative-pg": {
    capability: "cloudNativePg",
    namespace: "cnpg-system",
    apis: ["v1.postgresql.cnpg.io"],
    charts: [
      {
        name: "cloudnative-pg",
        version: "0.29.0",
        repository: "https://cloudnative-pg.github.io/charts",
        values: { resources: small },
      },
    ],
  },
  // Since 1.26 the operator leaves backups to object storage to this plugin, which must run beside it, and talks to it
  // with certificates of cert-manager's: https://cloudnative-pg.io/plugin-barman-cloud/docs/intro
  "barman-cloud": {
    capability: "barmanCloud",
    namespace: "cnpg-system",
    needs: ["cloudnative-pg", "cert-manager"],
    apis: ["v1.barmancloud.cnpg.io"],
    charts: [
      {
        name: "plugin-barman-cloud",
        version: "0.7.0",
        repository: "https://cloudnative-pg.github.io/charts",
        values: { resources: small },
      },
    ],
  },
  "eck-operator": {
    capability: "elasticsearch",
    namespace: "elastic-system",
    apis: ["v1.elasticsearch.k8s.elastic.co"],
    charts: [
      {
        name: "eck-operator",
        version: "3.5.0",
        repository: "https://helm.elastic.co",
        values: { resources: medium, podSecurityContext: { runAsNonRoot: true, seccompProfile: DEFAULT_PROFILE } },
      },
    ],
  },
  "argo-cd": {
    capability: "argoCd",
    namespace: "argocd",
    apis: ["v1alpha1.argoproj.io"],
    charts: [
      {
        name: "argo-cd",
        version: "10.1.1",
        repository: "https://argoproj.github.io/argo-helm",
        values: {
          // Applications outlive a release that is removed.
          crds: { install: true, keep: true },
          global: { networkPolicy: { create: true } },
          dex: { enabled: false },
          controller: { resources: large },
          redis: { resources: small },
          redisSecretInit: { resources: tiny },
          server: { replicas: 2, resources: small },
          repoServer: { replicas: 2, resources: medium },
          applicationSet: { replicas: 2, resources: small },
          notifications: { resources: small },
        },
      },
    ],
  },
  istio: {
    capability: "istio",
    namespace: "istio-system",
    apis: ["v1.security.istio.io"],
    calledOn: [15_017],
    // Ambient mode, in the order its documentation asks for: https://istio.io/latest/docs/ambient/install/helm
    charts: [
      istioChart("base", { defaultRevision: "default" }),
      istioChart("istiod", { profile: "ambient", pilot: { resources: large }, seccompProfile: DEFAULT_PROFILE }),
      istioChart("cni", { profile: "ambient", resources: small }),
      istioChart("ztunnel", { resources: medium }),
    ],
  },
  "aws-load-balancer-controller": {
    namespace: "kube-system",
    apis: ["v1beta1.elbv2.k8s.aws"],
    charts: [
      {
        name: "aws-load-balancer-controller",
        version: "3.5.0",
        repository: "https://aws.github.io/eks-charts",
        values: {
          replicaCount: 2,
          podDisruptionBudget: { maxUnavailable: 1 },
          // It only joins pods to target groups: load balancers are this program's, and no Service or Ingress makes one.
          createIngressClassResource: false,
          enableServiceMutatorWebhook: false,
          resources: small,
          securityContext: RESTRICTED,
        },
      },
    ],
  },
} as const satisfies Readonly<Record<string, AddOn>>;

function istioChart<V extends object>(name: "base" | "istiod" | "cni" | "ztunnel", values: V) {
  return {
    release: name === "istiod" || name === "ztunnel" ? name : `istio-${name}`,
    name,
    version: "1.30.3",
    repository: "https://istio-release.storage.googleapis.com/charts",
    values,
  } as const;
}
