import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { StoreOf } from "../../../systems/spec";
import type { Binding, Client } from "../../binding";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { InputError } from "../../errors";
import { labelsOf } from "../../gcp/labels";
import { memcachedProblems, memcachedVersion } from "../../gcp/memcached/constraints";
import { memcachedNode } from "../../gcp/memcached/sizes";
import { GCP_NAMES } from "../../gcp/names";
import { allowEgress } from "../../gcp/network/firewall";
import type { Make } from "../../make";
import { AUTO_NAME_SUFFIX, uniqueName } from "../../naming";
import type { Network } from "../../networking/gcp";
import { MEMCACHED_PORT } from "./pod";
import { nodeValues } from "./values";

export interface MemcachedArgs extends ComponentArgs {
  /** Name of the store in the spec. */
  readonly store: string;
  readonly spec: StoreOf<"memcached">;
  readonly network: Network;
  /** Account the clients' nodes run under. */
  readonly clientAccount: pulumi.Input<string>;
  readonly clients: readonly Client[];
  readonly transform?: { readonly instance?: Transform<gcp.memcache.InstanceArgs> };
}

/** How long Memorystore may take over maintenance: three hours at least. */
const WINDOW = "10800s";

/** Memorystore for Memcached: private, its nodes over the placement's zones. It holds nothing that is not elsewhere. */
export class Memcached extends Component {
  readonly binding: Binding;
  private readonly args: MemcachedArgs;

  constructor(name: string, args: MemcachedArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:data:Memcached", name, args, opts);
    this.args = args;
    const problems = memcachedProblems(args.store, args.spec);
    if (problems.length > 0) {
      throw new InputError(problems);
    }
    const instance = this.makeInstance();
    this.degrade({
      feature: `a password of ${args.store}, and TLS to it`,
      reason:
        "Memorystore for Memcached has neither; firewalls let only the cluster's nodes in, policies only its clients' pods, and Google's network is encrypted below",
      remedy: "keep what needs them in a Redis store",
    });
    this.binding = this.bind(instance);
    this.finish({ instanceName: instance.name });
  }

  private makeInstance(): gcp.memcache.Instance {
    const { context, args } = this;
    const { network, spec, store } = args;
    const node = memcachedNode(spec);
    // Everything that cannot change in place: a replacement finds its own name free, and stands before its predecessor goes.
    const suffix = this.make(random.RandomId, "suffix", {
      byteLength: 4,
      keepers: {
        cpus: String(node.cpuCount),
        memory: String(node.memorySizeMb),
        network: network.vpcId,
        zones: pulumi.all([...network.zoneNames]).apply((zones) => zones.join(",")),
      },
    });
    const prefix = uniqueName(GCP_NAMES.redis, [context.system, store], AUTO_NAME_SUFFIX + 1);
    const api = this.make(gcp.projects.Service, "api-memcache", {
      service: "memcache.googleapis.com",
      disableOnDestroy: false,
      disableDependentServices: false,
    });
    return this.make(
      gcp.memcache.Instance,
      "instance",
      {
        name: pulumi.interpolate`${prefix}-${suffix.hex}`,
        displayName: `${store} of ${context.system}`.slice(0, 80),
        region: context.region,
        zones: [...network.zoneNames],
        // Validation has seen to it that there is one.
        memcacheVersion: memcachedVersion(spec) ?? "",
        nodeCount: spec.instances,
        nodeConfig: node,
        authorizedNetwork: network.vpcId,
        reservedIpRangeIds: [network.privateServices.rangeName],
        maintenancePolicy: {
          weeklyMaintenanceWindows: [
            { day: "MONDAY", duration: WINDOW, startTime: { hours: 4, minutes: 0, seconds: 0, nanos: 0 } },
          ],
        },
        // Nothing is lost with it that is not elsewhere; unset, the provider would refuse to delete it.
        deletionProtection: false,
        labels: labelsOf(context.tags),
      },
      { dependsOn: [api, ...network.privateServicesReady] },
    );
  }

  private bind(instance: gcp.memcache.Instance): Binding {
    const { spec } = this.args;
    const hosts = Array.from({ length: spec.instances }, (_, index) =>
      instance.memcacheNodes.apply((nodes) => nodes[index]?.host ?? ""),
    );
    const opened = this.openTo(hosts);
    const values = nodeValues(pulumi.all(hosts), false);
    return {
      values: () => values,
      peers: [{ kind: "cidrs", cidrBlocks: hosts.map(onlyIt) }],
      ports: [MEMCACHED_PORT],
      grants: () => [],
      ready: [instance, ...opened],
    };
  }

  private openTo(hosts: readonly pulumi.Output<string>[]): readonly pulumi.Resource[] {
    const { args } = this;
    const make: Make = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    const services = args.clients.map((client) => client.service).join(", ");
    return services === ""
      ? []
      : [
          allowEgress(make, "clients-to", {
            network: args.network.vpcId,
            description: `${services} to ${args.store}`.slice(0, 2_048),
            serviceAccount: args.clientAccount,
            ranges: hosts.map(onlyIt),
            ports: [MEMCACHED_PORT],
          }),
        ];
  }
}

function onlyIt(host: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.interpolate`${host}/32`;
}
