import type * as k8s from "@pulumi/kubernetes";
import type { StoreOf } from "../../../systems/spec";
import { bytes } from "../../quantities";
import { containerResources, pullPolicy, RESTRICTED } from "../../workload/container";
import { separateHosts, topologySpread } from "../../workload/disruption";
import { GROUP_ID } from "../../workload/podSpec";

export const MEMCACHED_PORT = 11_211;
const USER_ID = 10_001;
const MIB = 2 ** 20;

/** Items' share of the memory limit; connections, hash table and threads need the rest. */
const MEMORY_SHARE = 0.8;
const CONNECTIONS = 4_096;

export interface MemcachedPodArgs {
  readonly store: string;
  readonly spec: StoreOf<"memcached">;
  readonly image: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly priorityClass?: string;
}

/** Arguments of the server: as much memory as its limit allows, TCP only. */
export function memcachedArguments(spec: StoreOf<"memcached">): readonly string[] {
  const megabytes = Math.floor((bytes(spec.resources.limits.memory) * MEMORY_SHARE) / MIB);
  // UDP has been used to flood others by way of open caches; it is off by default, and stays so whatever the image says.
  return [`--memory-limit=${megabytes}`, `--conn-limit=${CONNECTIONS}`, `--port=${MEMCACHED_PORT}`, "--udp-port=0"];
}

/** The pod of one Memcached node. It writes nowhere: everything it holds is in memory. */
export function memcachedPod(args: MemcachedPodArgs): k8s.types.input.core.v1.PodSpec {
  const { spec, store } = args;
  return {
    serviceAccountName: store,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(args.priorityClass === undefined ? {} : { priorityClassName: args.priorityClass }),
    terminationGracePeriodSeconds: 30,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER_ID,
      runAsGroup: GROUP_ID,
      seccompProfile: { type: "RuntimeDefault" },
    },
    ...(spec.instances > 1
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
        args: ["memcached", ...memcachedArguments(spec)],
        ports: [{ name: "memcached", containerPort: MEMCACHED_PORT, protocol: "TCP" }],
        resources: containerResources(spec.resources),
        startupProbe: { tcpSocket: { port: "memcached" }, periodSeconds: 2, timeoutSeconds: 5, failureThreshold: 30 },
        livenessProbe: { tcpSocket: { port: "memcached" }, periodSeconds: 20, timeoutSeconds: 5, failureThreshold: 6 },
        readinessProbe: { ...answers(), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
        securityContext: { ...RESTRICTED, runAsUser: USER_ID },
      },
    ],
  };
}

/** A node out of connections still takes one and then says nothing: readiness wants an answer. */
function answers(): k8s.types.input.core.v1.Probe {
  const script = `printf 'version\\r\\nquit\\r\\n' | nc -w 3 127.0.0.1 ${MEMCACHED_PORT} | grep -q VERSION`;
  return { exec: { command: ["sh", "-c", script] } };
}
