import type { Constraint } from "../../../components/aws/constraint";
import { type Problem, show } from "../../../components/errors";
import { bytes, cpuMillicores } from "../../../components/quantities";
import type { ResolvedSystem } from "../../../systems/resolve";
import type { ServiceSpec, StoreSpec } from "../../../systems/spec";
import { namespaceOf } from "../../demands";

/** Namespaces as Fargate will be asked to run them. */
export interface FargateSubject {
  readonly system: ResolvedSystem;
  readonly namespaces: readonly string[];
  /** Architecture instead of the node pools' own. @default theirs */
  readonly architecture?: "amd64" | "arm64";
  /** Whether services join a mesh. @default false */
  readonly meshed?: boolean;
}

const GUIDE = "https://docs.aws.amazon.com/eks/latest/userguide/fargate.html";
const PODS = "https://docs.aws.amazon.com/eks/latest/userguide/fargate-pod-configuration.html";
const GIB = 2 ** 30;
/** Largest pod, less what Fargate reserves for Kubernetes' own components. */
const LARGEST = { cpuMillicores: 16_000, memoryBytes: 119.75 * GIB };
const LARGEST_DISK_BYTES = 175 * GIB;

/** What Fargate refuses, each with its documentation. */
export const FARGATE_CONSTRAINTS: readonly Constraint<FargateSubject>[] = [
  {
    id: "fargate-namespaces",
    limit: "a profile selects pods by a namespace that has some",
    source: "https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html",
    find: ({ system, namespaces }) => {
      const known = new Set(Object.values(system.services).map((service) => namespaceOf(system, service)));
      return namespaces.flatMap((namespace, index) =>
        known.has(namespace)
          ? []
          : [
              {
                path: `groundplan:compute.fargateNamespaces[${index}]`,
                found: show(namespace),
                allowed: `a namespace with services of the system: ${[...known].join(", ")}`,
                fix: "correct the name, or remove it",
              },
            ],
      );
    },
  },
  {
    id: "fargate-daemonsets",
    limit: "no DaemonSets",
    source: GUIDE,
    find: eachService((path, service) =>
      service.kind === "daemonset" ? [refusal(`${path}.kind`, service.kind, "no DaemonSets")] : [],
    ),
  },
  {
    id: "fargate-mesh",
    limit: "no agents on the node, which pods join the mesh by",
    source: GUIDE,
    find: (subject) =>
      subject.meshed
        ? eachService((path, service) =>
            "mesh" in service && service.mesh
              ? [refusal(`${path}.mesh`, true, "no agents on the node, which pods join the mesh of groundplan:mesh by")]
              : [],
          )(subject)
        : [],
  },
  {
    id: "fargate-node-pools",
    limit: "no node pools",
    source: GUIDE,
    find: eachService((path, { nodePool }) =>
      nodePool === undefined ? [] : [refusal(`${path}.nodePool`, nodePool, "no node pools")],
    ),
  },
  {
    id: "fargate-privileged",
    limit: "no privileged pods",
    source: GUIDE,
    find: eachService((path, { security }) =>
      security.podSecurity === "privileged"
        ? [refusal(`${path}.security.podSecurity`, "privileged", "no privileged pods")]
        : [],
    ),
  },
  {
    id: "fargate-volumes",
    limit: "no disks of EBS",
    source: GUIDE,
    find: eachService((path, { volumes }) =>
      volumes.flatMap(({ size }, index) =>
        size === undefined ? [] : [refusal(`${path}.volumes[${index}].size`, size, "no disks of EBS")],
      ),
    ),
  },
  {
    id: "fargate-store-disks",
    limit: "no stores on disks of EBS",
    source: GUIDE,
    find: ({ system, namespaces }) =>
      Object.entries(system.stores).flatMap(([name, store]) =>
        needsDisk(store) && namespaces.includes(namespaceOf(system, store))
          ? [refusal(`stores.${name}.namespace`, namespaceOf(system, store), "no disks of EBS, which the store needs")]
          : [],
      ),
  },
  {
    id: "fargate-architecture",
    limit: "amd64 only",
    source: GUIDE,
    find: ({ namespaces, architecture }) =>
      namespaces.length > 0 && architecture === "arm64"
        ? [refusal("groundplan:compute.architecture", "arm64", "amd64 only")]
        : [],
  },
  {
    id: "fargate-pod-size",
    limit: "pods of at most 16 vCPU and 120 GB",
    source: PODS,
    find: eachService((path, { resources: { requests } }) =>
      cpuMillicores(requests.cpu) > LARGEST.cpuMillicores || bytes(requests.memory) > LARGEST.memoryBytes
        ? [
            refusal(
              `${path}.resources.requests`,
              `${requests.cpu}, ${requests.memory}`,
              "pods of at most 16 CPU and 119Gi",
            ),
          ]
        : [],
    ),
  },
  {
    id: "fargate-ephemeral-storage",
    limit: "at most 175 GiB of ephemeral storage",
    source: PODS,
    find: eachService((path, { resources: { limits } }) =>
      bytes(limits.ephemeralStorage) > LARGEST_DISK_BYTES
        ? [
            refusal(
              `${path}.resources.limits.ephemeralStorage`,
              limits.ephemeralStorage,
              "at most 175Gi of ephemeral storage",
            ),
          ]
        : [],
    ),
  },
];

function needsDisk(store: StoreSpec): store is Extract<StoreSpec, { kind: "vector" | "search" }> {
  return store.kind === "vector" || store.kind === "search";
}

function eachService(check: (path: string, service: ServiceSpec) => readonly Problem[]) {
  return ({ system, namespaces }: FargateSubject): readonly Problem[] =>
    Object.entries(system.services).flatMap(([name, service]) =>
      namespaces.includes(namespaceOf(system, service)) ? check(`services.${name}`, service) : [],
    );
}

function refusal(path: string, found: string | boolean, what: string): Problem {
  return {
    path,
    found: show(found),
    allowed: `what Fargate runs: ${what}`,
    fix: "change it in groundplan:overrides, or take the namespace from groundplan:compute.fargateNamespaces",
  };
}
