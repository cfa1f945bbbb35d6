import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs } from "../component";
import { foundInRun, type Problem } from "../errors";
import type { Network } from "./aws";
import type { NetworkContract } from "./contract";

/** A network on AWS, as a site needs it, whoever made it. */
export interface AwsNetwork extends NetworkContract, Pick<Network, "natGatewayIds" | "privateRouteTableIds"> {
  /** Ranges of the private subnets, where nodes and pods have their addresses. */
  readonly privateCidrBlocks: readonly pulumi.Input<string>[];
  /** Table that a way back to another network is added to. Undefined: the tables are somebody else's. */
  readonly dataRouteTableId: pulumi.Output<string> | undefined;
}

export interface ExistingNetworkArgs extends ComponentArgs {
  readonly vpcId: string;
  /** Subnets with a way in. */
  readonly publicSubnetIds: readonly string[];
  /** Subnets of nodes and pods, with a way out. */
  readonly privateSubnetIds: readonly string[];
  /** Subnets of the databases. Empty: the private ones. */
  readonly dataSubnetIds: readonly string[];
  /** Whether RDS Proxy is to stand in it. @default false */
  readonly poolsConnections?: boolean;
}

/** A VPC somebody else runs: what it offers is looked up, nothing in it is made or changed. */
export class ExistingNetwork extends Component implements AwsNetwork {
  readonly vpcId: pulumi.Output<string>;
  readonly cidrBlock: pulumi.Output<string>;
  readonly publicSubnetIds: readonly pulumi.Output<string>[];
  readonly publicCidrBlocks: readonly pulumi.Output<string>[];
  readonly privateSubnetIds: readonly pulumi.Output<string>[];
  readonly privateCidrBlocks: readonly pulumi.Output<string>[];
  readonly dataSubnetIds: readonly pulumi.Output<string>[];
  readonly dataCidrBlocks: readonly pulumi.Output<string>[];
  readonly privateRouteTableIds = [];
  readonly dataRouteTableId = undefined;
  readonly natGatewayIds = [];
  readonly ready = [];

  constructor(name: string, args: ExistingNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:networking:Network", name, args, opts);
    const data = args.dataSubnetIds.length > 0 ? args.dataSubnetIds : args.privateSubnetIds;
    this.vpcId = pulumi.output(args.vpcId);
    this.cidrBlock = aws.ec2
      .getVpcOutput({ id: args.vpcId }, { parent: this })
      .apply(({ cidrBlock, instanceTenancy }) => {
        const problems = args.poolsConnections ? tenancyProblems(args, this.context.placement, instanceTenancy) : [];
        if (problems.length > 0) {
          throw foundInRun(problems);
        }
        return cidrBlock;
      });
    this.publicSubnetIds = args.publicSubnetIds.map((id) => pulumi.output(id));
    this.privateSubnetIds = args.privateSubnetIds.map((id) => pulumi.output(id));
    this.dataSubnetIds = data.map((id) => pulumi.output(id));
    this.publicCidrBlocks = args.publicSubnetIds.map((id) => this.rangeOf(id, args.vpcId));
    this.privateCidrBlocks = args.privateSubnetIds.map((id) => this.rangeOf(id, args.vpcId));
    this.dataCidrBlocks = data.map((id) => this.rangeOf(id, args.vpcId));
    this.degrade({
      feature: `flow logs, private endpoints and NAT alarms of ${args.vpcId}`,
      reason: "the network is somebody else's: nothing in it is made or changed",
      remedy: `let its owner add them, or remove groundplan:existing.${this.context.placement}.vpc`,
    });
    this.finish({ vpcId: this.vpcId, cidrBlock: this.cidrBlock });
  }

  /** Asked for with its VPC, so that a subnet of another one is not found. */
  private rangeOf(id: string, vpcId: string): pulumi.Output<string> {
    return aws.ec2.getSubnetOutput({ id, vpcId }, { parent: this }).cidrBlock;
  }
}

/** RDS Proxy is in no VPC of dedicated tenancy. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.html#rds-proxy.limitations */
function tenancyProblems(
  { vpcId }: { readonly vpcId: string },
  placement: string,
  tenancy: string,
): readonly Problem[] {
  return tenancy === "dedicated"
    ? [
        {
          path: `groundplan:existing.${placement}.vpc.id`,
          found: `${vpcId}, whose tenancy is dedicated`,
          allowed: "a VPC of default tenancy where databases share connections: RDS Proxy is in no other",
          fix: "empty groundplan:compute.pooledDatabases, or name another VPC",
        },
      ]
    : [];
}
