/**
 * Properties whose change replaces a stateful resource, and so loses what it holds unless it was copied away first. Only
 * what the provider's schema marks so (`willReplaceOnChanges`) and a plan can show; of anything else a plan cannot tell.
 */
const REPLACED_BY: Readonly<Record<string, readonly string[]>> = {
  "aws:rds/instance:Instance": [
    "availabilityZone",
    "dbName",
    "engine",
    "identifier",
    "identifierPrefix",
    "kmsKeyId",
    "storageEncrypted",
    "username",
    "characterSetName",
    "timezone",
  ],
  "aws:rds/cluster:Cluster": [
    "clusterIdentifier",
    "clusterIdentifierPrefix",
    "databaseName",
    "dbSubnetGroupName",
    "engine",
    "engineMode",
    "kmsKeyId",
    "masterUsername",
    "storageEncrypted",
  ],
  "aws:rds/globalCluster:GlobalCluster": ["databaseName", "engine", "globalClusterIdentifier", "storageEncrypted"],
  "aws:elasticache/replicationGroup:ReplicationGroup": [
    "atRestEncryptionEnabled",
    "dataTieringEnabled",
    "engine",
    "kmsKeyId",
    "port",
    "replicationGroupId",
    "snapshotArns",
    "subnetGroupName",
  ],
  // Memcached takes no other node type in place; Redis is made as a replication group.
  "aws:elasticache/cluster:Cluster": [
    "availabilityZone",
    "clusterId",
    "engine",
    "networkType",
    "nodeType",
    "port",
    "replicationGroupId",
    "snapshotArns",
    "snapshotName",
    "subnetGroupName",
    "transitEncryptionEnabled",
  ],
  "aws:efs/fileSystem:FileSystem": [
    "availabilityZoneName",
    "creationToken",
    "encrypted",
    "kmsKeyId",
    "performanceMode",
  ],
  "aws:ebs/volume:Volume": ["availabilityZone", "encrypted", "kmsKeyId", "outpostArn", "snapshotId"],
  "aws:opensearch/domain:Domain": ["domainName", "vpcOptions.subnetIds"],
  "aws:ecr/repository:Repository": ["encryptionConfigurations", "name"],
  "aws:secretsmanager/secret:Secret": ["name", "namePrefix"],
  "aws:s3/bucket:Bucket": ["bucket", "bucketPrefix", "objectLockEnabled"],
  "aws:eks/cluster:Cluster": [
    "bootstrapSelfManagedAddons",
    "kubernetesNetworkConfig.serviceIpv4Cidr",
    "name",
    "roleArn",
  ],
  "gcp:sql/databaseInstance:DatabaseInstance": ["encryptionKeyName", "masterInstanceName", "name", "project", "region"],
  "gcp:storage/bucket:Bucket": ["customPlacementConfig", "enableObjectRetention", "location", "name", "project"],
  "gcp:redis/instance:Instance": [
    "authorizedNetwork",
    "connectMode",
    "customerManagedKey",
    "location",
    "name",
    "region",
    "tier",
    "transitEncryptionMode",
  ],
  "gcp:redis/cluster:Cluster": ["kmsKey", "name", "pscConfigs", "region"],
  "gcp:artifactregistry/repository:Repository": ["format", "kmsKeyName", "location", "mode", "project", "repositoryId"],
  "gcp:compute/disk:Disk": ["diskEncryptionKey", "image", "name", "snapshot", "type", "zone"],
  "gcp:filestore/instance:Instance": ["kmsKeyName", "location", "name", "networks", "tier"],
  "gcp:container/cluster:Cluster": ["ipAllocationPolicy", "location", "name", "network", "subnetwork"],
  "kubernetes:core/v1:PersistentVolumeClaim": [
    "metadata.name",
    "metadata.namespace",
    "spec.accessModes",
    "spec.selector",
    "spec.storageClassName",
    "spec.volumeMode",
    "spec.volumeName",
  ],
  "kubernetes:apps/v1:StatefulSet": [
    "metadata.name",
    "metadata.namespace",
    "spec.podManagementPolicy",
    "spec.selector",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
  ],
  "kubernetes:postgresql.cnpg.io/v1:Cluster": ["metadata.name", "metadata.namespace"],
};

/**
 * Immutable fields of Kubernetes objects; all others are updated in place. A change of name, namespace or kind makes
 * another object.
 */
const KUBERNETES_IDENTITY = ["apiVersion", "kind", "metadata.name", "metadata.namespace"];
const KUBERNETES_IMMUTABLE: Readonly<Record<string, readonly string[]>> = {
  Deployment: ["spec.selector"],
  DaemonSet: ["spec.selector"],
  ReplicaSet: ["spec.selector"],
  Job: ["spec.completionMode", "spec.selector", "spec.template"],
  Service: ["spec.clusterIP"],
  StorageClass: ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"],
  PriorityClass: ["value"],
  RoleBinding: ["roleRef"],
  ClusterRoleBinding: ["roleRef"],
  PersistentVolume: ["spec"],
};

interface Promotion {
  /** What a replica names its primary by. Its removal promotes the replica in place. */
  readonly source: string;
  /** What a primary says of itself and a replica has of the one it followed. */
  readonly inherited: readonly string[];
}

const PROMOTIONS: Readonly<Record<string, Promotion>> = {
  "aws:rds/instance:Instance": { source: "replicateSourceDb", inherited: ["dbName", "engine", "username"] },
  "gcp:sql/databaseInstance:DatabaseInstance": { source: "masterInstanceName", inherited: [] },
};

/** Paths of changes that would replace a resource, but for the replica that they promote in place. */
export function promoted(
  type: string,
  changes: readonly { readonly path: string; readonly before: unknown; readonly after: unknown }[],
): readonly string[] {
  const { source, inherited } = PROMOTIONS[type] ?? { source: undefined, inherited: [] };
  const promotes = changes.some(({ path, after }) => path === source && after === undefined);
  return promotes && source !== undefined
    ? [
        source,
        ...changes.flatMap(({ path, before }) => (before === undefined && inherited.includes(path) ? [path] : [])),
      ]
    : [];
}

/** Whether changing a property replaces a resource: `unknown` for types whose properties are not listed here. */
export function replacesOn(type: string, path: string): boolean | "unknown" {
  const properties = REPLACED_BY[type] ?? kubernetesProperties(type);
  return properties === undefined
    ? "unknown"
    : properties.some(
        (property) => path === property || path.startsWith(`${property}.`) || path.startsWith(`${property}[`),
      );
}

function kubernetesProperties(type: string): readonly string[] | undefined {
  // A release is a chart's own business.
  const kind = /^kubernetes:(?!helm\.sh).*:(\w+)$/.exec(type)?.[1];
  return kind === undefined ? undefined : [...KUBERNETES_IDENTITY, ...(KUBERNETES_IMMUTABLE[kind] ?? [])];
}
