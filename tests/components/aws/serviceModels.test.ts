import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect } from "chai";
import { externalSecrets } from "../../../automation/externalSecrets";
import { planStack } from "../../../automation/plan";
import { UNKNOWN_CONFIG_VALUE } from "../../../automation/stackFile";
import type { Plan } from "../../../engine";
import { MODELS } from "../../../systems/spec";
import { skipSuiteBecause } from "../../skipBecause";
import { MANAGED } from "../../stacks/awsManaged";
import { planAws } from "../../stacks/awsPlan";
import { rotationPlan } from "../secrets/rotation/program";
import calls from "./calls.json";

const ROOT = join(__dirname, "../../..");

/** A resource as the check takes it. */
interface Planned {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

interface Report {
  readonly version: string;
  readonly placed: number;
  readonly findings: readonly string[];
  /** Entries of the table that nothing needed. */
  readonly unused: readonly string[];
}

const IMAGES = {
  registry: "registry.example.com/scraper",
  services: {
    api: "registry.example.com/scraper/scraper-api:2.0.0",
    worker: "registry.example.com/scraper/scraper-api:2.0.0",
  },
};
const GUARDED = {
  "groundplan:overrides": { security: { auditLog: true, intrusionDetection: true } },
  "groundplan:alerts": {
    email: { to: ["oncall@example.com"] },
    budget: { monthlyUsd: 900, to: ["finance@example.com"] },
  },
};
const FARGATE = {
  "groundplan:compute": { fargateNamespaces: ["doc-scraper"] },
  "groundplan:overrides": { services: { api: { nodePool: null }, worker: { nodePool: null } } },
};
const POOLED = { "groundplan:compute": { pooledDatabases: ["database"], upgradedDatabases: ["database"] } };
const EVERYWHERE = {
  "groundplan:model": "global",
  "groundplan:compute": { globalCaches: { redis: "us" } },
  "groundplan:overrides": { stores: { redis: { classes: { aws: "cache.m6g.large" } } } },
  "groundplan:placements": [
    { name: "us", cloud: "aws", region: "us-east-1", role: "primary", cidrIndex: 0 },
    { name: "eu", cloud: "aws", region: "eu-west-1", role: "secondary", cidrIndex: 1 },
  ],
};
const VIBEBOX = {
  "groundplan:model": "distributed",
  "groundplan:placements": [{ name: "main", cloud: "aws", region: "us-east-1" }],
};
const REPOSITORY = { "groundplan:images": { ...IMAGES, repository: true } };
const VPC = {
  id: "vpc-0aaaaaaaaaaaaaaaa",
  publicSubnetIds: ["subnet-0000000000000000a", "subnet-0000000000000000b"],
  privateSubnetIds: ["subnet-0000000000000000c", "subnet-0000000000000000d"],
};
const BOUNDED = {
  "groundplan:access": { aws: { permissionsBoundary: "arn:aws:iam::111122223333:policy/teams/scraper/boundary" } },
};
const CACHE_TOPIC = {
  ...MANAGED,
  "groundplan:existing": { main: { cacheTopic: "arn:aws:sns:us-east-1:111122223333:cache-events" } },
};
const IN_VPC = { "groundplan:existing": { main: { vpc: VPC } } };
const IN_CLUSTER = { "groundplan:existing": { main: { vpc: VPC, cluster: "shared" } } };
const ASLEEP = { "groundplan:compute": { schedule: { stop: "0 20 * * 1-5", start: "0 6 * * 1-5" } } };
const REDIRECTED = { "groundplan:overrides": { edge: { redirects: [{ host: "www", to: "api" }] } } };
const ZONE = { "groundplan:existing": { us: { zone: "Z0123456789ABCDEFGHIJ" } } };

const SYSTEMS = ["vibebox", "doc-scraper", "webharvest", "webclone-pro", "scraping-platform", "charterflow"] as const;

/** Every cell of the matrix on AWS. */
async function cells(): Promise<readonly Plan[]> {
  const plans: Plan[] = [];
  for (const system of SYSTEMS) {
    for (const model of MODELS) {
      const selection = { system, model, cloud: "aws" };
      const secrets = await externalSecrets(system, UNKNOWN_CONFIG_VALUE);
      plans.push(await planStack({ directory: ROOT, stack: "dev", selection, secrets, mode: "simulate", packs: [] }));
    }
  }
  return plans;
}

let known: readonly Planned[] | undefined;

/** Every resource of AWS that any cell plans, and those only a setting brings. */
async function planned(): Promise<readonly Planned[]> {
  known ??= await plannedOnce();
  return known;
}

async function plannedOnce(): Promise<readonly Planned[]> {
  const settings = [
    await planAws("simulate"),
    await planAws("simulate", GUARDED),
    await planAws("simulate", FARGATE),
    await planAws("simulate", VIBEBOX, "dev"),
    await planAws("simulate", ZONE, "prod"),
    await planAws("simulate", MANAGED),
    await planAws("simulate", REPOSITORY),
    await planAws("simulate", IN_VPC),
    await planAws("simulate", IN_CLUSTER),
    await planAws("simulate", ASLEEP),
    await planAws("simulate", REDIRECTED),
    await planAws("simulate", POOLED),
    await planAws("simulate", BOUNDED),
    await planAws("simulate", CACHE_TOPIC),
    await planAws("simulate", EVERYWHERE),
  ];
  return [...(await cells()), ...settings.map(({ plan }) => plan), await rotationPlan("simulate")]
    .flatMap(({ resources }) => resources)
    .filter(({ type }) => type.startsWith("aws:"))
    .map(({ type, name, inputs }) => ({ type, name, inputs }));
}

function check(resources: readonly Planned[]): Report {
  const input = JSON.stringify({ table: calls, resources });
  const run = spawnSync("python3", [join(__dirname, "check.py")], { input, encoding: "utf8", maxBuffer: 2 ** 28 });
  if (run.status !== 0) {
    throw new Error(run.stderr);
  }
  return JSON.parse(run.stdout) as Report;
}

describe("planned inputs against the service models AWS generates (botocore)", function () {
  this.timeout(600_000);

  before(function () {
    if (spawnSync("python3", ["-c", "import botocore"]).status !== 0) {
      skipSuiteBecause(this, "needs python3 with botocore: pip install botocore");
    }
  });

  it("has a place for every property, and takes every value of it", async () => {
    const resources = await planned();
    const { findings, placed } = check(resources);
    expect(findings.join("\n")).to.equal("");
    expect(placed).to.be.greaterThan(4_000);
  });

  it("has no exception that nothing needs", async () => {
    expect(check(await planned()).unused).to.deep.equal([]);
  });

  const alarmType = "aws:cloudwatch/metricAlarm:MetricAlarm";
  const alarm = { comparisonOperator: "GreaterThanThreshold", evaluationPeriods: 1 };
  const wrong: readonly (readonly [string, string, Readonly<Record<string, unknown>>, RegExp])[] = [
    ["a property it cannot place", alarmType, { ...alarm, loudness: 11 }, /loudness: has no place in PutMetricAlarm/],
    ["a value AWS does not list", alarmType, { ...alarm, statistic: "Mean" }, /statistic: 'Mean' is not among/],
    ["a number out of bounds", alarmType, { ...alarm, evaluationPeriods: 0 }, /evaluationPeriods: 0 is not from 1/],
    [
      "what is required and missing",
      "aws:efs/mountTarget:MountTarget",
      { subnetId: "subnet-00000000000000000" },
      /missing required field FileSystemId/,
    ],
    [
      "a name of the wrong form",
      "aws:efs/mountTarget:MountTarget",
      { fileSystemId: "volume-1", subnetId: "subnet-00000000000000000" },
      /fileSystemId: 'volume-1' does not match/,
    ],
    [
      "a property inside a list",
      "aws:lb/listener:Listener",
      { defaultActions: [{ jump: 1 }] },
      /defaultActions\.0\.jump/,
    ],
    ["a type no call makes", "aws:kinesis/stream:Stream", {}, /the table knows no call/],
  ];
  for (const [what, type, inputs, message] of wrong) {
    it(`finds ${what}`, () => {
      expect(check([{ type, name: "x", inputs }]).findings.join("\n")).to.match(message);
    });
  }
});
