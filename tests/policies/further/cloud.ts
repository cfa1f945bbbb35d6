import { gzipSync } from "node:zlib";
import { one } from "../cases";
import { DELETE, type TestResource } from "../harness";
import { allows, bounded, type Further, leaves, notInDev, refuses } from "./build";

const rds = (props: TestResource["props"]): TestResource => ({ type: "aws:rds/instance:Instance", props });
const replica = rds({ replicateSourceDb: "main" });
const listener = (props: TestResource["props"]) => one("aws:lb/listener:Listener", props);
const strong = "ELBSecurityPolicy-TLS13-1-2-2021-06";
const weak = "which is not one of TLS 1.2 or later with forward secrecy";
const group = one("aws:ec2/securityGroup:SecurityGroup", { ingress: [], egress: [] });
const world = (from: number, to = from) => [{ protocol: "tcp", fromPort: from, toPort: to, cidrBlocks: ["0.0.0.0/0"] }];
const firewall = one("gcp:compute/firewall:Firewall", { sourceRanges: ["0.0.0.0/0"], allows: [] });
const tcp = (...ports: readonly string[]) => [{ protocol: "tcp", ports }];
const PORTS = [22, 3389, 5432, 3306, 6379, 6333, 9200, 11211, 2375, 2376];
const sql = (props: TestResource["props"]) => one("gcp:sql/databaseInstance:DatabaseInstance", props);
const balancer = (loadBalancerType?: string): TestResource => ({
  type: "aws:lb/loadBalancer:LoadBalancer",
  props: { ...(loadBalancerType ? { loadBalancerType } : {}) },
});
const sound: TestResource = {
  type: "aws:lb/loadBalancer:LoadBalancer",
  props: {
    arn: "arn:lb",
    dropInvalidHeaderFields: true,
    desyncMitigationMode: "defensive",
    accessLogs: { enabled: true },
    enableDeletionProtection: true,
  },
};
const associated: TestResource = {
  type: "aws:wafv2/webAclAssociation:WebAclAssociation",
  props: { resourceArn: "arn:lb" },
};
const protectedCluster = one("aws:eks/cluster:Cluster", { deletionProtection: true });
const cache = one("aws:elasticache/replicationGroup:ReplicationGroup", {
  automaticFailoverEnabled: true,
  multiAzEnabled: true,
});
const bucket: TestResource = { type: "aws:s3/bucket:Bucket", protect: true, props: { bucket: "b", id: "b-id" } };
const parameters = (family: string, name: string, value: string) =>
  one("aws:rds/parameterGroup:ParameterGroup", { family, parameters: [{ name, value }] });

const log = (name: string, props: object): readonly TestResource[] => [
  { type: "aws:s3/bucket:Bucket", name, props: { bucket: name, id: `${name}-id` } },
  {
    type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    name: `${name}-encryption`,
    props: { bucket: name, ...props },
  },
];
const algorithm = (sseAlgorithm: string) => ({ rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm } }] });
const owned = 'rules[0].applyServerSideEncryptionByDefault.sseAlgorithm is "AES256", not aws:kms';
const PROVIDER = "arn:aws:iam::1:oidc-provider/ci.example.com";
const trusting = (Principal: object, Condition: object): string =>
  JSON.stringify({ Statement: [{ Effect: "Allow", Principal, Condition }] });
const oidc = (...subjects: readonly string[]): string =>
  trusting({ Federated: PROVIDER }, { StringLike: { "ci.example.com:aud": "sts", "ci.example.com:sub": subjects } });
const unpinned = ["aud", "sub"].map((claim) => `assumeRolePolicy.Statement[0] does not pin the claim ${claim}`);
const denying = (Condition: object | undefined, Action: unknown = "s3:*"): string =>
  JSON.stringify({ Statement: [{ Effect: "Deny", Principal: "*", Action, Condition }] });
const insecure = { Bool: { "aws:SecureTransport": "false" } };

export const cloud: Further = {
  "s3-encrypted-with-kms": [
    {
      base: [
        ...log("logs", algorithm("AES256")),
        { type: "aws:s3/bucketLogging:BucketLogging", props: { bucket: "data", targetBucket: "logs-id" } },
      ],
      fails: [
        { at: "targetBucket", to: "other", on: 2, message: owned },
        { at: "bucket", to: "logs", on: 2, message: owned },
        {
          at: "rules.0.applyServerSideEncryptionByDefault.sseAlgorithm",
          to: "none",
          on: 1,
          message: 'rules[0].applyServerSideEncryptionByDefault.sseAlgorithm is "none", not aws:kms',
        },
      ],
      unknown: [],
    },
    ...["accessLogs", "connectionLogs"].map((field) => ({
      base: [
        ...log("logs", algorithm("AES256")),
        { type: "aws:lb/loadBalancer:LoadBalancer", props: { [field]: { bucket: "logs" } } },
      ],
      fails: [
        { at: `${field}.bucket`, to: "other", on: 2, message: owned },
        { at: "loadBalancerType", to: "network", on: 2, message: owned },
      ],
      passes: [{ at: "loadBalancerType", to: "application", on: 2 }],
      unknown: [],
    })),
  ],
  "iam-role-oidc-claims-pinned": [
    refuses(one("aws:iam/role:Role", { assumeRolePolicy: oidc("repo:a/b") }), "assumeRolePolicy", [
      [oidc("repo:a/b", "*"), "assumeRolePolicy.Statement[0] lets the claim sub be anything"],
      [
        trusting(
          { Federated: PROVIDER },
          { StringNotEquals: { "ci.example.com:aud": "a", "ci.example.com:sub": "b" }, Null: "x" },
        ),
        unpinned,
      ],
      [trusting({ Federated: PROVIDER, Service: "ec2.amazonaws.com" }, {}), unpinned],
    ]),
    allows(one("aws:iam/role:Role", { assumeRolePolicy: oidc("repo:a/b") }), "assumeRolePolicy", [
      trusting({ Service: "ec2.amazonaws.com" }, {}),
    ]),
  ],
  "s3-bucket-tls-only": [
    {
      base: [bucket, { type: "aws:s3/bucketPolicy:BucketPolicy", props: { bucket: "b", policy: denying(insecure) } }],
      fails: [
        {
          at: "policy",
          on: 1,
          to: denying(undefined),
          message: "its bucket policy does not deny aws:SecureTransport false",
        },
      ],
      passes: [
        { at: "policy", on: 1, to: denying(insecure, ["s3:GetObject", "*"]) },
        {
          at: "policy",
          on: 1,
          to: denying(insecure).replace("[", '[{"Effect":"Allow","Principal":{"AWS":"1"},"Action":"s3:*"},'),
        },
      ],
      unknown: [],
    },
  ],
  "s3-bucket-replicated": [
    {
      base: [
        bucket,
        { type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig", props: { bucket: "o", rules: [] } },
        {
          type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
          name: "second",
          props: { bucket: "b-id", rules: [{ status: "Disabled" }, { status: "Enabled" }] },
        },
      ],
      config: { required: true },
      fails: [{ at: "bucket", to: "other", on: 2, message: "no enabled BucketReplicationConfig names the bucket" }],
      passes: [{ at: "bucket", to: "other", on: 2, config: { required: false } }],
      unknown: [],
    },
    {
      base: [
        bucket,
        {
          type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
          refs: { rules: [0] },
          props: { bucket: "source", rules: [] },
        },
        { type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig", name: "other", props: { bucket: "x" } },
      ],
      config: { required: true },
      fails: [],
      unknown: [],
    },
  ],
  "s3-bucket-lifecycle": [
    {
      base: [
        bucket,
        {
          type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
          props: {
            bucket: "b-id",
            rules: [
              { status: "Disabled" },
              { status: "Enabled", abortIncompleteMultipartUpload: { daysAfterInitiation: 1 } },
            ],
          },
        },
      ],
      fails: [{ at: "rules.1", on: 1, to: DELETE, message: "no lifecycle rule aborts incomplete uploads" }],
      unknown: [],
    },
  ],
  "security-group-rules-described": [
    refuses(one("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", { description: "Out" }), "description", [
      [DELETE, "description is not set"],
    ]),
  ],
  "database-storage-growth-bounded": [
    allows(sql({ settings: { diskAutoresize: false } }), "settings.diskAutoresizeLimit", [0]),
  ],
  "user-data-no-secret": [
    refuses(one("aws:ec2/instance:Instance", { userData: "" }), "userData", [
      ["export API_KEY=abcdefghijkl", "the start script holds a value under a secret's name"],
    ]),
    allows(one("aws:ec2/instance:Instance", { userData: "" }), "userData", [
      "export API_KEY=$(fetch)",
      "export API_KEY=`fetch key`",
      "PGPASSWORD={{postgres-admin}}",
      "- password_encryption=scram-sha-256",
    ]),
    refuses(one("aws:ec2/launchTemplate:LaunchTemplate", { userData: "" }), "userData", [
      [
        Buffer.from("export API_KEY=abcdefghijkl").toString("base64"),
        "the start script holds a value under a secret's name",
      ],
      [
        gzipSync("export API_KEY=abcdefghijkl").toString("base64"),
        "the start script holds a value under a secret's name",
      ],
    ]),
    // Gzip in name only, and gzip that ends early: nothing can be read in them.
    allows(one("aws:ec2/instance:Instance", { userDataBase64: "" }), "userDataBase64", [
      Buffer.from([0x1f, 0x8b, 1, 2, 3]).toString("base64"),
      gzipSync("export API_KEY=abcdefghijkl").subarray(0, 12).toString("base64"),
    ]),
  ],
  "rds-requires-tls": [
    allows(parameters("mysql8.0", "require_secure_transport", "1"), "parameters.0.value", ["1", "ON"]),
    allows(parameters("mariadb11", "require_secure_transport", "1"), "parameters.0.value", ["ON"]),
    leaves(parameters("mysql8.0", "require_secure_transport", "1"), ...parameters("oracle-ee-19", "x", "1")),
  ],
  "opensearch-requires-tls": [
    allows(
      one("aws:opensearch/domain:Domain", {
        domainEndpointOptions: { tlsSecurityPolicy: "Policy-Min-TLS-1-2-2019-07" },
      }),
      "domainEndpointOptions.tlsSecurityPolicy",
      ["Policy-Min-TLS-1-2-PFS-2023-10", "Policy-Min-TLS-1-2-RFC9151-FIPS-2024-08"],
    ),
  ],
  "cloudfront-https-origins": [
    leaves(
      one("aws:cloudfront/distribution:Distribution", {
        origins: [{ domainName: "b.s3.amazonaws.com" }, { customOriginConfig: null }],
      }),
    ),
    allows(
      one("aws:cloudfront/distribution:Distribution", {
        origins: [{ customOriginConfig: { originProtocolPolicy: "https-only" } }],
      }),
      "origins.0.customOriginConfig.originSslProtocols",
      [["TLSv1.3"], ["TLSv1.2", "TLSv1.3"]],
    ),
  ],
  "lb-listener-tls-1-2": [
    allows(listener({ protocol: "HTTPS", sslPolicy: strong }), "sslPolicy", [
      "ELBSecurityPolicy-TLS13-1-3-2021-06",
      "ELBSecurityPolicy-TLS-1-2-2017-01",
      "ELBSecurityPolicy-FS-1-2-Res-2020-10",
    ]),
    refuses(
      listener({ protocol: "TLS", sslPolicy: strong }),
      "sslPolicy",
      [
        "ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06",
        "ELBSecurityPolicy-TLS-1-1-2017-01",
        "ELBSecurityPolicy-2016-08",
      ].map((policy) => [policy, `sslPolicy is "${policy}", ${weak}`]),
    ),
    leaves(listener({ protocol: "HTTPS", sslPolicy: strong }), ...listener({ protocol: "TCP" })),
  ],
  "kms-key-rotates": [
    leaves(
      one("aws:kms/key:Key", { customerMasterKeySpec: "SYMMETRIC_DEFAULT", enableKeyRotation: true }),
      ...one("aws:kms/key:Key", { customerMasterKeySpec: "RSA_2048" }),
    ),
    refuses(
      one("aws:kms/key:Key", { customerMasterKeySpec: "SYMMETRIC_DEFAULT", enableKeyRotation: true }),
      "enableKeyRotation",
      [[false, "enableKeyRotation is false, not true"]],
    ),
  ],
  "gcp-kms-key-rotates": [
    leaves(
      one("gcp:kms/cryptoKey:CryptoKey", { purpose: "ENCRYPT_DECRYPT", rotationPeriod: "7776000s" }),
      ...one("gcp:kms/cryptoKey:CryptoKey", { purpose: "ASYMMETRIC_SIGN" }),
    ),
    refuses(
      one("gcp:kms/cryptoKey:CryptoKey", { purpose: "ENCRYPT_DECRYPT", rotationPeriod: "7776000s" }),
      "rotationPeriod",
      [["7776001s", 'rotationPeriod is "7776001s", not 7776000s or less']],
    ),
  ],
  "ecr-repository-customer-key": [
    allows(
      one("aws:ecr/repository:Repository", { encryptionConfigurations: [{ encryptionType: "KMS" }] }),
      "encryptionConfigurations.0.encryptionType",
      ["KMS_DSSE"],
    ),
  ],
  "ecr-immutable-tags": [
    allows(one("aws:ecr/repository:Repository", { imageTagMutability: "IMMUTABLE" }), "imageTagMutability", [
      "IMMUTABLE_WITH_EXCLUSION",
    ]),
  ],
  "security-group-no-world-ingress": [
    refuses(
      group,
      "ingress",
      PORTS.map((port) => [world(port), `ingress[0]: port ${port} is open to the world`]),
    ),
    allows(group, "ingress", [...PORTS.map((port) => world(port + 10, port + 11)), world(443)]),
    refuses(group, "ingress", [
      [[{ protocol: "tcp", cidrBlocks: ["0.0.0.0/0"] }], `ingress[0]: port ${PORTS.join(", ")} is open to the world`],
    ]),
    refuses(
      group,
      "ingress",
      [
        [
          [{ protocol: "tcp", fromPort: 65_000, cidrBlocks: ["0.0.0.0/0"] }],
          "ingress[0]: port 65535 is open to the world",
        ],
      ],
      { ports: [65_535] },
    ),
  ],
  "security-group-no-all-protocols": [
    refuses(group, "ingress", [[[{ protocol: "all" }], "ingress[0]: protocol is -1, every protocol and port"]]),
    allows(group, "egress", [[{ protocol: "-1" }]]),
  ],
  "gcp-firewall-no-world-ingress": [
    refuses(
      firewall,
      "allows",
      PORTS.flatMap((port) =>
        [`${port}`, `${port}-${port + 1}`, `${port - 1}-${port}`].map(
          (range) =>
            [
              tcp(range),
              `allows[0]: ${PORTS.filter((each) => inRange(range, each)).join(", ")} of tcp is open to the world`,
            ] as const,
        ),
      ),
    ),
    refuses(firewall, "allows", [
      [tcp(), "allows[0]: every port of tcp is open to the world"],
      [tcp("443", "22"), "allows[0]: 22 of tcp is open to the world"],
    ]),
    allows(firewall, "allows", [tcp("443"), [{ protocol: "icmp" }]]),
    leaves(
      firewall,
      ...[{ direction: "EGRESS" }, { disabled: true }].map((more) => ({
        type: "gcp:compute/firewall:Firewall",
        props: { ...more, sourceRanges: ["0.0.0.0/0"], allows: tcp("22") },
      })),
    ),
    allows(one("gcp:compute/firewall:Firewall", { sourceTags: ["bastion"], allows: tcp("22") }), "priority", [1]),
    allows(
      one("gcp:compute/firewall:Firewall", { sourceServiceAccounts: ["a@b"], allows: tcp("22") }),
      "priority",
      [1],
    ),
    refuses(one("gcp:compute/firewall:Firewall", { sourceRanges: ["10.0.0.0/8"], allows: tcp("22") }), "sourceRanges", [
      [["10.0.0.0/8", "0.0.0.0/0"], "allows[0]: 22 of tcp is open to the world"],
      [["203.0.113.9/0"], "allows[0]: 22 of tcp is open to the world"],
      [["0.0.0.0/1", "128.0.0.0/1"], "allows[0]: 22 of tcp is open to the world"],
    ]),
  ],
  "alb-drops-invalid-headers": [leaves([sound], balancer("network"), balancer("gateway"))],
  "alb-desync-mitigation": [leaves([sound], balancer("network"), balancer("gateway"))],
  "alb-waf": [leaves([sound, associated], balancer("network"), { ...balancer(), props: { internal: true } })],
  "lb-access-logs": [leaves([sound], balancer("gateway"))],
  "lb-deletion-protection": [notInDev([sound], { at: "enableDeletionProtection", to: false })],
  "response-headers-strict-transport": [
    ...bounded(
      [["aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy", "securityHeadersConfig"]],
      {
        strictTransportSecurity: { accessControlMaxAgeSec: 31_536_000, includeSubdomains: true, override: true },
      },
      {
        strictTransportSecurity: { accessControlMaxAgeSec: 31_535_999, includeSubdomains: true, override: true },
      },
      () => "accessControlMaxAgeSec is 31535999, not a year or more",
    ),
  ],
  "cloud-armor-log4j": [
    leaves(
      one("gcp:compute/securityPolicy:SecurityPolicy", {
        type: "CLOUD_ARMOR",
        rules: [{ action: "deny(403)", match: { expr: { expression: "evaluatePreconfiguredWaf('cve-canary')" } } }],
      }),
      ...one("gcp:compute/securityPolicy:SecurityPolicy", { type: "CLOUD_ARMOR_EDGE" }),
    ),
    refuses(
      one("gcp:compute/securityPolicy:SecurityPolicy", {
        type: "CLOUD_ARMOR",
        rules: [{ action: "deny(403)", match: { expr: { expression: "evaluatePreconfiguredWaf('cve-canary')" } } }],
      }),
      "rules.0.match.expr.expression",
      [["evaluatePreconfiguredWaf('xss-v33-stable')", "no enforced rule denies cve-canary"]],
    ),
  ],
  "gcp-subnet-flow-logs": [
    leaves(
      one("gcp:compute/subnetwork:Subnetwork", { purpose: "PRIVATE", logConfig: {} }),
      ...one("gcp:compute/subnetwork:Subnetwork", { purpose: "REGIONAL_MANAGED_PROXY" }),
    ),
    refuses(one("gcp:compute/subnetwork:Subnetwork", { purpose: "PRIVATE", logConfig: {} }), "logConfig", [
      [DELETE, "logConfig is not set"],
    ]),
  ],
  "gcp-subnet-private-access": [
    leaves(
      one("gcp:compute/subnetwork:Subnetwork", { purpose: "PRIVATE", privateIpGoogleAccess: true }),
      ...one("gcp:compute/subnetwork:Subnetwork", { purpose: "REGIONAL_MANAGED_PROXY" }),
    ),
    refuses(
      one("gcp:compute/subnetwork:Subnetwork", { purpose: "PRIVATE", privateIpGoogleAccess: true }),
      "privateIpGoogleAccess",
      [[false, "privateIpGoogleAccess is false, not true"]],
    ),
  ],
  "gcp-instance-no-serial-port": [
    refuses(
      one("gcp:compute/instance:Instance", { metadata: { "serial-port-enable": "false" } }),
      ["metadata", "serial-port-enable"],
      ["1", 1, "TRUE", true].map((value) => [value, "metadata.serial-port-enable is on"]),
    ),
  ],
  "rds-password-not-literal": [
    leaves(
      [rds({ manageMasterUserPassword: true })],
      ...["replicateSourceDb", "snapshotIdentifier", "replicationSourceIdentifier", "globalClusterIdentifier"].map(
        (field) => rds({ [field]: "source" }),
      ),
    ),
  ],
  "gke-separate-node-pools": [
    leaves(
      one("gcp:container/cluster:Cluster", { removeDefaultNodePool: true }),
      ...one("gcp:container/cluster:Cluster", { enableAutopilot: true }),
    ),
  ],
  "rds-multi-az": [
    leaves([rds({ multiAz: true })], replica),
    notInDev([rds({ multiAz: true })], { at: "multiAz", to: false }),
  ],
  "rds-deletion-protection": [notInDev([rds({ deletionProtection: true })], { at: "deletionProtection", to: false })],
  "rds-backup-retention": [leaves([rds({ backupRetentionPeriod: 7 })], replica)],
  "rds-final-snapshot": [
    leaves([rds({ finalSnapshotIdentifier: "final" })], replica),
    notInDev([rds({ finalSnapshotIdentifier: "final" })], { at: "skipFinalSnapshot", to: true }),
  ],
  "elasticache-failover": [notInDev(cache, { at: "multiAzEnabled", to: false })],
  "elasticache-snapshots": [
    allows(
      one("aws:elasticache/replicationGroup:ReplicationGroup", { snapshotRetentionLimit: 2 }),
      "snapshotRetentionLimit",
      [1],
    ),
  ],
  "cloud-sql-backups": [
    leaves(
      sql({ settings: { backupConfiguration: { enabled: true, binaryLogEnabled: true } } }),
      ...sql({ masterInstanceName: "main" }),
    ),
  ],
  "cloud-sql-regional": [
    leaves(sql({ settings: { availabilityType: "REGIONAL" } }), ...sql({ masterInstanceName: "main" })),
  ],
  "cloud-sql-audit-flags": [
    leaves(
      sql({
        databaseVersion: "POSTGRES_17",
        settings: {
          databaseFlags: ["log_connections", "log_disconnections", "cloudsql.enable_pgaudit"].map((name) => ({
            name,
            value: "on",
          })),
        },
      }),
      ...sql({ databaseVersion: "MYSQL_8_4" }),
    ),
  ],
  "cluster-deletion-protection": [
    notInDev(protectedCluster, { at: "deletionProtection", to: false }),
    leaves(protectedCluster, ...one("gcp:container/cluster:Cluster", {})),
    refuses(one("gcp:container/cluster:Cluster", {}), "deletionProtection", [
      [false, "deletionProtection is false, not true"],
    ]),
  ],
  "sqs-dead-letter-queue": [allows(one("aws:sqs/queue:Queue", { redriveAllowPolicy: "{}" }), "name", ["dead"])],
  "bucket-not-force-destroyed": [notInDev([bucket], { at: "forceDestroy", to: true })],
  "stateful-resource-protected": [
    notInDev([bucket], { at: "", to: false, protect: false }),
    {
      base: [bucket],
      fails: [],
      passes: [{ at: "", to: false, protect: false, config: { ephemeral: true } }],
      unknown: [],
    },
    leaves([bucket], replica, ...sql({ masterInstanceName: "main" })),
  ],
  "log-group-retention": [
    allows(one("aws:cloudwatch/logGroup:LogGroup", { retentionInDays: 30 }), "retentionInDays", [7]),
  ],
  "elasticache-own-subnet-group": [
    leaves(
      one("aws:elasticache/replicationGroup:ReplicationGroup", { subnetGroupName: "data" }),
      ...one("aws:elasticache/cluster:Cluster", { replicationGroupId: "main" }),
    ),
  ],
  "s3-bucket-access-logs": [
    {
      base: [
        bucket,
        { ...bucket, name: "logs", props: { bucket: "logs", id: "logs" } },
        { type: "aws:s3/bucketLogging:BucketLogging", props: { bucket: "b-id", targetBucket: "logs" } },
      ],
      fails: [{ at: "targetBucket", to: "other", on: 2, message: "no BucketLogging names the bucket" }],
      unknown: [],
    },
    {
      base: [
        bucket,
        { type: "aws:lb/loadBalancer:LoadBalancer", props: { accessLogs: { enabled: true, bucket: "b-id" } } },
      ],
      fails: [{ at: "accessLogs.bucket", to: "other", on: 1, message: "no BucketLogging names the bucket" }],
      unknown: [],
    },
  ],
  "cloudfront-logs": [
    {
      base: [
        { type: "aws:cloudfront/distribution:Distribution", props: { arn: "arn:d" } },
        { type: "aws:cloudwatch/logDeliverySource:LogDeliverySource", props: { resourceArn: "arn:d" } },
      ],
      fails: [{ at: "resourceArn", to: "arn:o", on: 1, message: "has neither loggingConfig nor a LogDeliverySource" }],
      unknown: [],
    },
  ],
  "iam-no-wildcard-resources": [
    allows(
      one("aws:iam/policy:Policy", { policy: "{}" }),
      "policy",
      ["ec2:DescribeInstances", "ecr:GetAuthorizationToken"].map((Action) =>
        JSON.stringify({ Statement: [{ Effect: "Allow", Action, Resource: "*" }] }),
      ),
    ),
  ],
  "resource-policy-not-public": [
    leaves(one("aws:sqs/queuePolicy:QueuePolicy", { policy: "{}" }), ...one("aws:sns/topic:Topic", {})),
    {
      base: one("aws:opensearch/domain:Domain", {
        accessPolicies: JSON.stringify({
          Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "es:ESHttp*" }],
        }),
        vpcOptions: { subnetIds: ["subnet-1"] },
        advancedSecurityOptions: { internalUserDatabaseEnabled: true },
      }),
      fails: [
        { at: "vpcOptions", to: DELETE, message: "accessPolicies.Statement[0] allows *" },
        {
          at: "advancedSecurityOptions.internalUserDatabaseEnabled",
          to: false,
          message: "accessPolicies.Statement[0] allows *",
        },
      ],
      unknown: ["vpcOptions"],
    },
  ],
};

function inRange(range: string, port: number): boolean {
  const [from = 0, to = from] = range.split("-").map(Number);
  return from <= port && port <= to;
}
