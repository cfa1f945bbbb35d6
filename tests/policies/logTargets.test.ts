import { expect } from "chai";
import { pack } from "../../policies/encryption/pack";
import { pack as operations } from "../../policies/operations/pack";
import { evaluate, type TestResource, UNKNOWN } from "./harness";

const rules = pack.rules.filter(({ id }) => id === "s3-encrypted-with-kms");
const violation = 'rules[0].applyServerSideEncryptionByDefault.sseAlgorithm is "AES256", not aws:kms';

const bucket = (name: string): TestResource => ({ type: "aws:s3/bucket:Bucket", name, props: { bucket: name } });
const encryption = (name: string, algorithm = "AES256"): TestResource => ({
  type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  name: `${name}-encryption`,
  props: { bucket: name, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: algorithm } }] },
});
const logging = (name: string, target: string): TestResource => ({
  type: "aws:s3/bucketLogging:BucketLogging",
  name: "logging",
  props: { bucket: name, targetBucket: target },
});
const balancer = (props: TestResource["props"]): TestResource => ({
  type: "aws:lb/loadBalancer:LoadBalancer",
  name: "balancer",
  props,
});
const verdicts = (...resources: readonly TestResource[]) =>
  evaluate(rules, resources)
    .filter(({ status }) => status !== "notApplicable")
    .map(({ status, message }) => (status === "violation" ? message : status));

const both = [bucket("data"), bucket("logs"), encryption("data", "aws:kms"), encryption("logs")];

describe("encryption of buckets that logs are written to", () => {
  it("is S3's own where S3 writes its access logs", () => {
    expect(verdicts(...both)).to.deep.equal([violation]);
    expect(verdicts(...both, logging("data", "logs"))).to.deep.equal([]);
    expect(verdicts(...both, logging("data", "other"))).to.deep.equal([violation]);
  });

  it("is S3's own where an application load balancer writes", () => {
    for (const field of ["accessLogs", "connectionLogs"]) {
      expect(verdicts(...both, balancer({ [field]: { enabled: true, bucket: "logs" } }))).to.deep.equal([]);
    }
    expect(verdicts(...both, balancer({ loadBalancerType: "network", accessLogs: { bucket: "logs" } }))).to.deep.equal([
      violation,
    ]);
  });

  it("follows the dependency graph while names are unknown", () => {
    const unnamed = (resource: TestResource): TestResource => ({
      ...resource,
      props: { ...resource.props, bucket: UNKNOWN },
    });
    const [data, logs, dataEncryption, logsEncryption] = both.map(unnamed);
    if (!data || !logs || !dataEncryption || !logsEncryption) throw new Error("four resources");
    const program = (target: number): TestResource[] => [
      data,
      logs,
      { ...dataEncryption, refs: { bucket: [0] } },
      { ...logsEncryption, refs: { bucket: [1] } },
      { ...logging(UNKNOWN, UNKNOWN), refs: { bucket: [0], targetBucket: [target] } },
    ];
    expect(verdicts(...program(1))).to.deep.equal([]);
    const balanced = (target: number): TestResource[] => [
      ...program(1).slice(0, 4),
      { ...balancer({ accessLogs: { bucket: UNKNOWN } }), refs: { accessLogs: [target] } },
    ];
    expect(verdicts(...balanced(1))).to.deep.equal([]);
    expect(verdicts(...balanced(0))).to.deep.equal([violation]);
  });

  const replication = (from: string, to: string): TestResource => ({
    type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    name: `${from}-${to}`,
    props: { bucket: from, rules: [{ status: "Enabled", destination: { bucket: `arn:aws:s3:::${to}` } }] },
  });
  const copy: TestResource = {
    type: "aws:s3/bucket:Bucket",
    name: "copy",
    props: { bucket: "copy", arn: "arn:aws:s3:::copy" },
  };
  const copied = [...both, logging("data", "logs"), copy, encryption("copy")];

  it("is S3's own where nothing arrives but copies of such logs", () => {
    expect(verdicts(...copied)).to.deep.equal([violation]);
    expect(verdicts(...copied, replication("logs", "copy"))).to.deep.equal([]);
    expect(verdicts(...copied, replication("data", "copy"))).to.deep.equal([violation]);
    expect(verdicts(...copied, replication("logs", "copy"), replication("data", "copy"))).to.deep.equal([violation]);
  });

  it("asks for no access logs of a bucket that receives logs, or nothing but their copies", () => {
    const unlogged = (...resources: readonly TestResource[]) =>
      evaluate(
        operations.rules.filter(({ id }) => id === "s3-bucket-access-logs"),
        resources,
      )
        .filter(({ status }) => status === "violation")
        .map(({ urn }) => urn?.split("::").at(-1));
    expect(unlogged(...copied)).to.deep.equal(["copy"]);
    expect(unlogged(...copied, replication("logs", "copy"))).to.deep.equal([]);
    expect(unlogged(...copied, replication("data", "copy"))).to.deep.equal(["copy"]);
  });

  it("stays KMS for a bucket that logs to itself, and for any other weakening", () => {
    expect(verdicts(...both, logging("logs", "logs"))).to.deep.equal([violation]);
    expect(verdicts(bucket("logs"), encryption("logs", ""), logging("data", "logs"))).to.deep.equal([
      'rules[0].applyServerSideEncryptionByDefault.sseAlgorithm is "", not aws:kms',
    ]);
    expect(verdicts(...both, encryption("data"), logging("data", "logs"))).to.deep.equal([violation]);
  });
});
