import { gunzipSync } from "node:zlib";
import { amount, at, isSet, isTrue, oneOrMany, shown, text } from "../read";
import { setAt } from "../remedies";
import { type Rule, resourceRule, stackRule } from "../rule";
import { secretIn } from "../secretText";
import { mustBeSet, mustBeTrue, mustNotBeTrue } from "../simple";
import { ofTypes, refersTo } from "../stack";

const MACHINES = ["aws:ec2/instance:Instance", "aws:ec2/launchTemplate:LaunchTemplate"];

export const imds = resourceRule<{ readonly maximumHops: number }>({
  id: "ec2-imdsv2-required",
  title: "EC2 metadata needs a session token and stays on the host",
  severity: "high",
  level: "mandatory",
  fix: "Set metadataOptions: { httpTokens: required, httpPutResponseHopLimit: 1 }; compose hosts need 2, by exemption.",
  sources: ["CKV_AWS_79", "CKV_AWS_341", "EC2.8"],
  config: {
    properties: { maximumHops: { type: "integer", minimum: 1, default: 1 } },
    defaults: { maximumHops: 1 },
  },
  resources: MACHINES,
  check({ props }, report, { maximumHops }) {
    const options = props.metadataOptions;
    const tokens = at(options, "httpTokens");
    if (tokens !== "required") report(`metadataOptions.httpTokens is ${shown(tokens)}, not required`);
    const hops = amount(at(options, "httpPutResponseHopLimit"));
    if (hops !== undefined && hops > maximumHops)
      report(`metadataOptions.httpPutResponseHopLimit ${hops} exceeds ${maximumHops}`);
  },
});

export const instanceRole = mustBeSet(
  {
    id: "ec2-instance-role",
    title: "EC2 instances have a role of their own",
    severity: "medium",
    level: "mandatory",
    fix: "Set iamInstanceProfile.",
    sources: ["CKV2_AWS_41"],
    resources: ["aws:ec2/instance:Instance"],
  },
  ["iamInstanceProfile"],
);

export const userData = resourceRule({
  id: "user-data-no-secret",
  title: "User data holds no secret",
  severity: "critical",
  level: "mandatory",
  fix: "Fetch secrets at boot from the secret store with the instance's role.",
  sources: ["CKV_AWS_46"],
  resources: [...MACHINES, "gcp:compute/instance:Instance"],
  check({ type, props }, report) {
    const google = type === "gcp:compute/instance:Instance";
    const texts = google
      ? [
          at(props, "metadataStartupScript"),
          at(props, "metadata", "user-data"),
          at(props, "metadata", "startup-script"),
        ]
      : [props.userData, decoded(props.userDataBase64), type === MACHINES[1] ? decoded(props.userData) : undefined];
    for (const script of texts) {
      const found = secretInScript(text(script) ?? "");
      if (found !== undefined) return report(`the start script holds ${found}`);
    }
  },
});

function decoded(value: unknown): string | undefined {
  const encoded = text(value);
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, "base64");
  // cloud-init takes gzip as well, which is how long scripts fit: a secret in it is a secret all the same.
  const isGzip = bytes.toString("hex").startsWith("1f8b");
  try {
    return (isGzip ? gunzipSync(bytes) : bytes).toString("utf8");
  } catch {
    // Broken: no machine would run it.
    return undefined;
  }
}

function secretInScript(script: string): string | undefined {
  for (const line of script.split("\n")) {
    const assignment = /^\s*(?:export\s+|-\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*[=:]\s*["']?([^"'\s]+)["']?\s*$/.exec(line);
    // What is computed at boot ($(...), ${...}, `...`), or filled in there ({{...}}), is a reference, not a value.
    const value = assignment?.[2] ?? "";
    const isReference = /[$`]|\{\{/.test(value);
    const found = (isReference ? undefined : secretIn(assignment?.[1] ?? "", value)) ?? secretIn("", line);
    if (found !== undefined) return found;
  }
  return undefined;
}

const GCE = ["gcp:compute/instance:Instance", "gcp:compute/instanceTemplate:InstanceTemplate"];
const DEFAULT_ACCOUNT = /-compute@developer\.gserviceaccount\.com$/;

export const gcpServiceAccount = resourceRule({
  id: "gcp-instance-own-service-account",
  title: "Compute Engine instances run under an account of their own",
  severity: "high",
  level: "mandatory",
  fix: "Set serviceAccount.email to an account made for the instance.",
  sources: ["CKV_GCP_30"],
  resources: GCE,
  check({ props }, report) {
    const email = text(at(props, "serviceAccount", "email"));
    if (email === undefined || DEFAULT_ACCOUNT.test(email)) report(`serviceAccount.email is ${shown(email)}`);
  },
});

export const shielded = resourceRule({
  id: "gcp-instance-shielded",
  title: "Compute Engine instances are shielded",
  severity: "medium",
  level: "mandatory",
  fix: "Set shieldedInstanceConfig: { enableSecureBoot, enableVtpm, enableIntegrityMonitoring: true }.",
  sources: ["CKV_GCP_39"],
  resources: GCE,
  check({ props }, report) {
    for (const field of ["enableSecureBoot", "enableVtpm", "enableIntegrityMonitoring"]) {
      const value = at(props, "shieldedInstanceConfig", field);
      // The last two are on by default once the block is there.
      const on =
        isTrue(value) || (field !== "enableSecureBoot" && value === undefined && isSet(props.shieldedInstanceConfig));
      if (!on) report(`shieldedInstanceConfig.${field} is ${shown(value)}, not true`);
    }
  },
});

export const serialPort = resourceRule({
  id: "gcp-instance-no-serial-port",
  title: "Compute Engine instances offer no serial console",
  severity: "medium",
  level: "mandatory",
  fix: "Remove metadata serial-port-enable.",
  sources: ["CKV_GCP_35"],
  resources: GCE,
  check({ props }, report) {
    const value = at(props, "metadata", "serial-port-enable");
    if (isTrue(value) || value === "1" || value === 1 || value === "TRUE") report("metadata.serial-port-enable is on");
  },
});

export const eksAccess = resourceRule({
  id: "eks-access-entries",
  title: "EKS admits people and roles by access entries",
  severity: "medium",
  level: "mandatory",
  fix: "Set accessConfig.authenticationMode: API.",
  sources: [],
  resources: ["aws:eks/cluster:Cluster"],
  check({ props }, report) {
    const mode = at(props, "accessConfig", "authenticationMode");
    if (mode !== "API") report(`accessConfig.authenticationMode is ${shown(mode)}, not API`);
  },
});

export const rdsIamAuth = mustBeTrue(
  {
    id: "rds-iam-authentication",
    title: "RDS accepts IAM authentication",
    severity: "medium",
    level: "mandatory",
    fix: "Set iamDatabaseAuthenticationEnabled: true.",
    sources: ["CKV_AWS_161", "CKV_AWS_162", "RDS.10", "RDS.12"],
    resources: ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"],
  },
  ["iamDatabaseAuthenticationEnabled"],
  { remediable: true },
);

export const bucketOwner = resourceRule({
  id: "s3-owner-enforced",
  title: "S3 buckets ignore access control lists",
  severity: "medium",
  level: "mandatory",
  fix: "Set rule.objectOwnership: BucketOwnerEnforced.",
  sources: ["CKV2_AWS_65", "S3.12"],
  resources: ["aws:s3/bucketOwnershipControls:BucketOwnershipControls"],
  check({ props }, report) {
    const value = at(oneOrMany(props.rule)[0], "objectOwnership");
    if (value !== "BucketOwnerEnforced") report(`rule.objectOwnership is ${shown(value)}, not BucketOwnerEnforced`);
  },
  remediate: ({ props }) => setAt(props, ["rule"], { objectOwnership: "BucketOwnerEnforced" }),
});

export const gcsUniform = mustBeTrue(
  {
    id: "gcs-uniform-access",
    title: "Cloud Storage buckets use uniform access",
    severity: "medium",
    level: "mandatory",
    fix: "Set uniformBucketLevelAccess: true.",
    sources: ["CKV_GCP_29"],
    resources: ["gcp:storage/bucket:Bucket"],
  },
  ["uniformBucketLevelAccess"],
  { remediable: true },
);

const DATABASES = ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"];
/** Where a database has the password of another. */
const COPIED = ["replicateSourceDb", "snapshotIdentifier", "replicationSourceIdentifier", "globalClusterIdentifier"];

export const managedPassword = stackRule({
  id: "rds-password-not-literal",
  title: "RDS keeps its master password in Secrets Manager",
  description: "Of an instance with read replicas RDS keeps none, and of a copy its source's: neither is asked",
  severity: "medium",
  level: "advisory",
  fix: "Set manageMasterUserPassword: true, and remove password.",
  sources: [],
  resources: DATABASES,
  checkStack({ resources }, report) {
    const databases = ofTypes(resources, DATABASES);
    for (const database of databases) {
      const { props } = database;
      if (COPIED.some((field) => isSet(props[field])) || isTrue(props.manageMasterUserPassword)) continue;
      const followed = databases.some(
        (other) => other !== database && refersTo(other, "replicateSourceDb", database, ["identifier", "arn"]),
      );
      if (!followed) report("manageMasterUserPassword is not true", database);
    }
  },
});

export const ipForwarding = mustNotBeTrue(
  {
    id: "gcp-instance-no-ip-forwarding",
    title: "Compute Engine instances forward no packets of others",
    severity: "medium",
    level: "mandatory",
    fix: "Remove canIpForward; route through Cloud NAT instead of an instance.",
    sources: ["CKV_GCP_36"],
    resources: GCE,
  },
  ["canIpForward"],
);

export const machineRules: readonly Rule[] = [
  imds,
  instanceRole,
  userData,
  gcpServiceAccount,
  shielded,
  serialPort,
  ipForwarding,
  eksAccess,
  rdsIamAuth,
  bucketOwner,
  gcsUniform,
  managedPassword,
];
