import { type AwsTable, arnOf, type Condition, type Right, type Subject, textOf } from "./row";

const ROLE_ARN = (subject: Subject) => [arnOf("iam", subject.place, `role/${subject.name("name")}`, "global")];

/** Roles, keys and secrets, and what rotates these. */
export const IDENTITY: AwsTable = {
  "aws:iam/role:Role": {
    service: "iam",
    form: "global",
    arn: ROLE_ARN,
    create: "TagRole",
    manage:
      "GetRole DeleteRole UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy ListRolePolicies ListAttachedRolePolicies ListInstanceProfilesForRole ListRoleTags UntagRole",
    also: (subject) => [grown(subject)],
  },
  "aws:iam/rolePolicy:RolePolicy": { service: "iam", manage: "GetRolePolicy DeleteRolePolicy" },
  // Which policies may be attached is told beside it, from those planned.
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": { service: "iam", manage: "ListAttachedRolePolicies" },
  "aws:iam/instanceProfile:InstanceProfile": {
    service: "iam",
    form: "global",
    arn: (subject) => [arnOf("iam", subject.place, `instance-profile/${subject.name("name")}`, "global")],
    create: "CreateInstanceProfile TagInstanceProfile",
    manage:
      "GetInstanceProfile DeleteInstanceProfile AddRoleToInstanceProfile RemoveRoleFromInstanceProfile ListInstanceProfileTags UntagInstanceProfile",
  },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
    service: "iam",
    form: "global",
    // Its name is its issuer's address, which a cluster gets when it is made.
    arn: ({ place }) => [arnOf("iam", place, `oidc-provider/oidc.eks.${place.region}.amazonaws.com/id/*`, "global")],
    create: "CreateOpenIDConnectProvider TagOpenIDConnectProvider",
    manage:
      "GetOpenIDConnectProvider DeleteOpenIDConnectProvider UpdateOpenIDConnectProviderThumbprint AddClientIDToOpenIDConnectProvider RemoveClientIDFromOpenIDConnectProvider UntagOpenIDConnectProvider",
  },
  "aws:kms/key:Key": {
    service: "kms",
    by: "tags",
    arn: ({ place }) => [arnOf("kms", place, "key/*")],
    create: "CreateKey",
    createsUnnamed: true,
    claim: "TagResource",
    manage:
      "DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags PutKeyPolicy EnableKey DisableKey EnableKeyRotation DisableKeyRotation UpdateKeyDescription ScheduleKeyDeletion TagResource UntagResource",
  },
  "aws:kms/keyPolicy:KeyPolicy": { service: "kms", by: "tags", manage: "GetKeyPolicy PutKeyPolicy" },
  "aws:kms/alias:Alias": {
    service: "kms",
    arn: (subject) => [arnOf("kms", subject.place, subject.name("name"))],
    manage: "CreateAlias UpdateAlias DeleteAlias",
    open: "ListAliases",
    also: ({ place }) => [
      {
        service: "kms",
        actions: ["CreateAlias", "UpdateAlias", "DeleteAlias"],
        resources: [arnOf("kms", place, "key/*")],
        tagged: true,
      },
    ],
  },
  "aws:secretsmanager/secret:Secret": {
    service: "secretsmanager",
    arn: (subject) => [arnOf("secretsmanager", subject.place, `secret:${secretName(subject)}`)],
    create: "CreateSecret TagResource",
    manage:
      "DescribeSecret UpdateSecret DeleteSecret RestoreSecret GetResourcePolicy PutResourcePolicy DeleteResourcePolicy ReplicateSecretToRegions RemoveRegionsFromReplication UntagResource",
    through: "secretsmanager",
  },
  "aws:secretsmanager/secretVersion:SecretVersion": {
    service: "secretsmanager",
    manage: "PutSecretValue GetSecretValue UpdateSecretVersionStage ListSecretVersionIds",
    through: "secretsmanager",
  },
  "aws:secretsmanager/secretRotation:SecretRotation": {
    service: "secretsmanager",
    manage: "RotateSecret CancelRotateSecret DescribeSecret",
    through: "secretsmanager",
  },
  "aws:lambda/function:Function": {
    service: "lambda",
    arn: (subject) => [arnOf("lambda", subject.place, `function:${subject.name("name")}`)],
    create: "CreateFunction TagResource",
    // Who has a secret rotated has to be allowed to invoke what rotates it.
    // https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
    manage:
      "GetFunction GetFunctionConfiguration GetFunctionCodeSigningConfig ListVersionsByFunction UpdateFunctionCode UpdateFunctionConfiguration DeleteFunction InvokeFunction ListTags UntagResource",
    also: ({ inputs, place }) =>
      inputs.vpcConfig === undefined
        ? []
        : [
            {
              service: "ec2",
              actions: ["DescribeSecurityGroups", "DescribeSubnets", "DescribeVpcs"],
              resources: ["*"],
            },
            {
              service: "ec2",
              actions: ["DeleteNetworkInterface", "DetachNetworkInterface"],
              resources: [arnOf("ec2", place, "network-interface/*")],
              reason:
                "what Lambda stood in a network with stays for up to 45 minutes after its function, and has no tags: the provider removes it before its group and subnets",
            },
          ],
    through: "lambda",
  },
  "aws:lambda/permission:Permission": { service: "lambda", manage: "AddPermission GetPolicy RemovePermission" },
};

/**
 * What makes a role and gives it rights: only within its boundary, where it has one. To take one off is nowhere allowed.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html#access_policies_boundaries-delegate
 */
function grown(subject: Subject): Right {
  const boundary = boundaryOf(subject);
  return {
    service: "iam",
    actions: ["CreateRole", "PutRolePolicy", ...(boundary === undefined ? [] : ["PutRolePermissionsBoundary"])],
    resources: ROLE_ARN(subject),
    ...(boundary === undefined ? {} : { condition: withinBoundary(boundary) }),
  };
}

/** Boundary of a planned role. */
export function boundaryOf(subject: Subject): string | undefined {
  return textOf(subject, "permissionsBoundary");
}

/** Holds only for roles that have, or get, this boundary. */
export function withinBoundary(boundary: string): Condition {
  return { StringEquals: { "iam:PermissionsBoundary": boundary } };
}

/** Secrets Manager adds six characters of its own to every name. */
function secretName(subject: Subject): string {
  const name = subject.name("name");
  return name.endsWith("*") ? name : `${name}-??????`;
}
