import { type CaseTable, filled, flag, one } from "../cases";
import { release } from "../fixtures";
import { DELETE, type TestResource } from "../harness";

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
const distribution = one("aws:cloudfront/distribution:Distribution", {
  defaultCacheBehavior: { viewerProtocolPolicy: "redirect-to-https" },
  orderedCacheBehaviors: [{ viewerProtocolPolicy: "https-only" }],
  viewerCertificate: {
    acmCertificateArn: "arn:aws:acm:us-east-1:1:certificate/c",
    minimumProtocolVersion: "TLSv1.2_2021",
  },
  origins: [{ customOriginConfig: { originProtocolPolicy: "https-only", originSslProtocols: ["TLSv1.2"] } }],
});
const https = one("aws:lb/listener:Listener", {
  port: 443,
  protocol: "HTTPS",
  sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
  defaultActions: [{ type: "forward" }],
});
const http = one("aws:lb/listener:Listener", {
  port: 80,
  protocol: "HTTP",
  defaultActions: [{ type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } }],
});
const tlsStatement = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: ["arn:aws:s3:::shop", "arn:aws:s3:::shop/*"],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};
const policyText = (statement: object): string => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
const bucket: readonly TestResource[] = [
  { type: "aws:s3/bucket:Bucket", name: "shop", props: { bucket: "shop" } },
  {
    type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    props: {
      bucket: "shop",
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: KEY } }],
    },
  },
  { type: "aws:s3/bucketPolicy:BucketPolicy", props: { bucket: "shop", policy: policyText(tlsStatement) } },
];
const storageClass = one("kubernetes:storage.k8s.io/v1:StorageClass", {
  provisioner: "ebs.csi.aws.com",
  parameters: { type: "gp3", encrypted: "true" },
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
  "s3-encrypted-with-kms": {
    base: bucket,
    fails: [
      {
        at: "rules.0.applyServerSideEncryptionByDefault.sseAlgorithm",
        to: "AES256",
        on: 1,
        message: 'rules[0].applyServerSideEncryptionByDefault.sseAlgorithm is "AES256", not aws:kms',
      },
      { at: "rules", to: [], on: 1, message: "rules is empty" },
    ],
    unknown: [{ at: "rules", on: 1 }],
  },
  "s3-bucket-has-encryption": {
    base: bucket,
    fails: [
      { at: "", to: DELETE, on: 1, message: "no BucketServerSideEncryptionConfiguration names the bucket" },
      { at: "bucket", to: "other", on: 1, message: "no BucketServerSideEncryptionConfiguration names the bucket" },
    ],
    unknown: [{ at: "bucket", on: 1 }],
  },
  "s3-bucket-tls-only": {
    base: bucket,
    fails: [
      { at: "", to: DELETE, on: 2, message: "no bucket policy names the bucket" },
      {
        at: "policy",
        to: policyText({ ...tlsStatement, Effect: "Allow" }),
        on: 2,
        message: "its bucket policy does not deny aws:SecureTransport false",
      },
      {
        at: "policy",
        to: policyText({ ...tlsStatement, Action: "s3:GetObject" }),
        on: 2,
        message: "its bucket policy does not deny aws:SecureTransport false",
      },
      {
        at: "policy",
        to: policyText({ ...tlsStatement, Principal: { AWS: "arn:aws:iam::1:root" } }),
        on: 2,
        message: "its bucket policy does not deny aws:SecureTransport false",
      },
      {
        at: "policy",
        to: policyText({ ...tlsStatement, Condition: { Bool: { "aws:SecureTransport": "true" } } }),
        on: 2,
        message: "its bucket policy does not deny aws:SecureTransport false",
      },
    ],
    unknown: [{ at: "policy", on: 2 }],
  },
  "gcs-customer-key": filled("gcp:storage/bucket:Bucket", "encryption.defaultKmsKeyName", GCP_KEY),
  "s3-object-encryption-kept": {
    base: one("aws:s3/bucketObjectv2:BucketObjectv2", { serverSideEncryption: "aws:kms" }),
    fails: [{ at: "serverSideEncryption", to: "AES256", message: 'serverSideEncryption is "AES256", not aws:kms' }],
    unknown: ["serverSideEncryption"],
  },
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
  "cloudfront-https-viewers": {
    base: distribution,
    fails: [
      {
        at: "defaultCacheBehavior.viewerProtocolPolicy",
        to: "allow-all",
        message: 'defaultCacheBehavior.viewerProtocolPolicy is "allow-all"',
      },
      {
        at: "orderedCacheBehaviors.0.viewerProtocolPolicy",
        to: "allow-all",
        message: 'orderedCacheBehaviors[0].viewerProtocolPolicy is "allow-all"',
      },
    ],
    unknown: ["defaultCacheBehavior.viewerProtocolPolicy"],
  },
  "cloudfront-tls-1-2": {
    base: distribution,
    fails: [
      {
        at: "viewerCertificate.minimumProtocolVersion",
        to: "TLSv1.1_2016",
        message: 'viewerCertificate.minimumProtocolVersion is "TLSv1.1_2016"',
      },
      {
        at: "viewerCertificate.cloudfrontDefaultCertificate",
        to: true,
        message: "viewerCertificate is CloudFront's own, which allows TLS 1.0",
      },
    ],
    unknown: ["viewerCertificate", "viewerCertificate.minimumProtocolVersion"],
  },
  "cloudfront-https-origins": {
    base: distribution,
    fails: [
      {
        at: "origins.0.customOriginConfig.originProtocolPolicy",
        to: "match-viewer",
        message: 'origins[0].customOriginConfig.originProtocolPolicy is "match-viewer"',
      },
      {
        at: "origins.0.customOriginConfig.originSslProtocols",
        to: ["TLSv1", "TLSv1.2"],
        message: "origins[0].customOriginConfig.originSslProtocols allows TLSv1",
      },
    ],
    unknown: ["origins"],
  },
  "lb-listener-tls-1-2": {
    base: https,
    fails: [
      "ELBSecurityPolicy-2016-08",
      "ELBSecurityPolicy-TLS13-1-0-2021-06",
      "ELBSecurityPolicy-TLS13-1-1-2021-06",
      "ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06",
    ].map((policy) => ({
      at: "sslPolicy",
      to: policy,
      message: `sslPolicy is "${policy}", which is not one of TLS 1.2 or later with forward secrecy`,
    })),
    unknown: ["sslPolicy"],
  },
  "lb-http-redirects": {
    base: http,
    fails: [
      {
        at: "defaultActions.0.type",
        to: "forward",
        message: 'defaultActions[0] is "forward", not a redirect to HTTPS',
      },
      {
        at: "defaultActions.0.redirect.protocol",
        to: "HTTP",
        message: 'defaultActions[0] is "redirect", not a redirect to HTTPS',
      },
    ],
    unknown: ["protocol", "defaultActions"],
  },
  "gcp-ssl-policy-tls-1-2": {
    base: one("gcp:compute/sSLPolicy:SSLPolicy", { minTlsVersion: "TLS_1_2" }),
    fails: [{ at: "minTlsVersion", to: "TLS_1_0", message: 'minTlsVersion is "TLS_1_0", not TLS_1_2 or TLS_1_3' }],
    unknown: ["minTlsVersion"],
  },
  "gcp-https-proxy-has-tls-policy": filled("gcp:compute/targetHttpsProxy:TargetHttpsProxy", "sslPolicy", "policy"),
  "storage-class-encrypted": {
    base: [
      ...storageClass,
      {
        type: "kubernetes:storage.k8s.io/v1:StorageClass",
        props: { provisioner: "pd.csi.storage.gke.io", parameters: { "disk-encryption-kms-key": GCP_KEY } },
      },
    ],
    fails: [
      { at: "parameters.encrypted", to: DELETE, message: "parameters.encrypted is unset, not true" },
      { at: "parameters", to: {}, on: 1, message: "parameters.disk-encryption-kms-key is not set" },
    ],
    unknown: ["parameters.encrypted", "provisioner"],
  },
  "helm-tls-on": {
    base: [release],
    fails: [
      { at: "values.tls.enabled", to: false, message: "values.tls.enabled is false" },
      { at: "values.server.tls", to: false, message: "values.server.tls is false" },
      { at: "values.server.insecureSkipVerify", to: true, message: "values.server.insecureSkipVerify is true" },
    ],
    unknown: ["values.tls.enabled"],
  },
};
