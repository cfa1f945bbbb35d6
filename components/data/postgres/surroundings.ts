import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { StoreOf } from "../../../systems/spec";
import { accountOf } from "../../aws/account";
import { namePrefix } from "../../aws/names";
import { plainServiceTrust } from "../../aws/policy";
import { makeRole } from "../../aws/role";
import type { Client } from "../../binding";
import type { Context } from "../../context";
import type { Make } from "../../make";
import { NAME_RULES } from "../../naming";
import type { NetworkContract } from "../../networking/contract";
import { allowEgress, allowIngress, makeSecurityGroup } from "../../networking/securityGroup";
import { POSTGRES_PORT } from "./contract";

export interface SurroundingsArgs {
  readonly context: Context;
  readonly store: string;
  readonly spec: StoreOf<"postgres">;
  readonly network: NetworkContract;
  readonly clientGroupId: pulumi.Input<string>;
  readonly clients: readonly Client[];
  readonly parent: pulumi.Resource;
}

/** What a primary and its replicas share. */
export interface Surroundings {
  readonly subnetGroup: aws.rds.SubnetGroup;
  readonly parameters: aws.rds.ParameterGroup;
  readonly group: aws.ec2.SecurityGroup;
  readonly monitoring: { readonly arn: pulumi.Output<string>; readonly policy: pulumi.Resource };
}

/** Names of RDS groups. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBParameterGroup.html */
const GROUP_NAME = { ...NAME_RULES.awsDatabase, maxLength: 255 };
const LONGEST_DESCRIPTION = 255;

export function makeSurroundings(make: Make, args: SurroundingsArgs): Surroundings {
  return {
    subnetGroup: makeSubnetGroup(make, args),
    parameters: makeParameters(make, args),
    group: makeGroup(make, args),
    monitoring: makeMonitoringRole(make, args),
  };
}

function makeSubnetGroup(make: Make, { context, store, network }: SurroundingsArgs): aws.rds.SubnetGroup {
  return make(aws.rds.SubnetGroup, "subnets", {
    namePrefix: namePrefix(GROUP_NAME, [context.system, context.placement, store]),
    description: `Data subnets of ${context.system} in ${context.placement}`,
    subnetIds: [...network.dataSubnetIds],
    tags: context.tags,
  });
}

function makeParameters(make: Make, { context, store, spec }: SurroundingsArgs): aws.rds.ParameterGroup {
  return make(aws.rds.ParameterGroup, "parameters", {
    namePrefix: namePrefix(GROUP_NAME, [context.system, context.placement, store]),
    family: `postgres${spec.version}`,
    description: `${store} of ${context.system} in ${context.placement}`,
    parameters: [
      { name: "rds.force_ssl", value: "1" },
      ...(spec.maxConnections === undefined
        ? []
        : [{ name: "max_connections", value: String(spec.maxConnections), applyMethod: "pending-reboot" }]),
    ],
    tags: context.tags,
  });
}

function makeGroup(make: Make, args: SurroundingsArgs): aws.ec2.SecurityGroup {
  const { context, store, clientGroupId } = args;
  const group = makeSecurityGroup(make, "group", {
    context,
    vpcId: args.network.vpcId,
    description: `PostgreSQL ${store}`,
  });
  const services = args.clients.map((client) => client.service).join(", ");
  if (services !== "") {
    const description = `${services} to ${store}`.slice(0, LONGEST_DESCRIPTION);
    const rule = { context, ports: POSTGRES_PORT, description };
    allowIngress(make, "from-clients", { ...rule, groupId: group.id, peer: { groupId: clientGroupId } });
    allowEgress(make, "clients-to", { ...rule, groupId: clientGroupId, peer: { groupId: group.id } });
  }
  return group;
}

function makeMonitoringRole(make: Make, { context, store, parent }: SurroundingsArgs): Surroundings["monitoring"] {
  const role = makeRole(make, "monitoring-role", {
    context,
    name: [store, "monitoring"],
    description: `Enhanced monitoring of ${store}`,
    trust: plainServiceTrust("monitoring.rds.amazonaws.com"),
  });
  const policy = make(aws.iam.RolePolicyAttachment, "monitoring-policy", {
    role: role.name,
    policyArn: pulumi.interpolate`arn:${accountOf(parent).partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole`,
  });
  return { arn: role.arn, policy };
}
