import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { StoreOf } from "../../../systems/spec";
import type { Binding, Client } from "../../binding";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { InputError } from "../../errors";
import type { Make } from "../../make";
import { AUTO_NAME_SUFFIX, NAME_RULES, physicalName } from "../../naming";
import type { NetworkContract } from "../../networking/contract";
import { openToClients } from "../openToClients";
import { nodeTypeFor } from "../redis/nodeType";
import { memcachedProblems, memcachedVersion } from "./constraints";
import { MEMCACHED_PORT } from "./pod";
import { nodeValues } from "./values";

export interface MemcachedArgs extends ComponentArgs {
  /** Name of the store in the spec. */
  readonly store: string;
  readonly spec: StoreOf<"memcached">;
  readonly network: NetworkContract;
  /** Group whose members may connect. */
  readonly clientGroupId: pulumi.Input<string>;
  readonly clients: readonly Client[];
  /** Topic that ElastiCache tells its events; one without a key of KMS. @default none */
  readonly notificationTopicArn?: string;
  readonly transform?: { readonly cluster?: Transform<aws.elasticache.ClusterArgs> };
}

/** ElastiCache for Memcached: private, TLS only, its nodes over all zones. It holds nothing that is not elsewhere. */
export class Memcached extends Component {
  readonly binding: Binding;
  readonly clusterId: pulumi.Output<string>;
  private readonly args: MemcachedArgs;

  constructor(name: string, args: MemcachedArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:data:Memcached", name, args, opts);
    this.args = args;
    const problems = memcachedProblems(args.store, args.spec);
    if (problems.length > 0) {
      throw new InputError(problems);
    }
    const cluster = this.makeCluster();
    this.degrade({
      feature: `a password of ${args.store}`,
      reason: "ElastiCache for Memcached knows no users; its security group lets only the cluster's nodes in",
      remedy: "keep what needs a password in a Redis store",
    });
    this.degrade({
      feature: `connections to ${args.store} without TLS`,
      reason: "a client that cannot speak TLS to Memcached is refused",
      remedy: `turn TLS on in the clients (the edge's tls is true), or take ${args.store} out of groundplan:compute.managedStores`,
    });
    this.binding = this.bind(cluster);
    this.clusterId = cluster.clusterId;
    this.finish({ clusterId: cluster.clusterId });
  }

  private makeCluster(): aws.elasticache.Cluster {
    const { context, args } = this;
    const { spec, store, network } = args;
    const make: Make = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    const suffix = this.make(random.RandomId, "suffix", { byteLength: 4 });
    const prefix = physicalName(NAME_RULES.awsCache, [context.system, store], AUTO_NAME_SUFFIX + 1);
    const { groupId, rules } = openToClients(make, { ...args, context, what: "Memcached", port: MEMCACHED_PORT });
    const subnets = this.make(aws.elasticache.SubnetGroup, "subnets", {
      description: `Data subnets of ${context.system} in ${context.placement}`,
      subnetIds: [...network.dataSubnetIds],
      tags: context.tags,
    });
    return this.make(
      aws.elasticache.Cluster,
      "cluster",
      {
        clusterId: pulumi.interpolate`${prefix}-${suffix.hex}`,
        engine: "memcached",
        // Validation has seen to it that there is one of each.
        engineVersion: memcachedVersion(spec) ?? "",
        nodeType: nodeTypeFor(spec) ?? "",
        numCacheNodes: spec.instances,
        azMode: spec.instances > 1 ? "cross-az" : "single-az",
        ...(args.notificationTopicArn === undefined ? {} : { notificationTopicArn: args.notificationTopicArn }),
        port: MEMCACHED_PORT,
        parameterGroupName: "default.memcached1.6",
        subnetGroupName: subnets.name,
        securityGroupIds: [groupId],
        transitEncryptionEnabled: true,
        maintenanceWindow: "mon:04:30-mon:05:30",
        applyImmediately: false,
        tags: context.tags,
      },
      { dependsOn: [...rules] },
    );
  }

  private bind(cluster: aws.elasticache.Cluster): Binding {
    const hosts = cluster.cacheNodes.apply((nodes) => nodes.map(({ address }) => address));
    const values = nodeValues(hosts, true);
    return {
      values: () => values,
      peers: [{ kind: "cidrs", cidrBlocks: this.args.network.dataCidrBlocks }],
      ports: [MEMCACHED_PORT],
      grants: () => [],
      ready: [cluster],
    };
  }
}
