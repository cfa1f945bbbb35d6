import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../../component";
import type { Make } from "../../make";
import { planNetwork } from "../../networking/cidr";
import { makeFlowLog } from "../../networking/flowLog";

export interface HostNetworkArgs extends ComponentArgs {
  /** Number of the placement's network; networks of different numbers never overlap. */
  readonly cidrIndex: number;
  /** Range all networks are cut from. @default 10.0.0.0/8 */
  readonly baseCidrBlock?: string;
  /** Prefix length of the network. @default 16 */
  readonly networkPrefix?: number;
  /** Key that encrypts the flow logs. */
  readonly logsKeyArn: pulumi.Input<string>;
  readonly transform?: { readonly vpc?: Transform<aws.ec2.VpcArgs> };
}

/** The oldest zone of us-east-1 has none of the types a host is chosen from. */
const ZONES_WITHOUT_CURRENT_TYPES = ["use1-az3"];

/**
 * The network of one host: a VPC with one public subnet in one zone, where its disk is too. Everything runs on the host
 * and it has an address of its own, so there is nothing a private subnet, a NAT gateway or interface endpoints would
 * serve; S3 has its free gateway.
 */
export class HostNetwork extends Component {
  readonly vpcId: pulumi.Output<string>;
  readonly subnetId: pulumi.Output<string>;
  readonly availabilityZone: pulumi.Output<string>;
  /** What must stand before something in the subnet reaches the outside. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: HostNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:networking:Network", name, args, opts);
    const plan = planNetwork({ ...args, zones: 1 });
    const make: Make = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);

    const vpc = this.makeVpc(plan.cidrBlock);
    const subnet = this.makeSubnet(vpc, plan.publicCidrBlocks[0]);
    const routes = this.route(vpc, subnet);
    makeFlowLog(make, { context: this.context, vpcId: vpc.id, keyArn: args.logsKeyArn, parent: this });

    this.vpcId = vpc.id;
    this.subnetId = subnet.id;
    this.availabilityZone = subnet.availabilityZone;
    this.ready = routes;
    this.finish({ vpcId: vpc.id, cidrBlock: plan.cidrBlock });
  }

  private makeVpc(cidrBlock: string): aws.ec2.Vpc {
    const vpc = this.make(aws.ec2.Vpc, "vpc", {
      cidrBlock,
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

  private makeSubnet(vpc: aws.ec2.Vpc, cidrBlock: string | undefined): aws.ec2.Subnet {
    const zones = aws.getAvailabilityZonesOutput(
      {
        state: "available",
        excludeZoneIds: ZONES_WITHOUT_CURRENT_TYPES,
        filters: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
      },
      { parent: this },
    ).names;
    return this.make(
      aws.ec2.Subnet,
      "public",
      {
        vpcId: vpc.id,
        ...(cidrBlock === undefined ? {} : { cidrBlock }),
        availabilityZone: zones.apply((names) => names[0] ?? `${this.context.region}a`),
        mapPublicIpOnLaunch: false,
        tags: { ...this.tags("public"), tier: "public" },
      },
      // The disk cannot follow to another zone: a new one in front of the list moves nothing.
      { ignoreChanges: ["availabilityZone"] },
    );
  }

  private route(vpc: aws.ec2.Vpc, subnet: aws.ec2.Subnet): readonly pulumi.Resource[] {
    const gateway = this.make(aws.ec2.InternetGateway, "gateway", { vpcId: vpc.id, tags: this.tags("gateway") });
    const table = this.make(aws.ec2.RouteTable, "public-routes", { vpcId: vpc.id, tags: this.tags("public") });
    const route = this.make(aws.ec2.Route, "public-internet", {
      routeTableId: table.id,
      destinationCidrBlock: "0.0.0.0/0",
      gatewayId: gateway.id,
    });
    const association = this.make(aws.ec2.RouteTableAssociation, "public-association", {
      subnetId: subnet.id,
      routeTableId: table.id,
    });
    this.make(aws.ec2.VpcEndpoint, "endpoint-s3", {
      vpcId: vpc.id,
      vpcEndpointType: "Gateway",
      serviceName: `com.amazonaws.${this.context.region}.s3`,
      routeTableIds: [table.id],
      tags: this.context.tags,
    });
    return [route, association];
  }

  /** The network's resources have no names, only this tag. */
  private tags(role: string): Record<string, string> {
    return { ...this.context.tags, Name: this.childName(role) };
  }
}
