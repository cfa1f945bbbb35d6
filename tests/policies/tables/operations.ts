import { type CaseTable, chosen, flag, one } from "../cases";
import { deployment } from "../fixtures";
import { DELETE, type TestResource } from "../harness";

const tags = { system: "shop", environment: "production", model: "global", owner: "team", "managed-by": "pulumi" };
const tagged = (type: string, props: Readonly<Record<string, unknown>>): readonly TestResource[] => [
  { type, props: { ...props, tags } },
];
const budget: TestResource = {
  type: "aws:budgets/budget:Budget",
  props: { limitAmount: "100", notifications: [{ threshold: 80 }] },
};
const eks = tagged("aws:eks/cluster:Cluster", {
  enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
});
const database = [
  ...tagged("aws:rds/instance:Instance", {
    instanceClass: "db.r6g.xlarge",
    enabledCloudwatchLogsExports: ["postgresql"],
    monitoringInterval: 60,
    performanceInsightsEnabled: true,
  }),
  budget,
];
const bucket = [
  ...tagged("aws:s3/bucket:Bucket", { bucket: "shop" }),
  { type: "aws:s3/bucketLogging:BucketLogging", props: { bucket: "shop", targetBucket: "logs" } },
];
const acl = [
  ...tagged("aws:wafv2/webAcl:WebAcl", { arn: "arn:acl" }),
  { type: "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", props: { resourceArn: "arn:acl" } },
];
const cloudSql: readonly TestResource[] = [
  {
    type: "gcp:sql/databaseInstance:DatabaseInstance",
    props: {
      databaseVersion: "POSTGRES_16",
      settings: {
        tier: "db-custom-2-8192",
        userLabels: tags,
        databaseFlags: ["log_connections", "log_disconnections", "cloudsql.enable_pgaudit"].map((name) => ({
          name,
          value: "on",
        })),
      },
    },
  },
];
const repository = [
  ...tagged("aws:ecr/repository:Repository", {
    name: "shop",
    imageTagMutability: "IMMUTABLE",
    imageScanningConfiguration: { scanOnPush: true },
  }),
  { type: "aws:ecr/lifecyclePolicy:LifecyclePolicy", props: { repository: "shop" } },
];
const secret = [
  ...tagged("aws:secretsmanager/secret:Secret", { arn: "arn:secret" }),
  { type: "aws:secretsmanager/secretRotation:SecretRotation", props: { secretId: "arn:secret" } },
];
const instance = [
  ...tagged("aws:ec2/instance:Instance", { instanceType: "m5.large" }),
  budget,
  { type: "aws:scheduler/schedule:Schedule", props: { scheduleExpression: "cron(0 20 * * ? *)" } },
];
const labelled = {
  ...deployment,
  props: {
    ...deployment.props,
    metadata: {
      name: "app",
      labels: { "app.kubernetes.io/name": "app", "app.kubernetes.io/managed-by": "pulumi" },
    },
  },
};
const nodes = [
  ...tagged("aws:eks/nodeGroup:NodeGroup", { scalingConfig: { maxSize: 10 }, instanceTypes: ["c5.xlarge"] }),
  budget,
];
const distribution = tagged("aws:cloudfront/distribution:Distribution", { loggingConfig: { bucket: "logs" } });

export const table: CaseTable = {
  "eks-control-plane-logs": {
    base: eks,
    fails: [
      {
        at: "enabledClusterLogTypes",
        to: ["api", "audit", "authenticator"],
        message: "enabledClusterLogTypes lacks controllerManager, scheduler",
      },
    ],
    unknown: ["enabledClusterLogTypes"],
  },
  "rds-log-exports": {
    base: database,
    fails: [{ at: "enabledCloudwatchLogsExports", to: [], message: "enabledCloudwatchLogsExports is empty" }],
    unknown: ["enabledCloudwatchLogsExports"],
  },
  "rds-enhanced-monitoring": {
    base: database,
    fails: [{ at: "monitoringInterval", to: 0, message: "monitoringInterval is not set" }],
    unknown: ["monitoringInterval"],
  },
  "rds-performance-insights": flag(database, "performanceInsightsEnabled"),
  "lambda-traced": {
    base: tagged("aws:lambda/function:Function", { tracingConfig: { mode: "Active" } }),
    fails: [
      { at: "tracingConfig.mode", to: "PassThrough", message: 'tracingConfig.mode is "PassThrough", not Active' },
      { at: "tracingConfig", to: DELETE, message: "tracingConfig.mode is unset, not Active" },
    ],
    unknown: ["tracingConfig.mode"],
  },
  "cloudfront-logs": {
    base: distribution,
    fails: [{ at: "loggingConfig", to: DELETE, message: "has neither loggingConfig nor a LogDeliverySource" }],
    unknown: ["loggingConfig.bucket"],
  },
  "lb-access-logs": {
    base: tagged("aws:lb/loadBalancer:LoadBalancer", { accessLogs: { enabled: true, bucket: "logs" } }),
    fails: [{ at: "accessLogs.enabled", to: false, message: "accessLogs.enabled is not true" }],
    unknown: ["accessLogs.enabled"],
  },
  "waf-logs": {
    base: acl,
    fails: [{ at: "", to: DELETE, on: 1, message: "no WebAclLoggingConfiguration names the ACL" }],
    unknown: [{ at: "resourceArn", on: 1 }],
  },
  "s3-bucket-access-logs": {
    base: bucket,
    fails: [
      { at: "", to: DELETE, on: 1, message: "no BucketLogging names the bucket" },
      { at: "bucket", to: "other", on: 1, message: "no BucketLogging names the bucket" },
    ],
    unknown: [{ at: "bucket", on: 1 }],
  },
  "log-group-retention": {
    base: tagged("aws:cloudwatch/logGroup:LogGroup", { retentionInDays: 30 }),
    fails: [
      {
        at: "retentionInDays",
        to: 0,
        message: "retentionInDays is not set, so logs are kept and paid for without end",
      },
      { at: "retentionInDays", to: 3, message: "retentionInDays 3 is less than 7" },
    ],
    unknown: ["retentionInDays"],
  },
  "cloud-sql-audit-flags": {
    base: cloudSql,
    fails: [
      {
        at: "settings.databaseFlags.0.value",
        to: "off",
        message: "settings.databaseFlags lacks log_connections",
      },
    ],
    unknown: ["settings.databaseFlags"],
  },
  "gcs-access-logs": {
    base: [{ type: "gcp:storage/bucket:Bucket", props: { labels: tags, logging: { logBucket: "logs" } } }],
    fails: [
      {
        at: "logging.logBucket",
        to: DELETE,
        message: "has no logging.logBucket, and no IAMAuditConfig logs who reads and writes",
      },
    ],
    unknown: ["logging.logBucket"],
  },
  "ecr-immutable-tags": chosen(repository, "imageTagMutability", "MUTABLE", "IMMUTABLE"),
  "ecr-scan-on-push": flag(repository, "imageScanningConfiguration.scanOnPush"),
  "ecr-lifecycle": {
    base: repository,
    fails: [{ at: "", to: DELETE, on: 1, message: "no LifecyclePolicy names the repository" }],
    unknown: [{ at: "repository", on: 1 }],
  },
  "secret-rotation": {
    base: secret,
    fails: [{ at: "", to: DELETE, on: 1, message: "no SecretRotation names the secret" }],
    unknown: [{ at: "secretId", on: 1 }],
  },
  "ecr-not-force-deleted": {
    base: repository,
    fails: [{ at: "forceDelete", to: true, message: "forceDelete is true" }],
    unknown: ["forceDelete"],
  },
  "resource-tagged": {
    base: [...bucket, ...cloudSql],
    fails: [
      { at: "tags.owner", to: DELETE, message: "tags lacks owner" },
      { at: "tags", to: DELETE, message: "tags lacks system, environment, model, owner, managed-by" },
      { at: "settings.userLabels.system", to: DELETE, on: 2, message: "settings.userLabels lacks system" },
      {
        at: "bucket",
        to: "shop",
        config: { tags: ["cost-centre"] },
        message: ["tags lacks cost-centre", "settings.userLabels lacks cost-centre"],
      },
    ],
    unknown: ["tags"],
  },
  "workload-labelled": {
    base: [labelled],
    fails: [
      {
        at: "metadata.labels",
        to: DELETE,
        message: "metadata.labels lacks app.kubernetes.io/name, app.kubernetes.io/managed-by",
      },
    ],
    unknown: ["metadata.labels"],
  },
  "machine-class-allowed": {
    base: instance,
    fails: [
      {
        at: "instanceType",
        to: "p5.48xlarge",
        message: "p5.48xlarge is not among the classes allowed in production",
      },
      {
        at: "instanceType",
        to: "m5.2xlarge",
        config: { environment: "dev" },
        message: "m5.2xlarge is not among the classes allowed in dev",
      },
    ],
    unknown: ["instanceType"],
  },
  "machine-count-within-maximum": {
    base: nodes,
    fails: [
      {
        at: "scalingConfig.maxSize",
        to: 101,
        message: "scalingConfig.maxSize 101 exceeds 100, the maximum in production",
      },
      {
        at: "scalingConfig.maxSize",
        to: 6,
        config: { environment: "dev" },
        message: "scalingConfig.maxSize 6 exceeds 5, the maximum in dev",
      },
    ],
    unknown: ["scalingConfig.maxSize"],
  },
  "non-production-schedule": {
    base: instance,
    config: { environment: "dev" },
    fails: [
      {
        at: "",
        to: DELETE,
        on: 2,
        config: { environment: "staging" },
        message: "1 machines run in staging without any schedule",
      },
      {
        at: "state",
        to: "DISABLED",
        on: 2,
        config: { environment: "dev" },
        message: "1 machines run in dev without any schedule",
      },
    ],
    unknown: [{ at: "state", on: 2 }],
  },
  "gke-logging-and-monitoring": {
    base: one("gcp:container/cluster:Cluster", {
      resourceLabels: tags,
      loggingService: "logging.googleapis.com/kubernetes",
    }),
    fails: [
      { at: "loggingService", to: "none", message: "loggingService is none" },
      { at: "monitoringService", to: "none", message: "monitoringService is none" },
    ],
    passes: [{ at: "loggingService", to: DELETE }],
    unknown: ["loggingService", "monitoringService"],
  },
  "account-budget": {
    base: instance,
    fails: [
      { at: "", to: DELETE, on: 1, message: "has no budget that notifies anyone" },
      { at: "notifications", to: [], on: 1, message: "has no budget that notifies anyone" },
    ],
    unknown: [{ at: "notifications", on: 1 }],
  },
};
