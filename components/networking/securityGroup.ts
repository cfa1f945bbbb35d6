import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Context } from "../context";
import type { Make } from "../make";

export interface SecurityGroupArgs {
  readonly context: Context;
  readonly vpcId: pulumi.Input<string>;
  /** Who carries the group; shown in the console. */
  readonly description: string;
}

/**
 * A group without rules of its own: rules are resources, because inline rules and rule resources on one group undo each
 * other. https://www.pulumi.com/registry/packages/aws/api-docs/vpc/securitygroupingressrule/
 */
export function makeSecurityGroup(make: Make, role: string, args: SecurityGroupArgs): aws.ec2.SecurityGroup {
  return make(aws.ec2.SecurityGroup, role, {
    description: args.description,
    vpcId: args.vpcId,
    tags: args.context.tags,
  });
}

/** The other side of a rule: a group, a range, or a list of ranges that AWS keeps. */
export type RulePeer =
  | { readonly groupId: pulumi.Input<string> }
  | { readonly cidrBlock: pulumi.Input<string> }
  | { readonly prefixListId: pulumi.Input<string> };

export interface RuleArgs {
  readonly context: Context;
  readonly groupId: pulumi.Input<string>;
  readonly peer: RulePeer;
  readonly protocol?: "tcp" | "udp";
  /** A port, or the first and last of a range. */
  readonly ports: number | readonly [number, number];
  readonly description: string;
}

export function allowIngress(make: Make, role: string, args: RuleArgs): aws.vpc.SecurityGroupIngressRule {
  return make(aws.vpc.SecurityGroupIngressRule, role, rule(args));
}

export function allowEgress(make: Make, role: string, args: RuleArgs): aws.vpc.SecurityGroupEgressRule {
  return make(aws.vpc.SecurityGroupEgressRule, role, rule(args));
}

function rule(args: RuleArgs) {
  const [fromPort, toPort] = typeof args.ports === "number" ? [args.ports, args.ports] : args.ports;
  return {
    securityGroupId: args.groupId,
    ...peerOf(args.peer),
    ipProtocol: args.protocol ?? "tcp",
    fromPort,
    toPort,
    description: args.description,
    tags: args.context.tags,
  };
}

function peerOf(peer: RulePeer) {
  if ("groupId" in peer) {
    return { referencedSecurityGroupId: peer.groupId };
  }
  return "cidrBlock" in peer ? { cidrIpv4: peer.cidrBlock } : { prefixListId: peer.prefixListId };
}
