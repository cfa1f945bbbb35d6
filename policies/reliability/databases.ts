import { type EnvironmentConfig, environmentSchema } from "../environments";
import { amount, at, isFalse, isSet, isTrue, shown, text } from "../read";
import { setAt } from "../remedies";
import { type ResourceRule, type Rule, resourceRule } from "../rule";
import { mustBeSet, mustBeTrue } from "../simple";

const RDS = ["aws:rds/instance:Instance"];
const SQL = ["gcp:sql/databaseInstance:DatabaseInstance"];
const CACHE = ["aws:elasticache/replicationGroup:ReplicationGroup"];
const config = { properties: { environment: environmentSchema }, defaults: { environment: "production" } as const };

/** A rule about redundancy, which dev may do without. */
function outsideDev(rule: Omit<ResourceRule<EnvironmentConfig>, "config">): Rule {
  return resourceRule<EnvironmentConfig>({
    ...rule,
    config,
    check(resource, report, own) {
      if (own.environment === "dev") resource.notApplicable("Redundancy is not asked for in dev");
      rule.check(resource, report, own);
    },
  });
}

export const rdsMultiAz = outsideDev({
  id: "rds-multi-az",
  title: "RDS instances run in two zones outside dev",
  severity: "high",
  level: "mandatory",
  fix: "Set multiAz: true.",
  sources: ["CKV_AWS_157", "RDS.5"],
  resources: RDS,
  check({ props, notApplicable }, report) {
    if (isSet(props.replicateSourceDb)) notApplicable("A read replica is redundancy itself");
    if (!isTrue(props.multiAz)) report(`multiAz is ${shown(props.multiAz)}, not true`);
  },
});

export const rdsDeletion = outsideDev({
  id: "rds-deletion-protection",
  title: "RDS refuses deletion outside dev",
  severity: "high",
  level: "mandatory",
  fix: "Set deletionProtection: true.",
  sources: ["CKV_AWS_293", "CKV_AWS_139", "RDS.7", "RDS.8"],
  resources: [...RDS, "aws:rds/cluster:Cluster"],
  check({ props }, report) {
    if (!isTrue(props.deletionProtection)) report(`deletionProtection is ${shown(props.deletionProtection)}, not true`);
  },
  remediate: ({ props }) => setAt(props, ["deletionProtection"], true),
});

export const rdsBackups = resourceRule<{ readonly minimumDays: number }>({
  id: "rds-backup-retention",
  title: "RDS keeps backups for a week or more",
  severity: "high",
  level: "mandatory",
  fix: "Set backupRetentionPeriod to 7 or more.",
  sources: ["CKV_AWS_133", "RDS.11"],
  config: {
    properties: { minimumDays: { type: "integer", minimum: 1, maximum: 35, default: 7 } },
    defaults: { minimumDays: 7 },
  },
  resources: [...RDS, "aws:rds/cluster:Cluster"],
  check({ props, notApplicable }, report, { minimumDays }) {
    if (isSet(props.replicateSourceDb)) notApplicable("The source of a read replica is what is backed up");
    const days = amount(props.backupRetentionPeriod);
    if (days === undefined || days < minimumDays) {
      report(`backupRetentionPeriod is ${shown(props.backupRetentionPeriod)}, not ${minimumDays} or more`);
    }
  },
});

export const rdsBackupWindow = mustBeSet(
  {
    id: "rds-backup-window",
    title: "RDS backs up at an hour that was chosen",
    description: "AWS draws one by lot otherwise, which may be the busiest of the day",
    severity: "low",
    level: "advisory",
    fix: "Set backupWindow to a quiet half hour or more, apart from maintenanceWindow.",
    sources: [],
    resources: RDS,
  },
  ["backupWindow"],
  {
    unless: (props) =>
      isSet(props.replicateSourceDb) ? "The source of a read replica is what is backed up" : undefined,
  },
);

export const rdsUpgrades = resourceRule({
  id: "rds-minor-upgrades",
  title: "RDS takes minor upgrades",
  severity: "medium",
  level: "mandatory",
  fix: "Remove autoMinorVersionUpgrade: false.",
  sources: ["CKV_AWS_226", "RDS.13"],
  resources: [...RDS, "aws:rds/clusterInstance:ClusterInstance"],
  check({ props }, report) {
    if (isFalse(props.autoMinorVersionUpgrade)) report("autoMinorVersionUpgrade is false");
  },
  remediate: ({ props }) => setAt(props, ["autoMinorVersionUpgrade"], true),
});

export const rdsSnapshotTags = mustBeTrue(
  {
    id: "rds-tags-to-snapshots",
    title: "RDS copies tags to snapshots",
    severity: "low",
    level: "mandatory",
    fix: "Set copyTagsToSnapshot: true.",
    sources: ["CKV2_AWS_60", "CKV_AWS_313", "RDS.16", "RDS.17"],
    resources: [...RDS, "aws:rds/cluster:Cluster"],
  },
  ["copyTagsToSnapshot"],
  { remediable: true },
);

export const rdsFinalSnapshot = outsideDev({
  id: "rds-final-snapshot",
  title: "RDS leaves a final snapshot outside dev",
  severity: "high",
  level: "mandatory",
  fix: "Remove skipFinalSnapshot, and set finalSnapshotIdentifier.",
  sources: [],
  resources: [...RDS, "aws:rds/cluster:Cluster"],
  check({ props, notApplicable }, report) {
    if (isSet(props.replicateSourceDb)) notApplicable("A read replica leaves no snapshot");
    if (isTrue(props.skipFinalSnapshot)) report("skipFinalSnapshot is true");
    else if (!isSet(props.finalSnapshotIdentifier)) report("finalSnapshotIdentifier is not set");
  },
});

export const cacheFailover = outsideDev({
  id: "elasticache-failover",
  title: "ElastiCache fails over to another zone outside dev",
  severity: "high",
  level: "mandatory",
  fix: "Set automaticFailoverEnabled and multiAzEnabled to true, with two nodes or more.",
  sources: ["CKV2_AWS_50", "ElastiCache.3"],
  resources: CACHE,
  check({ props }, report) {
    for (const field of ["automaticFailoverEnabled", "multiAzEnabled"]) {
      if (!isTrue(props[field])) report(`${field} is ${shown(props[field])}, not true`);
    }
  },
});

export const cacheSnapshots = resourceRule({
  id: "elasticache-snapshots",
  title: "ElastiCache takes snapshots",
  severity: "medium",
  level: "mandatory",
  fix: "Set snapshotRetentionLimit to 1 or more.",
  sources: ["CKV_AWS_134", "ElastiCache.1"],
  resources: CACHE,
  check({ props }, report) {
    const days = amount(props.snapshotRetentionLimit) ?? 0;
    if (days < 1) report(`snapshotRetentionLimit is ${shown(props.snapshotRetentionLimit)}, not 1 or more`);
  },
});

const primary = ({ masterInstanceName }: Readonly<Record<string, unknown>>): string | undefined =>
  isSet(masterInstanceName) ? "The source of a read replica is what is backed up" : undefined;

export const sqlBackups = resourceRule({
  id: "cloud-sql-backups",
  title: "Cloud SQL backs up and can go back to a point in time",
  severity: "high",
  level: "mandatory",
  fix: "Set backupConfiguration.enabled and pointInTimeRecoveryEnabled (MySQL: binaryLogEnabled) to true.",
  sources: ["CKV_GCP_14"],
  resources: SQL,
  check({ props, notApplicable }, report) {
    const reason = primary(props);
    if (reason !== undefined) notApplicable(reason);
    const backup = at(props, "settings", "backupConfiguration");
    if (!isTrue(at(backup, "enabled"))) report("settings.backupConfiguration.enabled is not true");
    if (!isTrue(at(backup, "pointInTimeRecoveryEnabled")) && !isTrue(at(backup, "binaryLogEnabled"))) {
      report("settings.backupConfiguration.pointInTimeRecoveryEnabled is not true");
    }
  },
});

export const sqlRegional = outsideDev({
  id: "cloud-sql-regional",
  title: "Cloud SQL runs in two zones outside dev",
  severity: "high",
  level: "mandatory",
  fix: "Set settings.availabilityType: REGIONAL.",
  sources: [],
  resources: SQL,
  check({ props, notApplicable }, report) {
    if (primary(props) !== undefined) notApplicable("A read replica is redundancy itself");
    const type = at(props, "settings", "availabilityType");
    if (type !== "REGIONAL") report(`settings.availabilityType is ${shown(type)}, not REGIONAL`);
  },
});

export const sqlDeletion = outsideDev({
  id: "cloud-sql-deletion-protection",
  title: "Cloud SQL refuses deletion outside dev",
  description: "One switch stops this program, the other everyone else",
  severity: "high",
  level: "mandatory",
  fix: "Set deletionProtection and settings.deletionProtectionEnabled to true.",
  sources: [],
  resources: SQL,
  check({ props }, report) {
    if (isFalse(props.deletionProtection)) report("deletionProtection is false");
    const enabled = at(props, "settings", "deletionProtectionEnabled");
    if (!isTrue(enabled)) report(`settings.deletionProtectionEnabled is ${shown(enabled)}, not true`);
  },
});

export const memorystoreHa = outsideDev({
  id: "memorystore-high-availability",
  title: "Memorystore has a standby outside dev",
  severity: "high",
  level: "mandatory",
  fix: "Set tier: STANDARD_HA.",
  sources: [],
  resources: ["gcp:redis/instance:Instance"],
  check({ props }, report) {
    const tier = text(props.tier);
    if (tier !== "STANDARD_HA") report(`tier is ${shown(tier)}, not STANDARD_HA`);
  },
});

export const databaseReliabilityRules: readonly Rule[] = [
  rdsMultiAz,
  rdsDeletion,
  rdsBackups,
  rdsBackupWindow,
  rdsUpgrades,
  rdsSnapshotTags,
  rdsFinalSnapshot,
  cacheFailover,
  cacheSnapshots,
  sqlBackups,
  sqlRegional,
  sqlDeletion,
  memorystoreHa,
];
