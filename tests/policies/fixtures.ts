import type { TestResource } from "./harness";

/** Kubernetes objects that pass every rule; tests change one thing at a time. */
export const DIGEST = `sha256:${"a1".repeat(32)}`;

export const container = {
  name: "app",
  image: `registry.example.com/shop/app@${DIGEST}`,
  ports: [{ containerPort: 8080 }],
  env: [{ name: "LOG_LEVEL", value: "info" }],
  args: ["serve"],
  resources: {
    requests: { cpu: "100m", memory: "128Mi", "ephemeral-storage": "64Mi" },
    limits: { cpu: "500m", memory: "256Mi", "ephemeral-storage": "128Mi" },
  },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
  livenessProbe: { httpGet: { path: "/live", port: 8080 } },
  readinessProbe: { httpGet: { path: "/ready", port: 8080 } },
};

export const podSpec = {
  serviceAccountName: "app",
  automountServiceAccountToken: false,
  securityContext: { runAsNonRoot: true, runAsUser: 10001, fsGroup: 10001, seccompProfile: { type: "RuntimeDefault" } },
  terminationGracePeriodSeconds: 30,
  topologySpreadConstraints: [
    {
      topologyKey: "topology.kubernetes.io/zone",
      maxSkew: 1,
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: { app: "app" } },
    },
  ],
  containers: [container],
  volumes: [{ name: "scratch", emptyDir: { sizeLimit: "64Mi" } }],
};

const metadata = { name: "app", namespace: "shop", labels: { app: "app" } };
const template = { metadata: { labels: { app: "app" } }, spec: podSpec };

export const deployment: TestResource = {
  type: "kubernetes:apps/v1:Deployment",
  props: {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: { selector: { matchLabels: { app: "app" } }, template },
  },
};

const jobSpec = { backoffLimit: 2, activeDeadlineSeconds: 600, ttlSecondsAfterFinished: 3600, template };

export const job: TestResource = { type: "kubernetes:batch/v1:Job", props: { metadata, spec: jobSpec } };

export const cronJob: TestResource = {
  type: "kubernetes:batch/v1:CronJob",
  props: {
    metadata,
    spec: {
      schedule: "0 3 * * *",
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: 300,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      jobTemplate: { spec: jobSpec },
    },
  },
};

export const statefulSet: TestResource = {
  type: "kubernetes:apps/v1:StatefulSet",
  props: {
    metadata,
    spec: {
      template,
      volumeClaimTemplates: [{ metadata: { name: "data" }, spec: { resources: { requests: { storage: "10Gi" } } } }],
    },
  },
};

/** Every kind that carries a pod, with the path to its pod's spec. */
export const podCarriers: readonly { readonly resource: TestResource; readonly path: string }[] = [
  { resource: { type: "kubernetes:core/v1:Pod", props: { metadata, spec: podSpec } }, path: "spec" },
  { resource: { type: "kubernetes:core/v1:PodTemplate", props: { metadata, template } }, path: "template.spec" },
  { resource: deployment, path: "spec.template.spec" },
  { resource: statefulSet, path: "spec.template.spec" },
  { resource: { ...deployment, type: "kubernetes:apps/v1:DaemonSet" }, path: "spec.template.spec" },
  { resource: { ...deployment, type: "kubernetes:apps/v1:ReplicaSet" }, path: "spec.template.spec" },
  { resource: job, path: "spec.template.spec" },
  { resource: cronJob, path: "spec.jobTemplate.spec.template.spec" },
  {
    resource: { type: "kubernetes:core/v1:List", props: { items: [{ ...deployment.props, kind: "Deployment" }] } },
    path: "items.0.spec.template.spec",
  },
  {
    resource: { type: "kubernetes:apps/v1:DeploymentList", props: { items: [deployment.props] } },
    path: "items.0.spec.template.spec",
  },
  {
    resource: {
      type: "kubernetes:yaml/v2:ConfigGroup",
      props: { objs: [{ ...deployment.props, kind: "Deployment" }] },
    },
    path: "objs.0.spec.template.spec",
  },
];

export const autoscaler: TestResource = {
  type: "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
  name: "app-scaler",
  props: {
    metadata,
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "app" },
      minReplicas: 2,
      maxReplicas: 10,
      metrics: [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } },
      ],
    },
  },
};

export const namespace: TestResource = {
  type: "kubernetes:core/v1:Namespace",
  name: "shop",
  props: { metadata: { name: "shop", labels: { "pod-security.kubernetes.io/enforce": "restricted" } } },
};

/** A release whose values keep what the chart has for security. */
export const release: TestResource = {
  type: "kubernetes:helm.sh/v3:Release",
  name: "cache",
  props: {
    chart: "cache",
    version: "1.2.3",
    namespace: "shop",
    repositoryOpts: { repo: "https://charts.example.com" },
    values: {
      image: { tag: "7.2.4" },
      auth: { enabled: true },
      tls: { enabled: true },
      networkPolicy: { enabled: true },
      server: {
        podSecurityContext: { runAsNonRoot: true, runAsUser: 10001 },
        service: { type: "ClusterIP" },
      },
      sidecars: [{ name: "metrics", securityContext: { readOnlyRootFilesystem: true } }],
      console: { enabled: false, tls: { enabled: false }, auth: { enabled: false } },
    },
  },
};

/** A load balancer of a type, an application's where none is named. */
export const balancer = (loadBalancerType?: string): TestResource => ({
  type: "aws:lb/loadBalancer:LoadBalancer",
  props: { ...(loadBalancerType ? { loadBalancerType } : {}) },
});
/** One that passes every rule. */
export const soundBalancer: TestResource = {
  type: "aws:lb/loadBalancer:LoadBalancer",
  props: {
    arn: "arn:lb",
    dropInvalidHeaderFields: true,
    desyncMitigationMode: "defensive",
    accessLogs: { enabled: true },
    enableDeletionProtection: true,
  },
};
