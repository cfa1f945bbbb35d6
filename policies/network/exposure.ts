import { at, isFalse, isSet, isTrue, list, oneOrMany, shown, text } from "../read";
import { setAt } from "../remedies";
import { type Rule, resourceRule, stackRule } from "../rule";
import { mustBeFalse, mustBeTrue, mustNotBeTrue } from "../simple";
import { ofTypes, refersTo } from "../stack";
import { isWorld } from "./firewall";

export const eksEndpoint = resourceRule({
  id: "eks-endpoint-restricted",
  title: "EKS endpoints are private or open to listed ranges",
  severity: "high",
  level: "mandatory",
  fix: "Set vpcConfig.endpointPublicAccess: false, or list publicAccessCidrs.",
  sources: ["CKV_AWS_38", "CKV_AWS_39", "EKS.1"],
  resources: ["aws:eks/cluster:Cluster"],
  check({ props }, report) {
    const config = props.vpcConfig;
    if (isFalse(at(config, "endpointPublicAccess"))) return;
    const ranges = list(at(config, "publicAccessCidrs"));
    if (ranges.length === 0 || ranges.some(isWorld)) {
      report("vpcConfig.endpointPublicAccess is on for the whole world");
    }
  },
});

export const gkePrivateNodes = mustBeTrue(
  {
    id: "gke-private-nodes",
    title: "GKE nodes have private addresses only",
    severity: "high",
    level: "mandatory",
    fix: "Set privateClusterConfig.enablePrivateNodes: true.",
    sources: ["CKV_GCP_64"],
    resources: ["gcp:container/cluster:Cluster"],
  },
  ["privateClusterConfig", "enablePrivateNodes"],
);

export const gkeAuthorizedNetworks = resourceRule({
  id: "gke-authorized-networks",
  title: "GKE control planes admit listed networks only",
  severity: "high",
  level: "mandatory",
  fix: "Set masterAuthorizedNetworksConfig.cidrBlocks, without 0.0.0.0/0.",
  sources: ["CKV_GCP_20", "CKV_GCP_18"],
  resources: ["gcp:container/cluster:Cluster"],
  check({ props }, report) {
    const config = props.masterAuthorizedNetworksConfig;
    if (!isSet(config)) return report("masterAuthorizedNetworksConfig is not set");
    oneOrMany(at(config, "cidrBlocks")).forEach((block, index) => {
      if (isWorld(at(block, "cidrBlock"))) report(`cidrBlocks[${index}] is the whole world`);
    });
  },
});

export const rdsPrivate = mustNotBeTrue(
  {
    id: "rds-not-public",
    title: "RDS instances are not public",
    severity: "critical",
    level: "mandatory",
    fix: "Set publiclyAccessible: false.",
    sources: ["CKV_AWS_17", "RDS.2"],
    resources: ["aws:rds/instance:Instance", "aws:rds/clusterInstance:ClusterInstance"],
  },
  ["publiclyAccessible"],
  { remediable: true },
);

export const cacheSubnets = resourceRule({
  id: "elasticache-own-subnet-group",
  title: "ElastiCache runs in a subnet group of its own",
  severity: "medium",
  level: "mandatory",
  fix: "Set subnetGroupName to a group of the data subnets.",
  sources: ["CKV_AWS_323", "ElastiCache.7"],
  resources: ["aws:elasticache/replicationGroup:ReplicationGroup", "aws:elasticache/cluster:Cluster"],
  check({ props, notApplicable }, report) {
    if (isSet(props.replicationGroupId)) notApplicable("A member runs where its replication group runs");
    const name = text(props.subnetGroupName);
    if (name === undefined || name === "default") report(`subnetGroupName is ${shown(name)}`);
  },
});

export const cloudSqlPrivate = mustBeFalse(
  {
    id: "cloud-sql-private",
    title: "Cloud SQL has no public address",
    severity: "critical",
    level: "mandatory",
    fix: "Set settings.ipConfiguration.ipv4Enabled: false and privateNetwork.",
    sources: ["CKV_GCP_60", "CKV_GCP_11"],
    resources: ["gcp:sql/databaseInstance:DatabaseInstance"],
  },
  ["settings", "ipConfiguration", "ipv4Enabled"],
);

const BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const BUCKETS = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"];
const BLOCKED = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

export const publicAccessBlock = resourceRule({
  id: "s3-public-access-blocked",
  title: "S3 public access blocks set all four switches",
  severity: "critical",
  level: "mandatory",
  fix: "Set blockPublicAcls, blockPublicPolicy, ignorePublicAcls and restrictPublicBuckets to true.",
  sources: ["CKV_AWS_53", "CKV_AWS_54", "CKV_AWS_55", "CKV_AWS_56", "S3.8"],
  resources: [BLOCK],
  check({ props }, report) {
    for (const field of BLOCKED) if (!isTrue(props[field])) report(`${field} is ${shown(props[field])}, not true`);
  },
  remediate({ props }) {
    for (const field of BLOCKED) setAt(props, [field], true);
  },
});

export const bucketHasBlock = stackRule({
  id: "s3-bucket-has-public-access-block",
  title: "Every S3 bucket has a public access block",
  severity: "critical",
  level: "mandatory",
  fix: "Add a BucketPublicAccessBlock for the bucket.",
  sources: ["CKV2_AWS_6", "CKV_AWS_53", "CKV_AWS_54", "CKV_AWS_55", "CKV_AWS_56", "S3.8"],
  resources: BUCKETS,
  checkStack({ resources }, report) {
    const blocks = ofTypes(resources, [BLOCK]);
    for (const bucket of ofTypes(resources, BUCKETS)) {
      if (!blocks.some((block) => refersTo(block, "bucket", bucket, ["bucket", "id"]))) {
        report("no BucketPublicAccessBlock names the bucket", bucket);
      }
    }
  },
});

export const gcsPrivate = resourceRule({
  id: "gcs-public-access-prevented",
  title: "Cloud Storage buckets enforce public access prevention",
  severity: "critical",
  level: "mandatory",
  fix: "Set publicAccessPrevention: enforced.",
  sources: ["CKV_GCP_114"],
  resources: ["gcp:storage/bucket:Bucket"],
  check({ props }, report) {
    const value = props.publicAccessPrevention;
    if (value !== "enforced") report(`publicAccessPrevention is ${shown(value)}, not enforced`);
  },
  remediate: ({ props }) => setAt(props, ["publicAccessPrevention"], "enforced"),
});

export const nodeAccess = resourceRule({
  id: "eks-node-group-ssh-restricted",
  title: "EKS node groups take SSH from named security groups only",
  description: "A key without groups opens port 22 of every node to the world",
  severity: "high",
  level: "mandatory",
  fix: "Remove remoteAccess, or set remoteAccess.sourceSecurityGroupIds.",
  sources: ["CKV_AWS_100"],
  resources: ["aws:eks/nodeGroup:NodeGroup"],
  check({ props }, report) {
    const key = at(props, "remoteAccess", "ec2SshKey");
    if (isSet(key) && list(at(props, "remoteAccess", "sourceSecurityGroupIds")).length === 0) {
      report("remoteAccess.ec2SshKey is set without sourceSecurityGroupIds");
    }
  },
});

export const exposureRules: readonly Rule[] = [
  nodeAccess,
  eksEndpoint,
  gkePrivateNodes,
  gkeAuthorizedNetworks,
  rdsPrivate,
  cacheSubnets,
  cloudSqlPrivate,
  publicAccessBlock,
  bucketHasBlock,
  gcsPrivate,
];
