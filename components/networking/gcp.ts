import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../component";
import { prefixOf } from "../gcp/constraints/network";
import { denyByDefault, GOOGLE_FRONT_ENDS } from "../gcp/network/firewall";
import { planRanges, type Ranges, type RangesArgs } from "../gcp/network/ranges";
import { type EnabledServices, enableServices } from "../gcp/services";
import type { Make } from "../make";
import type { NetworkContract } from "./contract";

export interface NetworkArgs extends ComponentArgs {
  /** Number of the placement's network; networks of different numbers never overlap. */
  readonly cidrIndex: number;
  /** Range all networks are cut from. @default 10.0.0.0/8 */
  readonly baseCidrBlock?: string;
  /** Prefix length of the network. @default 16 */
  readonly networkPrefix?: number;
  /** Most nodes the cluster may have, those of an upgrade among them. */
  readonly nodes: number;
  /** What else is to fit into it. @default nothing */
  readonly contents?: RangesArgs["contents"];
  /** Where the range came from, for problems. @default placements */
  readonly path?: string;
  /** Zones to cover. @default 3 */
  readonly zones?: number;
  /** Whether the system has a Redis in cluster mode, which is reached through private endpoints. @default false */
  readonly redisCluster?: boolean;
  /** Network of another placement to join instead of making one: a replica reaches its primary in one network only. @default none */
  readonly join?: JoinedNetwork;
  readonly transform?: {
    readonly network?: Transform<gcp.compute.NetworkArgs>;
    readonly subnet?: Transform<gcp.compute.SubnetworkArgs>;
    readonly nat?: Transform<gcp.compute.RouterNatArgs>;
  };
}

/** A range of the network that Google's own services take addresses from. */
export interface PrivateServices {
  readonly rangeName: pulumi.Output<string>;
  readonly cidrBlock: string;
  readonly ready: readonly pulumi.Resource[];
}

/** Names of the secondary ranges. */
export const POD_RANGE = "pods";
export const SERVICE_RANGE = "services";

/** A network as those that join it need it: one of this stack, or what another stack tells of its own. */
export type JoinedNetwork = Pick<Network, "vpcId" | "services" | "privateServices" | "runnerCidrBlocks">;

/** A network in custom mode with one subnet in the placement's region: closed by default, logged, without public addresses. */
export class Network extends Component implements NetworkContract {
  /** Id of the network. */
  readonly vpcId: pulumi.Output<string>;
  readonly cidrBlock: string;
  readonly ranges: Ranges;
  readonly subnetId: pulumi.Output<string>;
  /** Name of the NAT gateway. */
  readonly natName: pulumi.Output<string>;
  /** Zones in use, in the order of their names. */
  readonly zoneNames: readonly pulumi.Output<string>[];
  /** None: nothing of ours has a public address. */
  readonly publicSubnetIds: readonly pulumi.Output<string>[] = [];
  /** Where Google's load balancers come from. */
  readonly publicCidrBlocks: readonly string[] = GOOGLE_FRONT_ENDS;
  readonly privateSubnetIds: readonly pulumi.Output<string>[];
  /** None: managed stores run in networks of Google's, joined to this one. */
  readonly dataSubnetIds: readonly pulumi.Output<string>[] = [];
  readonly dataCidrBlocks: readonly string[];
  /** Ranges of this network that may reach the control plane: its own, and where the deployer's runner is. */
  readonly runnerCidrBlocks: readonly string[];
  /** The range managed stores take their addresses from. */
  readonly privateServices: PrivateServices;
  readonly ready: readonly pulumi.Resource[];
  /** What a managed store must wait for to get a private address. */
  readonly privateServicesReady: readonly pulumi.Resource[];

  /** The project's APIs, switched on: whatever else is made in it waits for them. */
  readonly services: EnabledServices;

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:networking:Network", name, args, opts);
    this.ranges = planRanges(args);
    const make: Make = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    this.services = args.join?.services ?? enableServices(make);
    this.vpcId = args.join?.vpcId ?? this.makeNetwork();
    const closed = args.join ? [] : denyByDefault(make, this.vpcId);
    const subnet = this.makeSubnet();
    const nat = this.makeNat(subnet);
    // A network has one connection to Google's, and its range serves every region: whoever joins shares both.
    this.privateServices = args.join?.privateServices ?? this.connectServices();
    const endpoints = args.redisCluster ? [this.allowEndpoints(subnet)] : [];

    this.zoneNames = this.zones(args.zones ?? 3);
    this.cidrBlock = this.ranges.cidrBlock;
    this.runnerCidrBlocks = [this.cidrBlock, ...(args.join?.runnerCidrBlocks ?? [])];
    this.subnetId = subnet.id;
    this.natName = nat.name;
    this.privateSubnetIds = [subnet.id];
    this.dataCidrBlocks = [this.privateServices.cidrBlock];
    this.privateServicesReady = [...this.privateServices.ready, ...endpoints];
    this.ready = [nat, ...closed];
    this.finish({ network: this.vpcId, cidrBlock: this.cidrBlock });
  }

  private makeNetwork(): pulumi.Output<string> {
    const { context } = this;
    return this.make(
      gcp.compute.Network,
      "network",
      {
        description: `${context.system} (${context.environment})`,
        autoCreateSubnetworks: false,
        // Global: every region's router learns every region's routes, so that placements of one network reach each other.
        routingMode: "GLOBAL",
      },
      { dependsOn: [...this.services.values()] },
    ).id;
  }

  private makeSubnet(): gcp.compute.Subnetwork {
    const { context, ranges } = this;
    return this.make(gcp.compute.Subnetwork, "subnet", {
      description: `Nodes and pods of ${context.system} in ${context.placement}`,
      network: this.vpcId,
      region: context.region,
      ipCidrRange: ranges.nodes,
      secondaryIpRanges: [
        { rangeName: POD_RANGE, ipCidrRange: ranges.pods },
        { rangeName: SERVICE_RANGE, ipCidrRange: ranges.services },
      ],
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
    const router = this.make(gcp.compute.Router, "router", { network: this.vpcId, region });
    return this.make(gcp.compute.RouterNat, "nat", {
      router: router.name,
      region,
      natIpAllocateOption: "AUTO_ONLY",
      sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS",
      subnetworks: [{ name: subnet.id, sourceIpRangesToNats: ["ALL_IP_RANGES"] }],
      // The pods of a node share its ports: a fixed few run out under a crawler, and connections fail.
      enableDynamicPortAllocation: true,
      minPortsPerVm: 128,
      maxPortsPerVm: 8_192,
      enableEndpointIndependentMapping: false,
      logConfig: { enable: true, filter: "ERRORS_ONLY" },
    });
  }

  /**
   * Joins the network to Google's, in which Cloud SQL, Memorystore and Filestore run. A deleted Cloud SQL instance holds
   * the connection for up to four days, and a destroy fails on it; abandoned, it goes with the network.
   * https://docs.cloud.google.com/vpc/docs/configure-private-services-access#removing-connection
   */
  private connectServices() {
    const { context, ranges } = this;
    const [address = ""] = ranges.privateServices.split("/");
    const range = this.make(gcp.compute.GlobalAddress, "services-range", {
      description: `Managed stores of ${context.system} in ${context.placement}`,
      network: this.vpcId,
      purpose: "VPC_PEERING",
      addressType: "INTERNAL",
      address,
      prefixLength: prefixOf(ranges.privateServices),
    });
    const connection = this.make(gcp.servicenetworking.Connection, "services-connection", {
      network: this.vpcId,
      service: "servicenetworking.googleapis.com",
      reservedPeeringRanges: [range.name],
      deletionPolicy: "ABANDON",
      // An abandoned connection is still there when the same network is made to join again.
      updateOnCreationFail: true,
    });
    return { rangeName: range.name, cidrBlock: ranges.privateServices, ready: [connection] };
  }

  /** Lets Memorystore for Redis Cluster put its endpoints into the subnet. */
  private allowEndpoints(subnet: gcp.compute.Subnetwork): pulumi.Resource {
    const { context } = this;
    return this.make(gcp.networkconnectivity.ServiceConnectionPolicy, "redis-endpoints", {
      location: context.region,
      serviceClass: "gcp-memorystore-redis",
      network: this.vpcId,
      description: "Endpoints of Redis clusters",
      pscConfig: { subnetworks: [subnet.id] },
    });
  }

  private zones(count: number): readonly pulumi.Output<string>[] {
    const { region } = this.context;
    // Those that are down too: an outage must not move what stands to other zones.
    const { names } = gcp.compute.getZonesOutput({ region }, { parent: this });
    return Array.from({ length: count }, (_, index) => names.apply((all) => zoneAt([...all].sort(), index, region)));
  }
}

function zoneAt(names: readonly string[], index: number, region: string): string {
  const zone = names[index];
  if (zone === undefined) {
    throw new Error(`${region} offers ${names.length} zones, the placement needs ${index + 1}: choose another region`);
  }
  return zone;
}
