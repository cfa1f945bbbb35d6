import { type CaseTable, filled, flag, missing, one } from "../cases";
import { DELETE } from "../harness";

const KEY = "arn:aws:kms:us-east-1:111122223333:key/1234";
const GCP_KEY = "projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k";
const rds = one("aws:rds/instance:Instance", { engine: "postgres", storageEncrypted: true, kmsKeyId: KEY });
const cache = one("aws:elasticache/replicationGroup:ReplicationGroup", {
  atRestEncryptionEnabled: true,
  transitEncryptionEnabled: true,
  authToken: "token",
});
const search = one("aws:opensearch/domain:Domain", {
  encryptAtRest: { enabled: true },
  nodeToNodeEncryption: { enabled: true },
  domainEndpointOptions: { enforceHttps: true, tlsSecurityPolicy: "Policy-Min-TLS-1-2-PFS-2023-10" },
});
const cloudSql = one("gcp:sql/databaseInstance:DatabaseInstance", {
  settings: { ipConfiguration: { sslMode: "ENCRYPTED_ONLY" } },
  encryptionKeyName: GCP_KEY,
});
const memorystore = one("gcp:redis/instance:Instance", {
  authEnabled: true,
  transitEncryptionMode: "SERVER_AUTHENTICATION",
});

export const table: CaseTable = {
  "ebs-volume-encrypted": flag(one("aws:ebs/volume:Volume", { encrypted: true }), "encrypted"),
  "ebs-snapshot-copy-encrypted": flag(one("aws:ebs/snapshotCopy:SnapshotCopy", { encrypted: true }), "encrypted"),
  "ec2-volumes-encrypted": {
    base: one("aws:ec2/instance:Instance", {
      rootBlockDevice: { encrypted: true },
      ebsBlockDevices: [{ deviceName: "/dev/sdf", encrypted: true }],
    }),
    fails: [
      { at: "rootBlockDevice", to: DELETE, message: "rootBlockDevice.encrypted is unset, not true" },
      { at: "rootBlockDevice.encrypted", to: false, message: "rootBlockDevice.encrypted is false, not true" },
      { at: "ebsBlockDevices.0.encrypted", to: false, message: "ebsBlockDevices[0].encrypted is false, not true" },
    ],
    unknown: ["rootBlockDevice.encrypted", "ebsBlockDevices"],
  },
  "launch-template-volumes-encrypted": {
    base: one("aws:ec2/launchTemplate:LaunchTemplate", {
      blockDeviceMappings: [
        { deviceName: "/dev/xvda", ebs: { encrypted: "true" } },
        { deviceName: "/dev/xvdb", virtualName: "ephemeral0" },
      ],
    }),
    fails: [
      { at: "blockDeviceMappings", to: DELETE, message: "blockDeviceMappings is empty" },
      {
        at: "blockDeviceMappings.0.ebs.encrypted",
        to: "false",
        message: 'blockDeviceMappings[0].ebs.encrypted is "false", not true',
      },
    ],
    unknown: ["blockDeviceMappings", "blockDeviceMappings.0.ebs.encrypted"],
  },
  "efs-encrypted": flag(one("aws:efs/fileSystem:FileSystem", { encrypted: true }), "encrypted"),
  "gcp-disk-customer-key": {
    base: one("gcp:compute/disk:Disk", { diskEncryptionKey: { kmsKeySelfLink: GCP_KEY } }),
    fails: [{ at: "diskEncryptionKey", to: DELETE, message: "diskEncryptionKey.kmsKeySelfLink is not set" }],
    unknown: ["diskEncryptionKey.kmsKeySelfLink"],
  },
  "gcp-instance-disks-customer-key": {
    base: [
      { type: "gcp:compute/instance:Instance", props: { bootDisk: { kmsKeySelfLink: GCP_KEY } } },
      {
        type: "gcp:compute/instanceTemplate:InstanceTemplate",
        props: { disks: [{ boot: true, diskEncryptionKey: { kmsKeySelfLink: GCP_KEY } }, { source: "existing" }] },
      },
    ],
    fails: [
      { at: "bootDisk.kmsKeySelfLink", to: DELETE, message: "bootDisk.kmsKeySelfLink is not set" },
      {
        at: "disks.0.diskEncryptionKey",
        to: DELETE,
        on: 1,
        message: "disks[0].diskEncryptionKey.kmsKeySelfLink is not set",
      },
    ],
    unknown: ["bootDisk.kmsKeySelfLink"],
  },
  "filestore-customer-key": filled("gcp:filestore/instance:Instance", "kmsKeyName", GCP_KEY),
  "rds-storage-encrypted": {
    base: [
      ...rds,
      { type: "aws:rds/instance:Instance", name: "replica", props: { replicateSourceDb: "main" } },
      { type: "aws:rds/instance:Instance", name: "far", props: { replicateSourceDb: "arn:aws:rds:x", kmsKeyId: KEY } },
    ],
    fails: [
      { at: "storageEncrypted", to: false, message: "storageEncrypted is false, not true" },
      { at: "storageEncrypted", to: DELETE, message: "storageEncrypted is unset, not true" },
      { at: "kmsKeyId", to: DELETE, on: 2, message: "kmsKeyId is not set on a cross-region replica" },
    ],
    unknown: ["storageEncrypted", "replicateSourceDb"],
  },
  "aurora-storage-encrypted": flag(one("aws:rds/cluster:Cluster", { storageEncrypted: true }), "storageEncrypted"),
  "rds-requires-tls": {
    base: one("aws:rds/parameterGroup:ParameterGroup", {
      family: "postgres16",
      parameters: [
        { name: "log_statement", value: "ddl" },
        { name: "rds.force_ssl", value: "1" },
      ],
    }),
    fails: [
      { at: "parameters.1.value", to: "0", message: 'parameter rds.force_ssl is "0", not 1' },
      { at: "parameters", to: DELETE, message: "parameter rds.force_ssl is unset, not 1" },
      { at: "family", to: "mysql8.0", message: "parameter require_secure_transport is unset, not 1" },
    ],
    unknown: ["parameters.1.value", "family"],
  },
  "elasticache-encrypted-at-rest": flag(cache, "atRestEncryptionEnabled"),
  "elasticache-encrypted-in-transit": flag(cache, "transitEncryptionEnabled"),
  "elasticache-requires-auth": {
    base: cache,
    fails: [{ at: "authToken", to: DELETE, message: "neither authToken nor userGroupIds is set" }],
    unknown: ["authToken"],
  },
  "opensearch-encrypted-at-rest": flag(search, "encryptAtRest.enabled"),
  "opensearch-encrypted-between-nodes": flag(search, "nodeToNodeEncryption.enabled"),
  "opensearch-requires-tls": {
    base: search,
    fails: [
      { at: "domainEndpointOptions.enforceHttps", to: false, message: "domainEndpointOptions.enforceHttps is false" },
      {
        at: "domainEndpointOptions.tlsSecurityPolicy",
        to: "Policy-Min-TLS-1-0-2019-07",
        message: 'domainEndpointOptions.tlsSecurityPolicy is "Policy-Min-TLS-1-0-2019-07", which allows TLS below 1.2',
      },
    ],
    unknown: ["domainEndpointOptions", "domainEndpointOptions.tlsSecurityPolicy"],
  },
  "cloud-sql-requires-tls": {
    base: cloudSql,
    fails: [
      {
        at: "settings.ipConfiguration.sslMode",
        to: "ALLOW_UNENCRYPTED_AND_ENCRYPTED",
        message:
          'settings.ipConfiguration.sslMode is "ALLOW_UNENCRYPTED_AND_ENCRYPTED", not ENCRYPTED_ONLY or TRUSTED_CLIENT_CERTIFICATE_REQUIRED',
      },
    ],
    unknown: ["settings.ipConfiguration.sslMode"],
  },
  "cloud-sql-customer-key": {
    base: cloudSql,
    fails: [{ at: "encryptionKeyName", to: DELETE, message: "encryptionKeyName is not set" }],
    unknown: ["encryptionKeyName"],
  },
  "memorystore-requires-tls": {
    base: [
      ...memorystore,
      {
        type: "gcp:redis/cluster:Cluster",
        props: { transitEncryptionMode: "TRANSIT_ENCRYPTION_MODE_SERVER_AUTHENTICATION" },
      },
    ],
    fails: [
      {
        at: "transitEncryptionMode",
        to: "DISABLED",
        message: 'transitEncryptionMode is "DISABLED", not SERVER_AUTHENTICATION',
      },
      {
        at: "transitEncryptionMode",
        to: "TRANSIT_ENCRYPTION_MODE_DISABLED",
        on: 1,
        message: 'transitEncryptionMode is "TRANSIT_ENCRYPTION_MODE_DISABLED", not SERVER_AUTHENTICATION',
      },
    ],
    unknown: ["transitEncryptionMode"],
  },
  "memorystore-requires-auth": flag(memorystore, "authEnabled"),
  "kms-key-rotates": flag(one("aws:kms/key:Key", { enableKeyRotation: true }), "enableKeyRotation"),
  "gcp-kms-key-rotates": {
    base: one("gcp:kms/cryptoKey:CryptoKey", { rotationPeriod: "7776000s" }),
    fails: [
      { at: "rotationPeriod", to: DELETE, message: "rotationPeriod is unset, not 7776000s or less" },
      { at: "rotationPeriod", to: "7776001s", message: 'rotationPeriod is "7776001s", not 7776000s or less' },
      {
        at: "rotationPeriod",
        to: "2592001s",
        config: { maximumDays: 30 },
        message: 'rotationPeriod is "2592001s", not 2592000s or less',
      },
    ],
    unknown: ["rotationPeriod", "purpose"],
  },
  "secrets-manager-customer-key": {
    base: one("aws:secretsmanager/secret:Secret", { kmsKeyId: KEY }),
    fails: [
      { at: "kmsKeyId", to: DELETE, message: "kmsKeyId is not set" },
      { at: "kmsKeyId", to: "alias/aws/secretsmanager", message: "kmsKeyId is AWS's own key" },
    ],
    unknown: ["kmsKeyId"],
  },
  "log-group-customer-key": filled("aws:cloudwatch/logGroup:LogGroup", "kmsKeyId"),
  "sns-topic-encrypted": filled("aws:sns/topic:Topic", "kmsMasterKeyId"),
  "sqs-queue-encrypted": {
    base: one("aws:sqs/queue:Queue", { kmsMasterKeyId: KEY }),
    fails: [{ at: "kmsMasterKeyId", to: DELETE, message: "neither kmsMasterKeyId nor sqsManagedSseEnabled is set" }],
    unknown: ["kmsMasterKeyId"],
  },
  "lambda-environment-customer-key": missing(
    one("aws:lambda/function:Function", { environment: { variables: { LEVEL: "info" } }, kmsKeyArn: KEY }),
    "kmsKeyArn",
  ),
  "eks-secrets-encrypted": {
    base: one("aws:eks/cluster:Cluster", { encryptionConfig: { provider: { keyArn: KEY }, resources: ["secrets"] } }),
    fails: [
      { at: "encryptionConfig", to: DELETE, message: "encryptionConfig.resources lacks secrets" },
      { at: "encryptionConfig.provider.keyArn", to: DELETE, message: "encryptionConfig.provider.keyArn is not set" },
    ],
    unknown: ["encryptionConfig.provider.keyArn"],
  },
  "ecr-repository-customer-key": {
    base: one("aws:ecr/repository:Repository", { encryptionConfigurations: [{ encryptionType: "KMS" }] }),
    fails: [
      {
        at: "encryptionConfigurations.0.encryptionType",
        to: "AES256",
        message: 'encryptionConfigurations[0].encryptionType is "AES256", not KMS',
      },
    ],
    unknown: ["encryptionConfigurations"],
  },
  "gke-secrets-encrypted": {
    base: one("gcp:container/cluster:Cluster", { databaseEncryption: { state: "ENCRYPTED", keyName: GCP_KEY } }),
    fails: [
      {
        at: "databaseEncryption.state",
        to: "DECRYPTED",
        message: 'databaseEncryption.state is "DECRYPTED", not ENCRYPTED or ALL_OBJECTS_ENCRYPTION_ENABLED',
      },
    ],
    unknown: ["databaseEncryption.state"],
  },
  "gke-node-disk-customer-key": filled("gcp:container/nodePool:NodePool", "nodeConfig.bootDiskKmsKey", GCP_KEY),
  "artifact-registry-customer-key": filled("gcp:artifactregistry/repository:Repository", "kmsKeyName", GCP_KEY),
  "pubsub-topic-customer-key": filled("gcp:pubsub/topic:Topic", "kmsKeyName", GCP_KEY),
};
