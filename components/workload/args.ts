import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ServiceSpec } from "../../systems/spec";
import type { BindingValue } from "../binding";
import type { ClusterContract } from "../cluster/contract";
import type { ComponentArgs, Transform } from "../component";
import type { BoundUse } from "./environment";
import type { MeshTraffic } from "./mesh";
import type { Flow } from "./networkPolicy";

export interface WorkloadArgs extends ComponentArgs {
  /** Name of the service in the spec: the name of everything made for it. */
  readonly service: string;
  readonly spec: ServiceSpec;
  readonly namespace: string;
  /** Image with its registry. */
  readonly image: string;
  readonly cluster: ClusterContract;
  /** Everything the service talks to. */
  readonly uses: readonly BoundUse[];
  /** Who may connect to its pods. */
  readonly ingress: readonly Flow[];
  /** Secrets of the system by the variable that takes them. */
  readonly secrets: Readonly<Record<string, BindingValue>>;
  /**
   * Changes when what the cloud's secret store has for it must be read anew before it starts: the objects are others then,
   * so that no pod begins with what an older one still holds. @default one object, read again every hour
   */
  readonly edition?: pulumi.Output<string>;
  /** Binding of the store its queue lives in, where it scales on one. */
  readonly queue?: BoundUse;
  /** Who calls it in the placement's mesh. @default it joins none */
  readonly mesh?: MeshTraffic;
  /** Whether the public reaches it through what stands before the cluster. @default false */
  readonly exposed?: boolean;
  /** Whether the node pool it is meant for takes no other pods. @default false */
  readonly poolTainted?: boolean;
  /** Changes to single children just before they are made, by role. */
  readonly transform?: WorkloadTransforms;
}

export interface WorkloadTransforms {
  readonly deployment?: Transform<k8s.apps.v1.DeploymentArgs>;
  readonly statefulset?: Transform<k8s.apps.v1.StatefulSetArgs>;
  readonly daemonset?: Transform<k8s.apps.v1.DaemonSetArgs>;
  readonly cronjob?: Transform<k8s.batch.v1.CronJobArgs>;
  readonly job?: Transform<k8s.batch.v1.JobArgs>;
  readonly service?: Transform<k8s.core.v1.ServiceArgs>;
  readonly policy?: Transform<k8s.networking.v1.NetworkPolicyArgs>;
  readonly autoscaler?: Transform<k8s.autoscaling.v2.HorizontalPodAutoscalerArgs>;
}
