import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ResourcesSpec, RunningServiceSpec, ServiceSpec } from "../../systems/spec";
import { planProbes } from "./probes";

type Container = k8s.types.input.core.v1.Container;
type EnvVar = k8s.types.input.core.v1.EnvVar;
type SecurityContext = k8s.types.input.core.v1.SecurityContext;

/** Where a secret variable's value is kept. */
export interface SecretKeyRef {
  readonly name: pulumi.Input<string>;
  readonly key: string;
}

export interface ContainerArgs {
  readonly service: string;
  readonly spec: ServiceSpec;
  readonly image: string;
  readonly plainEnv: Readonly<Record<string, pulumi.Input<string>>>;
  readonly secretEnv: Readonly<Record<string, SecretKeyRef>>;
  readonly mounts: readonly k8s.types.input.core.v1.VolumeMount[];
  /** Seconds until whoever sends requests has heard that a pod goes. @default 5: the cluster's own nodes */
  readonly drainSeconds?: number;
}

/** The only container of a service's pods. */
export function serviceContainer(args: ContainerArgs): Container {
  const { spec } = args;
  return {
    name: args.service,
    image: args.image,
    imagePullPolicy: pullPolicy(args.image),
    ...(spec.command ? { command: [...spec.command] } : {}),
    ...(spec.args ? { args: [...spec.args] } : {}),
    ports: Object.entries(spec.ports).map(([name, { port }]) => ({
      name: portName(name),
      containerPort: port,
      protocol: "TCP",
    })),
    env: environment(args),
    resources: containerResources(spec.resources),
    ...(isRunning(spec)
      ? { ...planProbes(spec.probes, spec.ports), ...shutdown(spec, args.drainSeconds ?? DRAIN_SECONDS) }
      : {}),
    securityContext: containerSecurity(spec.security),
    volumeMounts: [...args.mounts],
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
}

export function isRunning(spec: ServiceSpec): spec is RunningServiceSpec {
  return spec.kind === "deployment" || spec.kind === "statefulset" || spec.kind === "daemonset";
}

/** What is pinned by digest can be trusted from the node's cache; a tag may have moved. */
export function pullPolicy(image: string): "IfNotPresent" | "Always" {
  return image.includes("@sha256:") ? "IfNotPresent" : "Always";
}

/** Kubernetes allows a port name fifteen characters. */
export function portName(name: string): string {
  return name.slice(0, 15).replace(/-+$/, "");
}

export function containerResources(resources: ResourcesSpec): k8s.types.input.core.v1.ResourceRequirements {
  const amounts = ({ cpu, memory, ephemeralStorage }: ResourcesSpec["requests"]) => ({
    cpu,
    memory,
    "ephemeral-storage": ephemeralStorage,
  });
  return { requests: amounts(resources.requests), limits: amounts(resources.limits) };
}

/** The `restricted` Pod Security Standard for a container, with a root that cannot be written to. */
export const RESTRICTED: SecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  privileged: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  seccompProfile: { type: "RuntimeDefault" },
};

/** What the `baseline` standard lets a container of root's have. */
const BASELINE_CAPABILITIES = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID", "NET_BIND_SERVICE"];

function containerSecurity(security: ServiceSpec["security"]): SecurityContext {
  const { podSecurity, runAsUser, readOnlyRootFilesystem } = security;
  switch (podSecurity) {
    case "restricted":
      return { ...RESTRICTED, runAsUser, readOnlyRootFilesystem };
    case "baseline":
      return {
        ...RESTRICTED,
        runAsUser,
        readOnlyRootFilesystem,
        runAsNonRoot: runAsUser !== 0,
        capabilities: { drop: ["ALL"], ...(runAsUser === 0 ? { add: BASELINE_CAPABILITIES } : {}) },
      };
    case "privileged":
      // Mount namespaces of its own need privilege even for a daemon that runs as an ordinary user.
      return {
        privileged: true,
        allowPrivilegeEscalation: true,
        runAsUser,
        runAsNonRoot: runAsUser !== 0,
        readOnlyRootFilesystem,
      };
    default:
      return podSecurity satisfies never;
  }
}

/** Until every node has heard that a pod's address is gone. */
const DRAIN_SECONDS = 5;

/**
 * Holds the process back while its address leaves every load balancer, so that no request meets a closed port. The
 * kubelet's own `sleep` (Kubernetes 1.30 and later) needs no shell in the image. It counts against the grace period.
 */
function shutdown(spec: RunningServiceSpec, drainSeconds: number): Pick<Container, "lifecycle"> {
  const seconds = Math.min(drainSeconds, Math.floor(spec.gracePeriodSeconds / (drainSeconds > DRAIN_SECONDS ? 2 : 3)));
  return Object.keys(spec.ports).length > 0 && seconds > 0 ? { lifecycle: { preStop: { sleep: { seconds } } } } : {};
}

function environment(args: ContainerArgs): EnvVar[] {
  const plain = Object.entries(args.plainEnv).map(([name, value]) => ({ name, value }));
  const secret = Object.entries(args.secretEnv).map(([name, { name: secretName, key }]) => ({
    name,
    valueFrom: { secretKeyRef: { name: secretName, key } },
  }));
  return [...plain, ...secret].sort((a, b) => (a.name < b.name ? -1 : 1));
}
