import { z } from "zod";
import { name } from "../../systems/spec/primitives";
import { ADD_ONS, type AddOn } from "./operations";

const storageDriver = z.strictObject({
  driver: z.string().min(3).describe("CSI driver, such as ebs.csi.aws.com"),
  parameters: z.record(z.string(), z.string()).default({}).describe("What the driver wants to be told; encryption too"),
});

const addOnMode = z.enum(["install", "existing", "none"]).optional();

/** What each add-on is for. */
const PURPOSES: Readonly<Record<AddOn, string>> = {
  "metrics-server": "CPU and memory of pods, which autoscalers ask for",
  "gateway-api": "The kinds of the Gateway API",
  "cert-manager": "Certificates, from Let's Encrypt among others",
  "snapshot-controller": "Snapshots of volumes",
  keda: "Scaling on queues and on metrics",
  "external-secrets": "Secrets of a cloud's store as those of the cluster",
  reloader: "Restarts what reads a secret or a file that changed",
  "vertical-pod-autoscaler": "Requests that follow what pods use",
  "kube-prometheus-stack": "Prometheus, Alertmanager and Grafana",
  pushgateway: "Metrics that jobs push",
  "blackbox-exporter": "Probes of services from outside",
  loki: "Logs, indexed",
  tempo: "Traces, kept",
  jaeger: "Traces, kept and shown by Jaeger",
  "otel-collector": "Traces, taken from services and passed on",
  "log-collector": "Logs of every container, passed on",
  istio: "Service mesh; mesh.kind says who joins it",
  ingress: "Controller that lets the public in",
  "external-dns": "DNS records of the routes",
  "cloudnative-pg": "Operator of PostgreSQL that fails over",
  "barman-cloud": "Archive of PostgreSQL's write-ahead log in a bucket",
  "eck-operator": "Operator of Elasticsearch",
  "argo-cd": "Syncs the cluster from a repository, which nothing here needs",
};
const addOnModes = Object.fromEntries(
  ADD_ONS.map((addOn) => [
    addOn,
    addOnMode.describe(`${PURPOSES[addOn]}; as the system and its model need it when absent`),
  ]),
) as Record<AddOn, typeof addOnMode>;

/** Providers of DNS that external-dns is told of here, with the variables it reads their credentials from. */
export const DNS_CREDENTIALS = {
  aws: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
  cloudflare: ["CF_API_TOKEN"],
  digitalocean: ["DO_TOKEN"],
  google: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

const dns = z
  .strictObject({
    provider: z
      .enum(Object.keys(DNS_CREDENTIALS) as [keyof typeof DNS_CREDENTIALS])
      .describe("Who serves the zone of the domain"),
    zones: z.array(z.string().min(3)).default([]).describe("Zones that may be written to; the domain's when absent"),
    policy: z
      .enum(["failover", "latency", "weighted"])
      .default("failover")
      .describe("How several placements share a host, where the provider can tell them apart (Route 53)"),
    secretName: name
      .optional()
      .describe("Secret of namespace external-dns with the provider's credentials, by the names of its variables"),
    serviceAccountAnnotations: z
      .record(z.string(), z.string())
      .default({})
      .describe("Annotations that give external-dns an identity of the provider's cloud, instead of a secret"),
    project: z.string().min(1).optional().describe("Google Cloud project of the zone"),
  })
  .describe("DNS records of the routes, written by external-dns");

export const kubernetes = z
  .strictObject({
    storageClass: name.optional().describe("Storage class of data; the cluster's default when absent"),
    defaultStorageClass: z
      .boolean()
      .default(true)
      .describe("Whether the cluster has a default storage class, for volumes that name none"),
    sharedStorageClass: name.optional().describe("Storage class of shared files (ReadWriteMany); none when absent"),
    snapshotClass: name.optional().describe("Volume snapshot class; none when absent"),
    makeStorageClass: storageDriver.optional().describe("Makes the class storageClass names; it is there when absent"),
    makeSharedStorageClass: storageDriver
      .optional()
      .describe("Makes the class sharedStorageClass names; it is there when absent"),
    makeSnapshotClass: storageDriver
      .optional()
      .describe("Makes the class snapshotClass names; it is there when absent"),
    ingressClass: name
      .optional()
      .describe(
        "Ingress class: traefik and nginx (F5's) can be installed, alb and others must be there; traefik when absent",
      ),
    routing: z
      .enum(["ingress", "gateway"])
      .optional()
      .describe(
        "How the public is let in: by the Gateway API where this stack brings it or it is there, else by Ingress objects, when absent",
      ),
    gatewayClass: name.optional().describe("Gateway class; traefik when absent"),
    ingressNamespace: name.optional().describe("Namespace of an existing ingress controller's pods"),
    monitoringNamespace: name.optional().describe("Namespace of an existing Prometheus"),
    dns: dns.optional(),
    platform: z
      .enum(["gke", "k3d", "k3s", "microk8s", "minikube"])
      .optional()
      .describe(
        "What the cluster is, where Istio's network plugin must be told: it lies elsewhere there; any other when absent",
      ),
    addOns: z
      .strictObject(addOnModes)
      .default({})
      .describe("Whether an add-on is installed, already there, or done without"),
  })
  .describe("What clusters offer");
