import type * as k8s from "@pulumi/kubernetes";
import type { PodDemand } from "../cluster/namespace/demand";
import { containerResources, RESTRICTED } from "../workload/container";
import { GROUP_ID } from "../workload/podSpec";
import { CLIENT_IMAGE } from "./archive";

const USER_ID = 10_001;

export interface ClientPodArgs {
  /** Name of the service account. */
  readonly service: string;
  /** Name of the one container. */
  readonly name: string;
  /** Path of the script, on one of the mounts. */
  readonly script: string;
  readonly env: readonly k8s.types.input.core.v1.EnvVar[];
  readonly resources: PodDemand["resources"];
  readonly volumes: readonly k8s.types.input.core.v1.Volume[];
  readonly volumeMounts: readonly k8s.types.input.core.v1.VolumeMount[];
  readonly priorityClass?: string;
}

/** A pod that runs one script against a store, and ends: no token of the cluster, no root, nothing of it to write on. */
export function clientPod(args: ClientPodArgs): k8s.types.input.core.v1.PodSpec {
  return {
    serviceAccountName: args.service,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: "Never",
    ...(args.priorityClass === undefined ? {} : { priorityClassName: args.priorityClass }),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER_ID,
      runAsGroup: GROUP_ID,
      fsGroup: GROUP_ID,
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [
      {
        name: args.name,
        image: CLIENT_IMAGE,
        imagePullPolicy: "IfNotPresent",
        command: ["bash", args.script],
        env: [...args.env],
        resources: containerResources(args.resources),
        securityContext: { ...RESTRICTED, runAsUser: USER_ID },
        volumeMounts: [...args.volumeMounts],
        terminationMessagePolicy: "FallbackToLogsOnError",
      },
    ],
    volumes: [...args.volumes],
  };
}

/** A variable whose value stays in a Secret. */
export function envOfSecret(name: string, secret: string, key: string): k8s.types.input.core.v1.EnvVar {
  return { name, valueFrom: { secretKeyRef: { name: secret, key } } };
}
