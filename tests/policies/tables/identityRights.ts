import { type CaseTable, one, unflagged } from "../cases";
import { DELETE } from "../harness";

const policy = (statement: object): string => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
const grant = { Effect: "Allow", Action: ["s3:GetObject"], Resource: "arn:aws:s3:::shop/*" };
const RBAC = "kubernetes:rbac.authorization.k8s.io/v1";
const role = one(`${RBAC}:Role`, { rules: [{ apiGroups: ["apps"], resources: ["deployments"], verbs: ["get"] }] });
const binding = one(`${RBAC}:RoleBinding`, {
  roleRef: { kind: "Role", name: "reader" },
  subjects: [{ kind: "ServiceAccount", name: "app", namespace: "shop" }],
});

/** Cases of the identity pack's rules about rights given by other ways than a policy's own wildcards. */
export const table: CaseTable = {
  "iam-no-not-action": {
    base: one("aws:iam/rolePolicy:RolePolicy", { policy: policy(grant) }),
    fails: [
      {
        at: "policy",
        to: policy({ Effect: "Allow", NotAction: "iam:*", Resource: "arn:aws:s3:::shop/*" }),
        message: "policy.Statement[0] allows by NotAction",
      },
      {
        at: "policy",
        to: policy({ Effect: "Allow", Action: "s3:GetObject", NotResource: "arn:aws:s3:::shop/*" }),
        message: "policy.Statement[0] allows by NotResource",
      },
      {
        at: "policy",
        to: policy({ Effect: "Allow", NotAction: ["iam:*"], NotResource: ["arn:aws:s3:::shop/*"] }),
        message: "policy.Statement[0] allows by NotAction and NotResource",
      },
    ],
    passes: [{ at: "policy", to: policy({ Effect: "Deny", NotAction: "s3:GetObject", Resource: "*" }) }],
    unknown: ["policy"],
  },
  "eks-no-cluster-administrator": {
    base: one("aws:eks/accessPolicyAssociation:AccessPolicyAssociation", {
      policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
    }),
    fails: [
      {
        at: "policyArn",
        to: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
        message: "AmazonEKSClusterAdminPolicy is associated",
      },
    ],
    unknown: ["policyArn"],
  },
  "iam-no-access-keys": {
    base: one("aws:iam/accessKey:AccessKey", { user: "ci", status: "Inactive" }),
    fails: ["Active", DELETE].map((to) => ({
      at: "status",
      to,
      message: "an active key would be made and kept in the state",
    })),
    unknown: ["status"],
  },
  "aws-permission-not-public": {
    base: one("aws:lambda/permission:Permission", { action: "lambda:InvokeFunction", principal: "111122223333" }),
    fails: [
      { at: "principal", to: "*", message: "principal is * without sourceArn or sourceAccount or principalOrgId" },
    ],
    unknown: ["principal"],
  },
  "lambda-permission-source": {
    base: one("aws:lambda/permission:Permission", { principal: "sns.amazonaws.com", sourceAccount: "111122223333" }),
    fails: [
      {
        at: "sourceAccount",
        to: DELETE,
        message: "sns.amazonaws.com may call it without sourceAccount or sourceArn",
      },
    ],
    unknown: ["principal", "sourceAccount"],
  },
  "lambda-url-authorized": {
    base: one("aws:lambda/functionUrl:FunctionUrl", { authorizationType: "AWS_IAM" }),
    fails: [{ at: "authorizationType", to: "NONE", message: "authorizationType is not AWS_IAM" }],
    unknown: ["authorizationType"],
  },
  "ami-not-public": {
    base: one("aws:ec2/amiLaunchPermission:AmiLaunchPermission", { imageId: "ami-1", accountId: "123456789012" }),
    fails: [{ at: "group", to: "all", message: "group lets everyone launch it" }],
    unknown: ["group"],
  },
  "gcp-iam-no-consumer-accounts": {
    base: one("gcp:projects/iAMMember:IAMMember", {
      role: "roles/resourcemanager.projectIamAdmin",
      member: "user:someone@example.com",
    }),
    fails: ["user:someone@gmail.com", "user:someone@googlemail.com"].map((to) => ({
      at: "member",
      to,
      message: `grants to ${to}`,
    })),
    passes: [{ at: "member", to: "user:gmail.com@example.com" }],
    unknown: ["member"],
  },
  "gcp-acl-not-public": {
    base: one("gcp:storage/bucketAccessControl:BucketAccessControl", { entity: "user-someone@example.com" }),
    fails: ["allUsers", "allAuthenticatedUsers"].map((to) => ({ at: "entity", to, message: `entity is ${to}` })),
    unknown: ["entity"],
  },
  "cloud-run-checks-invokers": unflagged(
    one("gcp:cloudrunv2/service:Service", { invokerIamDisabled: false }),
    "invokerIamDisabled",
  ),
  "rbac-no-creating-pods": {
    base: role,
    fails: [
      { at: "rules.0.verbs", to: ["get", "create"], message: "rules[0] allows create deployments" },
      ...["pods", "statefulsets", "daemonsets", "replicasets", "jobs", "cronjobs"].map((kind) => ({
        at: "rules.0",
        to: { apiGroups: ["", "apps", "batch"], resources: ["services", kind], verbs: ["create"] },
        message: `rules[0] allows create ${kind}`,
      })),
    ],
    passes: [{ at: "rules.0", to: { apiGroups: [""], resources: ["configmaps"], verbs: ["create"] } }],
    unknown: ["rules.0.resources"],
  },
  "rbac-no-default-account": {
    base: binding,
    fails: [{ at: "subjects.0.name", to: "default", message: "subjects[0] is the service account default" }],
    passes: [{ at: "subjects.0", to: { kind: "User", name: "default" } }],
    unknown: ["subjects.0.name"],
  },
};
