import { grants, isPolicyDocument, positiveTests } from "../documents";
import { shown } from "../read";
import { type Rule, resourceRule } from "../rule";

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
    for (const { principals, negated, where } of grants(props.assumeRolePolicy)) {
      if (principals.includes("*")) report(`assumeRolePolicy.${where} trusts *`);
      if (negated.includes("NotPrincipal")) report(`assumeRolePolicy.${where} trusts all but its NotPrincipal`);
    }
  },
});

export const bounded = resourceRule<{ readonly boundaries: readonly string[] }>({
  id: "iam-role-bounded",
  title: "IAM roles stay within the account's permissions boundary",
  description: "Asked only where boundaries are named: whoever may make a role without one may do all that it may",
  severity: "high",
  level: "mandatory",
  fix: "Set permissionsBoundary to the ARN of one of the policies the account names for it.",
  sources: [],
  resources: ROLE,
  config: {
    properties: {
      boundaries: {
        type: "array",
        items: { type: "string" },
        default: [],
        description: "ARNs of the policies of which each role has one as its boundary; none: any role may be without.",
      },
    },
    defaults: { boundaries: [] },
  },
  check({ props, notApplicable }, report, { boundaries }) {
    if (boundaries.length === 0) return notApplicable("no boundary is named");
    const value = props.permissionsBoundary;
    if (!boundaries.some((boundary) => boundary === value))
      report(`permissionsBoundary is ${shown(value)}, not ${boundaries.join(" or ")}`);
  },
});

/** Up to where a subject must be spelled out: the owner of a repository, the namespace of a service account. */
const OPEN_SUBJECT = /^([^:/|]*[:|]?|repo:[^/]*|project_path:[^/]*|organization:[^:]*|system:serviceaccount:[^:]*)$/i;

export const oidcClaims = resourceRule({
  id: "iam-role-oidc-claims-pinned",
  title: "Roles for OIDC identities pin the audience and the subject",
  severity: "critical",
  level: "mandatory",
  fix: "Add StringEquals or StringLike on the provider's own :aud and :sub claims, the subject's owner spelled out.",
  sources: ["CKV_AWS_393"],
  resources: ROLE,
  check({ props }, report) {
    for (const { principals, condition, where } of grants(props.assumeRolePolicy)) {
      const tests = positiveTests(condition);
      for (const principal of principals) {
        const issuer = /:oidc-provider\/(.+)$/.exec(principal)?.[1];
        if (issuer === undefined) continue;
        for (const claim of ["aud", "sub"]) {
          const values = tests
            .filter(({ key }) => key.toLowerCase() === `${issuer}:${claim}`.toLowerCase())
            .flatMap((test) => test.values);
          if (values.length === 0) report(`assumeRolePolicy.${where} does not pin the claim ${claim}`);
          else if (values.some(isOpen)) report(`assumeRolePolicy.${where} lets the claim ${claim} be anything`);
        }
      }
    }
  },
});

function isOpen(value: string): boolean {
  const [named = ""] = value.split(/[*?]/);
  return value === "" || (named !== value && OPEN_SUBJECT.test(named));
}

export const awsTrustRules: readonly Rule[] = [trust, oidcClaims, bounded];
