import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { accountOf } from "../../aws/account";
import { makeLogGroup } from "../../aws/logGroup";
import type { Context } from "../../context";
import type { Make } from "../../make";
import { NAME_RULES, physicalName } from "../../naming";
import { allowEgress, allowIngress, makeSecurityGroup } from "../../networking/securityGroup";
import type { KeysContract } from "../keys/contract";
import { packageOf } from "./package";
import { makeFunctionRole } from "./role";
import {
  ALTERNATE_SUFFIX,
  type RotatedSecret,
  type Rotation,
  type RotationNetwork,
  type RotationReplica,
  type RotationWork,
} from "./work";

export interface RotationArgs {
  readonly context: Context;
  /** The key of secrets must be open through Lambda too, which encrypts a function's settings with it. */
  readonly keys: KeysContract;
  /** What it rotates, in names: the store, or `secrets`. */
  readonly subject: string;
  readonly work: RotationWork;
  readonly secrets: readonly RotatedSecret[];
  /** Another region that Secrets Manager keeps copies of them in, and the key they are under there. @default none */
  readonly replica?: RotationReplica | undefined;
  /** Start of the names of its children, where a component makes several. @default "rotation" */
  readonly role?: string;
  /** Component the functions belong to. */
  readonly parent: pulumi.Resource;
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
const FUNCTION_NAME = { ...NAME_RULES.awsRole, maxLength: 64, allowed: /[A-Za-z0-9_-]/ };
const SUFFIX_BYTES = 4;
const MEMORY_MIB = 256;

/**
 * Seconds a step may take. A cache takes minutes to learn a token, an instance a minute to learn a password.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html
 */
const TIMEOUT_SECONDS: Readonly<Record<RotationWork["kind"], number>> = {
  value: 60,
  copy: 60,
  postgres: 300,
  redis: 900,
};

/**
 * How many secrets one function serves: its role's policy ends at 10,240 characters, its settings at 4 KB, and a copy's
 * name two secrets each. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const SECRETS_EACH: Readonly<Record<RotationWork["kind"], number>> = { value: 20, copy: 5, postgres: 20, redis: 20 };

/** PostgreSQL's and Redis's, as the stores here have them. */
const PORTS: Readonly<Record<"postgres" | "redis", number>> = { postgres: 5432, redis: 6379 };

const HTTPS = 443;
const EVERYWHERE = "0.0.0.0/0";

/**
 * Rotation by Secrets Manager: a function that knows one store, or none, and may touch its own secrets and nothing else.
 * No function has concurrency reserved: an account's first ten could not give any away, and a second run of one secret's
 * step is harmless. https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html
 */
export function makeRotation(make: Make, args: RotationArgs): Rotation {
  const start = args.role ?? "rotation";
  const groupId = "network" in args.work && args.secrets.length > 0 ? makeGroup(make, args, args.work) : undefined;
  const made = batches(args.secrets, SECRETS_EACH[args.work.kind]).map((secrets, index) =>
    makeFunction(make, { ...args, secrets }, index === 0 ? start : `${start}-${index + 1}`, groupId),
  );
  return {
    functionNames: made.map(({ functionName }) => functionName),
    ready: made.flatMap(({ ready }) => ready),
  };
}

function makeFunction(make: Make, args: RotationArgs, role: string, group: ReturnType<typeof makeGroup> | undefined) {
  const { context, keys, subject, work } = args;
  const account = accountOf(args.parent);
  const name = makeName(make, args, role);
  // Lambda makes the group itself where it is missing, without key or retention.
  const logs = makeLogGroup(make, `${role}-logs`, {
    context,
    name: pulumi.interpolate`/aws/lambda/${name}`,
    keyArn: keys.arn("logs"),
  });
  const identity = makeFunctionRole(make, { ...args, role, name, logs, account, groupId: group?.id });
  const lambda = make(
    aws.lambda.Function,
    role,
    {
      name,
      description: `Rotates the secrets of ${subject} of ${context.system} in ${context.placement}`.slice(0, 256),
      runtime: "nodejs24.x",
      architectures: ["arm64"],
      handler: "index.handler",
      code: packageOf(work.kind),
      role: identity.arn,
      memorySize: MEMORY_MIB,
      timeout: TIMEOUT_SECONDS[work.kind],
      environment: {
        variables: {
          ROTATION: settingsOf(args),
          // The authorities of RDS, which Lambda loads by default only for Node.js 18 and before.
          // https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
          ...(work.kind === "postgres" ? { NODE_EXTRA_CA_CERTS: "/var/runtime/ca-cert.pem" } : {}),
        },
      },
      kmsKeyArn: keys.arn("secrets"),
      loggingConfig: { logFormat: "JSON", applicationLogLevel: "INFO", systemLogLevel: "WARN", logGroup: logs.name },
      tracingConfig: { mode: "Active" },
      ...("network" in work && group
        ? { vpcConfig: { subnetIds: [...work.network.subnetIds], securityGroupIds: [group.id] } }
        : {}),
      tags: context.tags,
    },
    { dependsOn: [identity.policy, logs, ...(group?.rules ?? [])] },
  );
  const permission = make(aws.lambda.Permission, `${role}-permission`, {
    function: lambda.name,
    action: "lambda:InvokeFunction",
    principal: "secretsmanager.amazonaws.com",
    sourceAccount: account.id,
  });
  const rotations = args.secrets.map((secret) => makeSchedule(make, work.kind, secret, lambda, permission));
  return { functionName: lambda.name, ready: rotations };
}

/**
 * When a secret turns. What this stack writes into a copy is its source's first value, or an old one: a copy follows at
 * once, and again whenever the stack has written.
 */
function makeSchedule(
  make: Make,
  kind: RotationWork["kind"],
  { role, arn, version, days, after = [] }: RotatedSecret,
  lambda: aws.lambda.Function,
  permission: aws.lambda.Permission,
): aws.secretsmanager.SecretRotation {
  const copies = kind === "copy";
  const written = version instanceof aws.secretsmanager.SecretVersion ? version.versionId : undefined;
  return make(
    aws.secretsmanager.SecretRotation,
    `${role}-rotation`,
    {
      secretId: arn,
      rotationLambdaArn: lambda.arn,
      // Nothing else turns before the clients' users are made.
      rotateImmediately: copies,
      rotationRules: { automaticallyAfterDays: days },
    },
    {
      dependsOn: [version, permission, ...after],
      // One made beside the other would be ended with it: a secret has one rotation.
      ...(copies ? { replacementTrigger: written, deleteBeforeReplace: true } : {}),
    },
  );
}

/** The name is ours, because its log group must stand before it. */
function makeName(make: Make, { context, subject }: RotationArgs, role: string): pulumi.Output<string> {
  const suffix = make(random.RandomId, `${role}-suffix`, { byteLength: SUFFIX_BYTES });
  const prefix = physicalName(FUNCTION_NAME, [context.system, context.placement, subject, role], 2 * SUFFIX_BYTES + 1);
  return pulumi.interpolate`${prefix}-${suffix.hex}`;
}

/** What the function reads at its start. No secret, only the names of some. */
function settingsOf({ work, secrets }: RotationArgs): pulumi.Output<string> {
  switch (work.kind) {
    case "value":
      return pulumi.jsonStringify({ kind: work.kind });
    case "copy":
      return pulumi.jsonStringify({
        kind: work.kind,
        sources: secrets.map(({ arn, source }) => ({ secret: arn, source: source?.arn })),
      });
    case "postgres":
      return pulumi.jsonStringify({
        kind: work.kind,
        host: work.host,
        port: PORTS.postgres,
        database: work.database,
        administrator: work.administratorArn,
        alternate: ALTERNATE_SUFFIX,
        ...(work.instance ? { instance: work.instance.identifier } : {}),
      });
    case "redis":
      return pulumi.jsonStringify({ kind: work.kind, host: work.host, port: PORTS.redis, group: work.groupId });
    default:
      return work satisfies never;
  }
}

/** From the functions to the store, and to the services of AWS; nothing comes in. */
function makeGroup(
  make: Make,
  { context, subject }: RotationArgs,
  work: { readonly kind: "postgres" | "redis"; readonly network: RotationNetwork },
) {
  const { id } = makeSecurityGroup(make, "rotation-group", {
    context,
    vpcId: work.network.vpcId,
    description: `Rotation of the secrets of ${subject}`,
  });
  const toStore = { context, ports: PORTS[work.kind], description: `Rotation of ${subject} to it`.slice(0, 255) };
  const { storeGroupId } = work.network;
  const rules = [
    allowEgress(make, "rotation-to-store", { ...toStore, groupId: id, peer: { groupId: storeGroupId } }),
    allowIngress(make, "from-rotation", { ...toStore, groupId: storeGroupId, peer: { groupId: id } }),
    allowEgress(make, "rotation-to-aws", {
      context,
      groupId: id,
      // The addresses of its services are not fixed.
      peer: { cidrBlock: EVERYWHERE },
      ports: HTTPS,
      description: `Rotation of ${subject} to the services of AWS`.slice(0, 255),
    }),
  ];
  return { id, rules: [...rules, ...work.network.ready] };
}

function batches<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}
