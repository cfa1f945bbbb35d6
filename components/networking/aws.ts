import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../component";
import type { Make } from "../make";
import { type NetworkPlan, planNetwork } from "./cidr";
import type { NetworkContract } from "./contract";
import { makeEndpoints } from "./endpoints";
import { makeFlowLog } from "./flowLog";
import { usualZones, ZONES_WITHOUT_EKS } from "./zones";

export interface NetworkArgs extends ComponentArgs {
  /** Number of the placement's network; networks of different numbers never overlap. */
  readonly cidrIndex: number;
  /** Range all networks are cut from. @default 10.0.0.0/8 */
  readonly baseCidrBlock?: string;
  /** Prefix length of the network. @default 16 */
  readonly networkPrefix?: number;
  /** Zones to cover. @default 3, or what the region has */
  readonly zones?: number;
  /** Name of the cluster that will use the subnets, for the tags its controllers look for. */
  readonly clusterName?: string;
  /** Key that encrypts the flow logs. */
  readonly logsKeyArn: pulumi.Input<string>;
  readonly transform?: {
    readonly vpc?: Transform<aws.ec2.VpcArgs>;
    readonly "flow-log"?: Transform<aws.ec2.FlowLogArgs>;
  };
}

type Tier = "public" | "private" | "data";

/** A VPC over several zones: public, private and data subnets, NAT, flow logs and private endpoints. */
export class Network extends Component implements NetworkContract {
  readonly vpcId: pulumi.Output<string>;
  readonly cidrBlock: string;
  readonly publicSubnetIds: readonly pulumi.Output<string>[];
  readonly publicCidrBlocks: readonly string[];
  readonly privateSubnetIds: readonly pulumi.Output<string>[];
  readonly dataSubnetIds: readonly pulumi.Output<string>[];
  readonly dataCidrBlocks: readonly string[];
  /** Ranges of the private subnets, where nodes and pods have their addresses. */
  readonly privateCidrBlocks: readonly string[];
  /** Tables that a way to another network is added to. */
  readonly privateRouteTableIds: readonly pulumi.Output<string>[];
  readonly dataRouteTableId: pulumi.Output<string>;
  readonly natGatewayIds: readonly pulumi.Output<string>[];
  readonly ready: readonly pulumi.Resource[];

  private readonly zones: number;
  private readonly vpc: aws.ec2.Vpc;

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:networking:Network", name, args, opts);
    this.zones = args.zones ?? usualZones(this.context.region);
    const plan = planNetwork({ ...args, zones: this.zones });
    const make: Make = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);

    this.vpc = this.makeVpc(plan);
    const gateway = this.make(aws.ec2.InternetGateway, "gateway", { vpcId: this.vpc.id, tags: this.tags("gateway") });
    const subnets = this.makeSubnets(plan, args.clusterName);
    const internet = this.routePublic(subnets.public, gateway);
    const { tables: privateTables, routes, gateways } = this.routePrivate(subnets.private, subnets.public, internet);
    const { table: dataTable, associations } = this.routeData(subnets.data);
    makeFlowLog(make, { context: this.context, vpcId: this.vpc.id, keyArn: args.logsKeyArn, parent: this });
    const endpoints = makeEndpoints(make, {
      context: this.context,
      vpc: this.vpc,
      subnetIds: subnets.private.map((subnet) => subnet.id),
      routeTableIds: [...privateTables, dataTable].map((table) => table.id),
    });

    this.vpcId = this.vpc.id;
    this.cidrBlock = plan.cidrBlock;
    this.publicCidrBlocks = plan.publicCidrBlocks;
    this.dataCidrBlocks = plan.dataCidrBlocks;
    this.privateCidrBlocks = plan.privateCidrBlocks;
    this.privateRouteTableIds = privateTables.map((table) => table.id);
    this.dataRouteTableId = dataTable.id;
    this.publicSubnetIds = subnets.public.map((subnet) => subnet.id);
    this.privateSubnetIds = subnets.private.map((subnet) => subnet.id);
    this.dataSubnetIds = subnets.data.map((subnet) => subnet.id);
    this.natGatewayIds = gateways.map((gateway) => gateway.id);
    this.ready = [...routes, ...associations, ...endpoints];
    this.reportZones();
    this.finish({ vpcId: this.vpcId, cidrBlock: this.cidrBlock });
  }

  private reportZones(): void {
    const { multiZone } = this.context.redundancy;
    if (multiZone && this.zones < 3) {
      this.degrade({
        feature: "three zones",
        reason: `the network covers ${this.zones} zones of ${this.context.region}: the loss of one leaves half`,
        remedy: "choose a region with three zones",
      });
    }
  }

  private makeVpc(plan: NetworkPlan): aws.ec2.Vpc {
    const vpc = this.make(aws.ec2.Vpc, "vpc", {
      cidrBlock: plan.cidrBlock,
      // Private endpoints and EKS need both.
      enableDnsHostnames: true,
      enableDnsSupport: true,
      tags: this.tags("vpc"),
    });
    // AWS makes this group with every VPC, open within itself; adopting it without rules closes it.
    this.make(aws.ec2.DefaultSecurityGroup, "default-group", {
      vpcId: vpc.id,
      ingress: [],
      egress: [],
      tags: this.tags("unused"),
    });
    return vpc;
  }

  private makeSubnets(plan: NetworkPlan, clusterName: string | undefined): Record<Tier, readonly aws.ec2.Subnet[]> {
    const zones = aws.getAvailabilityZonesOutput(
      {
        state: "available",
        excludeZoneIds: ZONES_WITHOUT_EKS,
        filters: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
      },
      { parent: this },
    ).names;
    const clusterTags = clusterName === undefined ? {} : { [`kubernetes.io/cluster/${clusterName}`]: "shared" };
    const tier = (role: Tier, cidrBlocks: readonly string[], tags: Readonly<Record<string, string>>) =>
      cidrBlocks.map((cidrBlock, index) =>
        this.make(
          aws.ec2.Subnet,
          `${role}-${index + 1}`,
          {
            vpcId: this.vpc.id,
            cidrBlock,
            availabilityZone: zones.apply((names) => zoneAt(names, index, this.context.region)),
            mapPublicIpOnLaunch: false,
            tags: { ...this.tags(`${role}-${index + 1}`), ...tags, tier: role },
          },
          // A zone that opens or closes shifts the list: that must not replace subnets that nodes and data stand in.
          { ignoreChanges: ["availabilityZone"] },
        ),
      );
    return {
      public: tier("public", plan.publicCidrBlocks, { ...clusterTags, "kubernetes.io/role/elb": "1" }),
      private: tier("private", plan.privateCidrBlocks, { ...clusterTags, "kubernetes.io/role/internal-elb": "1" }),
      data: tier("data", plan.dataCidrBlocks, {}),
    };
  }

  private routePublic(
    subnets: readonly aws.ec2.Subnet[],
    gateway: aws.ec2.InternetGateway,
  ): readonly pulumi.Resource[] {
    const table = this.makeTable("public");
    const route = this.make(aws.ec2.Route, "public-internet", {
      routeTableId: table.id,
      destinationCidrBlock: "0.0.0.0/0",
      gatewayId: gateway.id,
    });
    return [route, ...this.associate("public", subnets, () => table)];
  }

  /** A gateway and a table per zone keep a zone's loss to itself; one in all costs less. */
  private routePrivate(
    subnets: readonly aws.ec2.Subnet[],
    publicSubnets: readonly aws.ec2.Subnet[],
    internet: readonly pulumi.Resource[],
  ) {
    const count = this.context.redundancy.natPerZone ? this.zones : 1;
    const gateways: aws.ec2.NatGateway[] = [];
    const tables: aws.ec2.RouteTable[] = [];
    const routes: pulumi.Resource[] = [];
    for (const [index, subnet] of publicSubnets.slice(0, count).entries()) {
      const zone = index + 1;
      const address = this.make(aws.ec2.Eip, `nat-${zone}-address`, { domain: "vpc", tags: this.tags(`nat-${zone}`) });
      const nat = this.make(
        aws.ec2.NatGateway,
        `nat-${zone}`,
        { allocationId: address.allocationId, subnetId: subnet.id, tags: this.tags(`nat-${zone}`) },
        // A gateway made before the way to the internet stays failed.
        { dependsOn: [...internet] },
      );
      gateways.push(nat);
      const table = this.makeTable(`private-${zone}`);
      tables.push(table);
      routes.push(
        this.make(aws.ec2.Route, `private-${zone}-internet`, {
          routeTableId: table.id,
          destinationCidrBlock: "0.0.0.0/0",
          natGatewayId: nat.id,
        }),
      );
    }
    routes.push(...this.associate("private", subnets, (index) => tables[Math.min(index, tables.length - 1)]));
    return { tables, routes, gateways };
  }

  private routeData(subnets: readonly aws.ec2.Subnet[]) {
    const table = this.makeTable("data");
    return { table, associations: this.associate("data", subnets, () => table) };
  }

  private makeTable(role: string): aws.ec2.RouteTable {
    return this.make(aws.ec2.RouteTable, `${role}-routes`, { vpcId: this.vpc.id, tags: this.tags(role) });
  }

  /** Nothing refers to an association, and without it a subnet has no way out: those are part of what is `ready`. */
  private associate(
    tier: Tier,
    subnets: readonly aws.ec2.Subnet[],
    tableOf: (index: number) => aws.ec2.RouteTable | undefined,
  ): readonly aws.ec2.RouteTableAssociation[] {
    return subnets.flatMap((subnet, index) => {
      const table = tableOf(index);
      return table === undefined
        ? []
        : [
            this.make(aws.ec2.RouteTableAssociation, `${tier}-${index + 1}-routes`, {
              subnetId: subnet.id,
              routeTableId: table.id,
            }),
          ];
    });
  }

  /** The network's resources have no names, only this tag. */
  private tags(role: string): Record<string, string> {
    return { ...this.context.tags, Name: this.childName(role) };
  }
}

function zoneAt(names: readonly string[], index: number, region: string): string {
  const zone = names[index];
  if (zone === undefined) {
    throw new Error(
      `${region} offers this account ${names.length} zones, the network needs ${index + 1}: choose another region`,
    );
  }
  return zone;
}
