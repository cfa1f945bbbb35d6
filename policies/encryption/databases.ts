import { at, isFalse, isSet, isTrue, list, shown, text } from "../read";
import { type Rule, resourceRule } from "../rule";
import { mustBeOneOf, mustBeSet, mustBeTrue, property } from "../simple";

export const rds = resourceRule({
  id: "rds-storage-encrypted",
  title: "RDS instances are encrypted",
  severity: "high",
  level: "mandatory",
  fix: "Set storageEncrypted: true and kmsKeyId; a replica from another region needs that region's kmsKeyId.",
  sources: ["CKV_AWS_16", "RDS.3"],
  resources: ["aws:rds/instance:Instance"],
  check({ props }, report) {
    const source = text(props.replicateSourceDb);
    if (source === undefined) {
      if (!isTrue(props.storageEncrypted)) report(`storageEncrypted is ${shown(props.storageEncrypted)}, not true`);
      return;
    }
    // A replica in its source's region inherits the key; only an ARN names a source in another one.
    if (source.startsWith("arn:") && !isSet(props.kmsKeyId)) report("kmsKeyId is not set on a cross-region replica");
  },
});

export const aurora = mustBeTrue(
  {
    id: "aurora-storage-encrypted",
    title: "Aurora clusters are encrypted",
    severity: "high",
    level: "mandatory",
    fix: "Set storageEncrypted: true and kmsKeyId.",
    sources: ["CKV_AWS_96", "RDS.27"],
    resources: ["aws:rds/cluster:Cluster", "aws:rds/globalCluster:GlobalCluster"],
  },
  ["storageEncrypted"],
  {
    unless: ({ sourceDbClusterIdentifier }) =>
      isSet(sourceDbClusterIdentifier) ? "A global cluster made from a cluster inherits its encryption" : undefined,
  },
);

const TLS_PARAMETER: readonly (readonly [RegExp, string, readonly string[]])[] = [
  [/^(aurora-)?postgres/, "rds.force_ssl", ["1"]],
  [/^(aurora-)?mysql|^mariadb/, "require_secure_transport", ["1", "ON"]],
];

export const rdsForceTls = resourceRule({
  id: "rds-requires-tls",
  title: "RDS parameter groups refuse connections without TLS",
  severity: "high",
  level: "mandatory",
  fix: "Set the parameter rds.force_ssl (PostgreSQL) or require_secure_transport (MySQL) to 1.",
  sources: ["CKV2_AWS_69"],
  resources: ["aws:rds/parameterGroup:ParameterGroup", "aws:rds/clusterParameterGroup:ClusterParameterGroup"],
  check({ props, notApplicable }, report) {
    const family = text(props.family) ?? "";
    const wanted = TLS_PARAMETER.find(([pattern]) => pattern.test(family));
    if (!wanted) return notApplicable(`Family ${family} has no such parameter`);
    const [, name, values] = wanted;
    const value = at(
      list(props.parameters).find((parameter) => at(parameter, "name") === name),
      "value",
    );
    if (!values.includes(String(value))) report(`parameter ${name} is ${shown(value)}, not 1`);
  },
});

export const elasticacheAtRest = mustBeTrue(
  {
    id: "elasticache-encrypted-at-rest",
    title: "ElastiCache replication groups are encrypted at rest",
    severity: "high",
    level: "mandatory",
    fix: "Set atRestEncryptionEnabled: true and kmsKeyId.",
    sources: ["CKV_AWS_29", "ElastiCache.4"],
    resources: ["aws:elasticache/replicationGroup:ReplicationGroup"],
  },
  ["atRestEncryptionEnabled"],
  { unless: fromGlobalDatastore },
);

export const elasticacheInTransit = mustBeTrue(
  {
    id: "elasticache-encrypted-in-transit",
    title: "ElastiCache takes TLS connections only",
    severity: "high",
    level: "mandatory",
    fix: "Set transitEncryptionEnabled: true.",
    sources: ["CKV_AWS_30", "ElastiCache.5"],
    resources: ["aws:elasticache/replicationGroup:ReplicationGroup", "aws:elasticache/cluster:Cluster"],
  },
  ["transitEncryptionEnabled"],
  {
    unless: (props) =>
      isSet(props.replicationGroupId)
        ? "A member takes the setting from its replication group"
        : fromGlobalDatastore(props),
  },
);

function fromGlobalDatastore({ globalReplicationGroupId }: Readonly<Record<string, unknown>>): string | undefined {
  return isSet(globalReplicationGroupId) ? "A secondary takes the setting from its global datastore" : undefined;
}

export const elasticacheAuth = resourceRule({
  id: "elasticache-requires-auth",
  title: "ElastiCache asks clients to authenticate",
  severity: "high",
  level: "mandatory",
  fix: "Set authToken, or userGroupIds for role-based access.",
  sources: ["CKV_AWS_31", "ElastiCache.6"],
  resources: ["aws:elasticache/replicationGroup:ReplicationGroup"],
  check({ props }, report) {
    if (!isSet(props.authToken) && list(props.userGroupIds).length === 0) {
      report("neither authToken nor userGroupIds is set");
    }
  },
});

export const opensearchAtRest = mustBeTrue(
  {
    id: "opensearch-encrypted-at-rest",
    title: "OpenSearch domains are encrypted at rest",
    severity: "high",
    level: "mandatory",
    fix: "Set encryptAtRest.enabled: true and kmsKeyId.",
    sources: ["CKV_AWS_5", "Opensearch.1"],
    resources: ["aws:opensearch/domain:Domain"],
  },
  ["encryptAtRest", "enabled"],
);

export const opensearchNodes = mustBeTrue(
  {
    id: "opensearch-encrypted-between-nodes",
    title: "OpenSearch encrypts between its nodes",
    severity: "high",
    level: "mandatory",
    fix: "Set nodeToNodeEncryption.enabled: true.",
    sources: ["CKV_AWS_6", "Opensearch.3"],
    resources: ["aws:opensearch/domain:Domain"],
  },
  ["nodeToNodeEncryption", "enabled"],
);

const TLS_POLICIES = [
  "Policy-Min-TLS-1-2-2019-07",
  "Policy-Min-TLS-1-2-PFS-2023-10",
  "Policy-Min-TLS-1-2-RFC9151-FIPS-2024-08",
];

export const opensearchTls = resourceRule({
  id: "opensearch-requires-tls",
  title: "OpenSearch endpoints take TLS 1.2 or later only",
  severity: "high",
  level: "mandatory",
  fix: "Set domainEndpointOptions.enforceHttps: true and tlsSecurityPolicy: Policy-Min-TLS-1-2-PFS-2023-10.",
  sources: ["CKV_AWS_83", "Opensearch.8"],
  resources: ["aws:opensearch/domain:Domain"],
  check({ props }, report) {
    const https = at(props, "domainEndpointOptions", "enforceHttps");
    if (isFalse(https)) report("domainEndpointOptions.enforceHttps is false");
    const policy = at(props, "domainEndpointOptions", "tlsSecurityPolicy");
    if (!TLS_POLICIES.some((allowed) => allowed === policy)) {
      report(`domainEndpointOptions.tlsSecurityPolicy is ${shown(policy)}, which allows TLS below 1.2`);
    }
  },
});

export const cloudSqlTls = mustBeOneOf(
  {
    id: "cloud-sql-requires-tls",
    title: "Cloud SQL takes TLS connections only",
    severity: "high",
    level: "mandatory",
    fix: "Set settings.ipConfiguration.sslMode: ENCRYPTED_ONLY or TRUSTED_CLIENT_CERTIFICATE_REQUIRED.",
    sources: ["CKV_GCP_6"],
    resources: ["gcp:sql/databaseInstance:DatabaseInstance"],
  },
  ["settings", "ipConfiguration", "sslMode"],
  ["ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"],
);

export const cloudSqlKey = mustBeSet(
  {
    id: "cloud-sql-customer-key",
    title: "Cloud SQL uses a key of its own",
    severity: "medium",
    level: "mandatory",
    fix: "Set encryptionKeyName to a key of the instance's region.",
    sources: [],
    resources: ["gcp:sql/databaseInstance:DatabaseInstance"],
  },
  ["encryptionKeyName"],
);

export const memorystoreTls = property(
  {
    id: "memorystore-requires-tls",
    title: "Memorystore takes TLS connections only",
    severity: "high",
    level: "mandatory",
    fix: "Set transitEncryptionMode: SERVER_AUTHENTICATION (a Redis cluster: TRANSIT_ENCRYPTION_MODE_SERVER_AUTHENTICATION).",
    sources: ["CKV_GCP_97"],
    resources: ["gcp:redis/instance:Instance", "gcp:redis/cluster:Cluster", "gcp:memorystore/instance:Instance"],
  },
  ["transitEncryptionMode"],
  (value) =>
    text(value) !== undefined && /(^|_)SERVER_AUTHENTICATION$/.test(String(value))
      ? undefined
      : `is ${shown(value)}, not SERVER_AUTHENTICATION`,
);

export const memorystoreAuth = mustBeTrue(
  {
    id: "memorystore-requires-auth",
    title: "Memorystore for Redis asks clients to authenticate",
    severity: "high",
    level: "mandatory",
    fix: "Set authEnabled: true.",
    sources: ["CKV_GCP_95"],
    resources: ["gcp:redis/instance:Instance"],
  },
  ["authEnabled"],
);

export const databaseRules: readonly Rule[] = [
  rds,
  aurora,
  rdsForceTls,
  elasticacheAtRest,
  elasticacheInTransit,
  elasticacheAuth,
  opensearchAtRest,
  opensearchNodes,
  opensearchTls,
  cloudSqlTls,
  cloudSqlKey,
  memorystoreTls,
  memorystoreAuth,
];
