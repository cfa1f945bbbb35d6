import type * as pulumi from "@pulumi/pulumi";
import type { Grant } from "../binding";

/** Operators and controllers a workload may rely on in a cluster. */
export interface Capabilities {
  /** `metrics.k8s.io`: CPU and memory autoscaling. */
  readonly metricsServer: boolean;
  /** `keda.sh/v1alpha1`: scaling on queues and custom metrics. */
  readonly keda: boolean;
  /** `autoscaling.k8s.io/v1`: vertical autoscaler. */
  readonly verticalPodAutoscaler: boolean;
  /** `monitoring.coreos.com/v1`: ServiceMonitor and PrometheusRule. */
  readonly prometheusOperator: boolean;
  /** `external-secrets.io/v1`. */
  readonly externalSecrets: boolean;
  /** `cert-manager.io/v1`. */
  readonly certManager: boolean;
  /** `postgresql.cnpg.io/v1`. */
  readonly cloudNativePg: boolean;
  /** `elasticsearch.k8s.elastic.co/v1`. */
  readonly elasticsearch: boolean;
  /** Takes the metrics of jobs that end before anybody scrapes them. */
  readonly pushGateway: boolean;
  /** Asks services for their health from outside, for `Probe`s. */
  readonly blackboxExporter: boolean;
  /** `gateway.networking.k8s.io/v1`: Gateway and HTTPRoute. */
  readonly gatewayApi: boolean;
  /** `security.istio.io/v1`, in ambient mode. */
  readonly istio: boolean;
  /** `barmancloud.cnpg.io/v1`: write-ahead logs and base backups in object storage. */
  readonly barmanCloud: boolean;
  /** Takes traces in OpenTelemetry's protocol. */
  readonly traces: boolean;
  /** Brings what pods write to standard output to where logs are kept. */
  readonly logs: boolean;
  /** `snapshot.storage.k8s.io/v1`. */
  readonly volumeSnapshots: boolean;
  /** Rolls pods whose Secrets changed, where their controller asks for it by annotation. */
  readonly reloader: boolean;
  /** Writes DNS records for routes. */
  readonly externalDns: boolean;
  /** `argoproj.io/v1alpha1`. */
  readonly argoCd: boolean;
}

export interface WorkloadIdentity {
  /** Annotations the service account needs. */
  readonly annotations: Readonly<Record<string, pulumi.Input<string>>>;
  /** Resources that must stand before a pod can use the identity. */
  readonly ready: readonly pulumi.Resource[];
}

/** What everything that runs in a cluster may rely on, whoever runs the cluster. */
export interface ClusterContract {
  /** Explicit Kubernetes provider (as a resource option) of this cluster. */
  readonly kubernetes: pulumi.ProviderResource;
  readonly capabilities: Capabilities;
  readonly storageClasses: {
    /** Block storage for data: encrypted, kept after release. Undefined: the cluster's default class. */
    readonly data?: string;
    /** Shared file storage (ReadWriteMany). Undefined: none. */
    readonly shared?: string;
  };
  /** Where traffic from the public enters pods: the ingress controller's pods, or the load balancer's subnets. */
  readonly ingressSources: readonly IngressSource[];
  /** Namespace that holds Prometheus. */
  readonly monitoringNamespace: string;
  /** Name of the ClusterSecretStore or per-namespace SecretStore that External Secrets reads, if any. */
  readonly secretStore?: { readonly kind: "ClusterSecretStore" | "SecretStore"; readonly name: string };
  /** What brings a capability, where this stack installs it: objects of its kinds must wait for it. */
  readonly installed?: Readonly<Partial<Record<keyof Capabilities, pulumi.Resource>>>;
  /** Names of the priority classes that stand in the cluster; none where pods go without. */
  readonly priorityClasses?: Readonly<Record<PriorityTier, string>>;
  /**
   * Whether the node pools of the spec are this stack's own, with {@link POOL_LABEL} on every node and, where tainted, a
   * taint of the same key. On a cluster run by others pools are a preference, except for the tainted ones outside dev.
   * @default true
   */
  readonly ownsNodePools?: boolean;
  /** Seconds until the load balancer before the cluster has forgotten a pod that goes. @default 5 */
  readonly drainSeconds?: number;
  /** Lets a service account act in the cloud's API with exactly these grants; no identity without grants. */
  identity(
    service: string,
    namespace: string,
    serviceAccount: string,
    grants: readonly Grant[],
  ): WorkloadIdentity | undefined;
}

/** Label of every node of a pool, and key of the taint (`NoSchedule`) of a tainted one; its value is the pool's name. */
export const POOL_LABEL = "groundplan.dev/pool";

/** What is given up first when a cluster is full: interruptible work before services, services before data. */
export const PRIORITY_TIERS = ["data", "service", "interruptible"] as const;
export type PriorityTier = (typeof PRIORITY_TIERS)[number];

export type IngressSource =
  | { readonly kind: "namespace"; readonly namespace: string }
  | { readonly kind: "cidrs"; readonly cidrBlocks: readonly pulumi.Input<string>[] };
