import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as aws from "@pulumi/aws";
import * as gcp from "@pulumi/gcp";
import { expect } from "chai";
import { externalSecrets } from "../../../automation/externalSecrets";
import { missingFrom, type Permissions, permissionsOf } from "../../../automation/permissions";
import type { AwsPermissions } from "../../../automation/permissions/aws/derive";
import {
  condensed,
  POLICIES_PER_ROLE,
  POLICY_SIZE,
  type Statement,
  split,
} from "../../../automation/permissions/aws/statements";
import { AWS_TABLE } from "../../../automation/permissions/aws/table";
import { planStack } from "../../../automation/plan";
import { UNKNOWN_CONFIG_VALUE } from "../../../automation/stackFile";
import type { RunResult } from "../../../engine";
import { unwrap } from "../../../engine/wire";
import { skipSuiteBecause } from "../../skipBecause";

const ROOT = join(__dirname, "../../..");
const ACCOUNT = "111122223333";

interface Made {
  readonly run: RunResult;
  readonly permissions: Permissions;
}

const made = new Map<string, Promise<Made>>();

/** A simulated run of a cell, and what its deployer needs; each cell is planned once. */
function cell(system: string, model: string, cloud: string, set: Record<string, unknown> = {}): Promise<Made> {
  const key = JSON.stringify([system, model, cloud, set]);
  const known = made.get(key) ?? plan(system, model, cloud, set);
  made.set(key, known);
  return known;
}

async function plan(system: string, model: string, cloud: string, set: Record<string, unknown>): Promise<Made> {
  const secrets = await externalSecrets(system, UNKNOWN_CONFIG_VALUE);
  let run: RunResult | undefined;
  await planStack({
    directory: ROOT,
    stack: "dev",
    selection: {
      system,
      model,
      ...("placements" in set ? {} : { cloud }),
      set: Object.entries(set).map(([path, value]) => ({ path, value })),
    },
    secrets,
    mode: "simulate",
    packs: [],
    onRun: (each) => {
      run = each;
    },
  });
  if (run === undefined) {
    throw new Error("no run");
  }
  return { run, permissions: permissionsOf(run) };
}

const IN_ACCOUNT = { "access.aws.allowedAccountIds": [ACCOUNT] };
const GUARDED = {
  ...IN_ACCOUNT,
  "overrides.security": { auditLog: true, intrusionDetection: true },
  "images.registry": "registry.example.com/team",
  "images.repository": true,
  "compute.pooledDatabases": ["database"],
  "compute.schedule": { stop: "0 20 * * 1-5", start: "0 6 * * 1-5" },
  "alerts.email": { to: ["oncall@example.com"] },
  "alerts.budget": { monthlyUsd: 900, to: ["finance@example.com"] },
};

const BOUNDED = {
  ...GUARDED,
  "access.aws.permissionsBoundary": `arn:aws:iam::${ACCOUNT}:policy/boundary`,
  domain: "shop.example.org",
  "existing.us-east-1.zone": "Z0123456789ABCDEFGHIJ",
  "existing.us-east-1.detector": "12abc34d567e8fa901bc2d34e56789f0",
};

const EVERYWHERE = {
  ...IN_ACCOUNT,
  "compute.globalCaches": { redis: "us-east-1" },
  "overrides.stores.redis": { mode: "sentinel", replicas: 2, classes: { aws: "cache.m6g.large" } },
};

function statementsOf({ policies }: AwsPermissions): readonly Statement[] {
  return policies.flatMap(({ document }) => document.Statement);
}

async function onAws(...args: Parameters<typeof cell>): Promise<Made & { aws: AwsPermissions }> {
  const found = await cell(...args);
  if (found.permissions.aws === undefined) {
    throw new Error("nothing on AWS");
  }
  return { ...found, aws: found.permissions.aws };
}

function matches(pattern: string, arn: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`).test(arn);
}

describe("permissions of a deployer", function () {
  this.timeout(120_000);

  const cells = [
    ["vibebox", "standalone", "aws", IN_ACCOUNT],
    ["doc-scraper", "distributed", "aws", GUARDED],
    ["webharvest", "global", "aws", IN_ACCOUNT],
    ["doc-scraper", "global", "aws", EVERYWHERE],
    ["doc-scraper", "distributed", "aws", BOUNDED],
    ["vibebox", "global", "gcp", {}],
    ["doc-scraper", "standalone", "gcp", {}],
  ] as const;

  for (const [system, model, cloud, set] of cells) {
    it(`knows what every resource and function of ${system}, ${model}, on ${cloud} needs`, async () => {
      expect(missingFrom((await cell(system, model, cloud, set)).permissions)).to.deep.equal([]);
    });
  }

  it("has a row for every type that any component makes, whatever setting brings it", () => {
    const known = new Set(Object.keys(AWS_TABLE));
    expect(typesIn("aws", aws).filter((type) => !known.has(type))).to.deep.equal([]);
  });

  it("names a role of Google Cloud for every type that any component makes", () => {
    const text = readFileSync(join(ROOT, "automation/permissions/gcp.ts"), "utf8");
    expect(typesIn("gcp", gcp).filter((type) => !text.includes(`"${type.slice(4)}"`))).to.deep.equal([]);
  });

  it("says which types it knows nothing of", async () => {
    const { run } = await cell("vibebox", "standalone", "aws", IN_ACCOUNT);
    const [some] = run.resources.filter(({ type }) => type === "aws:s3/bucket:Bucket");
    expect(some).not.to.equal(undefined);
    const stranger = { ...(some as NonNullable<typeof some>), type: "aws:kinesis/stream:Stream" };
    const asked = { token: "aws:iam/getUser:getUser", args: {}, provider: stranger.provider };
    const permissions = permissionsOf({ ...run, resources: [...run.resources, stranger], asked: [asked] });
    expect(missingFrom(permissions)).to.deep.equal(["aws:iam/getUser:getUser", "aws:kinesis/stream:Stream"]);
  });

  for (const [system, model, , set] of cells.slice(0, 3)) {
    it(`fits ${system}, ${model}, into managed policies that one role takes`, async () => {
      const { policies } = (await onAws(system, model, "aws", set)).aws;
      expect(policies.length).to.be.within(1, POLICIES_PER_ROLE);
      for (const { document, size } of policies) {
        expect(size).to.equal(JSON.stringify(document).length).and.to.be.at.most(POLICY_SIZE);
        const ids = document.Statement.map(({ Sid }) => Sid);
        expect(new Set(ids).size).to.equal(ids.length);
        expect(ids.filter((id) => !/^[A-Za-z0-9]+$/.test(id))).to.deep.equal([]);
      }
    });

    it(`reaches every resource of ${system}, ${model}, by the ARN it gets`, async () => {
      const found = await onAws(system, model, "aws", set);
      const patterns = statementsOf(found.aws).flatMap(({ Resource }) => Resource);
      const unreached = found.run.resources
        .filter(({ type }) => AWS_TABLE[type]?.arn !== undefined)
        .map(({ outputs }) => unwrap(outputs.arn ?? null))
        .filter((arn): arn is string => typeof arn === "string")
        .map((arn) => arn.replace(/^((?:[^:]*:){4})\d{12}:/, `$1${ACCOUNT}:`))
        .filter((arn) => !patterns.some((pattern) => pattern !== "*" && matches(pattern, arn)));
      expect(unreached).to.deep.equal([]);
    });

    it(`gives a reason for every action of ${system}, ${model}, that no resource limits`, async () => {
      const { aws: found } = await onAws(system, model, "aws", set);
      const explained = new Set(found.wide.flatMap(({ actions }) => actions));
      const open = statementsOf(found).filter(({ Resource }) => Resource.includes("*"));
      expect(open.flatMap(({ Action }) => Action).filter((action) => !explained.has(action))).to.deep.equal([]);
      expect(
        statementsOf(found)
          .flatMap(({ Action }) => Action)
          .filter((action) => action.includes("*")),
      ).to.deep.equal([]);
    });
  }

  it("names no account, bucket or secret that only the simulation made up", async () => {
    const text = JSON.stringify((await onAws("webharvest", "global", "aws", IN_ACCOUNT)).aws.policies);
    expect(text).not.to.include("123456789012");
    expect(text).to.include("arn:aws:s3:::webharvest-assets-dev-*");
    expect(text).not.to.match(/webharvest-assets-dev-[0-9a-f]{8}/);
    expect(text).to.include(`:${ACCOUNT}:db:webharvest-us-east-1-database-*`);
  });

  it("hands each planned role to the services that trust it, and no other role to anything", async () => {
    const { aws: found } = await onAws("vibebox", "standalone", "aws", IN_ACCOUNT);
    const passed = statementsOf(found).filter(({ Action }) => Action.includes("iam:PassRole"));
    const pairs = passed.map(({ Resource, Condition }) => [Resource, Condition]);
    const expected = [
      ["flow-log", "vpc-flow-logs.amazonaws.com"],
      ["host", "ec2.amazonaws.com"],
      ["snapshots", "dlm.amazonaws.com"],
    ].map(([role, service]) => [
      [`arn:aws:iam::${ACCOUNT}:role/vibebox-us-east-1-${role}-*`],
      { StringEquals: { "iam:PassedToService": [service] } },
    ]);
    expect(pairs).to.have.deep.members(expected);
  });

  it("attaches those of AWS's policies that are planned, to planned roles", async () => {
    const { aws: found } = await onAws("vibebox", "standalone", "aws", IN_ACCOUNT);
    const [attach] = statementsOf(found).filter(({ Action }) => Action.includes("iam:AttachRolePolicy"));
    expect(attach?.Action).to.deep.equal(["iam:AttachRolePolicy", "iam:DetachRolePolicy"]);
    expect(attach?.Condition).to.deep.equal({
      ArnEquals: { "iam:PolicyARN": ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"] },
    });
  });

  it("makes roles and gives them rights within their boundary alone, and takes none off", async () => {
    const boundary = `arn:aws:iam::${ACCOUNT}:policy/boundary`;
    const { aws: found } = await onAws("doc-scraper", "distributed", "aws", BOUNDED);
    const within = { StringEquals: { "iam:PermissionsBoundary": boundary } };
    const growing = [
      ...["iam:AttachRolePolicy", "iam:CreateRole", "iam:DetachRolePolicy"],
      ...["iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"],
    ];
    const statements = statementsOf(found).filter(({ Action }) => Action.some((each) => growing.includes(each)));
    expect([...new Set(statements.flatMap(({ Action }) => Action))].sort()).to.deep.equal(growing);
    for (const { Sid, Condition, Resource } of statements) {
      expect(Condition?.StringEquals, Sid).to.deep.equal(within.StringEquals);
      expect(
        Resource.filter((arn) => !arn.startsWith(`arn:aws:iam::${ACCOUNT}:role/doc-scraper-us-east-1-`)),
      ).to.deep.equal([]);
    }
    const all = statementsOf(found).flatMap(({ Action }) => Action);
    expect(all).not.to.include("iam:DeleteRolePermissionsBoundary");
    expect(all.filter((each) => /^iam:\w*PolicyVersion/.test(each))).to.deep.equal([]);
    expect(found.notes.filter((note) => note.includes("permissions boundary"))).to.deep.equal([
      "roles are made and given rights within their permissions boundary alone; nothing here takes one off a role or changes its policy",
    ]);
    expect(found.policies.length).to.be.at.most(POLICIES_PER_ROLE);
  });

  it("looks up the one zone that is named by its id", async () => {
    const { aws: found } = await onAws("doc-scraper", "distributed", "aws", BOUNDED);
    const looking = statementsOf(found).filter(({ Action }) => Action.includes("route53:ListTagsForResource"));
    expect(
      looking.map(({ Resource, Condition }) => [Resource.filter((arn) => /hostedzone/.test(arn)), Condition]),
    ).to.deep.equal([[["arn:aws:route53:::hostedzone/Z0123456789ABCDEFGHIJ"], undefined]]);
  });

  it("looks at a detector that is there, and changes none", async () => {
    const { aws: found } = await onAws("doc-scraper", "distributed", "aws", BOUNDED);
    const detector = `arn:aws:guardduty:us-east-1:${ACCOUNT}:detector/12abc34d567e8fa901bc2d34e56789f0`;
    const guard = statementsOf(found).filter(({ Action }) => Action.some((each) => each.startsWith("guardduty:")));
    expect(guard.map(({ Action, Resource }) => [Action, Resource])).to.deep.equal([
      [["guardduty:GetDetector", "guardduty:ListTagsForResource"], [detector]],
    ]);
  });

  it("asks for no boundary where there is none", async () => {
    const { aws: found } = await onAws("doc-scraper", "distributed", "aws", GUARDED);
    const text = JSON.stringify(found);
    expect(text).not.to.match(/boundary/i);
    const [making] = statementsOf(found).filter(({ Action }) => Action.includes("iam:CreateRole"));
    expect(making?.Action).to.include("iam:PutRolePolicy");
    expect(making?.Condition).to.equal(undefined);
  });

  it("changes nothing in EC2 but what carries the system's tags", async () => {
    const { aws: found } = await onAws("doc-scraper", "distributed", "aws", GUARDED);
    const own = { "aws:ResourceTag/system": "doc-scraper", "aws:ResourceTag/environment": "dev" };
    const deleting = statementsOf(found).filter(({ Action }) =>
      Action.some((each) => /^ec2:(Delete|Terminate)/.test(each)),
    );
    expect(deleting.length).to.be.greaterThan(0);
    expect(deleting.map(({ Condition }) => Condition)).to.deep.equal(deleting.map(() => ({ StringEquals: own })));
  });

  it("reaches a network that is there by its ids alone", async () => {
    const placement = { name: "main", cloud: "aws", region: "us-east-1" };
    const { aws: found } = await onAws("doc-scraper", "distributed", "aws", {
      ...IN_ACCOUNT,
      placements: [placement],
      "existing.main.vpc": {
        id: "vpc-0123456789abcdef0",
        publicSubnetIds: ["subnet-00000000000000001", "subnet-00000000000000002"],
        privateSubnetIds: ["subnet-00000000000000003", "subnet-00000000000000004"],
      },
    });
    const [there] = found.wide.filter(({ reason }) => reason.startsWith("it is there already"));
    expect(there?.resources).to.include.members([
      `arn:aws:ec2:us-east-1:${ACCOUNT}:vpc/vpc-0123456789abcdef0`,
      `arn:aws:ec2:us-east-1:${ACCOUNT}:subnet/subnet-00000000000000003`,
    ]);
    expect(there?.actions).to.include.members(["ec2:CreateSecurityGroup", "ec2:RunInstances"]);
  });

  it("asks for the roles of Google Cloud that the plan's types need, and says why", async () => {
    const { permissions } = await cell("doc-scraper", "standalone", "gcp", {});
    const roles = permissions.gcp?.roles ?? [];
    expect(roles.map(({ role }) => role)).to.include.members([
      "roles/compute.instanceAdmin.v1",
      "roles/iam.serviceAccountUser",
      "roles/storage.admin",
    ]);
    expect(roles.map(({ role }) => role)).not.to.include.members(["roles/container.admin"]);
    expect(roles.filter(({ reason, types }) => reason.length < 10 || types.length === 0)).to.deep.equal([]);
    expect(JSON.stringify(roles)).not.to.match(/roles\/(owner|editor)"/);
  });

  it("writes a Role for each namespace, and a ClusterRole for what belongs to none", async () => {
    const { permissions } = await cell("doc-scraper", "distributed", "aws", GUARDED);
    const roles = permissions.kubernetes?.roles ?? [];
    expect(roles.map(({ kind, metadata }) => [kind, metadata.namespace])).to.deep.equal([
      ["ClusterRole", undefined],
      ["Role", "doc-scraper"],
    ]);
    const [, inNamespace] = roles;
    expect(inNamespace?.rules).to.deep.include({
      apiGroups: ["networking.k8s.io"],
      resources: ["networkpolicies"],
      verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
    });
    expect(JSON.stringify(roles)).not.to.include('"*"');
  });

  it("lets names share their start where every name takes too much room, and only those of one kind and place", () => {
    const arn = (tail: string) => `arn:aws:iam::${ACCOUNT}:role/${tail}`;
    const names = ["shop-us-east-1-api-*", "shop-us-east-1-db-*", "shop-us-east-1-host-*", "shop-us-east-1-web-*"];
    const profile = `arn:aws:iam::${ACCOUNT}:instance-profile/shop-us-east-1-node-*`;
    const [made] = condensed([
      { Sid: "A", Effect: "Allow", Action: ["iam:GetRole"], Resource: [profile, ...names.map(arn)] },
    ]);
    expect(made?.Resource).to.deep.equal([profile, arn("shop-us-east-1-*")]);
    const strangers = ["api-*", "db-*", "host-*", "web-*"].map(arn);
    const [kept] = condensed([{ Sid: "A", Effect: "Allow", Action: ["iam:GetRole"], Resource: strangers }]);
    expect(kept?.Resource).to.deep.equal(strangers);
  });

  it("cuts a statement that is larger than a policy, and loses nothing of it", () => {
    const resources = Array.from({ length: 300 }, (_, index) => `arn:aws:s3:::a-bucket-with-a-long-name-${index}`);
    const policies = split([{ Sid: "A", Effect: "Allow", Action: ["s3:GetBucketPolicy"], Resource: resources }]);
    expect(policies.length).to.be.greaterThan(1);
    const all = policies.flatMap(({ Statement }) => Statement.flatMap(({ Resource }) => Resource));
    expect([...all].sort()).to.deep.equal([...resources].sort());
    expect(policies.every((policy) => JSON.stringify(policy).length <= POLICY_SIZE)).to.equal(true);
  });

  describe("against AWS's service authorization reference (cfn-lint)", () => {
    before(function () {
      if (
        spawnSync("python3", [
          "-c",
          "import importlib.util, sys; sys.exit(importlib.util.find_spec('cfnlint') is None)",
        ]).status !== 0
      ) {
        skipSuiteBecause(this, "needs python3 with cfn-lint: pip install cfn-lint");
      }
    });

    const check = (statements: readonly unknown[]): readonly string[] => {
      const input = JSON.stringify(statements);
      const run = spawnSync("python3", [join(__dirname, "actions.py")], { input, encoding: "utf8" });
      if (run.status !== 0) {
        throw new Error(run.stderr);
      }
      return JSON.parse(run.stdout) as string[];
    };

    for (const [system, model, , set] of cells.slice(0, 5)) {
      it(`uses actions there are, on resources they take: ${system}, ${model}`, async () => {
        const { aws: found } = await onAws(system, model, "aws", set);
        expect(check(statementsOf(found))).to.deep.equal([]);
      });
    }

    it("finds an action there is not, one too wide, one on nothing it takes and a tag there cannot be", () => {
      const tagged = { StringEquals: { "aws:ResourceTag/system": "x" } };
      expect(
        check([
          { Action: ["s3:PutBucketEncryption"], Resource: ["arn:aws:s3:::x"] },
          { Action: ["sqs:DeleteQueue"], Resource: ["*"] },
          { Action: ["kms:CreateKey"], Resource: ["arn:aws:kms:us-east-1:1:key/*"] },
          { Action: ["iam:GetRole"], Resource: ["arn:aws:iam::1:instance-profile/x"] },
          {
            Action: ["cloudfront:GetCachePolicy"],
            Resource: ["arn:aws:cloudfront::1:cache-policy/*"],
            Condition: tagged,
          },
        ]),
      ).to.deep.equal([
        "cloudfront:GetCachePolicy: cache-policy has no tags a policy can ask for",
        "iam:GetRole: none of its role is among arn:aws:iam::1:instance-profile/x",
        "kms:CreateKey: takes no resource, and is on arn:aws:kms:us-east-1:1:key/*",
        "s3:PutBucketEncryption: no such action",
        "sqs:DeleteQueue: on *, though it takes queue",
      ]);
    });
  });
});

/** Type tokens of every resource class of a cloud that the sources name. */
function typesIn(cloud: "aws" | "gcp", sdk: object): readonly string[] {
  const sources = ["components", "stacks"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(join(ROOT, folder, file), "utf8")),
  );
  const found = sources.flatMap((text) => [
    ...text.matchAll(new RegExp(`\\b${cloud}\\.([a-zA-Z0-9]+)\\.([A-Z]\\w+)\\b`, "g")),
  ]);
  const tokens = found.flatMap(([, module = "", name = ""]) => {
    const type = (sdk as Record<string, Record<string, { __pulumiType?: string }>>)[module]?.[name]?.__pulumiType;
    return type === undefined ? [] : [type];
  });
  return [...new Set(tokens)].sort();
}
