import * as gcp from "@pulumi/gcp";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { NodePoolSpec } from "../../systems/spec";
import type { Grant } from "../binding";
import { Component, type ComponentArgs, type Transform } from "../component";
import type { ArtifactRepository } from "../gcp/images";
import { labelsOf } from "../gcp/labels";
import { type Project, projectOf } from "../gcp/project";
import type { Make } from "../make";
import type { Network } from "../networking/gcp";
import type { KeysContract } from "../secrets/keys/contract";
import { objectLabels, selectorLabels } from "../workload/labels";
import type { WorkloadIdentity } from "./contract";
import { type Admission, makeAdmission } from "./gke/admission";
import { firstNodesOf, hardeningOf, networkingOf, operationsOf } from "./gke/controlPlane";
import { makeFirewall } from "./gke/firewall";
import { allowMetadataServer, grantAll, principalOf } from "./gke/identity";
import { kubeconfig } from "./gke/kubeconfig";
import { planNodePools } from "./gke/nodePools";
import { makeNodeAccount, makeNodes, type NodeAccount, nodesPerZone } from "./gke/nodes";
import { heldVerdict } from "./nodeLimits";
import { forgettable } from "./unreachable";

export interface ClusterArgs extends ComponentArgs {
  /** Name of the cluster. */
  readonly clusterName: string;
  readonly network: Network;
  readonly keys: KeysContract;
  /** Pools of the spec, by name; a system pool is always there. */
  readonly nodePools: Readonly<Record<string, NodePoolSpec>>;
  /** Architecture of all pools. @default each pool's own */
  readonly architecture?: NodePoolSpec["architecture"];
  /** Least Kubernetes version. @default the release channel's own */
  readonly version?: string;
  /** Ranges that may reach the API from outside. @default none: private only */
  readonly publicAccessCidrBlocks?: readonly string[];
  /** Whether the API is reached by the name Google gives it, from wherever IAM lets. @default false: by its address */
  readonly namedEndpoint?: boolean;
  /** Service account the deployer acts as. @default its own credentials */
  readonly impersonateServiceAccount?: string;
  /** Repositories its nodes may pull from. @default public ones alone */
  readonly repositories?: readonly ArtifactRepository[];
  /** Repositories whose owners must let its nodes pull, as `PROJECT/REPOSITORY`. @default none */
  readonly foreignRepositories?: readonly string[];
  /** Images the project's clusters start. @default the project's policy as it is */
  readonly admission?: Admission;
  /** Ports of external services besides 443. @default none */
  readonly externalPorts?: readonly number[];
  /** Ports of pods that the API server calls, besides the usual ones. @default none */
  readonly calledPorts?: readonly number[];
  readonly transform?: {
    readonly cluster?: Transform<gcp.container.ClusterArgs>;
    readonly "storage-class"?: Transform<k8s.storage.v1.StorageClassArgs>;
  };
}

/** Name of the StorageClass for data, wherever it is: no claim may ever change its class. */
export const DATA_STORAGE_CLASS = "pd-balanced-retain";

/** A regional GKE cluster: private, hardened, with node pools, and identities for pods. */
export class Cluster extends Component {
  readonly cluster: gcp.container.Cluster;
  readonly kubernetes: k8s.Provider;
  /** Account the nodes run under; firewall rules name it. */
  readonly nodeAccount: pulumi.Output<string>;
  /** Node pools, and how many nodes of each a zone starts with. */
  readonly pools: readonly {
    readonly name: string;
    readonly pool: gcp.container.NodePool;
    readonly nodesPerZone: number;
  }[];
  /** What must stand before anything runs in the cluster. */
  readonly ready: readonly pulumi.Resource[];

  private readonly project: Project;
  private readonly makeChild: Make;

  constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:cluster:Cluster", name, args, opts);
    const { context } = this;
    const { network } = args;
    const zones = network.zoneNames;
    const pools = planNodePools({
      pools: args.nodePools,
      region: context.region,
      zones: zones.length,
      environment: context.environment,
      ...(args.architecture === undefined ? {} : { architecture: args.architecture }),
    });
    this.project = projectOf(this);
    this.makeChild = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);

    const account = makeNodeAccount(this.makeChild, context, this.project, args.repositories ?? [], [
      ...network.services.values(),
    ]);
    this.nodeAccount = account.email;
    const firewall = makeFirewall(this.makeChild, {
      network,
      nodeAccount: account.email,
      externalPorts: args.externalPorts ?? [],
      calledPorts: args.calledPorts ?? [],
    });
    if (args.admission) {
      makeAdmission(this.makeChild, args.admission, this.project, [...network.services.values()]);
    }
    this.cluster = this.makeControlPlane(args, account, [...firewall, ...network.ready]);
    const nodes = makeNodes(this.makeChild, {
      context,
      cluster: this.cluster,
      pools,
      account,
      zones,
      maxPodsPerNode: network.ranges.maxPodsPerNode,
      diskKeyName: args.keys.arn("volumes"),
      dependsOn: [...firewall, ...network.ready],
    });
    this.pools = nodes.flatMap((pool, index) => {
      const plan = pools[index];
      return plan ? [{ name: plan.name, pool, nodesPerZone: nodesPerZone(plan, zones.length) }] : [];
    });
    this.kubernetes = this.makeProvider(args);
    this.ready = [...nodes, this.makeStorageClass(args, nodes)];
    const foreign = args.foreignRepositories ?? [];
    if (foreign.length > 0) {
      this.degrade({
        feature: `pulling images from ${foreign.join(", ")}`,
        reason: "another project's repository is for its owner to open, unless it is public",
        remedy: `grant roles/artifactregistry.reader on it to the nodes' account, the output nodeAccount of ${name}`,
      });
    }
    const held = heldVerdict(args.nodePools, pools, context.environment);
    if (held) {
      this.degrade(held);
    }
    this.finish({ clusterName: this.cluster.name, nodeAccount: this.nodeAccount });
  }

  /** A service account of this cluster, as a member of IAM policies. */
  principal(namespace: string, serviceAccount: string): pulumi.Output<string> {
    return principalOf(this.project, namespace, serviceAccount);
  }

  /**
   * Lets a service account act in Google Cloud with exactly these grants; undefined without any.
   *
   * @param before what must stand before the namespace takes a policy
   */
  identity(
    service: string,
    namespace: string,
    serviceAccount: string,
    grants: readonly Grant[],
    before: readonly pulumi.Resource[] = [],
  ): WorkloadIdentity | undefined {
    if (grants.length === 0) {
      return undefined;
    }
    const { project, cluster, context } = this;
    const granted = grantAll(this.makeChild, { project, namespace, serviceAccount, grants, cluster });
    const policy = allowMetadataServer(this.makeChild, {
      service,
      namespace,
      selector: selectorLabels(context.system, service),
      labels: objectLabels(context, service, "network"),
      kubernetes: this.kubernetes,
      dependsOn: before,
    });
    return { annotations: {}, ready: [...granted, policy] };
  }

  private makeControlPlane(
    args: ClusterArgs,
    account: NodeAccount,
    reachable: readonly pulumi.Resource[],
  ): gcp.container.Cluster {
    const { context } = this;
    return this.make(
      gcp.container.Cluster,
      "cluster",
      {
        name: args.clusterName,
        description: `${context.system} (${context.environment}) in ${context.placement}`,
        location: context.region,
        nodeLocations: [...args.network.zoneNames],
        ...networkingOf(args),
        ...hardeningOf(args.keys, this.project),
        ...operationsOf(),
        ...(args.version === undefined ? {} : { minMasterVersion: args.version }),
        // The pool GKE insists on at first goes at once; until then its nodes must reach the control plane.
        removeDefaultNodePool: true,
        initialNodeCount: 1,
        nodeConfig: firstNodesOf(args.keys, account),
        deletionProtection: context.redundancy.protect,
        resourceLabels: labelsOf(context.tags),
      },
      {
        protect: context.redundancy.protect,
        dependsOn: [...account.ready, ...reachable],
        // GKE answers with none once the first pool is gone, and putting it back would make another cluster.
        ignoreChanges: ["initialNodeCount", "nodeConfig"],
      },
    );
  }

  private makeProvider(args: ClusterArgs): k8s.Provider {
    const { cluster } = this;
    const { impersonateServiceAccount } = args;
    const config = pulumi
      // All of them: a preview of a cluster to be knows what was asked for of its endpoints, not what they will be.
      .all([cluster.endpoint, cluster.masterAuth.clusterCaCertificate, cluster.controlPlaneEndpointsConfig])
      .apply(([endpoint, certificateAuthority, { dnsEndpointConfig }]) =>
        kubeconfig({
          ...(args.namedEndpoint ? { endpoint: nameOf(dnsEndpointConfig) } : { endpoint, certificateAuthority }),
          ...(impersonateServiceAccount === undefined ? {} : { impersonateServiceAccount }),
        }),
      );
    return this.make(k8s.Provider, "kubernetes", {
      kubeconfig: config,
      enableServerSideApply: true,
      // A changed kubeconfig must not look like another cluster, which would replace everything in it.
      // https://github.com/pulumi/pulumi-kubernetes/issues/4019
      clusterIdentifier: args.clusterName,
      ...forgettable(this.context),
    });
  }

  private makeStorageClass(args: ClusterArgs, nodes: readonly pulumi.Resource[]): k8s.storage.v1.StorageClass {
    return this.make(
      k8s.storage.v1.StorageClass,
      "storage-class",
      {
        metadata: { name: DATA_STORAGE_CLASS },
        provisioner: "pd.csi.storage.gke.io",
        parameters: { type: "pd-balanced", "disk-encryption-kms-key": args.keys.arn("volumes") },
        // A stack that is gone for good leaves no disks behind to be paid for.
        reclaimPolicy: this.context.redundancy.keep ? "Retain" : "Delete",
        volumeBindingMode: "WaitForFirstConsumer",
        allowVolumeExpansion: true,
      },
      { provider: this.kubernetes, dependsOn: [...nodes] },
    );
  }
}

function nameOf(config: gcp.types.output.container.ClusterControlPlaneEndpointsConfigDnsEndpointConfig | undefined) {
  if (config?.endpoint === undefined) {
    throw new Error("GKE tells no name of the cluster's endpoint: see its control plane networking in the console");
  }
  return config.endpoint;
}
