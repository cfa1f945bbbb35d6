import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { makeSecretEntry } from "../../../../components/aws/secret";
import { Component } from "../../../../components/component";
import { type Context, redundancyOf } from "../../../../components/context";
import type { Make } from "../../../../components/make";
import { Network } from "../../../../components/networking/aws";
import { makeSecurityGroup } from "../../../../components/networking/securityGroup";
import { Keys } from "../../../../components/secrets/keys/aws";
import { makeRotation } from "../../../../components/secrets/rotation/aws";
import type { RotatedSecret, Rotation, RotationNetwork } from "../../../../components/secrets/rotation/work";
import { buildPlan, type Plan, type RunResult, runProgram } from "../../../../engine";

const context: Context = {
  system: "shop",
  environment: "production",
  model: "global",
  placement: "main",
  cloud: "aws",
  region: "eu-west-1",
  role: "primary",
  tags: { system: "shop", environment: "production" },
  redundancy: redundancyOf("production"),
};

/** What a component asks for, with its way of making children. */
type Ask = (parent: Holder, make: Make) => Rotation;

/** A component with nothing but secrets and what rotates them. */
class Holder extends Component {
  readonly rotation: Rotation;

  constructor(
    name: string,
    readonly keys: Keys,
    ask: Ask,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("groundplan:secrets:SecretStore", name, { context }, opts);
    this.rotation = ask(this, (resource, role, args, childOpts) => this.make(resource, role, args, childOpts));
    this.finish({ functionNames: this.rotation.functionNames });
  }

  secret(make: Make, role: string, days: number): RotatedSecret {
    const { arn, version } = makeSecretEntry(make, role, {
      context,
      path: role,
      description: `Secret ${role}`,
      keyArn: this.keys.arn("secrets"),
      value: pulumi.secret(pulumi.output("first")),
    });
    return { role, arn, version, days };
  }
}

async function program(clients: number): Promise<void> {
  const cloud = new aws.Provider("aws", { region: "eu-west-1" });
  const options = { providers: [cloud, new random.Provider("random", {})] };
  const keys = new Keys("keys", { context, alsoThrough: { secrets: ["lambda"] } }, options);
  const network = new Network("network", { context, cidrIndex: 0, logsKeyArn: keys.arn("logs") }, options);
  const place = (make: Make, role: string): RotationNetwork => ({
    vpcId: network.vpcId,
    subnetIds: network.privateSubnetIds,
    storeGroupId: makeSecurityGroup(make, role, { context, vpcId: network.vpcId, description: "Store" }).id,
    ready: network.ready,
  });
  const common = { context, keys };
  new Holder(
    "values",
    keys,
    (parent, make) =>
      makeRotation(make, {
        ...{ ...common, parent, subject: "secrets", work: { kind: "value" } },
        secrets: [parent.secret(make, "session-key", 30)],
      }),
    options,
  );
  new Holder(
    "db",
    keys,
    (parent, make) => {
      const master = parent.secret(make, "master", 90);
      const names = Array.from({ length: clients }, (_, index) => `client-${index + 1}`);
      const identifier = "shop-db-12345678";
      const instance = { identifier, arn: `arn:aws:rds:eu-west-1:111122223333:db:${identifier}` };
      const database = { kind: "postgres", host: "db.example.com", database: "app" } as const;
      return makeRotation(make, {
        ...{ ...common, parent, subject: "db" },
        work: { ...database, administratorArn: master.arn, instance, network: place(make, "store") },
        secrets: [master, ...names.map((name) => parent.secret(make, name, 90))],
      });
    },
    options,
  );
  new Holder(
    "cache",
    keys,
    (parent, make) => {
      const group = {
        groupId: "shop-cache",
        groupArn: "arn:aws:elasticache:eu-west-1:111122223333:replicationgroup:c",
      };
      return makeRotation(make, {
        ...{ ...common, parent, subject: "cache" },
        work: { kind: "redis", ...group, host: "cache.example.com", network: place(make, "store") },
        secrets: [parent.secret(make, "token", 90)],
      });
    },
    options,
  );
  new Holder(
    "copies",
    keys,
    (parent, make) =>
      makeRotation(make, {
        ...{ ...common, parent, subject: "copies", work: { kind: "copy" } },
        secrets: ["one", "two", "three", "four", "five", "six"].map((role) => ({
          ...parent.secret(make, role, 1),
          source: {
            arn: pulumi.output(`arn:aws:secretsmanager:us-east-1:111122223333:secret:${role}-AbCdEf`),
            keyArn: "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-0000-0000-000000000000",
          },
        })),
      }),
    options,
  );
  new Holder(
    "nothing",
    keys,
    (parent, make) =>
      makeRotation(make, {
        ...{ ...common, parent, subject: "nothing" },
        work: { kind: "redis", groupId: "g", groupArn: "a", host: "h", network: place(make, "store") },
        secrets: [],
      }),
    options,
  );
}

/** A run of a program that rotates secrets of every kind. */
export function rotationRun(mode: "preview" | "simulate", clients = 1): Promise<RunResult> {
  const run = { project: "shop", stack: "production", config: {}, secretKeys: [], mode };
  return runProgram({ ...run, program: () => program(clients) });
}

/** Its plan. */
export async function rotationPlan(mode: "preview" | "simulate", clients = 1): Promise<Plan> {
  const result = await rotationRun(mode, clients);
  return buildPlan(result, { system: "shop", environment: "production", model: "global", placements: [] });
}
