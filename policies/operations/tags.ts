import { applicableObjects, kinds } from "../kubernetes";
import { POD_KINDS } from "../pods";
import { at, isSet, keys, text } from "../read";
import { fillAt } from "../remedies";
import { type Rule, resourceRule } from "../rule";

const WANTED = ["system", "environment", "model", "owner", "managed-by"];

/**
 * Types that take tags or labels. A predicate over every AWS type would ask those that take none; a list of those we
 * know errs on the side of silence, and grows with the components.
 */
const AWS_TAGGED = [
  "aws:ec2/vpc:Vpc",
  "aws:ec2/subnet:Subnet",
  "aws:ec2/securityGroup:SecurityGroup",
  "aws:ec2/instance:Instance",
  "aws:ec2/launchTemplate:LaunchTemplate",
  "aws:ebs/volume:Volume",
  "aws:efs/fileSystem:FileSystem",
  "aws:eks/cluster:Cluster",
  "aws:eks/nodeGroup:NodeGroup",
  "aws:rds/instance:Instance",
  "aws:rds/cluster:Cluster",
  "aws:elasticache/replicationGroup:ReplicationGroup",
  "aws:opensearch/domain:Domain",
  "aws:mq/broker:Broker",
  "aws:s3/bucket:Bucket",
  "aws:s3/bucketV2:BucketV2",
  "aws:lb/loadBalancer:LoadBalancer",
  "aws:cloudfront/distribution:Distribution",
  "aws:wafv2/webAcl:WebAcl",
  "aws:kms/key:Key",
  "aws:secretsmanager/secret:Secret",
  "aws:sns/topic:Topic",
  "aws:sqs/queue:Queue",
  "aws:ecr/repository:Repository",
  "aws:cloudwatch/logGroup:LogGroup",
  "aws:iam/role:Role",
];

const GCP_LABELS: Readonly<Record<string, readonly string[]>> = {
  "gcp:container/cluster:Cluster": ["resourceLabels"],
  "gcp:sql/databaseInstance:DatabaseInstance": ["settings", "userLabels"],
  "gcp:redis/instance:Instance": ["labels"],
  "gcp:storage/bucket:Bucket": ["labels"],
  "gcp:compute/instance:Instance": ["labels"],
  "gcp:compute/disk:Disk": ["labels"],
  "gcp:kms/cryptoKey:CryptoKey": ["labels"],
  "gcp:secretmanager/secret:Secret": ["labels"],
  "gcp:pubsub/topic:Topic": ["labels"],
  "gcp:artifactregistry/repository:Repository": ["labels"],
  "gcp:filestore/instance:Instance": ["labels"],
};

export const cloudTags = resourceRule<{
  readonly tags: readonly string[];
  readonly values: Readonly<Record<string, string>>;
}>({
  id: "resource-tagged",
  title: "Resources carry the tags that say whose they are",
  severity: "low",
  level: "mandatory",
  fix: "Set the tags (on Google: labels), or the provider's defaultTags.",
  sources: [],
  config: {
    properties: {
      tags: { type: "array", items: { type: "string" }, default: WANTED },
      values: {
        type: "object",
        additionalProperties: { type: "string" },
        default: {},
        description: "What a remedy gives to a tag that is missing.",
      },
    },
    defaults: { tags: WANTED, values: {} },
  },
  resources: [...AWS_TAGGED, ...Object.keys(GCP_LABELS)],
  check({ type, props }, report, { tags }) {
    const path = GCP_LABELS[type];
    // The providers merge their default tags into these outputs, which are inputs too once the provider has checked.
    const given = path ? at(props, ...path) : props.tags;
    const merged = path ? (props.effectiveLabels ?? props.pulumiLabels) : props.tagsAll;
    const present = [...keys(given), ...keys(merged)].map((key) => key.toLowerCase());
    const missing = tags.filter((tag) => !present.includes(tag));
    if (missing.length > 0) report(`${path?.join(".") ?? "tags"} lacks ${missing.join(", ")}`);
  },
  remediate({ type, props }, { tags, values }) {
    for (const tag of tags) {
      const value = values[tag];
      if (value !== undefined) fillAt(props, [...(GCP_LABELS[type] ?? ["tags"]), tag], value);
    }
  },
});

const LABELS = ["app.kubernetes.io/name", "app.kubernetes.io/managed-by"];

export const kubernetesLabels = resourceRule<{ readonly labels: readonly string[] }>({
  id: "workload-labelled",
  title: "Workloads carry the recommended labels",
  severity: "low",
  level: "advisory",
  fix: "Set metadata.labels app.kubernetes.io/name and app.kubernetes.io/managed-by.",
  sources: ["C-0076"],
  config: {
    properties: { labels: { type: "array", items: { type: "string" }, default: LABELS } },
    defaults: { labels: LABELS },
  },
  resources: kinds(...POD_KINDS),
  check(resource, report, { labels }) {
    for (const { props, where } of applicableObjects(resource, POD_KINDS)) {
      const given = at(props, "metadata", "labels");
      const missing = labels.filter((label) => !isSet(text(at(given, label))));
      if (missing.length > 0) report(`${where}metadata.labels lacks ${missing.join(", ")}`);
    }
  },
});

export const tagRules: readonly Rule[] = [cloudTags, kubernetesLabels];
