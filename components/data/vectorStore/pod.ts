import type * as k8s from "@pulumi/kubernetes";
import type { StoreOf } from "../../../systems/spec";
import { containerResources, pullPolicy, RESTRICTED } from "../../workload/container";
import { separateHosts, topologySpread } from "../../workload/disruption";
import { GROUP_ID } from "../../workload/podSpec";

export const HTTP_PORT = 6333;
export const GRPC_PORT = 6334;
/** Where peers agree on the cluster and move shards. */
export const PEER_PORT = 6335;

const USER_ID = 10_001;

export interface QdrantPodArgs {
  readonly store: string;
  readonly spec: StoreOf<"vector">;
  readonly namespace: string;
  readonly image: string;
  /** Claim template of the data. */
  readonly volume: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly priorityClass?: string;
}

/** The pod of one Qdrant server. */
export function qdrantPod(args: QdrantPodArgs): k8s.types.input.core.v1.PodSpec {
  const { spec, store } = args;
  const several = spec.instances > 1;
  return {
    serviceAccountName: store,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(args.priorityClass === undefined ? {} : { priorityClassName: args.priorityClass }),
    terminationGracePeriodSeconds: 60,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER_ID,
      runAsGroup: GROUP_ID,
      fsGroup: GROUP_ID,
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
    },
    ...(several
      ? {
          affinity: separateHosts(args.selector),
          topologySpreadConstraints: topologySpread(args.selector, { strict: false, perRollout: false }),
        }
      : {}),
    containers: [
      {
        name: store,
        image: args.image,
        imagePullPolicy: pullPolicy(args.image),
        command: ["sh", "-c", several ? joinPeers(args) : "exec ./entrypoint.sh"],
        ports: [
          { name: "http", containerPort: HTTP_PORT, protocol: "TCP" },
          { name: "grpc", containerPort: GRPC_PORT, protocol: "TCP" },
          ...(several ? [{ name: "peers", containerPort: PEER_PORT, protocol: "TCP" }] : []),
        ],
        env: [
          // The start script leaves a mark, by default beside the program, where nothing can be written.
          { name: "QDRANT_INIT_FILE_PATH", value: "/qdrant/init/.qdrant-initialized" },
          { name: "QDRANT__CLUSTER__ENABLED", value: String(several) },
          {
            name: "QDRANT__SERVICE__API_KEY",
            valueFrom: { secretKeyRef: { name: `${store}-credentials`, key: "api-key" } },
          },
          { name: "QDRANT__STORAGE__SNAPSHOTS_PATH", value: "/qdrant/storage/snapshots" },
          { name: "QDRANT__TELEMETRY_DISABLED", value: "true" },
        ],
        resources: containerResources(spec.resources),
        startupProbe: {
          // It answers once its collections are loaded, which takes longer the larger they are.
          httpGet: { path: "/livez", port: "http" },
          periodSeconds: 5,
          timeoutSeconds: 5,
          failureThreshold: 360,
        },
        livenessProbe: {
          httpGet: { path: "/livez", port: "http" },
          periodSeconds: 20,
          timeoutSeconds: 5,
          failureThreshold: 6,
        },
        readinessProbe: {
          httpGet: { path: "/readyz", port: "http" },
          periodSeconds: 10,
          timeoutSeconds: 5,
          failureThreshold: 3,
        },
        securityContext: { ...RESTRICTED, runAsUser: USER_ID },
        volumeMounts: [
          { name: args.volume, mountPath: "/qdrant/storage" },
          { name: "init", mountPath: "/qdrant/init" },
          { name: "tmp", mountPath: "/tmp" },
        ],
      },
    ],
    volumes: [
      { name: "init", emptyDir: { sizeLimit: "1Mi" } },
      { name: "tmp", emptyDir: { sizeLimit: "256Mi" } },
    ],
  };
}

/** Starts the first peer alone and the others by way of it; one that comes before it ends, and is started again. */
function joinPeers({ store, namespace }: QdrantPodArgs): string {
  const domain = `${store}-headless.${namespace}.svc`;
  const own = `--uri "http://$HOSTNAME.${domain}:${PEER_PORT}"`;
  return `if [ "$HOSTNAME" = "${store}-0" ]; then exec ./entrypoint.sh ${own}; fi; exec ./entrypoint.sh --bootstrap "http://${store}-0.${domain}:${PEER_PORT}" ${own}`;
}
