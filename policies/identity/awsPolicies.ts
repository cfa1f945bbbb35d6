import { grants, isNarrowed, isPolicyDocument } from "../documents";
import { at, isObject, isSet, isTrue, keys, oneOrMany, text } from "../read";
import { type Rule, resourceRule } from "../rule";

const POLICIES = [
  "aws:iam/policy:Policy",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:iam/userPolicy:UserPolicy",
  "aws:iam/groupPolicy:GroupPolicy",
];

/** Actions that no ARN can narrow, such as listing; AWS wants `*` for them. */
const UNSCOPED =
  /^(ec2:Describe|ecr:GetAuthorizationToken|cloudwatch:PutMetricData|xray:Put|xray:Get|logs:DescribeLogGroups|s3:ListAllMyBuckets|kms:ListAliases|sts:GetCallerIdentity|ssm:UpdateInstanceInformation|ssmmessages:|ec2messages:|autoscaling:Describe|elasticloadbalancing:Describe|pricing:|route53:List|route53:GetChange|acm:List|tag:Get|iam:List|wafv2:List|shield:Get|eks:Describe|ssm:GetParameter)/;

export const actions = resourceRule({
  id: "iam-no-wildcard-actions",
  title: "IAM policies name their actions",
  severity: "critical",
  level: "mandatory",
  fix: "Name the actions the program calls instead of * or service:*.",
  sources: ["CKV_AWS_62", "CKV_AWS_63", "IAM.1", "IAM.21"],
  resources: POLICIES,
  check({ props }, report) {
    if (!isPolicyDocument(props.policy)) return report("policy is no JSON document");
    for (const { actions: named, where } of grants(props.policy)) {
      const wide = named.filter((action) => action === "*" || action.endsWith(":*"));
      if (wide.length > 0) report(`policy.${where} allows ${wide.join(", ")}`);
    }
  },
});

export const scope = resourceRule({
  id: "iam-no-wildcard-resources",
  title: "IAM policies name their resources",
  severity: "high",
  level: "mandatory",
  fix: "Name the ARNs; keep * for the actions that take no resource, in a statement of their own.",
  sources: ["CKV_AWS_355"],
  resources: POLICIES,
  check({ props }, report) {
    for (const { actions: named, resources, condition, where } of grants(props.policy)) {
      if (!resources.includes("*") || isSet(condition)) continue;
      const scoped = named.filter((action) => !UNSCOPED.test(action));
      if (scoped.length > 0) report(`policy.${where} allows ${scoped.join(", ")} on *`);
    }
  },
});

const ADMINISTRATORS = /:policy\/(AdministratorAccess|PowerUserAccess|IAMFullAccess)$/;

export const administrators = resourceRule({
  id: "iam-no-administrator",
  title: "Nothing is attached to an administrator policy",
  severity: "critical",
  level: "mandatory",
  fix: "Attach a policy with the actions that are needed.",
  sources: ["CKV_AWS_274"],
  resources: [
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    "aws:iam/policyAttachment:PolicyAttachment",
    "aws:iam/role:Role",
  ],
  check({ type, props }, report) {
    const arns = type === "aws:iam/role:Role" ? oneOrMany(props.managedPolicyArns) : [props.policyArn];
    for (const arn of arns) {
      const name = ADMINISTRATORS.exec(text(arn) ?? "")?.[1];
      if (name !== undefined) report(`${name} is attached`);
    }
  },
});

const ROLE = ["aws:iam/role:Role"];

export const trust = resourceRule({
  id: "iam-role-trust-named",
  title: "IAM roles trust named principals",
  severity: "critical",
  level: "mandatory",
  fix: "Name the service, role or identity provider in assumeRolePolicy's Principal.",
  sources: ["CKV_AWS_60", "CKV_AWS_61"],
  resources: ROLE,
  check({ props }, report) {
    if (!isPolicyDocument(props.assumeRolePolicy)) return report("assumeRolePolicy is no JSON document");
    for (const { principals, where } of grants(props.assumeRolePolicy)) {
      if (principals.includes("*")) report(`assumeRolePolicy.${where} trusts *`);
    }
  },
});

export const oidcClaims = resourceRule({
  id: "iam-role-oidc-claims-pinned",
  title: "Roles for OIDC identities pin the audience and the subject",
  severity: "critical",
  level: "mandatory",
  fix: "Add conditions on the provider's :aud and :sub claims, with no wildcard for the whole subject.",
  sources: ["CKV_AWS_393"],
  resources: ROLE,
  check({ props }, report) {
    for (const { principals, condition, where } of grants(props.assumeRolePolicy)) {
      if (!principals.some((principal) => principal.includes(":oidc-provider/"))) continue;
      for (const claim of ["aud", "sub"]) {
        const values = claimValues(condition, claim);
        if (values.length === 0) report(`assumeRolePolicy.${where} does not pin the claim ${claim}`);
        else if (values.some((value) => /^[*?]*$/.test(value)))
          report(`assumeRolePolicy.${where} lets the claim ${claim} be anything`);
      }
    }
  },
});

function claimValues(condition: unknown, claim: string): readonly string[] {
  return keys(condition).flatMap((operator) => {
    if (!/^(ForAnyValue:|ForAllValues:)?String(Equals|Like)$/.test(operator)) return [];
    const tested = at(condition, operator);
    if (!isObject(tested)) return [];
    return Object.keys(tested)
      .filter((key) => key.endsWith(`:${claim}`))
      .flatMap((key) => oneOrMany(tested[key]).map(String));
  });
}

/** Resource policies, by type token, with the property that holds the document. */
const RESOURCE_POLICIES: Readonly<Record<string, string>> = {
  "aws:kms/key:Key": "policy",
  "aws:kms/keyPolicy:KeyPolicy": "policy",
  "aws:sns/topic:Topic": "policy",
  "aws:sns/topicPolicy:TopicPolicy": "policy",
  "aws:sqs/queue:Queue": "policy",
  "aws:sqs/queuePolicy:QueuePolicy": "policy",
  "aws:s3/bucketPolicy:BucketPolicy": "policy",
  "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
  "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
  "aws:opensearch/domain:Domain": "accessPolicies",
};

export const resourcePolicies = resourceRule({
  id: "resource-policy-not-public",
  title: "Resource policies allow no one unnamed",
  severity: "critical",
  level: "mandatory",
  fix: "Name the principal, or narrow * with a condition on the source account, ARN or organization.",
  sources: ["CKV_AWS_33", "CKV_AWS_168", "CKV_AWS_169", "CKV_AWS_387", "CKV_AWS_70", "CKV_AWS_32", "SNS.4", "SQS.3"],
  resources: Object.keys(RESOURCE_POLICIES),
  check({ type, props, notApplicable }, report) {
    const property = RESOURCE_POLICIES[type] ?? "policy";
    const policy = props[property];
    if (!isSet(policy)) notApplicable("Has no policy of its own");
    // Users with passwords are anonymous to IAM: the network decides who reaches the domain, the domain who may what.
    if (isSet(props.vpcOptions) && isTrue(at(props, "advancedSecurityOptions", "internalUserDatabaseEnabled"))) return;
    for (const { principals, condition, where } of grants(policy)) {
      if (principals.includes("*") && !isNarrowed(condition)) report(`${property}.${where} allows *`);
    }
  },
});

export const awsPolicyRules: readonly Rule[] = [actions, scope, administrators, trust, oidcClaims, resourcePolicies];
