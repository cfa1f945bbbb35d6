import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../../aws/account";
import { plainServiceTrust, policyDocument, type Statement } from "../../aws/policy";
import { makeRole } from "../../aws/role";
import type { Context } from "../../context";
import type { Make } from "../../make";
import type { KeysContract } from "../keys/contract";
import type { RotatedSecret, RotationNetwork, RotationReplica, RotationSource, RotationWork } from "./work";

export interface RoleArgs {
  readonly context: Context;
  readonly keys: KeysContract;
  readonly subject: string;
  readonly work: RotationWork;
  readonly secrets: readonly RotatedSecret[];
  readonly replica?: RotationReplica | undefined;
  readonly account: Account;
  /** Start of the names of its children. */
  readonly role: string;
  /** The function's name. */
  readonly name: pulumi.Output<string>;
  readonly logs: aws.cloudwatch.LogGroup;
  /** The function's own security group. @default it stands in no network */
  readonly groupId?: pulumi.Output<string> | undefined;
}

/** What a function may do: turn its own secrets and what they open. */
export function makeFunctionRole(
  make: Make,
  args: RoleArgs,
): { readonly arn: pulumi.Output<string>; readonly policy: pulumi.Resource } {
  const { context, subject, role } = args;
  const identity = makeRole(make, `${role}-role`, {
    context,
    name: [subject, role],
    description: `Rotation of the secrets of ${subject}`,
    // Lambda names no source account when it takes a role; it takes only roles of the function's own account.
    trust: plainServiceTrust("lambda.amazonaws.com"),
  });
  const policy = make(aws.iam.RolePolicy, `${role}-policy`, {
    role: identity.name,
    policy: policyDocument([
      ...secretStatements(args),
      ...workStatements(args),
      ...("network" in args.work ? interfaceStatements(args, args.work.network) : []),
      ...observabilityStatements(args),
    ]),
  });
  return { arn: identity.arn, policy };
}

function secretStatements({ context, keys, secrets, replica }: RoleArgs): readonly Statement[] {
  return [
    {
      Sid: "Secrets",
      Action: [
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecretVersionStage",
      ],
      Resource: secrets.map(({ arn }) => arn),
    },
    {
      Sid: "Key",
      // Through Lambda: its own settings.
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: keys.arn("secrets"),
      Condition: {
        StringEquals: {
          "kms:ViaService": ["secretsmanager", "lambda"].map((service) => `${service}.${context.region}.amazonaws.com`),
        },
      },
    },
    ...(replica ? [replicaStatement(replica)] : []),
  ];
}

/**
 * Secrets Manager copies a new value with the rights of who put it in.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html
 */
function replicaStatement({ region, keyArn }: RotationReplica): Statement {
  return {
    Sid: "ReplicaKey",
    Action: ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
    Resource: keyArn,
    Condition: { StringEquals: { "kms:ViaService": `secretsmanager.${region}.amazonaws.com` } },
  };
}

function workStatements({ work, secrets }: RoleArgs): readonly Statement[] {
  switch (work.kind) {
    case "value":
      return [];
    case "copy":
      return sourceStatements(secrets.flatMap(({ source }) => (source ? [source] : [])));
    case "postgres":
      return [
        { Sid: "Administrator", Action: "secretsmanager:GetSecretValue", Resource: work.administratorArn },
        ...(work.instance ? [{ Sid: "Instance", Action: "rds:ModifyDBInstance", Resource: work.instance.arn }] : []),
      ];
    case "redis":
      return [
        {
          Sid: "Group",
          Action: ["elasticache:DescribeReplicationGroups", "elasticache:ModifyReplicationGroup"],
          Resource: work.groupArn,
        },
      ];
    default:
      return work satisfies never;
  }
}

function sourceStatements(sources: readonly RotationSource[]): readonly Statement[] {
  return sources.flatMap(({ arn, keyArn }, index) => [
    { Sid: `Source${index + 1}`, Action: "secretsmanager:GetSecretValue", Resource: arn },
    {
      Sid: `SourceKey${index + 1}`,
      Action: "kms:Decrypt",
      Resource: keyArn,
      Condition: {
        StringEquals: {
          "kms:ViaService": pulumi.output(arn).apply((text) => `secretsmanager.${text.split(":")[3]}.amazonaws.com`),
        },
      },
    },
  ]);
}

/**
 * What Lambda itself does with the function's role so that it can stand in a network; the function's own code may not.
 * Interfaces have no names before they are made, so all of the account's are allowed. Before it makes a function, Lambda
 * finds out whether the role may delete an interface without naming one: only a right on every kind of resource is
 * enough. https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 */
function interfaceStatements(
  { context, account, name, groupId }: RoleArgs,
  { subnetIds }: RotationNetwork,
): readonly Statement[] {
  const create = "ec2:CreateNetworkInterface";
  const change = ["ec2:AssignPrivateIpAddresses", "ec2:DeleteNetworkInterface", "ec2:UnassignPrivateIpAddresses"];
  // These take no resource.
  const find = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"];
  const arn = (owner: pulumi.Input<string>, kind: string, id: pulumi.Input<string>) =>
    pulumi.interpolate`arn:${account.partition}:ec2:${context.region}:${owner}:${kind}/${id}`;
  return [
    { Sid: "Interfaces", Action: change, Resource: arn(account.id, "*", "*") },
    {
      Sid: "Places",
      Action: create,
      Resource: [
        arn(account.id, "network-interface", "*"),
        // A subnet may be another account's, which shares it.
        ...subnetIds.map((id) => arn("*", "subnet", id)),
        ...(groupId === undefined ? [] : [arn(account.id, "security-group", groupId)]),
      ],
    },
    { Sid: "FindInterfaces", Action: find, Resource: "*" },
    {
      Sid: "NotFromCode",
      Effect: "Deny",
      Action: [create, ...change, ...find],
      Resource: "*",
      Condition: {
        ArnEquals: {
          "lambda:SourceFunctionArn": pulumi.interpolate`arn:${account.partition}:lambda:${context.region}:${account.id}:function:${name}`,
        },
      },
    },
  ];
}

function observabilityStatements({ logs }: RoleArgs): readonly Statement[] {
  return [
    { Sid: "Logs", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: pulumi.interpolate`${logs.arn}:*` },
    // Traces have no resources. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
    { Sid: "Traces", Action: ["xray:PutTelemetryRecords", "xray:PutTraceSegments"], Resource: "*" },
  ];
}
