import { one, type RuleCase } from "../cases";
import { DELETE } from "../harness";
import { allows, type Further, leaves, refuses } from "./build";

const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
const statement = (fields: object): string => JSON.stringify({ Statement: { Effect: "Allow", ...fields } });
const doing = (Action: string, Resource: string, Condition?: object): string =>
  statement({ Action, Resource, Condition });
const granting = one(ROLE_POLICY, { policy: doing("s3:GetObject", "arn:aws:s3:::shop/*") });

/** Each place of a document that gives rights: the harmless one passes, the other is reported there. */
const everywhere = (bad: string, message: (place: string) => string): readonly RuleCase[] => [
  refuses(
    one("aws:iam/role:Role", { inlinePolicies: [{ name: "a", policy: doing("s3:GetObject", "arn:aws:s3:::a/*") }] }),
    "inlinePolicies.0.policy",
    [[bad, message("inlinePolicies[0].policy")]],
  ),
  {
    base: one("aws:iam/role:Role", {
      inlinePolicies: [{ name: "a", policy: doing("s3:GetObject", "arn:aws:s3:::a") }],
    }),
    fails: [],
    skips: [
      { at: "inlinePolicies", to: DELETE },
      { at: "inlinePolicies", to: [{}] },
    ],
    unknown: ["inlinePolicies", "inlinePolicies.0.policy"],
  },
  refuses(
    one("aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy", { inlinePolicy: "{}" }),
    "inlinePolicy",
    [[bad, message("inlinePolicy")]],
  ),
];

const onAll = (action: string, condition: object): readonly [string, string] => [
  doing(action, "*", condition),
  `policy.Statement[0] allows ${action} on *`,
];

const UNSCOPED: readonly string[] = [
  "acm:ListCertificates",
  "autoscaling:DescribeAutoScalingGroups",
  "cloudwatch:GetMetricData",
  "cloudwatch:ListMetrics",
  "cloudwatch:PutMetricData",
  "ec2:Describe*",
  "EC2:describeinstances",
  "ec2messages:GetMessages",
  "ecr:GetAuthorizationToken",
  "ecs:ListClusters",
  "elasticloadbalancing:DescribeTargetHealth",
  "iam:ListRoles",
  "kms:ListAliases",
  "kms:ListKeys",
  "lambda:ListFunctions",
  "logs:DescribeLogGroups",
  "organizations:ListAccounts",
  "pricing:GetProducts",
  "route53:GetChange",
  "route53:ListHostedZones",
  "s3:ListAllMyBuckets",
  "secretsmanager:ListSecrets",
  "shield:GetSubscriptionState",
  "ssm:DescribeParameters",
  "ssm:UpdateInstanceInformation",
  "ssmmessages:OpenDataChannel",
  "sts:GetCallerIdentity",
  "tag:GetResources",
  "wafv2:ListWebACLs",
  "xray:GetSamplingRules",
  "xray:PutTraceSegments",
];

const queue = one("aws:sqs/queuePolicy:QueuePolicy", {
  policy: statement({ Principal: { Service: "sns.amazonaws.com" }, Action: "sqs:SendMessage" }),
});
const anyone = (Condition: object): string => statement({ Principal: "*", Action: "sqs:SendMessage", Condition });
const open = "policy.Statement[0] allows *";

const PROVIDER = "token.actions.githubusercontent.com";
const federated = (Condition: object): string =>
  statement({
    Principal: { Federated: `arn:aws:iam::1:oidc-provider/${PROVIDER}` },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition,
  });
const aud = { [`${PROVIDER}:aud`]: "sts.amazonaws.com" };
const subject = (sub: string): string => federated({ StringLike: { ...aud, [`${PROVIDER}:sub`]: sub } });
const role = one("aws:iam/role:Role", { assumeRolePolicy: subject("repo:acme/shop:ref:refs/heads/main") });
const unpinned = ["aud", "sub"].map((claim) => `assumeRolePolicy.Statement[0] does not pin the claim ${claim}`);

const PROJECT_POLICY = "gcp:projects/iAMPolicy:IAMPolicy";
const bindings = (role: string, member: string): string => JSON.stringify({ bindings: [{ role, members: [member] }] });
const SOUND = bindings("roles/logging.logWriter", "group:team@example.com");
const wholePolicy = (role: string, member: string, message: string): RuleCase => ({
  base: one(PROJECT_POLICY, { policyData: SOUND }),
  fails: [{ at: "policyData", to: bindings(role, member), message }],
  unknown: ["policyData"],
});

const RBAC = "kubernetes:rbac.authorization.k8s.io/v1";
const rules = (kind: string, metadata: object = { namespace: "kube-system" }) =>
  one(`${RBAC}:${kind}`, { metadata, rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["list"] }] });
const bound = (kind: string) =>
  one(`${RBAC}:${kind}`, { roleRef: { name: "reader" }, subjects: [{ kind: "Group", name: "team" }] });
const secrets = { apiGroups: [""], resources: ["secrets"], verbs: ["get"] };

const INTERFACES = "ec2:AssignPrivateIpAddresses, ec2:DeleteNetworkInterface, ec2:UnassignPrivateIpAddresses";
const REGION = "arn:aws:ec2:eu-west-1:123456789012:*/*";
const FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:shop";
/** What Lambda needs so that a function stands in a network, and what is denied to the function's own code. */
const inNetwork = ({
  actions = INTERFACES.split(", "),
  allowed = [REGION],
  denied = INTERFACES.split(", "),
  on = "*",
  condition = { ArnEquals: { "lambda:SourceFunctionArn": FUNCTION } },
}: {
  readonly actions?: readonly string[];
  readonly allowed?: readonly string[];
  readonly denied?: readonly string[];
  readonly on?: string;
  readonly condition?: object;
}): string =>
  JSON.stringify({
    Statement: [
      { Effect: "Allow", Action: actions, Resource: allowed },
      { Effect: "Deny", Action: denied, Resource: on, Condition: condition },
    ],
  });

/** What gives rights without saying so: other places, other spellings, and conditions that hold always. */
export const identity: Further = {
  "lambda-permission-source": [
    {
      base: one("aws:lambda/permission:Permission", { principal: "s3.amazonaws.com.cn", sourceArn: "arn:aws:s3:::b" }),
      fails: [
        {
          at: "sourceArn",
          to: DELETE,
          message: "s3.amazonaws.com.cn may call it without sourceAccount or sourceArn",
        },
      ],
      unknown: [],
      skips: ["111122223333", "sns.amazonaws.com.example.org"].map((to) => ({ at: "principal", to })),
    },
  ],
  "lambda-no-secret-in-environment": [
    leaves(
      one("aws:lambda/function:Function", { environment: { variables: { TOKEN_FILE: "/run/token", LEVEL: "info" } } }),
      ...one("aws:lambda/function:Function", { runtime: "nodejs24.x" }),
    ),
  ],
  "iam-no-wildcard-actions": [
    ...everywhere(doing("s3:*", "arn:aws:s3:::a/*"), (place) => `${place}.Statement[0] allows s3:*`),
    refuses(one("aws:iam/role:Role", { inlinePolicies: [{ policy: "{}" }] }), "inlinePolicies.0.policy", [
      ["{", "inlinePolicies[0].policy is no JSON document"],
    ]),
    refuses(
      granting,
      "policy",
      [
        "**",
        "*:*",
        "s3:?*",
        "s3:*Object",
        "s3*:GetObject",
        "iam:*Policy",
        "iam:P*",
        "iam:Put*",
        "IAM:Attach*",
        "sts:Assume*",
        "organizations:Create*",
      ].map((action) => [doing(action, "arn:aws:x:eu:1:y"), `policy.Statement[0] allows ${action}`]),
    ),
    allows(
      granting,
      "policy",
      ["s3:Get*", "kms:GenerateDataKey*", "iam:Get*", "sts:GetCallerIdentity", "iam:PassRole"].map((action) =>
        doing(action, "arn:aws:x:eu:1:y"),
      ),
    ),
  ],
  "iam-no-not-action": everywhere(
    statement({ NotAction: "iam:*", Resource: "arn:aws:s3:::a" }),
    (place) => `${place}.Statement[0] allows by NotAction`,
  ),
  "iam-no-wildcard-resources": [
    ...everywhere(doing("s3:GetObject", "*"), (place) => `${place}.Statement[0] allows s3:GetObject on *`),
    allows(granting, "policy", [
      inNetwork({}),
      inNetwork({ condition: { ArnLike: { "lambda:SourceFunctionArn": "*" } } }),
    ]),
    refuses(granting, "policy", [
      [inNetwork({ allowed: ["*"] }), `policy.Statement[0] allows ${INTERFACES} on *`],
      [
        inNetwork({ allowed: ["arn:aws:ec2:*:*:*/*"] }),
        `policy.Statement[0] allows ${INTERFACES} on arn:aws:ec2:*:*:*/*`,
      ],
      [inNetwork({ allowed: [REGION, "*"] }), `policy.Statement[0] allows ${INTERFACES} on ${REGION}`],
      [inNetwork({ denied: [] }), `policy.Statement[0] allows ${INTERFACES} on ${REGION}`],
      [
        inNetwork({ denied: ["ec2:DeleteNetworkInterface"] }),
        `policy.Statement[0] allows ec2:AssignPrivateIpAddresses, ec2:UnassignPrivateIpAddresses on ${REGION}`,
      ],
      [
        inNetwork({ condition: { ArnNotEquals: { "lambda:SourceFunctionArn": FUNCTION } } }),
        `policy.Statement[0] allows ${INTERFACES} on ${REGION}`,
      ],
      [
        inNetwork({
          condition: { ArnEquals: { "lambda:SourceFunctionArn": FUNCTION }, Bool: { "aws:ViaAWSService": "true" } },
        }),
        `policy.Statement[0] allows ${INTERFACES} on ${REGION}`,
      ],
      [
        inNetwork({ on: "arn:aws:ec2:eu-west-1:123456789012:subnet/*" }),
        `policy.Statement[0] allows ${INTERFACES} on ${REGION}`,
      ],
      [
        inNetwork({ actions: ["ec2:DeleteNetworkInterface", "ec2:TerminateInstances"] }),
        `policy.Statement[0] allows ec2:TerminateInstances on ${REGION}`,
      ],
    ]),
    allows(
      granting,
      "policy",
      UNSCOPED.map((action) => doing(action, "*")),
    ),
    refuses(
      granting,
      "policy",
      ["ssm:GetParameter", "ssm:GetParametersByPath", "eks:DescribeCluster", "lambda:ListFunctionsAnd", "ecs:*"].map(
        (action) => onAll(action, {}),
      ),
    ),
    allows(granting, "policy", [doing("eks:ListClusters", "*")], { unscopedActions: ["eks:List*"] }),
    refuses(granting, "policy", [onAll("kms:ListKeys", {})], { unscopedActions: [] }),
    refuses(
      granting,
      "policy",
      [
        "**",
        "arn:*",
        "arn:aws:s3:::*",
        "arn:aws:s3:::*/*",
        "arn:aws:iam::*:role/*",
        "arn:aws:iam::123456789012:role/*",
        "arn:aws:kms:*:*:key/*",
        "arn:aws:secretsmanager:*:*:secret:*",
        "arn:aws:sqs:eu-west-1:123456789012:*",
      ].map((resource) => [doing("s3:GetObject", resource), `policy.Statement[0] allows s3:GetObject on ${resource}`]),
    ),
    allows(
      granting,
      "policy",
      [
        "arn:aws:s3:::shop",
        "arn:aws:s3:::shop/*",
        "arn:aws:s3:::shop-*",
        "arn:aws:iam::123456789012:instance-profile/*",
        "arn:aws:iam::123456789012:role/shop-*",
        "arn:aws:ec2:eu-west-1:*:subnet/*",
        "arn:aws:ec2:*:123456789012:volume/*",
        "arn:aws:logs:eu-west-1:123456789012:log-group:shop:*",
      ].map((resource) => doing("s3:GetObject", resource)),
    ),
    refuses(granting, "policy", [
      onAll("s3:GetObject", { Bool: { "aws:SecureTransport": "true" } }),
      onAll("s3:GetObject", { StringLike: { "aws:ResourceTag/team": "*" } }),
      onAll("s3:GetObject", { StringEquals: { "aws:ResourceTag/team": [] } }),
      onAll("s3:GetObject", { StringNotEquals: { "aws:ResourceTag/team": "shop" } }),
      onAll("s3:GetObject", { StringEqualsIfExists: { "aws:ResourceTag/team": "shop" } }),
      onAll("s3:GetObject", { "ForAllValues:StringEquals": { "aws:ResourceTag/team": "shop" } }),
      onAll("s3:GetObject", { StringEquals: { "aws:RequestedRegion": "eu-west-1" } }),
      onAll("iam:PassRole", { Bool: { "aws:SecureTransport": "true" } }),
      onAll("iam:PassRole", { StringLike: { "iam:PassedToService": "*" } }),
      onAll("sts:AssumeRole", { StringEquals: { "aws:RequestTag/team": "shop" } }),
    ]),
    allows(granting, "policy", [
      doing("ec2:CreateTags", "*", { StringEquals: { "aws:RequestTag/team": "shop" } }),
      doing("ec2:StopInstances", "*", { StringEquals: { "ec2:ResourceTag/team": ["shop", "till"] } }),
      doing("kms:Decrypt", "*", { "ForAnyValue:StringEquals": { "kms:ViaService": "s3.eu-west-1.amazonaws.com" } }),
      doing("s3:GetObject", "*", { stringequals: { "AWS:ResourceAccount": "123456789012" } }),
      doing("iam:PassRole", "*", { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } }),
      doing("sts:AssumeRole", "*", { StringEquals: { "aws:ResourceOrgID": "o-1" } }),
    ]),
  ],
  "iam-no-administrator": (
    [
      ["aws:iam/userPolicyAttachment:UserPolicyAttachment", "policyArn"],
      ["aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive", "policyArns"],
      ["aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment", "managedPolicyArn"],
      ["aws:ssoadmin/managedPolicyAttachmentsExclusive:ManagedPolicyAttachmentsExclusive", "managedPolicyArns"],
    ] as const
  ).map(([type, field]) => ({
    base: one(type, { [field]: "arn:aws:iam::aws:policy/ReadOnlyAccess" }),
    fails: [
      { at: field, to: "arn:aws:iam::aws:policy/AdministratorAccess", message: "AdministratorAccess is attached" },
    ],
    unknown: [field],
  })),
  "iam-role-trust-named": [
    refuses(role, "assumeRolePolicy", [
      [
        statement({ NotPrincipal: { AWS: "arn:aws:iam::1:root" }, Action: "sts:AssumeRole" }),
        "assumeRolePolicy.Statement[0] trusts all but its NotPrincipal",
      ],
    ]),
  ],
  "iam-role-oidc-claims-pinned": [
    refuses(
      role,
      "assumeRolePolicy",
      [
        "",
        "repo:*",
        "repo:acme*",
        "repo:*/*",
        "repo:?*/shop",
        "r*",
        "system:serviceaccount:*",
        "project_path:*",
        "organization:*",
        "auth0|*",
      ].map((sub) => [subject(sub), "assumeRolePolicy.Statement[0] lets the claim sub be anything"]),
    ),
    allows(
      role,
      "assumeRolePolicy",
      ["repo:acme/*", "repo:acme/shop:*", "system:serviceaccount:shop:*", "organization:acme:*"].map(subject),
    ),
    refuses(role, "assumeRolePolicy", [
      [federated({ "ForAllValues:StringEquals": { ...aud, [`${PROVIDER}:sub`]: "repo:acme/shop" } }), unpinned],
      [federated({ StringEqualsIfExists: { ...aud, [`${PROVIDER}:sub`]: "repo:acme/shop" } }), unpinned],
      [federated({ StringEquals: { "gitlab.com:aud": "sts.amazonaws.com", "gitlab.com:sub": "a" } }), unpinned],
    ]),
  ],
  "resource-policy-not-public": [
    refuses(queue, "policy", [
      [
        statement({ NotPrincipal: { AWS: "arn:aws:iam::1:root" }, Action: "sqs:SendMessage" }),
        "policy.Statement[0] allows all but its NotPrincipal",
      ],
      ...[
        { IpAddress: { "aws:SourceIp": "0.0.0.0/0" } },
        { IpAddress: { "aws:SourceIp": ["10.0.0.0/8", "::/0"] } },
        { IpAddress: { "aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"] } },
        { NotIpAddress: { "aws:SourceIp": "10.0.0.0/8" } },
        { StringNotEquals: { "aws:SourceAccount": "123456789012" } },
        { StringEqualsIfExists: { "aws:PrincipalOrgID": "o-1" } },
        { StringLike: { "aws:PrincipalOrgID": "*" } },
        { ArnLike: { "aws:SourceArn": "arn:aws:sns:*:*:*" } },
        { Bool: { "elasticfilesystem:AccessedViaMountTarget": "false" } },
        { Null: { "aws:SourceArn": "false" } },
        "none",
      ].map((condition) => [anyone(condition as object), open] as const),
    ]),
    allows(queue, "policy", [
      anyone({ IpAddress: { "aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"] } }),
      anyone({ StringEquals: { "aws:SourceAccount": "123456789012" } }),
      anyone({ Bool: { "elasticfilesystem:AccessedViaMountTarget": "true" } }),
      anyone({ ArnLike: { "aws:SourceArn": "arn:aws:sns:eu-west-1:123456789012:shop-*" } }),
      statement({
        NotPrincipal: { AWS: "arn:aws:iam::1:root" },
        Condition: { StringEquals: { "aws:PrincipalOrgID": "o" } },
      }),
    ]),
    ...(
      [
        ["aws:efs/fileSystemPolicy:FileSystemPolicy", "policy"],
        ["aws:opensearch/domainPolicy:DomainPolicy", "accessPolicies"],
        ["aws:s3tables/tablePolicy:TablePolicy", "resourcePolicy"],
        ["aws:cloudwatch/logResourcePolicy:LogResourcePolicy", "policyDocument"],
      ] as const
    ).map(([type, field]) => ({
      base: one(type, { [field]: statement({ Principal: { AWS: "1" } }) }),
      fails: [{ at: field, to: anyone({}), message: `${field}.Statement[0] allows *` }],
      unknown: [field],
    })),
  ],
  "aws-permission-not-public": (
    [
      ["aws:lambda/permission:Permission", ["sourceArn", "sourceAccount", "principalOrgId"]],
      ["aws:lambda/layerVersionPermission:LayerVersionPermission", ["organizationId"]],
      ["aws:cloudwatch/eventPermission:EventPermission", ["condition"]],
    ] as const
  ).flatMap(([type, fields]) => [
    {
      base: one(type, { principal: "123456789012" }),
      fails: [{ at: "principal", to: "*", message: `principal is * without ${fields.join(" or ")}` }],
      unknown: ["principal"],
    },
    ...fields.map((field) => allows(one(type, { principal: "*", [field]: "value" }), field, ["other"])),
  ]),
  "gcp-iam-not-public": [
    wholePolicy("roles/storage.objectViewer", "allUsers", "grants to allUsers"),
    refuses(one("gcp:storage/bucketIAMPolicy:BucketIAMPolicy", { policyData: SOUND }), "policyData", [
      ["{", "policyData is no JSON document"],
    ]),
  ],
  "gcp-iam-no-basic-roles": [wholePolicy("roles/owner", "group:team@example.com", "role is roles/owner")],
  "gcp-iam-no-default-accounts": [
    wholePolicy(
      "roles/logging.logWriter",
      "serviceAccount:p@appspot.gserviceaccount.com",
      "grants to serviceAccount:p@appspot.gserviceaccount.com",
    ),
  ],
  "gcp-iam-no-consumer-accounts": [wholePolicy("roles/browser", "user:a@gmail.com", "grants to user:a@gmail.com")],
  "gcp-iam-no-impersonation-of-all": [
    wholePolicy("roles/iam.serviceAccountUser", "group:team@example.com", "role is roles/iam.serviceAccountUser"),
  ],
  "gcp-acl-not-public": (
    [
      ["gcp:storage/defaultObjectAccessControl:DefaultObjectAccessControl", "entity", "allUsers", "entity"],
      ["gcp:storage/objectAccessControl:ObjectAccessControl", "entity", "allUsers", "entity"],
      ["gcp:storage/bucketACL:BucketACL", "roleEntities", ["OWNER:user-a", "READER:allUsers"], "roleEntities[1]"],
      ["gcp:storage/bucketACL:BucketACL", "predefinedAcl", "publicRead", "predefinedAcl"],
      ["gcp:storage/bucketACL:BucketACL", "defaultAcl", "authenticatedRead", "defaultAcl"],
      ["gcp:storage/defaultObjectACL:DefaultObjectACL", "roleEntities", ["READER:allUsers"], "roleEntities[0]"],
      ["gcp:storage/objectACL:ObjectACL", "roleEntities", ["READER:allUsers"], "roleEntities[0]"],
      ["gcp:storage/objectACL:ObjectACL", "predefinedAcl", "publicReadWrite", "predefinedAcl"],
      ["gcp:storage/bucketObject:BucketObject", "predefinedAcl", "publicRead", "predefinedAcl"],
      ["gcp:bigquery/datasetAccess:DatasetAccess", "specialGroup", "allAuthenticatedUsers", "specialGroup"],
      ["gcp:bigquery/datasetAccess:DatasetAccess", "iamMember", "allUsers", "iamMember"],
      ["gcp:bigquery/dataset:Dataset", "accesses", [{ specialGroup: "allUsers" }], "accesses[0].specialGroup"],
      ["gcp:bigquery/dataset:Dataset", "accesses", [{}, { iamMember: "allUsers" }], "accesses[1].iamMember"],
    ] as const
  ).map(([type, field, to, where]) => {
    const found = /(all|public|authenticated)\w+/.exec(JSON.stringify(to))?.[0] ?? "";
    const message = `${where} is ${where.startsWith("roleEntities") ? `READER:${found}` : found}`;
    return {
      base: one(type, {}),
      fails: [{ at: field, to, message }],
      passes: [{ at: field, to: "private" }],
      unknown: [field],
    };
  }),
  "rbac-no-anonymous": [
    refuses(
      bound("RoleBinding"),
      "subjects.0.name",
      ["system:masters", "system:serviceaccounts"].map((name) => [name, `grants to ${name}`]),
    ),
    refuses(bound("ClusterRoleBindingPatch"), "subjects.0.name", [["system:masters", "grants to system:masters"]]),
  ],
  "rbac-no-cluster-admin": [
    refuses(bound("RoleBindingPatch"), "roleRef.name", [["cluster-admin", "roleRef is cluster-admin"]]),
  ],
  "rbac-no-wildcards": [
    refuses(rules("ClusterRolePatch"), "rules.0.verbs", [[["*"], "rules[0] has * in verbs"]]),
    allows(rules("RolePatch"), "rules", [DELETE]),
  ],
  "rbac-no-escalation": [
    refuses(
      rules("Role"),
      "rules.0",
      [
        ["get", "pods/exec"],
        ["create", "pods/attach"],
        ["get", "pods/attach"],
        ["get", "nodes/proxy"],
        ["patch", "pods/ephemeralcontainers"],
        ["update", "pods/ephemeralcontainers"],
      ].map(([verb, target]) => [{ verbs: [verb], resources: [target] }, `rules[0] allows ${verb} ${target}`]),
    ),
  ],
  "rbac-no-reading-all-secrets": [
    refuses(rules("Role"), "rules.0", [[secrets, "rules[0] allows get of all secrets"]]),
    refuses(rules("ClusterRolePatch"), "rules.0", [[secrets, "rules[0] allows get of all secrets"]]),
    allows(rules("Role", { namespace: "shop" }), "rules.0", [secrets]),
  ],
};
