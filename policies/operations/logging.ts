import type { PolicyResource } from "@pulumi/policy";
import { copiesOnly } from "../logCopies";
import { amount, at, isSet, isTrue, list, oneOrMany, text } from "../read";
import { type Rule, resourceRule, stackRule } from "../rule";
import { mustBeOneOf, mustBeTrue } from "../simple";
import { ofTypes, refersTo } from "../stack";

const facts = { severity: "medium", level: "mandatory" } as const;
const CONTROL_PLANE = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

const BALANCERS = ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"];

export const eksLogs = resourceRule({
  ...facts,
  id: "eks-control-plane-logs",
  title: "EKS logs all five control plane parts",
  fix: "Set enabledClusterLogTypes: api, audit, authenticator, controllerManager, scheduler.",
  sources: ["CKV_AWS_37", "EKS.8"],
  resources: ["aws:eks/cluster:Cluster"],
  check({ props }, report) {
    const enabled = list(props.enabledClusterLogTypes);
    const missing = CONTROL_PLANE.filter((type) => !enabled.includes(type));
    if (missing.length > 0) report(`enabledClusterLogTypes lacks ${missing.join(", ")}`);
  },
});

export const rdsLogs = resourceRule({
  ...facts,
  id: "rds-log-exports",
  title: "RDS exports its logs",
  fix: "Set enabledCloudwatchLogsExports, such as postgresql and upgrade.",
  sources: ["CKV_AWS_129", "CKV_AWS_324", "RDS.9"],
  resources: ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"],
  check({ props }, report) {
    if (list(props.enabledCloudwatchLogsExports).length === 0) report("enabledCloudwatchLogsExports is empty");
  },
});

export const rdsMonitoring = resourceRule({
  ...facts,
  id: "rds-enhanced-monitoring",
  title: "RDS is monitored closely",
  fix: "Set monitoringInterval to 60 or less with monitoringRoleArn.",
  sources: ["CKV_AWS_118", "RDS.6"],
  resources: ["aws:rds/instance:Instance"],
  check({ props }, report) {
    if ((amount(props.monitoringInterval) ?? 0) <= 0) report("monitoringInterval is not set");
  },
});

export const rdsInsights = mustBeTrue(
  {
    ...facts,
    id: "rds-performance-insights",
    title: "RDS keeps performance insights",
    severity: "low",
    fix: "Set performanceInsightsEnabled: true.",
    sources: ["CKV_AWS_353"],
    resources: ["aws:rds/instance:Instance"],
  },
  ["performanceInsightsEnabled"],
);

export const lambdaTraced = mustBeOneOf(
  {
    ...facts,
    id: "lambda-traced",
    title: "Lambda functions are traced",
    severity: "low",
    level: "advisory",
    fix: "Set tracingConfig: { mode: Active }.",
    sources: ["CKV_AWS_50", "Lambda.7"],
    resources: ["aws:lambda/function:Function"],
  },
  ["tracingConfig", "mode"],
  ["Active"],
  { remediable: true, remedy: "Active" },
);

export const cloudFrontLogs = stackRule({
  ...facts,
  id: "cloudfront-logs",
  title: "CloudFront logs its requests",
  fix: "Set loggingConfig.bucket, or add a LogDeliverySource with the distribution's ARN.",
  sources: ["CKV_AWS_86", "CloudFront.5"],
  resources: ["aws:cloudfront/distribution:Distribution"],
  checkStack({ resources }, report) {
    const deliveries = ofTypes(resources, ["aws:cloudwatch/logDeliverySource:LogDeliverySource"]);
    for (const distribution of ofTypes(resources, ["aws:cloudfront/distribution:Distribution"])) {
      if (isSet(at(distribution.props, "loggingConfig", "bucket"))) continue;
      if (deliveries.some((delivery) => refersTo(delivery, "resourceArn", distribution, ["arn"]))) continue;
      report("has neither loggingConfig nor a LogDeliverySource", distribution);
    }
  },
});

export const balancerLogs = resourceRule({
  ...facts,
  id: "lb-access-logs",
  title: "Load balancers log their requests",
  fix: "Set accessLogs: { enabled: true, bucket }.",
  sources: ["CKV_AWS_91", "ELB.5"],
  resources: BALANCERS,
  check({ props, notApplicable }, report) {
    if (props.loadBalancerType === "gateway") notApplicable("A gateway load balancer has no access logs");
    if (!isTrue(at(props, "accessLogs", "enabled"))) report("accessLogs.enabled is not true");
  },
});

export const wafLogs = stackRule({
  ...facts,
  id: "waf-logs",
  title: "Web ACLs log what they see",
  fix: "Add a WebAclLoggingConfiguration with the ACL's ARN.",
  sources: ["CKV2_AWS_31", "WAF.11"],
  resources: ["aws:wafv2/webAcl:WebAcl"],
  checkStack({ resources }, report) {
    const configurations = ofTypes(resources, ["aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"]);
    for (const acl of ofTypes(resources, ["aws:wafv2/webAcl:WebAcl"])) {
      if (!configurations.some((entry) => refersTo(entry, "resourceArn", acl, ["arn"]))) {
        report("no WebAclLoggingConfiguration names the ACL", acl);
      }
    }
  },
});

const BUCKETS = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"];
const LOGGING = ["aws:s3/bucketLogging:BucketLogging", "aws:s3/bucketLoggingV2:BucketLoggingV2"];
const IDENTITIES = ["bucket", "id"];

export const bucketLogs = stackRule({
  ...facts,
  id: "s3-bucket-access-logs",
  title: "Every S3 bucket logs its requests",
  description: "A bucket that receives logs needs none of its own, nor does one that receives their copies",
  severity: "low",
  fix: "Add a BucketLogging with a targetBucket.",
  sources: ["CKV_AWS_18", "S3.9"],
  resources: BUCKETS,
  checkStack({ resources }, report) {
    const all = ofTypes(resources, LOGGING);
    const balancers = ofTypes(resources, BALANCERS);
    const buckets = ofTypes(resources, BUCKETS);
    const receives = (bucket: PolicyResource) =>
      all.some((entry) => refersTo(entry, "targetBucket", bucket, IDENTITIES)) ||
      balancers.some((entry) => refersTo(entry, ["accessLogs", "bucket"], bucket, IDENTITIES));
    const targets = buckets.filter(receives);
    for (const bucket of buckets) {
      if (all.some((entry) => refersTo(entry, "bucket", bucket, IDENTITIES))) continue;
      if (targets.includes(bucket) || copiesOnly(resources, bucket, targets)) continue;
      report("no BucketLogging names the bucket", bucket);
    }
  },
});

export const logRetention = resourceRule<{ readonly minimumDays: number }>({
  ...facts,
  id: "log-group-retention",
  title: "CloudWatch log groups keep logs for a stated time",
  fix: "Set retentionInDays.",
  sources: ["CKV_AWS_66", "CloudWatch.16"],
  config: {
    properties: { minimumDays: { type: "integer", minimum: 1, default: 7 } },
    defaults: { minimumDays: 7 },
  },
  resources: ["aws:cloudwatch/logGroup:LogGroup"],
  check({ props }, report, { minimumDays }) {
    const days = amount(props.retentionInDays) ?? 0;
    if (days === 0) report("retentionInDays is not set, so logs are kept and paid for without end");
    else if (days < minimumDays) report(`retentionInDays ${days} is less than ${minimumDays}`);
  },
});

const AUDIT_FLAGS = ["log_connections", "log_disconnections", "cloudsql.enable_pgaudit"];

export const sqlFlags = resourceRule({
  ...facts,
  id: "cloud-sql-audit-flags",
  title: "Cloud SQL for PostgreSQL keeps an audit log",
  fix: "Set the database flags log_connections, log_disconnections and cloudsql.enable_pgaudit to on.",
  sources: ["CKV_GCP_52", "CKV_GCP_53", "CKV_GCP_110"],
  resources: ["gcp:sql/databaseInstance:DatabaseInstance"],
  check({ props, notApplicable }, report) {
    if (!(text(props.databaseVersion) ?? "").startsWith("POSTGRES")) notApplicable("The flags are PostgreSQL's");
    const on = oneOrMany(at(props, "settings", "databaseFlags"))
      .filter((flag) => at(flag, "value") === "on")
      .map((flag) => at(flag, "name"));
    const missing = AUDIT_FLAGS.filter((name) => !on.includes(name));
    if (missing.length > 0) report(`settings.databaseFlags lacks ${missing.join(", ")}`);
  },
});

/** Services an audit configuration is for, where buckets are among them. */
const STORAGE_SERVICES = ["allServices", "storage.googleapis.com"];

export const gcsLogs = stackRule({
  ...facts,
  id: "gcs-access-logs",
  title: "Cloud Storage buckets log their requests",
  description: "By data access audit logs of the project, or by usage logs; a bucket that receives those needs none",
  severity: "low",
  level: "advisory",
  fix: "Add an IAMAuditConfig for storage.googleapis.com with DATA_READ and DATA_WRITE, or set logging.logBucket.",
  sources: ["CKV_GCP_62"],
  resources: ["gcp:storage/bucket:Bucket"],
  checkStack({ resources }, report) {
    const audited = ofTypes(resources, ["gcp:projects/iAMAuditConfig:IAMAuditConfig"]).some(({ props }) => {
      const logged = oneOrMany(props.auditLogConfigs).map((config) => at(config, "logType"));
      return (
        STORAGE_SERVICES.includes(text(props.service) ?? "") &&
        ["DATA_READ", "DATA_WRITE"].every((logType) => logged.includes(logType))
      );
    });
    if (audited) return;
    const buckets = ofTypes(resources, ["gcp:storage/bucket:Bucket"]);
    for (const bucket of buckets) {
      if (isSet(at(bucket.props, "logging", "logBucket"))) continue;
      if (buckets.some((entry) => refersTo(entry, ["logging", "logBucket"], bucket, ["name", "id"]))) continue;
      report("has no logging.logBucket, and no IAMAuditConfig logs who reads and writes", bucket);
    }
  },
});

export const gkeLogs = resourceRule({
  ...facts,
  id: "gke-logging-and-monitoring",
  title: "GKE clusters send logs and metrics",
  description: "Unset means so",
  fix: "Remove loggingService: none and monitoringService: none.",
  sources: ["CKV_GCP_1", "CKV_GCP_8"],
  resources: ["gcp:container/cluster:Cluster"],
  check({ props }, report) {
    for (const field of ["loggingService", "monitoringService"]) {
      if (props[field] === "none") report(`${field} is none`);
    }
  },
});

export const loggingRules: readonly Rule[] = [
  eksLogs,
  rdsLogs,
  rdsMonitoring,
  rdsInsights,
  lambdaTraced,
  cloudFrontLogs,
  balancerLogs,
  wafLogs,
  bucketLogs,
  logRetention,
  sqlFlags,
  gcsLogs,
  gkeLogs,
];
