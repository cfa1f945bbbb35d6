import type { TestResource } from "../harness";

/** AWS programs that every rule of every pack accepts. A corpus program is one of these with one thing done wrong. */
export const KEY = "arn:aws:kms:us-east-1:111122223333:key/1234";
const tags = {
  system: "shop",
  environment: "production",
  model: "distributed",
  owner: "platform",
  "managed-by": "groundplan",
};

const statement = (fields: object): string => JSON.stringify({ Version: "2012-10-17", Statement: [fields] });

function bucket(name: string, algorithm: string): readonly TestResource[] {
  const part = (kind: string, suffix: string, props: object): TestResource => ({
    type: `aws:s3/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`,
    name: `${name}-${suffix}`,
    props: { bucket: name, ...props },
  });
  return [
    { type: "aws:s3/bucket:Bucket", name, protect: true, props: { bucket: name, tags } },
    part("BucketServerSideEncryptionConfiguration", "encryption", {
      rules: [
        {
          applyServerSideEncryptionByDefault: {
            sseAlgorithm: algorithm,
            ...(algorithm === "AES256" ? {} : { kmsMasterKeyId: KEY }),
          },
        },
      ],
    }),
    part("BucketPublicAccessBlock", "access", {
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    }),
    part("BucketOwnershipControls", "ownership", { rule: { objectOwnership: "BucketOwnerEnforced" } }),
    part("BucketVersioning", "versioning", { versioningConfiguration: { status: "Enabled" } }),
    part("BucketLifecycleConfiguration", "lifecycle", {
      rules: [{ id: "uploads", status: "Enabled", abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } }],
    }),
    part("BucketPolicy", "policy", {
      policy: statement({
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      }),
    }),
  ];
}

export const storage: readonly TestResource[] = [
  ...bucket("data", "aws:kms"),
  ...bucket("logs", "AES256"),
  { type: "aws:s3/bucketLogging:BucketLogging", name: "data-logging", props: { bucket: "data", targetBucket: "logs" } },
];

export const database: readonly TestResource[] = [
  {
    type: "aws:rds/instance:Instance",
    name: "database",
    protect: true,
    props: {
      engine: "postgres",
      instanceClass: "db.m7g.large",
      allocatedStorage: 100,
      storageEncrypted: true,
      kmsKeyId: KEY,
      publiclyAccessible: false,
      multiAz: true,
      deletionProtection: true,
      backupRetentionPeriod: 14,
      backupWindow: "03:00-04:00",
      copyTagsToSnapshot: true,
      finalSnapshotIdentifier: "database-final",
      iamDatabaseAuthenticationEnabled: true,
      manageMasterUserPassword: true,
      enabledCloudwatchLogsExports: ["postgresql", "upgrade"],
      monitoringInterval: 60,
      performanceInsightsEnabled: true,
      tags,
    },
  },
  {
    type: "aws:budgets/budget:Budget",
    name: "budget",
    props: { notifications: [{ threshold: 80, notificationType: "ACTUAL" }] },
  },
];

export const machines: readonly TestResource[] = [
  {
    type: "aws:ec2/securityGroup:SecurityGroup",
    name: "web",
    props: {
      description: "Web",
      ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"], description: "HTTPS" }],
      egress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"], description: "HTTPS" }],
      tags,
    },
  },
  {
    type: "aws:ec2/instance:Instance",
    name: "host",
    props: {
      instanceType: "m7g.large",
      iamInstanceProfile: "host",
      metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
      rootBlockDevice: { encrypted: true, volumeSize: 50 },
      userData: "#!/bin/sh\nsystemctl start app\n",
      tags,
    },
  },
  {
    type: "aws:iam/role:Role",
    name: "role",
    props: {
      assumeRolePolicy: statement({
        Effect: "Allow",
        Principal: { Service: "ec2.amazonaws.com" },
        Action: "sts:AssumeRole",
      }),
      tags,
    },
  },
  {
    type: "aws:iam/rolePolicy:RolePolicy",
    name: "permissions",
    props: {
      role: "role",
      policy: statement({ Effect: "Allow", Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::data/*"] }),
    },
  },
  {
    type: "aws:budgets/budget:Budget",
    name: "budget",
    props: { notifications: [{ threshold: 80, notificationType: "ACTUAL" }] },
  },
];

/** A policy document that allows what is given on everything. */
export const allowing = (...actions: readonly string[]): string =>
  statement({ Effect: "Allow", Action: actions, Resource: ["arn:aws:s3:::data/*"] });

/** A policy document that lets a principal in. */
export const trusting = (principal: unknown): string =>
  statement({ Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" });

export { statement };
