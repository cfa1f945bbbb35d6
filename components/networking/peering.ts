import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs } from "../component";
import type { Make } from "../make";
import type { AwsNetwork } from "./existing";
import { allowEgress, allowIngress } from "./securityGroup";

/** A network as another's peering needs it: one of this stack, or what another stack tells of its own. */
export type PeerNetwork = Pick<AwsNetwork, "vpcId" | "cidrBlock" | "dataCidrBlocks" | "dataRouteTableId">;

export interface PeeringArgs extends ComponentArgs {
  /** Network of this placement: where connections begin. */
  readonly network: AwsNetwork;
  /** Network they lead to, in another region of the same account. */
  readonly peer: { readonly network: PeerNetwork; readonly region: string; readonly placement: string };
  /** Group of this placement's pods. */
  readonly clientGroupId: pulumi.Input<string>;
}

/** A store of the peer that this placement's clients may reach. */
export interface PeeredStore {
  readonly store: string;
  readonly groupId: pulumi.Input<string>;
  readonly port: number;
  readonly services: readonly string[];
}

const LONGEST_DESCRIPTION = 255;

/**
 * A private way from one placement's pods to the data subnets of another, and nowhere else: traffic between regions stays
 * on Amazon's network, encrypted. One connection per secondary placement, each to the primary's network.
 * https://docs.aws.amazon.com/vpc/latest/peering/create-vpc-peering-connection.html
 */
export class Peering extends Component {
  /** What must stand before a client can connect. */
  readonly ready: readonly pulumi.Resource[];

  private readonly args: PeeringArgs;
  private readonly makeChild: Make;

  constructor(name: string, args: PeeringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:networking:Network", name, args, opts);
    this.args = args;
    this.makeChild = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    const connection = this.connect();
    this.ready = [...this.routeThere(connection), ...this.routeBack(connection)];
    this.finish({ peer: args.peer.placement });
  }

  /**
   * Opens one store of the peer to this placement's pods, with children of the store's own; returns what must stand
   * first. By range, as groups of another region cannot be named:
   * https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-security-groups.html
   */
  open(make: Make, { store, groupId, port, services }: PeeredStore): readonly pulumi.Resource[] {
    const { context, args } = this;
    const { peer, network, clientGroupId } = args;
    const description = `${services.join(", ")} of ${context.placement} to ${store}`.slice(0, LONGEST_DESCRIPTION);
    const rule = { context, ports: port, description };
    const ingress = network.privateCidrBlocks.map((cidrBlock, index) =>
      allowIngress(this.inPeer(make), `from-range-${index + 1}`, { ...rule, groupId, peer: { cidrBlock } }),
    );
    const egress = peer.network.dataCidrBlocks.map((cidrBlock, index) =>
      allowEgress(make, `to-range-${index + 1}`, { ...rule, groupId: clientGroupId, peer: { cidrBlock } }),
    );
    return [...ingress, ...egress];
  }

  private connect(): aws.ec2.VpcPeeringConnectionAccepter {
    const { context, args } = this;
    const tags = { ...context.tags, Name: `${context.placement} to ${args.peer.placement}` };
    const connection = this.make(aws.ec2.VpcPeeringConnection, "connection", {
      vpcId: args.network.vpcId,
      peerVpcId: args.peer.network.vpcId,
      peerRegion: args.peer.region,
      // Across regions the other side accepts, with a resource of its own.
      autoAccept: false,
      tags,
    });
    return this.inPeer(this.makeChild)(aws.ec2.VpcPeeringConnectionAccepter, "accepter", {
      vpcPeeringConnectionId: connection.id,
      autoAccept: true,
      tags,
    });
  }

  private routeThere(accepted: aws.ec2.VpcPeeringConnectionAccepter): readonly pulumi.Resource[] {
    const { network, peer } = this.args;
    return network.privateRouteTableIds.map((routeTableId, index) =>
      this.make(
        aws.ec2.Route,
        `there-${index + 1}`,
        {
          routeTableId,
          destinationCidrBlock: peer.network.cidrBlock,
          vpcPeeringConnectionId: accepted.vpcPeeringConnectionId,
        },
        { dependsOn: [accepted] },
      ),
    );
  }

  private routeBack(accepted: aws.ec2.VpcPeeringConnectionAccepter): readonly pulumi.Resource[] {
    const { network, peer } = this.args;
    const { dataRouteTableId: routeTableId } = peer.network;
    if (routeTableId === undefined) {
      return [];
    }
    return [
      this.inPeer(this.makeChild)(
        aws.ec2.Route,
        "back",
        {
          routeTableId,
          destinationCidrBlock: network.cidrBlock,
          vpcPeeringConnectionId: accepted.vpcPeeringConnectionId,
        },
        { dependsOn: [accepted] },
      ),
    ];
  }

  /** Makes a child in the peer's region. */
  private inPeer(make: Make): Make {
    const { region } = this.args.peer;
    return (resource, role, childArgs, childOpts) => make(resource, role, { ...childArgs, region }, childOpts);
  }
}
