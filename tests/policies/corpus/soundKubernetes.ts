import { autoscaler, cronJob, deployment, namespace, podSpec } from "../fixtures";
import type { TestResource } from "../harness";

const labels = { "app.kubernetes.io/name": "app", "app.kubernetes.io/managed-by": "pulumi", app: "app" };
const metadata = { name: "app", namespace: "shop", labels };
const object = (type: string, name: string, spec: unknown): TestResource => ({
  type: `kubernetes:${type}`,
  name,
  props: { metadata: { name, namespace: "shop" }, spec },
});
const labelled = (resource: TestResource, name: string): TestResource => ({
  ...resource,
  name,
  props: { ...resource.props, metadata },
});

/** What a namespace needs before anything may run in it. */
export const space: readonly TestResource[] = [
  namespace,
  object("core/v1:ResourceQuota", "quota", {
    hard: { "requests.cpu": "8", "requests.memory": "16Gi", "limits.cpu": "16", "limits.memory": "32Gi" },
  }),
  object("core/v1:LimitRange", "defaults", {
    limits: [
      {
        type: "Container",
        default: { cpu: "500m", memory: "256Mi" },
        defaultRequest: { cpu: "50m", memory: "64Mi" },
      },
    ],
  }),
  object("networking.k8s.io/v1:NetworkPolicy", "deny", { podSelector: {}, policyTypes: ["Ingress", "Egress"] }),
];

const budget = object("policy/v1:PodDisruptionBudget", "budget", {
  maxUnavailable: 1,
  selector: { matchLabels: { app: "app" } },
});

/** A workload that every rule of every pack accepts: its Deployment comes first. */
export const workload: readonly TestResource[] = [labelled(deployment, "app"), autoscaler, budget, ...space];

/** The same as a CronJob, whose pod lies two templates deep. */
export const scheduled: readonly TestResource[] = [labelled(cronJob, "nightly"), ...space];

export const deploymentObject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  ...(labelled(deployment, "app").props as { readonly spec: object }),
};

/** The workload with its Deployment given to another resource, which holds manifests. */
export const carriedBy = (carrier: TestResource): readonly TestResource[] => [carrier, autoscaler, budget, ...space];

export const pod: readonly TestResource[] = [
  { type: "kubernetes:core/v1:Pod", name: "pod", props: { metadata, spec: podSpec } },
  ...space,
];
