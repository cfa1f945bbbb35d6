import { resolve } from "node:path";
import { expect } from "chai";
import { planStack } from "../../automation/plan";
import { docScraper } from "../../systems/docScraper";
import { edgesOf } from "../../systems/edges";
import { resolveSystem } from "../../systems/resolve";
import { named, ofType, planAws } from "./awsPlan";

/** Types that have no tags. */
const UNTAGGED =
  /\/(rolePolicy\w*|alias|route|routeTableAssociation|secretVersion|bucket\w+|webAclAssociation|webAclLoggingConfiguration|certificateValidation|accessPolicyAssociation|schedule|topicPolicy|permission|secretRotation):/;

interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

function statementsOf(policy: unknown): readonly PolicyStatement[] {
  return (JSON.parse(String(policy)) as { readonly Statement: readonly PolicyStatement[] }).Statement;
}

function list(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? [value] : value;
}

describe("doc-scraper, staging, distributed on aws", function () {
  this.timeout(60_000);

  const COUNTS: Readonly<Record<string, number>> = {
    "aws:ec2/vpc:Vpc": 1,
    "aws:ec2/subnet:Subnet": 9,
    "aws:ec2/natGateway:NatGateway": 1,
    "aws:ec2/flowLog:FlowLog": 1,
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": 1,
    "aws:ec2/vpcEndpoint:VpcEndpoint": 11,
    "aws:eks/cluster:Cluster": 1,
    "aws:eks/nodeGroup:NodeGroup": 3,
    "aws:eks/addon:Addon": 6,
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": 6,
    "aws:rds/instance:Instance": 3,
    "aws:elasticache/replicationGroup:ReplicationGroup": 1,
    "aws:s3/bucket:Bucket": 5,
    "aws:kms/key:Key": 8,
    "aws:secretsmanager/secret:Secret": 6,
    "aws:lb/loadBalancer:LoadBalancer": 1,
    "aws:wafv2/webAcl:WebAcl": 1,
    "aws:sns/topic:Topic": 1,
    "aws:cloudwatch/metricAlarm:MetricAlarm": 26,
    "aws:lambda/function:Function": 2,
    "aws:secretsmanager/secretRotation:SecretRotation": 5,
    "aws:acm/certificate:Certificate": 1,
    "kubernetes:apps/v1:Deployment": 2,
    "kubernetes:helm.sh/v3:Release": 8,
    "kubernetes:batch/v1:Job": 1,
  };

  for (const mode of ["preview", "simulate"] as const) {
    it(`plans whole in ${mode}, with exactly these resources of each kind`, async () => {
      const { plan } = await planAws(mode);
      const found = Object.fromEntries(Object.keys(COUNTS).map((type) => [type, ofType(plan, type).length]));
      expect(found).to.deep.equal(COUNTS);
      expect(plan.diagnostics.filter((each) => each.severity === "error")).to.deep.equal([]);
      const { records, ...main } = (plan.outputs.placements as { main: Record<string, unknown> }).main;
      expect(main).to.deep.equal({
        cloud: "aws",
        region: "us-east-1",
        role: "primary",
        urls: { "api.scraper.example.com": "https://api.scraper.example.com" },
      });
      // No zone is named: whoever runs it is told what to write there.
      expect(records).to.have.all.keys("certificate", "hosts");
    });
  }

  it("uses explicit providers only", async () => {
    const { plan } = await planAws("preview");
    for (const resource of plan.resources.filter((each) => each.custom && !each.type.startsWith("pulumi:"))) {
      expect(resource.provider, resource.urn).to.match(/::main-(aws|random|cluster-kubernetes)$/);
    }
  });

  it("tags everything that takes tags", async () => {
    const { plan } = await planAws("preview");
    const expected = {
      system: "doc-scraper",
      environment: "staging",
      model: "distributed",
      "managed-by": "groundplan",
      owner: "documentation",
    };
    const taggable = plan.resources.filter((each) => each.type.startsWith("aws:") && !UNTAGGED.test(each.type));
    for (const resource of taggable) {
      expect(resource.inputs.tags, resource.urn).to.include(expected);
    }
  });

  it("lets services do in AWS exactly what their edges say", async () => {
    const { plan } = await planAws("simulate");
    const system = resolveSystem(docScraper, { model: "distributed", environment: "staging", placement: "main" });
    const buckets = edgesOf(system).filter(
      (edge) => edge.to.kind === "store" && system.stores[edge.to.name]?.kind === "bucket",
    );
    expect(buckets.map((edge) => [edge.from.name, edge.to.name, edge.access])).to.deep.equal([
      ["api", "exports", "write"],
    ]);

    const policies = ofType(plan, "aws:iam/rolePolicy:RolePolicy").filter((each) =>
      each.name.includes("identity-doc-scraper-"),
    );
    // The dump and its restore test act as well, on the bucket their backup names.
    expect(policies.map((each) => each.name)).to.have.members(
      ["api", "backup-daily", "restore-daily"].map((name) => `main-cluster-identity-doc-scraper-${name}-policy`),
    );
    const statements = statementsOf(policies[0]?.inputs.policy);
    expect(statements.map((each) => [each.Sid, each.Action])).to.deep.equal([
      ["ExportsList", ["s3:ListBucket", "s3:GetBucketLocation"]],
      [
        "ExportsWrite",
        [
          "s3:GetObject",
          "s3:GetObjectVersion",
          "s3:PutObject",
          "s3:DeleteObject",
          "s3:AbortMultipartUpload",
          "s3:ListMultipartUploadParts",
        ],
      ],
      ["ExportsKey", ["kms:Decrypt", "kms:GenerateDataKey"]],
    ]);
    const resources = statements.flatMap((each) => list(each.Resource));
    expect(resources[0]).to.match(/^arn:aws:s3:::scraper-exports-staging-[0-9a-f]{8}$/);
    expect(resources[1]).to.equal(`${resources[0]}/*`);
    expect(resources[2]).to.match(/^arn:aws:kms:us-east-1:111122223333:key\//);
  });

  it("grants nobody an action or a resource without bounds, but for descriptions and traces, which take none", async () => {
    const { plan } = await planAws("simulate");
    for (const policy of ofType(plan, "aws:iam/rolePolicy:RolePolicy")) {
      for (const statement of statementsOf(policy.inputs.policy)) {
        for (const action of list(statement.Action)) {
          expect(action, policy.name).to.match(/^[a-z0-9-]+:[A-Za-z]+$/);
        }
        if (list(statement.Resource).includes("*") && statement.Effect === "Allow") {
          expect(
            list(statement.Action).every((action) => /:Describe|^xray:Put/.test(action)),
            policy.name,
          ).to.equal(true);
        }
      }
    }
  });

  it("keeps every key to its own account", async () => {
    const { plan } = await planAws("simulate");
    for (const key of ofType(plan, "aws:kms/key:Key")) {
      expect(key.inputs.enableKeyRotation, key.name).to.equal(true);
      for (const statement of statementsOf(key.inputs.policy) as readonly (PolicyStatement & {
        Principal: unknown;
      })[]) {
        expect(JSON.stringify(statement.Principal), key.name).to.match(
          /^\{"(AWS":"arn:aws:iam::111122223333:root"|Service":("logs\.us-east-1\.amazonaws\.com"|"cloudtrail\.amazonaws\.com"|"cloudwatch\.amazonaws\.com"|\["events\.amazonaws\.com","events\.rds\.amazonaws\.com"\]))\}$/,
        );
      }
    }
  });

  it("lets pods reach the stores and what rotates their passwords, and nothing else into the data tier", async () => {
    const { plan } = await planAws("simulate");
    const into = ofType(plan, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").filter((each) =>
      /main-(database|redis)-/.test(each.name),
    );
    const [template] = ofType(plan, "aws:ec2/launchTemplate:LaunchTemplate");
    const [nodes] = list((template?.inputs.vpcSecurityGroupIds ?? []) as readonly string[]);
    const rotates = (store: string) => {
      const { inputs } = named(plan, `main-${store}-rotation`, "aws:lambda/function:Function");
      return (inputs.vpcConfig as { readonly securityGroupIds: readonly string[] }).securityGroupIds[0];
    };
    expect(
      into.map(({ inputs }) => [inputs.fromPort, inputs.toPort, inputs.cidrIpv4, inputs.referencedSecurityGroupId]),
    ).to.have.deep.members([
      [5432, 5432, undefined, nodes],
      [5432, 5432, undefined, rotates("database")],
      [6379, 6379, undefined, nodes],
      [6379, 6379, undefined, rotates("redis")],
    ]);
  });

  it("opens only the load balancer's two ports to the world, and describes every rule", async () => {
    const { plan } = await planAws("simulate");
    const rules = ofType(plan, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
    const open = rules.filter((each) => each.inputs.cidrIpv4 === "0.0.0.0/0");
    expect(open.map((each) => [each.name, each.inputs.fromPort]).sort()).to.deep.equal([
      ["main-edge-from-world-443", 443],
      ["main-edge-from-world-80", 80],
    ]);
    for (const rule of [...rules, ...ofType(plan, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")]) {
      expect(rule.inputs.description, rule.name).to.be.a("string").with.length.above(5);
      expect(rule.inputs.ipProtocol, rule.name).to.be.oneOf(["tcp", "udp"]);
    }
  });

  it("shows no secret: neither in the plan nor in an input that is not secret", async () => {
    const { plan, raw } = await planAws("simulate");
    const passwords = raw
      .filter((each) => each.type === "random:index/randomPassword:RandomPassword")
      .map((each) => (each as unknown as { outputs: { result: { value: string } } }).outputs.result.value);
    expect(passwords).to.have.length(6);
    const text = JSON.stringify(plan);
    for (const password of passwords) {
      expect(password).to.be.a("string").with.length.at.least(40);
      expect(text).to.not.contain(password);
    }
    const database = named(plan, "main-database-primary");
    expect(database.inputs.password).to.deep.equal({ $: "secret", type: "string", known: true });
  });

  it("gives each client a user of its own before any client starts", async () => {
    const { plan } = await planAws("simulate");
    const script = JSON.stringify(ofType(plan, "kubernetes:core/v1:ConfigMap").map((each) => each.inputs.data));
    for (const line of ['CREATE ROLE \\\\\\"api\\\\\\"', 'CREATE ROLE \\\\\\"worker_alternate\\\\\\"']) {
      expect(script).to.contain(JSON.parse(`"${line}"`));
    }
    const job = ofType(plan, "kubernetes:batch/v1:Job")[0];
    for (const deployment of ofType(plan, "kubernetes:apps/v1:Deployment")) {
      expect(deployment.dependencies, deployment.name).to.include(job?.urn);
    }
  });

  it("breaks no mandatory rule of any policy pack", async () => {
    const plan = await planStack({
      directory: resolve(__dirname, "../.."),
      stack: "staging",
      mode: "simulate",
      today: "2026-11-22",
    });
    const broken = plan.policies.results.filter((each) => each.level === "mandatory" && each.status === "violation");
    expect(broken.map((each) => `${each.rule} ${each.urn}`)).to.deep.equal([]);
  });

  it("says what it gives only in part", async () => {
    const { plan } = await planAws("preview");
    const features = plan.degraded.map((each) => each.feature).join("\n");
    for (const part of [
      "adding nodes to",
      "read replicas of database",
      "X-XSS-Protection",
      "stopping database at night",
    ]) {
      expect(features).to.contain(part);
    }
  });

  it("gives everything stateful two protections", async () => {
    const { plan } = await planAws("preview");
    const stateful = [
      "aws:rds/instance:Instance",
      "aws:elasticache/replicationGroup:ReplicationGroup",
      "aws:s3/bucket:Bucket",
      "aws:kms/key:Key",
      "aws:eks/cluster:Cluster",
    ];
    for (const resource of stateful.flatMap((type) => ofType(plan, type))) {
      expect(resource.options.protect, resource.urn).to.equal(true);
    }
    for (const instance of ofType(plan, "aws:rds/instance:Instance")) {
      expect(instance.inputs.deletionProtection).to.equal(true);
    }
  });
});
