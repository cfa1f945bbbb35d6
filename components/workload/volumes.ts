import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ServiceSpec } from "../../systems/spec";
import type { Degraded } from "../component";
import type { BoundUse } from "./environment";

type Volume = k8s.types.input.core.v1.Volume;
type Mount = k8s.types.input.core.v1.VolumeMount;
type ClaimSpec = k8s.types.input.core.v1.PersistentVolumeClaimSpec;

/** A claim made for a service, in the service's namespace. */
export interface Claim {
  readonly role: string;
  readonly name: string;
  readonly spec: ClaimSpec;
}

export interface VolumePlan {
  readonly volumes: readonly Volume[];
  readonly mounts: readonly Mount[];
  /** Claims of the whole service. */
  readonly claims: readonly Claim[];
  /** Claims of each replica of a StatefulSet. */
  readonly templates: readonly Claim[];
  /** Whether two generations of pods could not mount the volumes at once. */
  readonly exclusive: boolean;
  readonly degraded: readonly Degraded[];
}

export interface VolumeArgs {
  readonly service: string;
  readonly spec: ServiceSpec;
  readonly maxReplicas: number;
  readonly storageClasses: { readonly data?: string; readonly shared?: string };
  readonly uses: readonly BoundUse[];
  /** Claims of file shares by the share's name. */
  readonly shares: Readonly<Record<string, pulumi.Input<string>>>;
  /** Name of the ConfigMap that holds the spec's files. */
  readonly configMap: string;
}

/** Every directory and file of a service: scratch, its own volumes, shares, embedded stores and configuration files. */
export function planVolumes(args: VolumeArgs): VolumePlan {
  const parts = [scratch(args.spec), ...args.spec.volumes.map((volume) => own(args, volume)), bound(args), files(args)];
  return {
    volumes: parts.flatMap((part) => part.volumes ?? []),
    mounts: parts.flatMap((part) => part.mounts ?? []),
    claims: parts.flatMap((part) => part.claims ?? []),
    templates: parts.flatMap((part) => part.templates ?? []),
    exclusive: parts.some((part) => part.exclusive),
    degraded: parts.flatMap((part) => part.degraded ?? []),
  };
}

/** Key of a file in its ConfigMap: its path, with what a key cannot hold replaced. */
export function fileKey(path: string): string {
  return path.slice(1).replace(/[^-._a-zA-Z0-9]/g, "_");
}

/** A claim's specification; the cluster's default class serves where none is named. */
export function claimSpec(size: string, mode: "ReadWriteOnce" | "ReadWriteMany", storageClass?: string): ClaimSpec {
  return {
    accessModes: [mode],
    resources: { requests: { storage: size } },
    ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
  };
}

type Part = Partial<VolumePlan>;

/** A read-only root leaves no place for temporary files, so every container has /tmp. */
function scratch(spec: ServiceSpec): Part {
  const wanted = spec.scratch.some((entry) => entry.path === "/tmp")
    ? spec.scratch
    : [...spec.scratch, { path: "/tmp", size: "64Mi", medium: "disk" as const }];
  const named = wanted.map((entry) => ({
    ...entry,
    name: `scratch${entry.path.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`.replace(/-+$/, ""),
  }));
  return {
    volumes: named.map(({ name, size, medium }) => ({
      name,
      emptyDir: { sizeLimit: size, ...(medium === "memory" ? { medium: "Memory" } : {}) },
    })),
    mounts: named.map(({ name, path }) => ({ name, mountPath: path })),
  };
}

function own(args: VolumeArgs, volume: ServiceSpec["volumes"][number]): Part {
  const { service, spec, storageClasses } = args;
  const mounts = [{ name: volume.name, mountPath: volume.path }];
  if (volume.share !== undefined) {
    const claimName = args.shares[volume.share];
    return claimName === undefined
      ? {}
      : { volumes: [{ name: volume.name, persistentVolumeClaim: { claimName } }], mounts };
  }
  const size = volume.size ?? "1Gi";
  if (spec.kind === "statefulset") {
    const template = {
      role: volume.name,
      name: volume.name,
      spec: claimSpec(size, "ReadWriteOnce", storageClasses.data),
    };
    return { templates: [template], mounts };
  }
  const single = spec.kind === "deployment" && args.maxReplicas <= 1;
  if (!single && storageClasses.shared === undefined) {
    return {
      volumes: [{ name: volume.name, emptyDir: { sizeLimit: size } }],
      mounts,
      degraded: [
        {
          feature: `volume ${volume.name} of ${service}`,
          reason:
            "several replicas cannot share a disk and the placement has no shared storage class: each has its own copy, lost with the pod",
          remedy: "set groundplan:kubernetes.sharedStorageClass",
        },
      ],
    };
  }
  const claimName = `${service}-${volume.name}`;
  const claim = single
    ? claimSpec(size, "ReadWriteOnce", storageClasses.data)
    : claimSpec(size, "ReadWriteMany", storageClasses.shared);
  return {
    volumes: [{ name: volume.name, persistentVolumeClaim: { claimName } }],
    mounts,
    claims: [{ role: volume.name, name: claimName, spec: claim }],
    exclusive: single,
  };
}

/** Directories that stores give to all their clients, such as an embedded database's. */
function bound(args: VolumeArgs): Part {
  const targets = new Map(args.uses.map((use) => [use.target, use.binding.volume]));
  const given = [...targets].flatMap(([target, volume]) =>
    volume?.path === undefined ? [] : [{ name: `store-${target}`, path: volume.path, claimName: volume.claim }],
  );
  return {
    volumes: given.map(({ name, claimName }) => ({ name, persistentVolumeClaim: { claimName } })),
    mounts: given.map(({ name, path }) => ({ name, mountPath: path })),
    exclusive: false,
  };
}

function files(args: VolumeArgs): Part {
  const paths = Object.keys(args.spec.files);
  if (paths.length === 0) {
    return {};
  }
  return {
    volumes: [{ name: "files", configMap: { name: args.configMap, defaultMode: 0o444 } }],
    mounts: paths.map((path) => ({ name: "files", mountPath: path, subPath: fileKey(path), readOnly: true })),
  };
}
