/** Cloud resources that hold data and that a program protects with the option `protect`. */
export const PROTECTED: readonly string[] = [
  "aws:s3/bucket:Bucket",
  "aws:s3/bucketV2:BucketV2",
  "aws:rds/instance:Instance",
  "aws:rds/cluster:Cluster",
  "aws:rds/globalCluster:GlobalCluster",
  "aws:elasticache/replicationGroup:ReplicationGroup",
  "aws:efs/fileSystem:FileSystem",
  "aws:ebs/volume:Volume",
  "aws:opensearch/domain:Domain",
  "aws:kms/key:Key",
  "aws:mq/broker:Broker",
  "gcp:sql/databaseInstance:DatabaseInstance",
  "gcp:storage/bucket:Bucket",
  "gcp:redis/instance:Instance",
  "gcp:redis/cluster:Cluster",
  "gcp:compute/disk:Disk",
  "gcp:filestore/instance:Instance",
  "gcp:kms/cryptoKey:CryptoKey",
];

/**
 * Everything whose replacement or deletion may lose data: what is protected, what holds copies or keys of it, and in a
 * cluster the claims, the objects that own claims, and the namespaces all of it goes with.
 */
export const STATEFUL: readonly string[] = [
  ...PROTECTED,
  "aws:dynamodb/table:Table",
  "aws:elasticache/cluster:Cluster",
  "aws:elasticache/serverlessCache:ServerlessCache",
  "aws:rds/clusterInstance:ClusterInstance",
  "aws:backup/vault:Vault",
  "aws:ecr/repository:Repository",
  "aws:secretsmanager/secret:Secret",
  "aws:sqs/queue:Queue",
  "gcp:bigquery/dataset:Dataset",
  "gcp:bigquery/table:Table",
  "gcp:spanner/instance:Instance",
  "gcp:spanner/database:Database",
  "gcp:sql/database:Database",
  "gcp:memorystore/instance:Instance",
  "gcp:compute/regionDisk:RegionDisk",
  "gcp:kms/keyRing:KeyRing",
  "gcp:artifactregistry/repository:Repository",
  "gcp:secretmanager/secret:Secret",
  "gcp:pubsub/subscription:Subscription",
  "kubernetes:core/v1:PersistentVolumeClaim",
  "kubernetes:core/v1:PersistentVolume",
  "kubernetes:core/v1:Namespace",
  "kubernetes:apps/v1:StatefulSet",
  "kubernetes:postgresql.cnpg.io/v1:Cluster",
];

const stateful = new Set(STATEFUL);

/** Whether a plan that replaces or deletes a resource of this type may lose data. */
export function isStateful(type: string): boolean {
  return stateful.has(type);
}
