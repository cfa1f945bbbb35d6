import { at, document, isObject, isSet, list, text } from "../read";
import { type Rule, resourceRule } from "../rule";
import { mustBeSet } from "../simple";

const ANYONE = ["allUsers", "allAuthenticatedUsers"];

/** Any IAM member, binding or policy of the Google provider: `gcp:storage/bucketIAMMember:BucketIAMMember` and its like. */
const isGrant = (type: string): boolean => /^gcp:[^:]+:\w*I[aA][mM](Member|Binding|Policy)$/.test(type);
const isProjectGrant = (type: string): boolean => isGrant(type) && /^gcp:(projects|folder|organizations)\//.test(type);

type Props = Readonly<Record<string, unknown>>;

interface Binding {
  readonly role: string;
  readonly members: readonly string[];
}

/** What a resource grants: one role, or all the bindings of a whole policy. */
function bindingsOf(props: Props): readonly Binding[] {
  return [props, ...list(at(document(props.policyData), "bindings"))].map((binding) => ({
    role: text(at(binding, "role")) ?? "",
    members: [at(binding, "member"), ...list(at(binding, "members"))].flatMap((member) => text(member) ?? []),
  }));
}

const membersOf = (props: Props): readonly string[] => bindingsOf(props).flatMap(({ members }) => members);

export const notPublic = resourceRule({
  id: "gcp-iam-not-public",
  title: "Google IAM grants nothing to everyone",
  severity: "critical",
  level: "mandatory",
  fix: "Name the member; put public content behind the load balancer.",
  sources: ["CKV_GCP_28", "CKV_GCP_112", "CKV_GCP_101", "CKV_GCP_113"],
  resources: isGrant,
  check({ props }, report) {
    if (isSet(props.policyData) && !isObject(document(props.policyData))) report("policyData is no JSON document");
    for (const member of membersOf(props)) if (ANYONE.includes(member)) report(`grants to ${member}`);
  },
});

export const noBasicRoles = resourceRule({
  id: "gcp-iam-no-basic-roles",
  title: "Google IAM grants no basic role",
  severity: "high",
  level: "mandatory",
  fix: "Grant a predefined or custom role with what is needed.",
  sources: ["CKV_GCP_117"],
  resources: isProjectGrant,
  check({ props }, report) {
    for (const { role } of bindingsOf(props)) {
      if (/^roles\/(owner|editor|viewer)$/.test(role)) report(`role is ${role}`);
    }
  },
});

export const noDefaultAccounts = resourceRule({
  id: "gcp-iam-no-default-accounts",
  title: "Google's default service accounts get no roles",
  severity: "medium",
  level: "mandatory",
  fix: "Make an account for the workload and grant to it.",
  sources: ["CKV_GCP_46", "CKV_GCP_47", "CKV_GCP_48"],
  resources: isProjectGrant,
  check({ props }, report) {
    for (const member of membersOf(props)) {
      if (/(-compute@developer|@appspot)\.gserviceaccount\.com$/.test(member)) report(`grants to ${member}`);
    }
  },
});

export const noConsumers = resourceRule({
  id: "gcp-iam-no-consumer-accounts",
  title: "Projects, folders and organizations grant nothing to private Google accounts",
  description: "Nobody can take such an account away when its owner leaves, nor ask it for a second factor",
  severity: "high",
  level: "mandatory",
  fix: "Grant to a group or an account of the organization.",
  sources: [],
  resources: isProjectGrant,
  check({ props }, report) {
    for (const member of membersOf(props)) if (/@(gmail|googlemail)\.com$/i.test(member)) report(`grants to ${member}`);
  },
});

const IMPERSONATION =
  /^roles\/iam\.(serviceAccountUser|serviceAccountTokenCreator|serviceAccountKeyAdmin|serviceAccountAdmin)$/;

export const noImpersonation = resourceRule({
  id: "gcp-iam-no-impersonation-of-all",
  title: "Nobody may act as every service account of a project",
  description: "Granted on a project, a folder or an organization, the role reaches all accounts in it",
  severity: "high",
  level: "mandatory",
  fix: "Grant the role on the one service account, with gcp.serviceaccount.IAMMember.",
  sources: ["CKV_GCP_41", "CKV_GCP_44", "CKV_GCP_45", "CKV_GCP_49"],
  resources: isProjectGrant,
  check({ props }, report) {
    for (const { role } of bindingsOf(props)) if (IMPERSONATION.test(role)) report(`role is ${role}`);
  },
});

export const poolCondition = mustBeSet(
  {
    id: "gcp-workload-pool-restricted",
    title: "Outside identities are let in under a condition",
    description: "Without one, every repository or account of the provider may ask for tokens of the pool",
    severity: "high",
    level: "mandatory",
    fix: "Set attributeCondition, such as assertion.repository_owner == 'acme'.",
    sources: ["CKV_GCP_118"],
    resources: ["gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider"],
  },
  ["attributeCondition"],
);

export const noKeys = resourceRule({
  id: "gcp-no-service-account-keys",
  title: "No keys are made for service accounts",
  severity: "high",
  level: "mandatory",
  fix: "Use workload identity, or impersonation, instead of a key.",
  sources: ["CKV2_GCP_3"],
  resources: ["gcp:serviceaccount/key:Key"],
  check({ props }, report) {
    // Uploading a public key leaves the private one where it was made.
    if (text(props.publicKeyData) === undefined) report("a private key would be made and kept in the state");
  },
});

export const googleIamRules: readonly Rule[] = [
  notPublic,
  noBasicRoles,
  noDefaultAccounts,
  noConsumers,
  noImpersonation,
  poolCondition,
  noKeys,
];
