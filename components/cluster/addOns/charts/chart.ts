import type { Capabilities } from "../../contract";

/** A chart at one version, with the values every cluster gets. */
export interface Chart {
  /** Name of its release. @default the add-on's name */
  readonly release?: string;
  readonly name: string;
  readonly version: string;
  /** Repository of the chart. */
  readonly repository: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Whether the release stays when the stack goes: with its kinds would go every object of them, whoever made it. */
  readonly keep?: boolean;
}

/** Something a cluster can be given, or have already. */
export interface AddOn {
  /** What workloads may rely on once it stands; nothing for what only serves the edge. */
  readonly capability?: keyof Capabilities;
  readonly namespace: string;
  /** Add-ons whose kinds or services its charts use. @default none */
  readonly needs?: readonly string[];
  /** Pinned charts, in the order they are installed. */
  readonly charts: readonly Chart[];
  /** Ports of its pods that the API server calls, of those that clouds' firewalls keep shut. @default none */
  readonly calledOn?: readonly number[];
  /** Versions of API groups by which the cluster shows that it is there; none for what adds no kinds. */
  readonly apis?: readonly string[];
}

export const DEFAULT_PROFILE = { type: "RuntimeDefault" } as const;

/** What the restricted Pod Security Standard asks of a container. */
export const CONFINED = {
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  seccompProfile: DEFAULT_PROFILE,
};

/** The same, on a root that cannot be written to. */
export const RESTRICTED = { ...CONFINED, readOnlyRootFilesystem: true };

/** Sidecars that wait for something to change, and jobs of a moment. */
export const tiny = { requests: { cpu: "10m", memory: "64Mi" }, limits: { cpu: "200m", memory: "256Mi" } };
export const small = { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } };
export const medium = { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "1", memory: "1Gi" } };
export const large = { requests: { cpu: "200m", memory: "512Mi" }, limits: { cpu: "2", memory: "2Gi" } };

/** Namespace of everything that watches. */
export const MONITORING = "monitoring";

export function claimOf(size: string) {
  return {
    volumeClaimTemplate: { spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: size } } } },
  };
}
