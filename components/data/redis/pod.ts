import type * as k8s from "@pulumi/kubernetes";
import type { ResourcesSpec } from "../../../systems/spec";
import { containerResources, pullPolicy, RESTRICTED } from "../../workload/container";
import { separateHosts, topologySpread } from "../../workload/disruption";
import { GROUP_ID } from "../../workload/podSpec";

const USER_ID = 10_001;

const MOUNTS = [
  { name: "run", mountPath: "/run/redis" },
  { name: "tmp", mountPath: "/tmp" },
  { name: "credentials", mountPath: "/run/credentials", readOnly: true },
  { name: "config", mountPath: "/etc/redis", readOnly: true },
];

export interface RedisPodArgs {
  readonly name: string;
  readonly serviceAccount: string;
  readonly image: string;
  readonly resources: ResourcesSpec;
  readonly port: { readonly name: string; readonly number: number };
  /** Script of the ConfigMap that starts the server. */
  readonly start: "start.sh" | "sentinel.sh";
  readonly secretName: string;
  readonly configMap: string;
  /** What holds /data: a claim, a claim template's name, or nothing that survives. */
  readonly data: { readonly claimName: string } | { readonly template: string } | "scratch";
  /** Labels of the pods, where several must be kept apart. */
  readonly apart?: Readonly<Record<string, string>>;
  readonly priorityClass?: string;
}

/** The pod of a Redis server or sentinel: no root, a root that cannot be written to, the password in a file. */
export function redisPod(args: RedisPodArgs): k8s.types.input.core.v1.PodSpec {
  return {
    ...podOf(args.serviceAccount),
    ...(args.priorityClass === undefined ? {} : { priorityClassName: args.priorityClass }),
    terminationGracePeriodSeconds: 60,
    ...(args.apart
      ? {
          affinity: separateHosts(args.apart),
          topologySpreadConstraints: topologySpread(args.apart, { strict: false, perRollout: false }),
        }
      : {}),
    containers: [
      {
        name: args.name,
        image: args.image,
        imagePullPolicy: pullPolicy(args.image),
        command: ["sh", `/etc/redis/${args.start}`],
        ports: [{ name: args.port.name, containerPort: args.port.number, protocol: "TCP" }],
        env: [{ name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } }],
        resources: containerResources(args.resources),
        // A quarter of an hour: it answers once its data are loaded, and ended before, it would begin again.
        startupProbe: { ...ping(args.port.number), periodSeconds: 2, timeoutSeconds: 5, failureThreshold: 450 },
        livenessProbe: {
          tcpSocket: { port: args.port.name },
          periodSeconds: 20,
          timeoutSeconds: 5,
          failureThreshold: 6,
        },
        readinessProbe: { ...ping(args.port.number), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
        securityContext: { ...RESTRICTED, runAsUser: USER_ID },
        volumeMounts: [{ name: templateName(args.data), mountPath: "/data" }, ...MOUNTS],
      },
    ],
    volumes: [...dataVolume(args.data), ...volumesOf(args.secretName, args.configMap)],
  };
}

/** What every pod here is, whatever runs in it. */
function podOf(serviceAccountName: string) {
  return {
    serviceAccountName,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER_ID,
      runAsGroup: GROUP_ID,
      fsGroup: GROUP_ID,
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
    },
  };
}

function volumesOf(secretName: string, configMap: string): k8s.types.input.core.v1.Volume[] {
  return [
    { name: "run", emptyDir: { sizeLimit: "16Mi" } },
    { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
    { name: "credentials", secret: { secretName, defaultMode: 0o440 } },
    { name: "config", configMap: { name: configMap, defaultMode: 0o555 } },
  ];
}

/** The pod that joins shards to one cluster, once. */
export function joinPod(args: Pick<RedisPodArgs, "image" | "resources"> & { readonly store: string }) {
  const { store, image, resources } = args;
  return {
    ...podOf(store),
    restartPolicy: "Never",
    containers: [
      {
        name: "join",
        image,
        imagePullPolicy: pullPolicy(image),
        command: ["sh", "/etc/redis/join.sh"],
        resources: containerResources(resources),
        securityContext: { ...RESTRICTED, runAsUser: USER_ID },
        volumeMounts: MOUNTS,
      },
    ],
    volumes: volumesOf(`${store}-credentials`, `${store}-config`),
  };
}

function dataVolume(data: RedisPodArgs["data"]): k8s.types.input.core.v1.Volume[] {
  if (data === "scratch") {
    return [{ name: "data", emptyDir: { sizeLimit: "1Gi" } }];
  }
  return "claimName" in data ? [{ name: "data", persistentVolumeClaim: { claimName: data.claimName } }] : [];
}

function templateName(data: RedisPodArgs["data"]): string {
  return typeof data === "object" && "template" in data ? data.template : "data";
}

/** The password is read from its file: an argument would show in the process list. */
function ping(port: number): k8s.types.input.core.v1.Probe {
  const script = `REDISCLI_AUTH="$(cat /run/credentials/password)" redis-cli -p ${port} ping | grep -q PONG`;
  return { exec: { command: ["sh", "-c", script] } };
}
