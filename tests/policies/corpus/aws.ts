import { DELETE } from "../harness";
import { type BadProgram, bad, indexOf } from "./programs";
import { allowing, database, machines, statement, storage, trusting } from "./soundAws";

const on = (name: string): { readonly on: number } => ({ on: indexOf(storage, name) });
const machine = (name: string): { readonly on: number } => ({ on: indexOf(machines, name) });

export const awsPrograms: readonly BadProgram[] = [
  bad(
    "a bucket open by its access block",
    storage,
    [{ ...on("data-access"), at: "restrictPublicBuckets", to: false }],
    {
      "s3-public-access-blocked": ["data-access"],
    },
  ),
  bad("a bucket without access block", storage, [{ ...on("data-access"), at: "", to: DELETE }], {
    "s3-bucket-has-public-access-block": ["data"],
  }),
  bad(
    "a bucket whose policy lets everyone read",
    storage,
    [
      {
        ...on("data-policy"),
        at: "policy",
        to: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::data/*" },
            {
              Effect: "Deny",
              Principal: "*",
              Action: "s3:*",
              Resource: "arn:aws:s3:::data/*",
              Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
          ],
        }),
      },
    ],
    { "resource-policy-not-public": ["data-policy"] },
  ),
  {
    title: "a bucket and nothing else",
    resources: [{ type: "aws:s3/bucketV2:BucketV2", name: "plain", props: { forceDestroy: true } }],
    caught: {
      "bucket-not-force-destroyed": ["plain"],
      "resource-tagged": ["plain"],
      "s3-bucket-access-logs": ["plain"],
      "s3-bucket-has-encryption": ["plain"],
      "s3-bucket-has-public-access-block": ["plain"],
      "s3-bucket-lifecycle": ["plain"],
      "s3-bucket-tls-only": ["plain"],
      "s3-bucket-versioned": ["plain"],
      "stateful-resource-protected": ["plain"],
    },
  },
  bad(
    "data under S3's own key",
    storage,
    [{ ...on("data-encryption"), at: "rules.0.applyServerSideEncryptionByDefault", to: { sseAlgorithm: "AES256" } }],
    { "s3-encrypted-with-kms": ["data-encryption"] },
  ),
  ...[22, 5432].map((port) =>
    bad(
      `port ${port} open to the world`,
      machines,
      [
        {
          ...machine("web"),
          at: "ingress.0",
          to: { protocol: "tcp", fromPort: port, toPort: port, ipv6CidrBlocks: ["::/0"], description: "In" },
        },
      ],
      { "security-group-no-world-ingress": ["web"] },
    ),
  ),
  {
    title: "SSH open to the world by a rule of its own",
    resources: [
      ...machines,
      {
        type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        name: "ssh",
        props: { ipProtocol: "tcp", fromPort: 0, toPort: 1024, cidrIpv4: "0.0.0.0/0", description: "SSH" },
      },
    ],
    caught: { "security-group-no-world-ingress": ["ssh"] },
  },
  bad("an unencrypted database", database, [{ at: "storageEncrypted", to: DELETE }], {
    "rds-storage-encrypted": ["database"],
  }),
  bad("a public database", database, [{ at: "publiclyAccessible", to: true }], { "rds-not-public": ["database"] }),
  bad("a database nobody backs up", database, [{ at: "backupRetentionPeriod", to: 0 }], {
    "rds-backup-retention": ["database"],
  }),
  bad(
    "a database one slip from being gone",
    database,
    [
      { at: "deletionProtection", to: false },
      { at: "skipFinalSnapshot", to: true },
      { at: "", to: false, protect: false },
    ],
    {
      "rds-deletion-protection": ["database"],
      "rds-final-snapshot": ["database"],
      "stateful-resource-protected": ["database"],
    },
  ),
  bad("a policy that allows every action", machines, [{ ...machine("permissions"), at: "policy", to: allowing("*") }], {
    "iam-no-wildcard-actions": ["permissions"],
  }),
  bad(
    "an administrator by policy text",
    machines,
    [
      {
        ...machine("permissions"),
        at: "policy",
        to: statement({ Effect: "Allow", Action: "*", Resource: "*" }),
      },
    ],
    { "iam-no-wildcard-actions": ["permissions"], "iam-no-wildcard-resources": ["permissions"] },
  ),
  bad(
    "a role anyone may take",
    machines,
    [{ ...machine("role"), at: "assumeRolePolicy", to: trusting({ AWS: "*" }) }],
    {
      "iam-role-trust-named": ["role"],
    },
  ),
  bad(
    "a role for any repository of GitHub",
    machines,
    [
      {
        ...machine("role"),
        at: "assumeRolePolicy",
        to: trusting({ Federated: "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" }),
      },
    ],
    { "iam-role-oidc-claims-pinned": ["role", "role"] },
  ),
  bad(
    "a machine with the old metadata service",
    machines,
    [{ ...machine("host"), at: "metadataOptions", to: DELETE }],
    {
      "ec2-imdsv2-required": ["host"],
    },
  ),
  bad("a machine on the internet", machines, [{ ...machine("host"), at: "associatePublicIpAddress", to: true }], {
    "instance-no-public-address": ["host"],
  }),
  bad(
    "a secret in user data",
    machines,
    [{ ...machine("host"), at: "userData", to: "#!/bin/sh\nexport DB_PASSWORD=hunter2hunter2\n" }],
    { "user-data-no-secret": ["host"] },
  ),
];
