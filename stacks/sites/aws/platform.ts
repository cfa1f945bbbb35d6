import type * as pulumi from "@pulumi/pulumi";
import { accountOf } from "../../../components/aws/account";
import { AddOns } from "../../../components/cluster/addOns/addOns";
import { calledPorts, capabilitiesOf } from "../../../components/cluster/addOns/catalog";
import { Cluster, DATA_STORAGE_CLASS } from "../../../components/cluster/aws";
import type { ClusterContract } from "../../../components/cluster/contract";
import { type AwsCluster, ExistingCluster } from "../../../components/cluster/existing";
import { NodeAutoscaler } from "../../../components/cluster/nodeAutoscaler/aws";
import type { AwsNetwork } from "../../../components/networking/existing";
import type { Keys } from "../../../components/secrets/keys/aws";
import { SecretStore } from "../../../components/secrets/secretStore/aws";
import { namespaceOf } from "../../demands";
import { commonValues, tellGenerated } from "../commonSecrets";
import { secretInputs } from "../secretInputs";
import { childOf, type SiteRequest } from "../site";
import { keptInVault, outwardPorts } from "../vault";
import { makeCollectors } from "./collectors";
import {
  addOnModes,
  DRAIN_SECONDS,
  EXTERNAL_SECRETS,
  externalSecretsGrants,
  LOAD_BALANCER_CONTROLLER,
  loadBalancerGrants,
} from "./controllers";
import { secretRotations } from "./rotation";

/** What a cluster stands on. */
export interface Ground {
  readonly clusterName: string;
  readonly network: AwsNetwork;
  readonly keys: Keys;
}

export function makeCluster(
  request: SiteRequest,
  ground: Ground,
  options: pulumi.ComponentResourceOptions,
): AwsCluster {
  const { context, settings, system, placementSettings } = request;
  const { profile, roleArn } = settings.access.aws;
  const { from, cidrBlocks } = settings.access.deployer;
  const { architecture, fargateNamespaces, nodeRelease, extendedSupport } = settings.compute;
  const login = { ...(profile === undefined ? {} : { profile }), ...(roleArn === undefined ? {} : { roleArn }) };
  if (placementSettings.existing?.cluster !== undefined) {
    const { clusterName } = ground;
    const nodePools = Object.keys(system.nodePools);
    return new ExistingCluster(childOf(request, "cluster"), { context, clusterName, login, nodePools }, options);
  }
  return new Cluster(
    childOf(request, "cluster"),
    {
      context,
      ...ground,
      nodePools: system.nodePools,
      publicAccessCidrBlocks: from === "cidrs" ? cidrBlocks : [],
      login,
      sharedStorage: Object.values(system.stores).some((store) => store.kind === "file-share"),
      externalPorts: outwardPorts(request),
      calledPorts: calledPorts(addOnModes(system, settings, true)),
      fargateNamespaces,
      autoscaled: isAutoscaled(request),
      extendedSupport,
      ...(nodeRelease === undefined ? {} : { nodeRelease }),
      ...(architecture === undefined ? {} : { architecture }),
    },
    options,
  );
}

export function makeAddOns(
  request: SiteRequest,
  { eks, clusterName, network, keys }: Ground & { readonly eks: AwsCluster },
  options: pulumi.ComponentResourceOptions,
): AddOns {
  const { context, settings, system } = request;
  const account = accountOf(eks);
  const modes = addOnModes(system, settings, eks.resource !== undefined);
  const collectors = makeCollectors(request, { eks, clusterName, keys, modes }, options);
  const identities = [
    // Of a cluster somebody else runs, the controller is there and has its own.
    ...(eks.resource ? [{ ...LOAD_BALANCER_CONTROLLER, grants: loadBalancerGrants(context, account) }] : []),
    // A service account has one association: in somebody else's cluster, that of an operator that is there is theirs.
    ...(eks.resource || modes["external-secrets"] === "install"
      ? [{ ...EXTERNAL_SECRETS, grants: externalSecretsGrants(context, account, system, keys.arn("secrets")) }]
      : []),
  ].flatMap(({ name, namespace, grants }) => eks.identity(name, namespace, name, grants)?.ready ?? []);
  return new AddOns(
    childOf(request, "add-ons"),
    {
      context,
      modes,
      values: {
        ...collectors.values,
        // Nothing here may ask the node's metadata service, which is one hop too far for a pod.
        "aws-load-balancer-controller": { clusterName, region: context.region, vpcId: network.vpcId },
      },
      after: [...eks.ready, ...identities, ...collectors.ready],
    },
    // A cluster takes its releases along: uninstalling them one by one only gives each the chance to fail, and controllers
    // that stay to the end take the finalizers off all they look after.
    { ...options, ...(eks.resource ? { deletedWith: eks.resource } : {}) },
  );
}

/** Karpenter's nodes are in no group that could be sent to sleep: where nights are slept, there are none. */
export function isAutoscaled({ context, settings: { compute } }: SiteRequest): boolean {
  return compute.karpenter && (compute.schedule === undefined || context.environment === "production");
}

export function makeNodeAutoscaler(
  request: SiteRequest,
  { eks, clusterName, network }: Ground & { readonly eks: AwsCluster },
  options: pulumi.ComponentResourceOptions,
): void {
  const { nodeRole } = eks;
  const { nodeRelease } = request.settings.compute;
  if (!isAutoscaled(request) || nodeRole === undefined) {
    return;
  }
  new NodeAutoscaler(
    childOf(request, "node-autoscaler"),
    {
      context: request.context,
      clusterName,
      groups: eks.nodeGroups,
      nodeRole,
      ...(nodeRelease === undefined ? {} : { release: nodeRelease }),
      subnetIds: network.privateSubnetIds,
      nodeSecurityGroupId: eks.nodeSecurityGroupId,
      kubernetes: eks.kubernetes,
      after: eks.ready,
      ...(eks.resource ? { cluster: eks.resource } : {}),
      identity: (namespace, name, grants) => eks.identity(name, namespace, name, grants),
    },
    options,
  );
}

export function makeSecretStore(
  request: SiteRequest,
  {
    eks,
    addOns,
    keys,
    replicaRegion,
  }: {
    readonly eks: AwsCluster;
    readonly addOns: AddOns;
    readonly keys: Keys;
    readonly replicaRegion?: string | undefined;
  },
  options: pulumi.ComponentResourceOptions,
): SecretStore {
  const { context, settings, system } = request;
  const release = addOns.installed.externalSecrets;
  const namespaces = new Set(Object.values(system.services).map((service) => namespaceOf(system, service)));
  const store = new SecretStore(
    childOf(request, "secrets"),
    {
      context,
      ...secretInputs(system, settings),
      common: commonValues(request),
      elsewhere: keptInVault(request),
      rotations: secretRotations(request),
      keys,
      replicaRegion,
      reader: { kubernetes: eks.kubernetes, ready: release ? [release] : [], namespaces: [...namespaces] },
    },
    options,
  );
  tellGenerated(request, store.generated, store.rotating);
  return store;
}

/** What everything that runs in the cluster may rely on. */
export function clusterContract(
  { context, settings, system }: SiteRequest,
  {
    eks,
    addOns,
    network,
    secrets,
  }: { readonly eks: AwsCluster; readonly addOns: AddOns; readonly network: AwsNetwork; readonly secrets: SecretStore },
): ClusterContract {
  const modes = addOnModes(system, settings, eks.resource !== undefined);
  const { storageClass, sharedStorageClass } = settings.kubernetes;
  return {
    kubernetes: eks.kubernetes,
    capabilities: { ...capabilitiesOf(modes), metricsServer: true },
    installed: addOns.installed,
    storageClasses: eks.resource
      ? { data: DATA_STORAGE_CLASS }
      : {
          ...(storageClass === undefined ? {} : { data: storageClass }),
          ...(sharedStorageClass === undefined ? {} : { shared: sharedStorageClass }),
        },
    ingressSources: [{ kind: "cidrs", cidrBlocks: network.publicCidrBlocks }],
    monitoringNamespace: settings.kubernetes.monitoringNamespace ?? "monitoring",
    secretStore: { kind: "ClusterSecretStore", name: secrets.storeName },
    priorityClasses: addOns.priorityClasses,
    ownsNodePools: eks.resource !== undefined,
    drainSeconds: DRAIN_SECONDS,
    identity: (service, namespace, serviceAccount, grants) =>
      eks.identity(`${service}-${context.environment}`, namespace, serviceAccount, grants),
  };
}
