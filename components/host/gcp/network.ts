import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { denyByDefault } from "../../gcp/network/firewall";
import { type EnabledServices, enableServices } from "../../gcp/services";
import type { Make } from "../../make";
import { planNetwork } from "../../networking/cidr";

export interface HostNetworkArgs extends ComponentArgs {
  /** Number of the placement's network; networks of different numbers never overlap. */
  readonly cidrIndex: number;
  /** Range all networks are cut from. @default 10.0.0.0/8 */
  readonly baseCidrBlock?: string;
  /** Prefix length of the network. @default 16 */
  readonly networkPrefix?: number;
  /** Whether the host has a public address of its own; else it reaches the internet through a NAT gateway. */
  readonly published: boolean;
  readonly transform?: {
    readonly network?: Transform<gcp.compute.NetworkArgs>;
    readonly subnet?: Transform<gcp.compute.SubnetworkArgs>;
  };
}

/** The network of one host: one subnet in the placement's region, closed by default and logged. */
export class HostNetwork extends Component {
  readonly networkId: pulumi.Output<string>;
  readonly subnetId: pulumi.Output<string>;
  /** The one zone of the host and its disk. */
  readonly zone: pulumi.Output<string>;
  /** The project's APIs, switched on: whatever else is made in it waits for them. */
  readonly services: EnabledServices;
  /** What must stand before something in the subnet reaches the outside. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: HostNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:networking:Network", name, args, opts);
    const { cidrBlock, privateCidrBlocks } = planNetwork({ ...args, zones: 1 });
    const make: Make = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);

    this.services = enableServices(make);
    this.networkId = this.makeNetwork();
    const closed = denyByDefault(make, this.networkId);
    const subnet = this.makeSubnet(privateCidrBlocks[0] ?? cidrBlock);
    const ways = args.published ? [] : [this.makeNat(subnet)];

    this.subnetId = subnet.id;
    this.zone = this.firstZone();
    this.ready = [...closed, ...ways];
    this.finish({ network: this.networkId, cidrBlock });
  }

  private makeNetwork(): pulumi.Output<string> {
    const { context } = this;
    return this.make(
      gcp.compute.Network,
      "network",
      {
        description: `${context.system} (${context.environment})`,
        autoCreateSubnetworks: false,
        routingMode: "REGIONAL",
        // Docker's bridges have 1500: with Google's 1460 every long packet of a container would have to be cut.
        mtu: 1500,
      },
      { dependsOn: [...this.services.values()] },
    ).id;
  }

  private makeSubnet(ipCidrRange: string): gcp.compute.Subnetwork {
    const { context } = this;
    return this.make(gcp.compute.Subnetwork, "subnet", {
      description: `The host of ${context.system} in ${context.placement}`,
      network: this.networkId,
      region: context.region,
      ipCidrRange,
      purpose: "PRIVATE",
      stackType: "IPV4_ONLY",
      privateIpGoogleAccess: true,
      logConfig: {
        aggregationInterval: "INTERVAL_1_MIN",
        // Half of the flows show who talks to whom; all of them cost as much as the traffic.
        flowSampling: 0.5,
        metadata: "INCLUDE_ALL_METADATA",
      },
    });
  }

  private makeNat(subnet: gcp.compute.Subnetwork): gcp.compute.RouterNat {
    const { region } = this.context;
    const router = this.make(gcp.compute.Router, "router", { network: this.networkId, region });
    return this.make(gcp.compute.RouterNat, "nat", {
      router: router.name,
      region,
      natIpAllocateOption: "AUTO_ONLY",
      sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS",
      subnetworks: [{ name: subnet.id, sourceIpRangesToNats: ["ALL_IP_RANGES"] }],
      logConfig: { enable: true, filter: "ERRORS_ONLY" },
    });
  }

  private firstZone(): pulumi.Output<string> {
    const { region } = this.context;
    // Those that are down too: an outage must not move what stands to other zones.
    const { names } = gcp.compute.getZonesOutput({ region }, { parent: this });
    return names.apply((all) => [...all].sort()[0] ?? `${region}-a`);
  }
}
