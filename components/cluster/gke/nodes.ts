import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import { type Context, identityOf } from "../../context";
import type { ArtifactRepository } from "../../gcp/images";
import { labelsOf } from "../../gcp/labels";
import { GCP_NAMES, replaceableName } from "../../gcp/names";
import type { Project } from "../../gcp/project";
import type { Make } from "../../make";
import { uniqueName } from "../../naming";
import { POOL_LABEL } from "../contract";
import { type NodePoolPlan, SYSTEM_POOL } from "./nodePools";

/**
 * What a node itself may do in the project: write its logs and metrics. It pulls from the repositories its images come
 * from, each granted by itself; everything else belongs to pods.
 * https://docs.cloud.google.com/kubernetes-engine/docs/how-to/hardening-your-cluster#use_least_privilege_sa
 */
const NODE_ROLE = "roles/container.defaultNodeServiceAccount";

/** What is alike on every node. */
export const HARDENED = {
  imageType: "COS_CONTAINERD",
  // What the account may do is for IAM to say; scopes would only hide why something is refused.
  oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
  shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
  workloadMetadataConfig: { mode: "GKE_METADATA" },
  metadata: { "disable-legacy-endpoints": "true" },
  kubeletConfig: { insecureKubeletReadonlyPortEnabled: "FALSE" },
  gvnic: { enabled: true },
};

export interface NodeAccount {
  readonly email: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[];
}

/** The account all nodes of the cluster run under: the default one of Compute Engine can edit the whole project. */
export function makeNodeAccount(
  make: Make,
  context: Context,
  project: Project,
  repositories: readonly ArtifactRepository[],
  dependsOn: readonly pulumi.Resource[],
): NodeAccount {
  const account = make(
    gcp.serviceaccount.Account,
    "node-account",
    {
      accountId: uniqueName(GCP_NAMES.serviceAccount, [
        "nodes",
        identityOf(context),
        context.environment,
        context.placement,
      ]),
      displayName: `Nodes of ${context.system} in ${context.placement}`.slice(0, 100),
    },
    { dependsOn: [...dependsOn] },
  );
  const role = make(gcp.projects.IAMMember, "node-role-node", {
    project: project.id,
    role: NODE_ROLE,
    member: account.member,
  });
  const pulls = repositories.map(({ location, project: owner, repository }) =>
    make(gcp.artifactregistry.RepositoryIamMember, `nodes-may-pull-${location}-${owner}-${repository}`, {
      project: owner,
      location,
      repository,
      role: "roles/artifactregistry.reader",
      member: account.member,
    }),
  );
  return { email: account.email, ready: [role, ...pulls] };
}

export interface NodesArgs {
  readonly context: Context;
  readonly cluster: gcp.container.Cluster;
  readonly pools: readonly NodePoolPlan[];
  readonly account: NodeAccount;
  readonly zones: readonly pulumi.Output<string>[];
  readonly maxPodsPerNode: number;
  /** Key of the nodes' disks. */
  readonly diskKeyName: pulumi.Input<string>;
  readonly dependsOn: readonly pulumi.Resource[];
}

export function makeNodes(make: Make, args: NodesArgs): readonly gcp.container.NodePool[] {
  return args.pools.map((pool) => makePool(make, pool, args));
}

function makePool(make: Make, pool: NodePoolPlan, args: NodesArgs): gcp.container.NodePool {
  const { context, cluster, account } = args;
  const { name, machineType, diskType, diskSizeGiB, spot, tainted, labels } = pool;
  return make(
    gcp.container.NodePool,
    `nodes-${name}`,
    {
      name: replaceableName(GCP_NAMES.nodePool, context, name, { machineType, diskType, diskSizeGiB, spot, tainted }),
      cluster: cluster.id,
      location: context.region,
      nodeLocations: [...args.zones],
      maxPodsPerNode: args.maxPodsPerNode,
      initialNodeCount: nodesPerZone(pool, args.zones.length),
      autoscaling: autoscalingOf(pool, args.zones.length),
      management: { autoRepair: true, autoUpgrade: true },
      upgradeSettings: { strategy: "SURGE", maxSurge: 1, maxUnavailable: 0 },
      networkConfig: { enablePrivateNodes: true },
      nodeConfig: {
        machineType,
        ...HARDENED,
        diskType,
        diskSizeGb: diskSizeGiB,
        bootDiskKmsKey: args.diskKeyName,
        spot,
        serviceAccount: account.email,
        labels,
        taints: tainted ? [{ key: POOL_LABEL, value: name, effect: "NO_SCHEDULE" }] : [],
        resourceLabels: { ...labelsOf(context.tags), pool: name },
      },
    },
    {
      dependsOn: [...account.ready, ...args.dependsOn],
      // How many there are is the autoscaler's to say from then on; another start would make another pool.
      ignoreChanges: ["initialNodeCount"],
    },
  );
}

/**
 * Nodes a zone starts with. Without a number a pool starts empty, and the autoscaler makes none for the least alone.
 * https://github.com/hashicorp/terraform-provider-google/issues/8270
 */
export function nodesPerZone({ min }: NodePoolPlan, zones: number): number {
  return Math.ceil(min / zones);
}

/** The system pool counts by zone, as each must keep a node; the others in all, wherever their pods fit. */
function autoscalingOf(pool: NodePoolPlan, zones: number): gcp.types.input.container.NodePoolAutoscaling {
  return pool.name === SYSTEM_POOL
    ? { minNodeCount: nodesPerZone(pool, zones), maxNodeCount: Math.ceil(pool.max / zones) }
    : {
        totalMinNodeCount: pool.min,
        totalMaxNodeCount: pool.max,
        // Spot capacity comes from wherever there is any; everything else is spread, so that a zone may be lost.
        locationPolicy: pool.spot ? "ANY" : "BALANCED",
      };
}
