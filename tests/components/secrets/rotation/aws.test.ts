import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect } from "chai";
import { permissionsOf } from "../../../../automation/permissions";
import { judgeResources } from "../../../../automation/policies";
import type { Plan } from "../../../../engine";
import { skipSuiteBecause } from "../../../skipBecause";
import { named, ofType } from "../../../stacks/awsPlan";
import { rotationPlan, rotationRun } from "./program";

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: unknown;
}

const FUNCTION = "aws:lambda/function:Function";
const ROTATION = "aws:secretsmanager/secretRotation:SecretRotation";
const ARN = /^arn:aws:secretsmanager:/;

describe("rotation of secrets on aws", function () {
  this.timeout(60_000);
  let plan: Plan;

  before(async () => {
    plan = await rotationPlan("simulate");
  });

  const inputs = (name: string, type?: string) => named(plan, name, type).inputs;
  const settings = (name: string) => {
    const { variables } = inputs(name, FUNCTION).environment as { variables: Record<string, string> };
    return { ...variables, ROTATION: JSON.parse(variables.ROTATION ?? "{}") as Record<string, unknown> };
  };
  const statements = (name: string) =>
    (JSON.parse(String(inputs(name).policy)) as { readonly Statement: readonly Statement[] }).Statement;

  it("is a function for each store and for values that have none, and none where nothing rotates", () => {
    expect(ofType(plan, FUNCTION).map(({ name }) => name)).to.deep.equal([
      "cache-rotation",
      "copies-rotation",
      "copies-rotation-2",
      "db-rotation",
      "values-rotation",
    ]);
    expect(plan.resources.filter(({ name }) => name.startsWith("nothing-")).map(({ name }) => name)).to.deep.equal([
      "nothing-store",
    ]);
  });

  it("runs each on a supported runtime, traced, its settings encrypted, its log kept and encrypted", () => {
    const { code, role, environment, vpcConfig, ...rest } = inputs("db-rotation", FUNCTION);
    const { name: logGroup, kmsKeyId, retentionInDays } = inputs("db-rotation-logs");
    expect(rest).to.deep.equal({
      name: rest.name,
      description: "Rotates the secrets of db of shop in main",
      runtime: "nodejs24.x",
      architectures: ["arm64"],
      handler: "index.handler",
      memorySize: 256,
      timeout: 300,
      kmsKeyArn: rest.kmsKeyArn,
      loggingConfig: { logFormat: "JSON", applicationLogLevel: "INFO", systemLogLevel: "WARN", logGroup },
      tracingConfig: { mode: "Active" },
      tags: { system: "shop", environment: "production" },
    });
    expect(rest.name).to.match(/^shop-main-db-rotation-[0-9a-f]{8}$/);
    expect(logGroup).to.equal(`/aws/lambda/${rest.name}`);
    expect(retentionInDays).to.equal(365);
    expect(kmsKeyId)
      .to.match(/^arn:aws:kms:/)
      .and.not.equal(rest.kmsKeyArn);
    const key = named(plan, "keys-secrets");
    expect(named(plan, "db-rotation", FUNCTION).dependencies).to.include(key.urn);
    expect(inputs("keys-secrets").policy).to.include("lambda.eu-west-1.amazonaws.com");
    expect([code, role, environment, vpcConfig].includes(undefined)).to.equal(false);
  });

  it("tells each what it is for, by names and no secret", () => {
    const master = settings("db-rotation").ROTATION.administrator;
    expect(settings("db-rotation")).to.deep.equal({
      NODE_EXTRA_CA_CERTS: "/var/runtime/ca-cert.pem",
      ROTATION: {
        kind: "postgres",
        host: "db.example.com",
        port: 5432,
        database: "app",
        administrator: master,
        alternate: "_alternate",
        instance: "shop-db-12345678",
      },
    });
    expect(master).to.match(ARN);
    expect(settings("cache-rotation")).to.deep.equal({
      ROTATION: { kind: "redis", host: "cache.example.com", port: 6379, group: "shop-cache" },
    });
    expect(settings("values-rotation")).to.deep.equal({ ROTATION: { kind: "value" } });
    const { sources } = settings("copies-rotation").ROTATION as { sources: { secret: string; source: string }[] };
    expect(sources).to.have.length(5);
    expect(sources[0]?.secret).to.match(/^arn:aws:secretsmanager:eu-west-1:/);
    expect(sources[0]?.source).to.equal("arn:aws:secretsmanager:us-east-1:111122223333:secret:one-AbCdEf");
  });

  it("gives the functions that need no store no network, and the others private subnets", () => {
    expect(inputs("values-rotation", FUNCTION).vpcConfig).to.equal(undefined);
    expect(inputs("copies-rotation", FUNCTION).vpcConfig).to.equal(undefined);
    const { subnetIds, securityGroupIds } = inputs("cache-rotation", FUNCTION).vpcConfig as {
      subnetIds: string[];
      securityGroupIds: string[];
    };
    expect(subnetIds).to.have.length(3);
    expect(securityGroupIds).to.have.length(1);
    const rule = (name: string) => {
      const { fromPort, toPort, ipProtocol, cidrIpv4 } = inputs(name);
      return [ipProtocol, fromPort, toPort, cidrIpv4];
    };
    expect(rule("cache-rotation-to-store")).to.deep.equal(["tcp", 6379, 6379, undefined]);
    expect(rule("cache-from-rotation")).to.deep.equal(["tcp", 6379, 6379, undefined]);
    expect(rule("db-rotation-to-store")).to.deep.equal(["tcp", 5432, 5432, undefined]);
    expect(rule("db-rotation-to-aws")).to.deep.equal(["tcp", 443, 443, "0.0.0.0/0"]);
    const store = named(plan, "cache-store");
    expect(named(plan, "cache-from-rotation").dependencies).to.include.members([
      store.urn,
      named(plan, "cache-rotation-group").urn,
    ]);
  });

  it("lets only Secrets Manager of this account call it", () => {
    const { statementId, ...permission } = inputs("db-rotation-permission");
    expect(permission).to.deep.equal({
      function: inputs("db-rotation", FUNCTION).name,
      action: "lambda:InvokeFunction",
      principal: "secretsmanager.amazonaws.com",
      sourceAccount: "123456789012",
    });
    expect(statementId).to.equal(undefined);
  });

  it("turns nothing at once but copies, which follow what their stack writes", () => {
    const rotations = ofType(plan, ROTATION);
    expect(
      rotations.map(({ name, inputs: { rotateImmediately, rotationRules } }) => [
        name,
        rotateImmediately,
        rotationRules,
      ]),
    ).to.deep.equal([
      ["cache-token-rotation", false, { automaticallyAfterDays: 90 }],
      ...["five", "four", "one", "six", "three", "two"].map((name) => [
        `copies-${name}-rotation`,
        true,
        { automaticallyAfterDays: 1 },
      ]),
      ["db-client-1-rotation", false, { automaticallyAfterDays: 90 }],
      ["db-master-rotation", false, { automaticallyAfterDays: 90 }],
      ["values-session-key-rotation", false, { automaticallyAfterDays: 30 }],
    ]);
    for (const { name, dependencies } of rotations) {
      const secret = name.replace(/-rotation$/, "");
      expect(dependencies, name).to.include(named(plan, `${secret}-version`).urn);
    }
    expect(named(plan, "copies-six-rotation").dependencies).to.include(named(plan, "copies-rotation-2-permission").urn);
  });

  it("begins a copy's rotation anew with each value its stack writes, and ends the one before first", async () => {
    const { resources } = await rotationRun("simulate");
    const of = (name: string) => resources.find((resource) => resource.name === name);
    const { replacementTrigger, deleteBeforeReplace } = of("copies-one-rotation")?.options ?? {};
    expect(replacementTrigger).to.be.a("string").and.equal(of("copies-one-version")?.outputs.versionId);
    expect(deleteBeforeReplace).to.equal(true);
    expect(of("db-master-rotation")?.options).to.have.all.keys("version");
  });

  it("lets a function touch its own secrets, its own store, and what a function has to", () => {
    const own = (name: string) =>
      statements(name).map(({ Sid, Effect, Action, Resource }) => [
        `${Effect} ${Sid}`,
        [Action].flat().join(" "),
        [Resource].flat().length,
      ]);
    const secrets =
      "secretsmanager:DescribeSecret secretsmanager:GetSecretValue secretsmanager:PutSecretValue secretsmanager:UpdateSecretVersionStage";
    const change = "ec2:AssignPrivateIpAddresses ec2:DeleteNetworkInterface ec2:UnassignPrivateIpAddresses";
    const find = "ec2:DescribeNetworkInterfaces ec2:DescribeSubnets";
    const key = ["Allow Key", "kms:Decrypt kms:GenerateDataKey", 1];
    const network = [
      ["Allow Interfaces", change, 1],
      ["Allow Places", "ec2:CreateNetworkInterface", 5],
      ["Allow FindInterfaces", find, 1],
      ["Deny NotFromCode", `ec2:CreateNetworkInterface ${change} ${find}`, 1],
    ];
    const seen = [
      ["Allow Logs", "logs:CreateLogStream logs:PutLogEvents", 1],
      ["Allow Traces", "xray:PutTelemetryRecords xray:PutTraceSegments", 1],
    ];
    expect(own("values-rotation-policy")).to.deep.equal([["Allow Secrets", secrets, 1], key, ...seen]);
    expect(own("db-rotation-policy")).to.deep.equal([
      ["Allow Secrets", secrets, 2],
      key,
      ["Allow Administrator", "secretsmanager:GetSecretValue", 1],
      ["Allow Instance", "rds:ModifyDBInstance", 1],
      ...network,
      ...seen,
    ]);
    expect(own("cache-rotation-policy")).to.deep.equal([
      ["Allow Secrets", secrets, 1],
      key,
      ["Allow Group", "elasticache:DescribeReplicationGroups elasticache:ModifyReplicationGroup", 1],
      ...network,
      ...seen,
    ]);
    expect(own("copies-rotation-2-policy")).to.deep.equal([
      ["Allow Secrets", secrets, 1],
      key,
      ["Allow Source1", "secretsmanager:GetSecretValue", 1],
      ["Allow SourceKey1", "kms:Decrypt", 1],
      ...seen,
    ]);
  });

  it("allows on everything only what has no resources, and denies the code what Lambda alone needs", () => {
    for (const name of ["values", "db", "cache", "copies"]) {
      const open = statements(`${name}-rotation-policy`).filter(({ Resource }) => [Resource].flat().includes("*"));
      expect(open.map(({ Sid }) => Sid)).to.deep.equal(
        name === "db" || name === "cache" ? ["FindInterfaces", "NotFromCode", "Traces"] : ["Traces"],
      );
    }
    const reached = statements("db-rotation-policy").filter(({ Sid }) => Sid === "Interfaces" || Sid === "Places");
    expect(
      reached.flatMap(({ Resource }) => Resource).map((arn) => arn.replace(/-[0-9a-f]{6,}$/, "-ID")),
    ).to.deep.equal([
      // What Lambda's own check asks for, which names no interface.
      "arn:aws:ec2:eu-west-1:123456789012:*/*",
      "arn:aws:ec2:eu-west-1:123456789012:network-interface/*",
      ...Array.from({ length: 3 }, () => "arn:aws:ec2:eu-west-1:*:subnet/subnet-ID"),
      "arn:aws:ec2:eu-west-1:123456789012:security-group/sg-ID",
    ]);
    const [deny] = statements("db-rotation-policy").filter(({ Effect }) => Effect === "Deny");
    const name = inputs("db-rotation", FUNCTION).name;
    expect(deny?.Condition).to.deep.equal({
      ArnEquals: { "lambda:SourceFunctionArn": `arn:aws:lambda:eu-west-1:123456789012:function:${name}` },
    });
    const keys = statements("copies-rotation-2-policy").filter(({ Sid }) => /Key/.test(Sid));
    expect(keys.map(({ Condition }) => Condition)).to.deep.equal([
      {
        StringEquals: {
          "kms:ViaService": ["secretsmanager.eu-west-1.amazonaws.com", "lambda.eu-west-1.amazonaws.com"],
        },
      },
      { StringEquals: { "kms:ViaService": "secretsmanager.us-east-1.amazonaws.com" } },
    ]);
  });

  describe("against AWS's service authorization reference (cfn-lint)", () => {
    before(function () {
      const code = "import importlib.util, sys; sys.exit(importlib.util.find_spec('cfnlint') is None)";
      if (spawnSync("python3", ["-c", code]).status !== 0) {
        skipSuiteBecause(this, "needs python3 with cfn-lint: pip install cfn-lint");
      }
    });

    const check = (asked: readonly Pick<Statement, "Action" | "Resource" | "Condition">[]): readonly string[] => {
      const input = asked.map(({ Action, Resource, Condition = {} }) => ({
        Action: [Action].flat(),
        Resource: [Resource].flat(),
        Condition,
      }));
      const script = join(__dirname, "../../../automation/permissions/actions.py");
      const run = spawnSync("python3", [script], { input: JSON.stringify(input), encoding: "utf8" });
      if (run.status !== 0) {
        throw new Error(run.stderr);
      }
      return JSON.parse(run.stdout) as string[];
    };

    it("the roles name actions there are, on resources they take", () => {
      const own = ["values", "db", "cache", "copies"].flatMap((name) => statements(`${name}-rotation-policy`));
      expect(check(own.filter(({ Effect }) => Effect === "Allow"))).to.deep.equal([]);
    });

    it("a deployer is allowed to make, change and delete all of it, and to hand the roles to Lambda alone", async () => {
      const { aws } = permissionsOf(await rotationRun("simulate"));
      expect(aws?.unknown).to.deep.equal([]);
      const allowed = (aws?.policies ?? []).flatMap(({ document }) => document.Statement);
      expect(check(allowed)).to.deep.equal([]);
      const passed = allowed.filter(
        ({ Action, Resource }) => Action.includes("iam:PassRole") && Resource.some((arn) => /-rotation-/.test(arn)),
      );
      expect(passed.map(({ Condition }) => Condition)).to.deep.equal([
        { StringEquals: { "iam:PassedToService": ["lambda.amazonaws.com"] } },
      ]);
      const functions = allowed.filter(({ Action }) => Action.some((each) => each.startsWith("lambda:")));
      expect(functions.map(({ Resource }) => Resource.map((arn) => arn.replace(/^.*:/, "")))).to.deep.equal([
        ["cache", "copies", "db", "secrets"].flatMap((subject) =>
          subject === "copies"
            ? [`shop-main-${subject}-rotation-*`, `shop-main-${subject}-rotation-2-*`]
            : [`shop-main-${subject}-rotation-*`],
        ),
      ]);
      expect(functions.flatMap(({ Action }) => Action)).to.deep.equal(
        [
          ...["AddPermission", "CreateFunction", "DeleteFunction", "GetFunction", "GetFunctionCodeSigningConfig"],
          ...["GetFunctionConfiguration", "GetPolicy", "InvokeFunction", "ListTags", "ListVersionsByFunction"],
          ...["RemovePermission", "TagResource", "UntagResource", "UpdateFunctionCode", "UpdateFunctionConfiguration"],
        ].map((action) => `lambda:${action}`),
      );
      expect(allowed.flatMap(({ Action }) => Action)).to.include("secretsmanager:RotateSecret");
    });
  });

  it("is what every policy pack asks of functions, roles, groups and secrets", async () => {
    const { resources } = await rotationRun("simulate");
    const { results } = await judgeResources(resources, { environment: "production", mode: "simulate" });
    const own = results.filter(({ urn }) => /::[a-z]+-[^:]*rotation[^:]*$/.test(urn));
    // This program tags nothing with its owner; no more is said of it.
    expect(own.filter(({ rule }) => rule !== "resource-tagged")).to.deep.equal([]);
    expect(own.length).to.be.greaterThan(0);
  });

  it("shares many secrets out, so that no role's policy and no function's settings grow too long", async () => {
    const many = await rotationPlan("simulate", 45);
    const functions = ofType(many, FUNCTION).filter(({ name }) => name.startsWith("db-"));
    expect(functions.map(({ name }) => name)).to.deep.equal(["db-rotation", "db-rotation-2", "db-rotation-3"]);
    expect(ofType(many, ROTATION).filter(({ name }) => name.startsWith("db-"))).to.have.length(46);
    for (const { name, inputs: each } of ofType(many, "aws:iam/rolePolicy:RolePolicy")) {
      // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
      expect(String(each.policy).length, name).to.be.below(10_240);
    }
    for (const { name, inputs: each } of ofType(many, FUNCTION)) {
      expect(JSON.stringify(each.environment).length, name).to.be.below(4_096);
    }
    // All of them stand in one group, which the store lets in once.
    expect(many.resources.filter(({ name }) => name === "db-from-rotation")).to.have.length(1);
  });

  it("plans the same where nothing is known yet", async () => {
    const preview = await rotationPlan("preview");
    expect(preview.resources.map(({ urn }) => urn)).to.deep.equal(plan.resources.map(({ urn }) => urn));
    const code = named(preview, "db-rotation", FUNCTION).inputs.code;
    expect(JSON.stringify(code)).not.to.include(process.cwd());
    expect(code).to.deep.equal(named(plan, "db-rotation", FUNCTION).inputs.code);
  });
});
