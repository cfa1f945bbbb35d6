import { PREFIX_SUFFIX } from "../../components/aws/names";
import { GCP_NAMES } from "../../components/gcp/names";
import { NAME_RULES } from "../../components/naming";

/** A name that a program gives, by the input that holds it, and what its service accepts. */
interface NameLimit {
  readonly input: string;
  readonly longest: number;
  readonly shortest?: number;
  readonly pattern: RegExp;
  /** Whether an account or a project has one of it: two stacks must then give two names. */
  readonly oneOf?: "account";
}

const LABEL = /^[a-z]([a-z0-9-]*[a-z0-9])?$/;
const given = (input: string, longest: number, pattern = LABEL, shortest = 1): NameLimit => ({
  input,
  longest,
  shortest,
  pattern,
  oneOf: "account",
});
/** The start of a name: the provider adds its own end. */
const prefix = (input: string, longest: number, pattern = /^[a-zA-Z][\w+=,.@/-]*$/): NameLimit => ({
  input,
  longest: longest - PREFIX_SUFFIX,
  pattern,
});

/** Limits of the services, each as its own documentation has it; see `NAME_RULES` and `GCP_NAMES` for the addresses. */
export const NAME_LIMITS: Readonly<Record<string, readonly NameLimit[]>> = {
  "gcp:container/cluster:Cluster": [given("name", GCP_NAMES.cluster.maxLength)],
  "gcp:serviceaccount/account:Account": [
    given("accountId", GCP_NAMES.serviceAccount.maxLength, LABEL, GCP_NAMES.serviceAccount.minLength),
    { input: "displayName", longest: 100, pattern: /^/ },
  ],
  "gcp:artifactregistry/repository:Repository": [given("repositoryId", GCP_NAMES.repository.maxLength)],
  "gcp:secretmanager/secret:Secret": [given("secretId", GCP_NAMES.secret.maxLength, /^[A-Za-z0-9_-]+$/)],
  "gcp:compute/backendService:BackendService": [given("name", GCP_NAMES.compute.maxLength)],
  "gcp:compute/healthCheck:HealthCheck": [given("name", GCP_NAMES.compute.maxLength)],
  "gcp:projects/iAMCustomRole:IAMCustomRole": [
    given("roleId", 64, /^[a-zA-Z0-9_.]+$/, 3),
    { input: "title", longest: 100, pattern: /^/ },
  ],
  "gcp:monitoring/metricDescriptor:MetricDescriptor": [
    given("type", 200, /^custom\.googleapis\.com(\/[A-Za-z][A-Za-z0-9_]*)+$/),
  ],
  "gcp:redis/instance:Instance": [
    { input: "name", longest: GCP_NAMES.redis.maxLength, pattern: LABEL },
    { input: "displayName", longest: 80, pattern: /^/ },
  ],
  "gcp:redis/cluster:Cluster": [{ input: "name", longest: 63, pattern: LABEL }],
  "gcp:sql/databaseInstance:DatabaseInstance": [
    { input: "name", longest: GCP_NAMES.sqlInstance.maxLength, pattern: LABEL },
  ],
  "gcp:filestore/instance:Instance": [{ input: "name", longest: GCP_NAMES.filestore.maxLength, pattern: LABEL }],
  "gcp:storage/bucket:Bucket": [{ input: "name", longest: GCP_NAMES.bucket.maxLength, shortest: 3, pattern: LABEL }],
  "gcp:billing/budget:Budget": [{ input: "displayName", longest: 60, pattern: /^/ }],
  "aws:eks/cluster:Cluster": [given("name", NAME_RULES.awsCluster.maxLength)],
  "aws:lb/loadBalancer:LoadBalancer": [given("name", NAME_RULES.awsLoadBalancer.maxLength)],
  "aws:lb/targetGroup:TargetGroup": [given("name", NAME_RULES.awsTargetGroup.maxLength)],
  "aws:ecr/repository:Repository": [given("name", 256, /^[a-z0-9]+([._-][a-z0-9]+)*(\/[a-z0-9]+([._-][a-z0-9]+)*)*$/)],
  "aws:cloudwatch/logGroup:LogGroup": [
    given("name", 512, /^[\w./#-]+$/),
    prefix("namePrefix", 512, /^aws-waf-logs-[\w./#-]+$/),
  ],
  "aws:cloudwatch/metricAlarm:MetricAlarm": [
    { input: "alarmDescription", longest: 1024, pattern: /^/ },
    { input: "namespace", longest: 255, pattern: /^[\w.#:/-]+$/ },
  ],
  "aws:secretsmanager/secret:Secret": [{ ...prefix("namePrefix", NAME_RULES.awsSecret.maxLength), oneOf: "account" }],
  "aws:lambda/function:Function": [
    // https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
    given("name", 64, /^[a-zA-Z0-9_-]+$/),
    { input: "description", longest: 256, pattern: /^/ },
  ],
  "aws:iam/role:Role": [
    prefix("namePrefix", NAME_RULES.awsRole.maxLength),
    { input: "description", longest: 1000, pattern: /^[\x20-\x7e]*$/ },
  ],
  "aws:iam/instanceProfile:InstanceProfile": [prefix("namePrefix", 128)],
  "aws:eks/nodeGroup:NodeGroup": [prefix("nodeGroupNamePrefix", 63)],
  "aws:kms/alias:Alias": [prefix("namePrefix", 256)],
  "aws:s3/bucket:Bucket": [prefix("bucketPrefix", NAME_RULES.awsBucket.maxLength, /^[a-z][a-z0-9-]*$/)],
  "aws:rds/parameterGroup:ParameterGroup": [prefix("namePrefix", 255)],
  "aws:rds/subnetGroup:SubnetGroup": [prefix("namePrefix", 255)],
  "aws:sqs/queue:Queue": [prefix("namePrefix", 80)],
  "aws:budgets/budget:Budget": [prefix("namePrefix", 100)],
  "aws:sns/topic:Topic": [{ input: "displayName", longest: 100, pattern: /^/ }],
  "aws:ec2/securityGroup:SecurityGroup": [
    { input: "description", longest: 255, pattern: /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]*$/ },
  ],
};

/** Types that name what another resource is: the limit is that one's. */
export const REFERENCES = [
  "aws:secretsmanager/secretVersion:SecretVersion",
  "gcp:secretmanager/secretIamMember:SecretIamMember",
];

/** Inputs in which a name stands, if a text does. */
export const NAME_INPUT = /^(name|namePrefix|.*NamePrefix|bucketPrefix|accountId|secretId|repositoryId|roleId)$/;

/** Kinds of Kubernetes whose names are of the whole cluster: two systems must give two. */
export const CLUSTER_WIDE = ["Namespace", "PersistentVolume", "PriorityClass", "ClusterIssuer", "ClusterSecretStore"];

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
export const OBJECT_NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
/** Kinds whose names become a label or a part of a host's name, and so end where one does. */
export const LABEL_KINDS = [
  "Namespace",
  "Service",
  "StatefulSet",
  "Deployment",
  "DaemonSet",
  "Job",
  "Cluster",
  "Release",
];
/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
export const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
/** https://docs.cloud.google.com/resource-manager/docs/labels-overview#requirements */
export const GCP_LABEL = /^[a-z0-9_-]{0,63}$/;
/** https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html */
export const AWS_TAG = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;
