import { gzipSync } from "node:zlib";
import { one } from "../cases";
import { DELETE, type TestResource } from "../harness";
import { allows, type Further, leaves, refuses } from "./build";

const rds = (props: TestResource["props"]): TestResource => ({ type: "aws:rds/instance:Instance", props });
const PROVIDER = "arn:aws:iam::1:oidc-provider/ci.example.com";
const trusting = (Principal: object, Condition: object): string =>
  JSON.stringify({ Statement: [{ Effect: "Allow", Principal, Condition }] });
const oidc = (...subjects: readonly string[]): string =>
  trusting({ Federated: PROVIDER }, { StringLike: { "ci.example.com:aud": "sts", "ci.example.com:sub": subjects } });
const unpinned = ["aud", "sub"].map((claim) => `assumeRolePolicy.Statement[0] does not pin the claim ${claim}`);

export const identityAws: Further = {
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
    // RDS keeps no password of one that has read replicas.
    ...["arn:aws:rds:eu-west-1:1:db:shop", "shop"].map((source) =>
      leaves(
        [rds({ replicateSourceDb: source })],
        rds({ id: "db-id", identifier: "shop", arn: "arn:aws:rds:eu-west-1:1:db:shop" }),
      ),
    ),
    {
      base: [
        rds({ manageMasterUserPassword: true, identifier: "shop" }),
        { ...rds({ replicateSourceDb: "other" }), name: "copy" },
      ],
      fails: [{ at: "manageMasterUserPassword", to: false, message: "manageMasterUserPassword is not true" }],
      unknown: [],
    },
  ],
  "gke-separate-node-pools": [
    leaves(
      one("gcp:container/cluster:Cluster", { removeDefaultNodePool: true }),
      // Of the pool that goes at once.
      ...one("gcp:container/cluster:Cluster", { removeDefaultNodePool: true, nodeConfig: { diskSizeGb: 30 } }),
      ...one("gcp:container/cluster:Cluster", { enableAutopilot: true }),
    ),
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
