import {
  deniedToCode,
  type Grant,
  grants,
  isPolicyDocument,
  isReachNarrowed,
  isWideAction,
  isWideResource,
} from "../documents";
import { at, isSet, oneOrMany, text } from "../read";
import { type Rule, resourceRule, type Subject } from "../rule";

/** What gives an identity rights, with the property that holds the document. */
const POLICIES: Readonly<Record<string, string>> = {
  "aws:iam/policy:Policy": "policy",
  "aws:iam/rolePolicy:RolePolicy": "policy",
  "aws:iam/userPolicy:UserPolicy": "policy",
  "aws:iam/groupPolicy:GroupPolicy": "policy",
  "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy": "inlinePolicy",
  "aws:iam/role:Role": "inlinePolicies",
};

/** One document of a resource, and where it stands there. */
interface Document {
  readonly value: unknown;
  readonly place: string;
}

function documentsOf({ type, props, notApplicable }: Subject): readonly Document[] {
  const property = POLICIES[type] ?? "policy";
  if (type !== "aws:iam/role:Role") return [{ value: props[property], place: property }];
  // An entry without a policy says that there are to be none beside it.
  const inline = oneOrMany(props.inlinePolicies)
    .map((entry, index) => ({ value: at(entry, "policy"), place: `inlinePolicies[${index}].policy` }))
    .filter(({ value }) => isSet(value));
  if (inline.length === 0) notApplicable("Has no policy of its own");
  return inline;
}

/** The Allow statements of all a resource's documents, `where` from the resource on. */
function grantsOf(resource: Subject): readonly Grant[] {
  return documentsOf(resource).flatMap(grantsIn);
}

function grantsIn({ value, place }: Document): readonly Grant[] {
  return grants(value).map((grant) => ({ ...grant, where: `${place}.${grant.where}` }));
}

export const actions = resourceRule({
  id: "iam-no-wildcard-actions",
  title: "IAM policies name their actions",
  description: "A verb may end in *, such as s3:Get*; not one of IAM, STS or Organizations that changes rights",
  severity: "critical",
  level: "mandatory",
  fix: "Name the actions the program calls instead of * or service:*.",
  sources: ["CKV_AWS_62", "CKV_AWS_63", "IAM.1", "IAM.21"],
  resources: Object.keys(POLICIES),
  check(resource, report) {
    for (const { value, place } of documentsOf(resource)) {
      if (!isPolicyDocument(value)) report(`${place} is no JSON document`);
    }
    for (const { actions: named, where } of grantsOf(resource)) {
      const wide = named.filter(isWideAction);
      if (wide.length > 0) report(`${where} allows ${wide.join(", ")}`);
    }
  },
});

export const negations = resourceRule({
  id: "iam-no-not-action",
  title: "IAM policies allow what they name, not all but that",
  description: "Allow with NotAction or NotResource takes in every action and resource AWS adds later",
  severity: "critical",
  level: "mandatory",
  fix: "Name the actions in Action and the ARNs in Resource; take things away with a Deny statement.",
  sources: [],
  resources: Object.keys(POLICIES),
  check(resource, report) {
    for (const { negated, where } of grantsOf(resource)) {
      if (negated.length > 0) report(`${where} allows by ${negated.join(" and ")}`);
    }
  },
});

/**
 * Actions that no ARN can narrow, such as listing; AWS wants `*` for them. What ends in * is a beginning.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
const UNSCOPED: readonly string[] = [
  "acm:List*",
  "autoscaling:Describe*",
  "cloudwatch:GetMetricData",
  "cloudwatch:ListMetrics",
  "cloudwatch:PutMetricData",
  "ec2:Describe*",
  "ec2messages:*",
  "ecr:GetAuthorizationToken",
  "ecs:ListClusters",
  "elasticloadbalancing:Describe*",
  "iam:List*",
  "kms:ListAliases",
  "kms:ListKeys",
  "lambda:ListFunctions",
  "logs:DescribeLogGroups",
  "organizations:ListAccounts",
  "pricing:*",
  "route53:GetChange",
  "route53:List*",
  "s3:ListAllMyBuckets",
  "secretsmanager:ListSecrets",
  "shield:Get*",
  "ssm:DescribeParameters",
  "ssm:UpdateInstanceInformation",
  "ssmmessages:*",
  "sts:GetCallerIdentity",
  "tag:Get*",
  "wafv2:List*",
  "xray:Get*",
  "xray:Put*",
];

/**
 * What Lambda does so that a function stands in a network. Before it makes one, it finds out whether the role may, and
 * names no interface: nothing narrower than all of a region's resources is enough.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 */
const INTERFACES = ["ec2:assignprivateipaddresses", "ec2:deletenetworkinterface", "ec2:unassignprivateipaddresses"];
const OF_A_REGION = /^arn:[\w-]+:ec2:[\w-]+:\d{12}:\*\/\*$/;

export const scope = resourceRule<{ readonly unscopedActions: readonly string[] }>({
  id: "iam-no-wildcard-resources",
  title: "IAM policies name their resources",
  description:
    "A condition stands in for a name only where it narrows what is reached, such as aws:ResourceTag. What Lambda needs to put a function in a network may be on all of a region, denied to the function's code by lambda:SourceFunctionArn",
  severity: "high",
  level: "mandatory",
  fix: "Name the ARNs; keep * for the actions that take no resource, in a statement of their own.",
  sources: ["CKV_AWS_355"],
  config: {
    properties: {
      unscopedActions: {
        type: "array",
        items: { type: "string" },
        default: [...UNSCOPED],
        description: "Actions that take no resource, so that * is right for them; what ends in * is a beginning.",
      },
    },
    defaults: { unscopedActions: UNSCOPED },
  },
  resources: Object.keys(POLICIES),
  check(resource, report, { unscopedActions }) {
    for (const document of documentsOf(resource)) {
      const denied = deniedToCode(document.value);
      const isLambdas = (action: string) =>
        INTERFACES.includes(action.toLowerCase()) && denied.includes(action.toLowerCase());
      for (const { actions: named, resources, condition, where } of grantsIn(document)) {
        const wide = resources.filter(isWideResource);
        const scoped = named.filter(
          (action) =>
            !unscopedActions.some((pattern) => isWithin(action, pattern)) &&
            !isReachNarrowed(action, condition) &&
            !(isLambdas(action) && wide.every((arn) => OF_A_REGION.test(arn))),
        );
        if (wide.length > 0 && scoped.length > 0) report(`${where} allows ${scoped.join(", ")} on ${wide[0]}`);
      }
    }
  },
});

/** Whether all an action stands for is in a pattern: IAM tells no capital from a small letter. */
function isWithin(action: string, pattern: string): boolean {
  const [name, wanted] = [action.toLowerCase(), pattern.toLowerCase()];
  return wanted.endsWith("*") ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
}

const ADMINISTRATORS = /:policy\/(AdministratorAccess|PowerUserAccess|IAMFullAccess)$/;

/** What attaches managed policies, with the property that names them. */
const ATTACHMENTS: Readonly<Record<string, string>> = {
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "policyArn",
  "aws:iam/userPolicyAttachment:UserPolicyAttachment": "policyArn",
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": "policyArn",
  "aws:iam/policyAttachment:PolicyAttachment": "policyArn",
  "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": "policyArns",
  "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive": "policyArns",
  "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive": "policyArns",
  "aws:iam/role:Role": "managedPolicyArns",
  "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment": "managedPolicyArn",
  "aws:ssoadmin/managedPolicyAttachmentsExclusive:ManagedPolicyAttachmentsExclusive": "managedPolicyArns",
};

export const administrators = resourceRule({
  id: "iam-no-administrator",
  title: "Nothing is attached to an administrator policy",
  severity: "critical",
  level: "mandatory",
  fix: "Attach a policy with the actions that are needed.",
  sources: ["CKV_AWS_274"],
  resources: Object.keys(ATTACHMENTS),
  check({ type, props }, report) {
    for (const arn of oneOrMany(props[ATTACHMENTS[type] ?? "policyArn"])) {
      const name = ADMINISTRATORS.exec(text(arn) ?? "")?.[1];
      if (name !== undefined) report(`${name} is attached`);
    }
  },
});

export const clusterAdministrators = resourceRule({
  id: "eks-no-cluster-administrator",
  title: "EKS gives nobody the administrator's access policy",
  description: "Advisory: whoever deploys to a cluster of their own needs it, by choice",
  severity: "high",
  level: "advisory",
  fix: "Associate AmazonEKSEditPolicy or AmazonEKSViewPolicy, for the namespaces that are needed.",
  sources: [],
  resources: ["aws:eks/accessPolicyAssociation:AccessPolicyAssociation"],
  check({ props }, report) {
    const name = /:cluster-access-policy\/(AmazonEKSClusterAdminPolicy)$/.exec(text(props.policyArn) ?? "")?.[1];
    if (name !== undefined) report(`${name} is associated`);
  },
});

export const accessKeys = resourceRule({
  id: "iam-no-access-keys",
  title: "Nobody has a long-lived access key",
  severity: "high",
  level: "mandatory",
  fix: "Let the program assume a role: an instance profile, a pod identity, or an OIDC provider.",
  sources: [],
  resources: ["aws:iam/accessKey:AccessKey"],
  check({ props }, report) {
    if (props.status !== "Inactive") report("an active key would be made and kept in the state");
  },
});

export const awsPolicyRules: readonly Rule[] = [
  actions,
  negations,
  scope,
  administrators,
  clusterAdministrators,
  accessKeys,
];
