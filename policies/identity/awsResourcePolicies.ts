import { grants, isNarrowed } from "../documents";
import { at, isSet, isTrue } from "../read";
import { type Rule, resourceRule } from "../rule";

/** Resource policies, by type token, with the property that holds the document. */
const RESOURCE_POLICIES: Readonly<Record<string, string>> = {
  "aws:acmpca/policy:Policy": "policy",
  "aws:amp/resourcePolicy:ResourcePolicy": "policyDocument",
  "aws:backup/vaultPolicy:VaultPolicy": "policy",
  "aws:bedrock/agentcoreResourcePolicy:AgentcoreResourcePolicy": "policy",
  "aws:cloudwatch/eventBusPolicy:EventBusPolicy": "policy",
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "policyDocument",
  "aws:codeartifact/domainPermissions:DomainPermissions": "policyDocument",
  "aws:codeartifact/repositoryPermissionsPolicy:RepositoryPermissionsPolicy": "policyDocument",
  "aws:codebuild/resourcePolicy:ResourcePolicy": "policy",
  "aws:dsql/clusterPolicy:ClusterPolicy": "policy",
  "aws:dynamodb/resourcePolicy:ResourcePolicy": "policy",
  "aws:ecr/registryPolicy:RegistryPolicy": "policy",
  "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
  "aws:ecrpublic/repositoryPolicy:RepositoryPolicy": "policy",
  "aws:efs/fileSystemPolicy:FileSystemPolicy": "policy",
  "aws:elasticsearch/domain:Domain": "accessPolicies",
  "aws:elasticsearch/domainPolicy:DomainPolicy": "accessPolicies",
  "aws:glacier/vaultLock:VaultLock": "policy",
  "aws:glue/resourcePolicy:ResourcePolicy": "policy",
  "aws:kinesis/resourcePolicy:ResourcePolicy": "policy",
  "aws:kms/externalKey:ExternalKey": "policy",
  "aws:kms/key:Key": "policy",
  "aws:kms/keyPolicy:KeyPolicy": "policy",
  "aws:kms/replicaExternalKey:ReplicaExternalKey": "policy",
  "aws:kms/replicaKey:ReplicaKey": "policy",
  "aws:lambda/resourcePolicy:ResourcePolicy": "policy",
  "aws:mediastore/containerPolicy:ContainerPolicy": "policy",
  "aws:msk/clusterPolicy:ClusterPolicy": "policy",
  "aws:networkfirewall/resourcePolicy:ResourcePolicy": "policy",
  "aws:oam/sinkPolicy:SinkPolicy": "policy",
  "aws:opensearch/domain:Domain": "accessPolicies",
  "aws:opensearch/domainPolicy:DomainPolicy": "accessPolicies",
  "aws:opensearchingest/resourcePolicy:ResourcePolicy": "policy",
  "aws:redshift/resourcePolicy:ResourcePolicy": "policy",
  "aws:redshiftserverless/resourcePolicy:ResourcePolicy": "policy",
  "aws:s3/accessPoint:AccessPoint": "policy",
  "aws:s3/bucket:Bucket": "policy",
  "aws:s3/bucketPolicy:BucketPolicy": "policy",
  "aws:s3/bucketV2:BucketV2": "policy",
  "aws:s3/vectorsVectorBucketPolicy:VectorsVectorBucketPolicy": "policy",
  "aws:s3control/accessPointPolicy:AccessPointPolicy": "policy",
  "aws:s3control/bucketPolicy:BucketPolicy": "policy",
  "aws:s3control/objectLambdaAccessPointPolicy:ObjectLambdaAccessPointPolicy": "policy",
  "aws:s3tables/tableBucketPolicy:TableBucketPolicy": "resourcePolicy",
  "aws:s3tables/tablePolicy:TablePolicy": "resourcePolicy",
  "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy": "resourcePolicy",
  "aws:schemas/registryPolicy:RegistryPolicy": "policy",
  "aws:secretsmanager/secret:Secret": "policy",
  "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
  "aws:ses/identityPolicy:IdentityPolicy": "policy",
  "aws:sesv2/emailIdentityPolicy:EmailIdentityPolicy": "policy",
  "aws:sns/topic:Topic": "policy",
  "aws:sns/topicPolicy:TopicPolicy": "policy",
  "aws:sqs/queue:Queue": "policy",
  "aws:sqs/queuePolicy:QueuePolicy": "policy",
  "aws:vpclattice/authPolicy:AuthPolicy": "policy",
  "aws:vpclattice/resourcePolicy:ResourcePolicy": "policy",
  "aws:xray/resourcePolicy:ResourcePolicy": "policyDocument",
};

export const resourcePolicies = resourceRule({
  id: "resource-policy-not-public",
  title: "Resource policies allow no one unnamed",
  description: "A condition narrows * only if it holds for what it names alone: not 0.0.0.0/0, *, or StringNotEquals",
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
    for (const { principals, negated, condition, where } of grants(policy)) {
      if (isNarrowed(condition)) continue;
      if (principals.includes("*")) report(`${property}.${where} allows *`);
      if (negated.includes("NotPrincipal")) report(`${property}.${where} allows all but its NotPrincipal`);
    }
  },
});

/** The fields that narrow what a permission with principal `*` lets in, by type. */
const PERMISSIONS: Readonly<Record<string, readonly string[]>> = {
  "aws:lambda/permission:Permission": ["sourceArn", "sourceAccount", "principalOrgId"],
  "aws:lambda/layerVersionPermission:LayerVersionPermission": ["organizationId"],
  "aws:cloudwatch/eventPermission:EventPermission": ["condition"],
};

export const permissions = resourceRule({
  id: "aws-permission-not-public",
  title: "Functions, layers and event buses admit no one unnamed",
  severity: "critical",
  level: "mandatory",
  fix: "Name the principal, or narrow * by the source's ARN or account, or by the organization.",
  sources: ["CKV_AWS_301"],
  resources: Object.keys(PERMISSIONS),
  check({ type, props }, report) {
    if (props.principal !== "*") return;
    const narrowing = PERMISSIONS[type] ?? [];
    if (!narrowing.some((field) => isSet(props[field]))) report(`principal is * without ${narrowing.join(" or ")}`);
  },
});

export const functionUrls = resourceRule({
  id: "lambda-url-authorized",
  title: "Function URLs ask who calls",
  severity: "critical",
  level: "mandatory",
  fix: "Set authorizationType: AWS_IAM.",
  sources: ["CKV_AWS_258"],
  resources: ["aws:lambda/functionUrl:FunctionUrl"],
  check({ props }, report) {
    if (props.authorizationType !== "AWS_IAM") report("authorizationType is not AWS_IAM");
  },
});

export const images = resourceRule({
  id: "ami-not-public",
  title: "Machine images are launched by named accounts",
  severity: "critical",
  level: "mandatory",
  fix: "Set accountId, organizationArn or organizationalUnitArn in place of group.",
  sources: [],
  resources: ["aws:ec2/amiLaunchPermission:AmiLaunchPermission"],
  check({ props }, report) {
    if (isSet(props.group)) report("group lets everyone launch it");
  },
});

export const awsResourcePolicyRules: readonly Rule[] = [resourcePolicies, permissions, functionUrls, images];
