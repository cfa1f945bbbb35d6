import type { NodePoolSpec } from "../../../systems/spec";
import { breaches, type Constraint } from "../../aws/constraint";
import { classFix, EC2_TYPE, isClass } from "../../aws/instanceClass";
import { type Problem, show } from "../../errors";
import { gibibytes } from "../../quantities";
import { architectureProblems } from "./architecture";
import { instanceTypesFor } from "./instanceTypes";
import { KUBERNETES_VERSION } from "./versions";

/** A cluster as EKS will be asked for it. */
export interface ClusterSubject {
  readonly nodePools: Readonly<Record<string, NodePoolSpec>>;
  /** What a setting asks of every pool, whatever the pools say. @default each pool's own */
  readonly architecture?: "amd64" | "arm64";
  /** @default the pinned version */
  readonly version?: string;
  /** Release of the nodes' image. @default the newest */
  readonly nodeRelease?: string;
  /** Range of the network the cluster is in. */
  readonly cidrBlock?: string;
  /** Ranges that may reach the API from outside. @default none */
  readonly publicAccessCidrBlocks?: readonly string[];
  /** @default none */
  readonly fargateNamespaces?: readonly string[];
  /** What a pod's identity comes by, by the namespace it is in. @default as the cluster chooses */
  readonly identities?: Readonly<Record<string, "pod-identity" | "web-identity">>;
}

const GUIDE = "https://docs.aws.amazon.com/eks/latest/userguide";
const QUOTAS = "https://docs.aws.amazon.com/general/latest/gr/eks.html";
const CREATE = "https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html";

/** Where Services have their addresses: outside every placement's network, which are cut from 10.0.0.0/8. */
export const SERVICE_CIDR_BLOCK = "172.20.0.0/16";

const MOST_GROUPS = 30;
const MOST_NODES = 450;
const MOST_TYPES = 20;
const MOST_LABELS = 48;
const MOST_PUBLIC_RANGES = 40;
const MOST_PROFILES = 10;
const GP3_GIB = 65_536;
/** Kubernetes' own labels, which a kubelet may not set. */
const OWN_LABELS = /^([\w.-]+\.)?(kubernetes|k8s)\.io\/|^eks\.amazonaws\.com\//;
const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/;

/** What EKS refuses, each with its documentation. */
export const CLUSTER_CONSTRAINTS: readonly Constraint<ClusterSubject>[] = [
  {
    id: "eks-version",
    limit: `Kubernetes ${KUBERNETES_VERSION}, for which the add-ons' builds are pinned`,
    source: `${GUIDE}/kubernetes-versions.html`,
    find: ({ version }) =>
      version === undefined || version === KUBERNETES_VERSION
        ? []
        : [
            {
              path: "groundplan:compute.kubernetesVersion",
              found: show(version),
              allowed: `${show(KUBERNETES_VERSION)} on aws: the builds of the managed add-ons are pinned for it`,
              fix: "remove the setting, or raise both in components/cluster/eks/versions.ts",
            },
          ],
  },
  {
    id: "eks-node-release",
    limit: "an image's release is one of the node group's own Kubernetes version",
    source: "https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateNodegroupVersion.html",
    find: ({ version = KUBERNETES_VERSION, nodeRelease }) =>
      nodeRelease === undefined || nodeRelease.startsWith(`${version}.`)
        ? []
        : [
            {
              path: "groundplan:compute.nodeRelease",
              found: show(nodeRelease),
              allowed: `a release of Kubernetes ${version}, such as "${version}.0-20260224"`,
              fix: "name one of that version, which docs/upgrades-aws.md finds, or remove the setting",
            },
          ],
  },
  {
    id: "eks-node-groups",
    limit: `at most ${MOST_GROUPS} managed node groups`,
    source: QUOTAS,
    find: ({ nodePools }) => {
      // The system pool is always there.
      const groups = new Set([...Object.keys(nodePools), "system"]).size;
      return groups > MOST_GROUPS
        ? [
            {
              path: "nodePools",
              found: `${groups} pools`,
              allowed: `at most ${MOST_GROUPS}, the system pool among them`,
              fix: "merge pools of one size",
            },
          ]
        : [];
    },
  },
  {
    id: "eks-nodes-per-group",
    limit: `at most ${MOST_NODES} nodes in a managed node group`,
    source: QUOTAS,
    find: eachPool("max", ({ max }) =>
      max > MOST_NODES ? { found: max, allowed: `at most ${MOST_NODES}`, fix: "use larger nodes" } : undefined,
    ),
  },
  {
    id: "eks-instance-types",
    limit: `at most ${MOST_TYPES} instance types in a node group`,
    source: CREATE,
    find: eachPool("alternatives.aws", ({ alternatives }) => {
      const types = alternatives?.aws ?? [];
      // The pool's own type comes first.
      return types.length >= MOST_TYPES
        ? { found: `${types.length} types`, allowed: `at most ${MOST_TYPES - 1}`, fix: "remove some" }
        : undefined;
    }),
  },
  {
    id: "ec2-instance-type-form",
    limit: "an instance type is called FAMILY.SIZE, by a size there is",
    source: "https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html",
    find: ({ nodePools }) =>
      Object.entries(nodePools).flatMap(([name, { classes, alternatives }]) =>
        [
          { field: "classes.aws", type: classes.aws },
          ...(alternatives?.aws ?? []).map((type, index) => ({ field: `alternatives.aws[${index}]`, type })),
        ].flatMap(({ field, type }) =>
          type === undefined || isClass(type, EC2_TYPE)
            ? []
            : [
                {
                  path: `nodePools.${name}.${field}`,
                  found: show(type),
                  allowed: "an instance type such as m6i.large",
                  fix: classFix(type, EC2_TYPE, "write family, dot, and a size the family has"),
                },
              ],
        ),
      ),
  },
  {
    id: "ec2-instance-architecture",
    limit: "an instance type runs images of one architecture",
    source: "https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-type-specifications.html",
    find: architectureProblems,
  },
  {
    id: "ec2-largest-node",
    limit: "64 CPU and 512 GiB in the types known here",
    source: "https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html",
    find: ({ nodePools }) =>
      Object.entries(nodePools).flatMap(([name, pool]) => {
        const { aws: type } = pool.classes;
        return instanceTypesFor({ ...pool, ...(type === undefined ? {} : { type }) })
          ? []
          : [
              {
                path: `nodePools.${name}`,
                found: `${pool.cpu} CPU, ${pool.memory}`,
                allowed: "at most 64 CPU and 512Gi on an instance type we know",
                fix: `set nodePools.${name}.classes.aws to the instance type`,
              },
            ];
      }),
  },
  {
    id: "ebs-volume-size",
    limit: `gp3 volumes of at most ${GP3_GIB} GiB`,
    source: "https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html",
    find: eachPool("diskSize", ({ diskSize }) =>
      gibibytes(diskSize) > GP3_GIB
        ? { found: diskSize, allowed: `at most ${GP3_GIB}Gi`, fix: "use a smaller disk" }
        : undefined,
    ),
  },
  {
    id: "eks-node-labels",
    limit: `at most ${MOST_LABELS + 2} labels on a node group, two of them ours`,
    source: CREATE,
    find: eachPool("labels", ({ labels }) =>
      Object.keys(labels).length > MOST_LABELS
        ? { found: `${Object.keys(labels).length} labels`, allowed: `at most ${MOST_LABELS}`, fix: "remove some" }
        : undefined,
    ),
  },
  {
    id: "eks-node-label-form",
    limit: "labels are Kubernetes labels, and not its own or EKS's",
    source: "https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction",
    find: ({ nodePools }) =>
      Object.entries(nodePools).flatMap(([name, { labels }]) =>
        Object.entries(labels).flatMap(([key, value]): readonly Problem[] =>
          LABEL_KEY.test(key) && LABEL_VALUE.test(value) && !OWN_LABELS.test(key)
            ? []
            : [
                {
                  path: `nodePools.${name}.labels.${key}`,
                  found: show(value),
                  allowed: "a label of at most 63 letters, digits and _.-, outside kubernetes.io and eks.amazonaws.com",
                  fix: "rename the label",
                },
              ],
        ),
      ),
  },
  {
    id: "eks-public-ranges",
    limit: `at most ${MOST_PUBLIC_RANGES} ranges that may reach the API`,
    source: QUOTAS,
    find: ({ publicAccessCidrBlocks: ranges = [] }) =>
      ranges.length > MOST_PUBLIC_RANGES
        ? [
            {
              path: "groundplan:access.deployer.cidrBlocks",
              found: `${ranges.length} ranges`,
              allowed: `at most ${MOST_PUBLIC_RANGES}`,
              fix: "merge ranges, or deploy from within the network",
            },
          ]
        : [],
  },
  {
    id: "eks-public-range-routed",
    limit: "ranges that may reach the API are not private ones",
    source: `${GUIDE}/cluster-endpoint.html`,
    find: ({ publicAccessCidrBlocks: ranges = [] }) =>
      ranges.flatMap((range, index): readonly Problem[] =>
        /^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(range)
          ? [
              {
                path: `groundplan:access.deployer.cidrBlocks[${index}]`,
                found: show(range),
                allowed: "a range as the internet sees it",
                fix: "write the address your requests leave from, or deploy from within the network",
              },
            ]
          : [],
      ),
  },
  {
    id: "eks-service-range",
    limit: "Services' addresses are none of the network's",
    source: `${GUIDE}/network-reqs.html`,
    find: ({ cidrBlock }) => {
      const [, second = 0] = (cidrBlock ?? "").split(".").map(Number);
      return cidrBlock?.startsWith("172.") && second === 20
        ? [
            {
              path: "groundplan:placements.cidrBlock",
              found: show(cidrBlock),
              allowed: `a range apart from ${SERVICE_CIDR_BLOCK}, where the cluster's Services are`,
              fix: "choose another range, such as 10.4.0.0/16",
            },
          ]
        : [];
    },
  },
  {
    id: "eks-fargate-profiles",
    limit: `at most ${MOST_PROFILES} Fargate profiles`,
    source: QUOTAS,
    find: ({ fargateNamespaces: namespaces = [] }) =>
      namespaces.length > MOST_PROFILES
        ? [
            {
              path: "groundplan:compute.fargateNamespaces",
              found: `${namespaces.length} namespaces`,
              allowed: `at most ${MOST_PROFILES}: each is a profile`,
              fix: "run fewer namespaces on Fargate",
            },
          ]
        : [],
  },
  {
    id: "eks-pod-identity-fargate",
    limit: "Pod Identity has no agent on Fargate",
    source: `${GUIDE}/pod-identities.html`,
    find: ({ fargateNamespaces: namespaces = [], identities = {} }) =>
      namespaces.flatMap((namespace, index): readonly Problem[] =>
        identities[namespace] === "pod-identity"
          ? [
              {
                path: `groundplan:compute.fargateNamespaces[${index}]`,
                found: show(namespace),
                allowed: "identities by the cluster's own tokens on Fargate",
                fix: "use a web identity there",
              },
            ]
          : [],
      ),
  },
];

/** What EKS would refuse at apply. */
export function clusterProblems(subject: ClusterSubject): readonly Problem[] {
  return breaches(CLUSTER_CONSTRAINTS, subject);
}

function eachPool(
  field: string,
  check: (
    pool: NodePoolSpec,
  ) => { readonly found: unknown; readonly allowed: string; readonly fix: string } | undefined,
) {
  return ({ nodePools }: ClusterSubject): readonly Problem[] =>
    Object.entries(nodePools).flatMap(([name, pool]) => {
      const problem = check(pool);
      return problem ? [{ path: `nodePools.${name}.${field}`, ...problem, found: show(problem.found) }] : [];
    });
}
