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
  /** Versions of API groups by which the cluster shows that it is there; none for what adds no kinds. */
  readonly apis?: readonly string[];
}

export const RESTRICTED = {
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

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
