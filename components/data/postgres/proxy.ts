import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { makeLogGroup } from "../../aws/logGroup";
import { plainServiceTrust, policyDocument } from "../../aws/policy";
import { makeRole } from "../../aws/role";
import type { Client } from "../../binding";
import type { Context } from "../../context";
import type { Make } from "../../make";
import type { NetworkContract } from "../../networking/contract";
import { allowEgress, allowIngress, makeSecurityGroup } from "../../networking/securityGroup";
import type { KeysContract } from "../../secrets/keys/contract";
import { POSTGRES_PORT } from "./contract";

export interface ProxyArgs {
  readonly context: Context;
  readonly store: string;
  readonly network: NetworkContract;
  readonly keys: KeysContract;
  /** Group whose members may connect. */
  readonly clientGroupId: pulumi.Input<string>;
  readonly clients: readonly Client[];
  /** Name of the instance it stands before, and of the group around that one. */
  readonly identifier: pulumi.Output<string>;
  readonly databaseGroupId: pulumi.Input<string>;
  /** The clients' secrets, which it compares passwords with and connects by. */
  readonly secretArns: readonly pulumi.Output<string>[];
}

/** A pool of connections before a database. */
export interface DatabaseProxy {
  readonly name: pulumi.Output<string>;
  readonly endpoint: pulumi.Output<string>;
  /** Puts the database behind it; what clients need must stand by then. */
  attach(instance: aws.rds.Instance, after: readonly pulumi.Resource[]): readonly pulumi.Resource[];
}

/** Share of the database's connections the pool may take: what it leaves is for the users' job and for people. */
const SHARE_PERCENT = 90;
const IDLE_PERCENT = 50;
/** Seconds a client waits for a connection of the pool. */
const BORROW_SECONDS = 30;
/** Seconds until a connection a client leaves idle is closed. */
const IDLE_SECONDS = 1_800;

/**
 * RDS Proxy: clients share the database's connections, and keep theirs while it fails over. TLS only, with the users and
 * passwords the clients have anyway. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.html
 */
export function makeProxy(make: Make, args: ProxyArgs): DatabaseProxy {
  const { context, store, network, keys, clients, secretArns } = args;
  const { role, policy } = makeProxyRole(make, args);
  const { groupId, rules } = makeGroup(make, args);
  const name = pulumi.interpolate`${args.identifier}-proxy`;
  // RDS makes the group itself where it is missing, without key or retention.
  const logs = makeLogGroup(make, "proxy-logs", {
    context,
    name: pulumi.interpolate`/aws/rds/proxy/${name}`,
    keyArn: keys.arn("logs"),
  });
  const proxy = make(
    aws.rds.Proxy,
    "proxy",
    {
      name,
      engineFamily: "POSTGRESQL",
      auths: clients.map(({ service }, index) => ({
        authScheme: "SECRETS",
        clientPasswordAuthType: "POSTGRES_SCRAM_SHA_256",
        description: `${service} to ${store}`.slice(0, 255),
        iamAuth: "DISABLED",
        secretArn: secretArns[index] ?? "",
      })),
      requireTls: true,
      idleClientTimeout: IDLE_SECONDS,
      debugLogging: false,
      roleArn: role.arn,
      vpcSubnetIds: [...network.dataSubnetIds],
      vpcSecurityGroupIds: [groupId],
      tags: context.tags,
    },
    { dependsOn: [policy, logs] },
  );
  return {
    name: proxy.name,
    endpoint: proxy.endpoint,
    attach: (instance, after) => {
      const group = make(aws.rds.ProxyDefaultTargetGroup, "proxy-pool", {
        dbProxyName: proxy.name,
        connectionPoolConfig: {
          connectionBorrowTimeout: BORROW_SECONDS,
          maxConnectionsPercent: SHARE_PERCENT,
          maxIdleConnectionsPercent: IDLE_PERCENT,
        },
      });
      const target = make(
        aws.rds.ProxyTarget,
        "proxy-target",
        { dbProxyName: proxy.name, targetGroupName: group.name, dbInstanceIdentifier: instance.identifier },
        { dependsOn: [...rules, ...after] },
      );
      return [target];
    },
  };
}

/** It may read the clients' secrets and nothing else. */
function makeProxyRole(make: Make, { context, store, keys, secretArns }: ProxyArgs) {
  const role = makeRole(make, "proxy-role", {
    context,
    name: [store, "proxy"],
    description: `Pool of connections to ${store}`,
    trust: plainServiceTrust("rds.amazonaws.com"),
  });
  const policy = make(aws.iam.RolePolicy, "proxy-policy", {
    role: role.name,
    policy: policyDocument([
      { Sid: "Secrets", Action: "secretsmanager:GetSecretValue", Resource: secretArns },
      {
        Sid: "Key",
        Action: "kms:Decrypt",
        Resource: keys.arn("secrets"),
        Condition: { StringEquals: { "kms:ViaService": `secretsmanager.${context.region}.amazonaws.com` } },
      },
    ]),
  });
  return { role, policy };
}

/** Clients to the pool, and the pool to the database. */
function makeGroup(make: Make, args: ProxyArgs) {
  const { context, store, clients, clientGroupId, databaseGroupId } = args;
  const { id: groupId } = makeSecurityGroup(make, "proxy-group", {
    context,
    vpcId: args.network.vpcId,
    description: `Pool of connections to ${store}`,
  });
  const services = clients.map(({ service }) => service).join(", ");
  const fromClients = {
    context,
    ports: POSTGRES_PORT,
    description: `${services} to the pool of ${store}`.slice(0, 255),
  };
  const toDatabase = { context, ports: POSTGRES_PORT, description: `Pool of ${store} to ${store}`.slice(0, 255) };
  const rules = [
    allowIngress(make, "proxy-from-clients", { ...fromClients, groupId, peer: { groupId: clientGroupId } }),
    allowEgress(make, "clients-to-proxy", { ...fromClients, groupId: clientGroupId, peer: { groupId } }),
    allowEgress(make, "proxy-to-database", { ...toDatabase, groupId, peer: { groupId: databaseGroupId } }),
    allowIngress(make, "from-proxy", { ...toDatabase, groupId: databaseGroupId, peer: { groupId } }),
  ];
  return { groupId, rules };
}
