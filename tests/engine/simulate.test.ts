import { Vpc } from "@pulumi/aws/ec2/vpc";
import { Cluster } from "@pulumi/aws/eks/cluster";
import { getAvailabilityZones } from "@pulumi/aws/getAvailabilityZones";
import { getPolicyDocumentOutput } from "@pulumi/aws/iam/getPolicyDocument";
import { Instance } from "@pulumi/aws/rds/instance";
import { Cluster as Redshift } from "@pulumi/aws/redshift/cluster";
import { Bucket } from "@pulumi/aws/s3/bucket";
import { Cluster as GkeCluster } from "@pulumi/gcp/container/cluster";
import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment";
import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import { RandomPassword } from "@pulumi/random/randomPassword";
import { expect } from "chai";
import { buildPlan, serializePlan } from "../../engine";
import { isObject, SECRET, signatureOf } from "../../engine/wire";
import { header, run, Thing } from "./support";

const simulate = { mode: "simulate", config: { "aws:region": "eu-west-1" } } as const;

describe("engine: simulate", () => {
  it("takes a short secret for part of no other text", async () => {
    const { resources } = await run(async () => {
      new Secret("user", {
        metadata: { labels: { "app.kubernetes.io/managed-by": "groundplan" } },
        stringData: { username: "app", password: "long-enough" },
      });
    }, simulate);
    const outputs = resources.find(({ name }) => name === "user")?.outputs;
    expect(isObject(outputs?.metadata) && signatureOf(outputs.metadata)).to.equal(undefined);
    expect(isObject(outputs?.stringData) && signatureOf(outputs.stringData)).to.equal(SECRET);
  });

  it("fills AWS outputs with well-formed values in the stack's region", async () => {
    const { outputs } = await run(async () => {
      const vpc = new Vpc("vpc", { cidrBlock: "10.0.0.0/16" });
      const cluster = new Cluster("eks", { roleArn: "arn:aws:iam::1:role/r", vpcConfig: { subnetIds: ["a"] } });
      const db = new Instance("db", {
        instanceClass: "db.t4g.micro",
        engine: "postgres",
        manageMasterUserPassword: true,
      });
      return {
        vpc: vpc.id,
        arn: vpc.arn,
        endpoint: cluster.endpoint,
        issuer: cluster.identities.apply((list) => list[0]?.oidcs?.[0]?.issuer),
        port: db.port,
        secret: db.masterUserSecrets.apply((list) => list[0]?.secretArn),
        bucket: new Bucket("files").bucket,
      };
    }, simulate);
    expect(outputs.vpc).to.match(/^vpc-[0-9a-f]{17}$/);
    expect(outputs.arn).to.equal(`arn:aws:ec2:eu-west-1:123456789012:vpc/${String(outputs.vpc)}`);
    expect(outputs.endpoint).to.match(/^https:\/\/[0-9A-F]{32}\.gr7\.eu-west-1\.eks\.amazonaws\.com$/);
    expect(outputs.issuer).to.match(/^https:\/\/oidc\.eks\.eu-west-1\.amazonaws\.com\/id\//);
    expect(outputs.port).to.equal(5432);
    expect(outputs.secret).to.match(/^arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-/);
    expect(outputs.bucket).to.match(/^files-[0-9a-f]{7}$/);
  });

  it("fills a type it has no simulator for from the class's own declarations", async () => {
    const { outputs } = await run(async () => {
      const warehouse = new Redshift("warehouse", { clusterIdentifier: "w", nodeType: "ra3.large" });
      return { arn: warehouse.arn, node: warehouse.clusterNodes.apply((nodes) => nodes[0]?.privateIpAddress) };
    }, simulate);
    expect(outputs.arn).to.match(/^arn:aws:redshift:eu-west-1:123456789012:cluster/);
    expect(outputs.node).to.match(/^10\.\d+\.\d+\.\d+$/);
  });

  it("fills Google Cloud and Kubernetes outputs", async () => {
    const { outputs } = await run(async () => {
      const gke = new GkeCluster("gke", { location: "europe-west1" });
      const web = new Deployment("web", { spec: { replicas: 2, selector: {}, template: {} } });
      return {
        ca: gke.masterAuth.clusterCaCertificate,
        ready: web.status.readyReplicas,
        namespace: web.metadata.namespace,
        id: web.id,
      };
    }, simulate);
    expect(outputs.ca).to.be.a("string").that.is.not.empty;
    expect(outputs.ready).to.equal(2);
    expect(outputs.namespace).to.equal("default");
    expect(outputs.id).to.match(/^default\/web-[0-9a-f]{7}$/);
  });

  it("makes passwords from the URN, and they stay secret wherever they go", async () => {
    const result = await run(async () => {
      const password = new RandomPassword("password", { length: 20, minNumeric: 3 });
      const secret = new Secret("secret", { stringData: { password: password.result } });
      return { password: password.result, data: secret.data };
    }, simulate);
    const { password, data } = result.outputs;
    expect(signatureOf(password)).to.equal(SECRET);
    expect(signatureOf(data)).to.equal(SECRET);
    const text = isObject(password) ? String(password.value) : "";
    expect(text).to.have.length(20);
    expect(text.replace(/\D/g, "").length).to.be.at.least(3);
    expect(serializePlan(buildPlan(result, header))).not.to.include(text);
  });

  it("runs every apply, with undefined for outputs a provider may leave out", async () => {
    const seen: unknown[] = [];
    await run(async () => {
      new Vpc("vpc", { cidrBlock: "10.0.0.0/16" }).ipv4IpamPoolId.apply((value) => seen.push(value));
      new Thing("thing").computed.apply((value) => seen.push(value));
    }, simulate);
    expect(seen).to.deep.equal([undefined, undefined]);
  });

  it("lets a caller's simulator go first", async () => {
    const { outputs } = await run(async () => ({ computed: new Thing("thing").computed }), {
      mode: "simulate",
      simulators: { "test:index:Thing": ({ name }) => ({ id: "i", outputs: { computed: `made for ${name}` } }) },
    });
    expect(outputs).to.deep.equal({ computed: "made for thing" });
  });

  it("knows real zones and computes policy documents", async () => {
    const { outputs } = await run(async () => {
      const zones = await getAvailabilityZones({ region: "ap-northeast-1" });
      const document = getPolicyDocumentOutput({
        statements: [
          {
            actions: ["s3:GetObject", "s3:PutObject"],
            resources: ["*"],
            principals: [{ type: "Service", identifiers: ["ec2.amazonaws.com"] }],
            conditions: [{ test: "StringEquals", variable: "aws:x", values: ["&{aws:y}"] }],
          },
        ],
      });
      return { names: zones.names, ids: zones.zoneIds, document: document.json };
    }, simulate);
    expect(outputs.names).to.deep.equal(["ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d"]);
    expect(outputs.ids).to.deep.equal(["apne1-az1", "apne1-az2", "apne1-az4"]);
    expect(JSON.parse(String(outputs.document))).to.deep.equal({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: ["s3:PutObject", "s3:GetObject"],
          Resource: "*",
          Principal: { Service: "ec2.amazonaws.com" },
          // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM has variables of its own
          Condition: { StringEquals: { "aws:x": "${aws:y}" } },
        },
      ],
    });
  });
});
