import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Context } from "../context";
import type { Make } from "../make";
import { allowIngress, makeSecurityGroup } from "./securityGroup";

export interface EndpointsArgs {
  readonly context: Context;
  readonly vpc: aws.ec2.Vpc;
  /** Subnets, one of each zone. */
  readonly subnetIds: readonly pulumi.Input<string>[];
  readonly routeTableIds: readonly pulumi.Input<string>[];
}

/**
 * Services the nodes, the controllers and External Secrets call. Image layers come through the S3 gateway.
 * https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html
 */
const INTERFACE_ENDPOINTS = [
  "ecr.api",
  "ecr.dkr",
  "sts",
  "secretsmanager",
  "kms",
  "logs",
  "ec2",
  "elasticloadbalancing",
  "eks",
  "eks-auth",
] as const;

/**
 * Private ways to AWS services, so that their traffic neither leaves the network nor pays for NAT. An endpoint is paid for
 * by the hour in every zone it is in, and answers the others from there: all zones have one where losing one may not stop
 * the system, the first alone does otherwise.
 * https://aws.amazon.com/privatelink/pricing/
 */
export function makeEndpoints(make: Make, args: EndpointsArgs): readonly aws.ec2.VpcEndpoint[] {
  const { context, vpc } = args;
  const group = makeSecurityGroup(make, "endpoints", {
    context,
    vpcId: vpc.id,
    description: "Private endpoints of AWS services",
  });
  const open = allowIngress(make, "endpoints-from-network", {
    context,
    groupId: group.id,
    peer: { cidrBlock: vpc.cidrBlock },
    ports: 443,
    description: "HTTPS from the whole network",
  });
  const gateway = make(aws.ec2.VpcEndpoint, "endpoint-s3", {
    vpcId: vpc.id,
    vpcEndpointType: "Gateway",
    serviceName: `com.amazonaws.${context.region}.s3`,
    routeTableIds: [...args.routeTableIds],
    tags: context.tags,
  });
  const subnetIds = context.redundancy.multiZone ? args.subnetIds : args.subnetIds.slice(0, 1);
  const interfaces = INTERFACE_ENDPOINTS.map((service) =>
    make(
      aws.ec2.VpcEndpoint,
      `endpoint-${service.replace(".", "-")}`,
      {
        vpcId: vpc.id,
        vpcEndpointType: "Interface",
        serviceName: `com.amazonaws.${context.region}.${service}`,
        subnetIds: [...subnetIds],
        securityGroupIds: [group.id],
        privateDnsEnabled: true,
        tags: context.tags,
      },
      // With the names of AWS's services pointing to it, an endpoint that nobody may reach is worse than none.
      { dependsOn: [open] },
    ),
  );
  return [gateway, ...interfaces];
}
