import type { RunResult } from "../../../engine";
import { isObject, type Wire } from "../../../engine/wire";
import { boundaryOf, withinBoundary } from "./identity";
import { arnOf, type Right } from "./row";
import type { PlannedSubject } from "./subjects";

export const ROLE = "aws:iam/role:Role";
/** Inputs that hand a role to a service; those of IAM itself and documents that merely name one do not. */
const PASSED_BY = /role|podIdentityAssociations|^targets?$/i;

/** Which roles may be handed to which services, and which of AWS's policies attached to them: those planned. */
export function roleRights(run: RunResult, subjects: readonly PlannedSubject[]): readonly Right[] {
  const roles = new Map(subjects.filter(({ type }) => type === ROLE).map((role) => [role.urn, role]));
  const passed = new Map<string, Set<string>>();
  for (const { type, custom, propertyDependencies } of run.resources) {
    if (!custom || !type.startsWith("aws:") || /^aws:iam\/rolePolicy/.test(type)) {
      continue;
    }
    for (const [input, urns] of Object.entries(propertyDependencies)) {
      for (const urn of PASSED_BY.test(input) ? urns : []) {
        if (roles.has(urn)) {
          const services = passed.get(urn) ?? new Set<string>();
          passed.set(urn, services);
          if (type.startsWith("aws:eks/")) {
            // EKS takes a node's role, and a pod's, on behalf of who assumes it.
            services.add("eks.amazonaws.com");
          }
        }
      }
    }
  }
  const pass = [...passed].flatMap(([urn, services]): readonly Right[] => {
    const role = roles.get(urn);
    const to = role ? [...new Set([...services, ...trusted(role.inputs.assumeRolePolicy)])].sort() : [];
    return role && to.length > 0
      ? [
          {
            service: "iam",
            actions: ["PassRole"],
            resources: [arnOf("iam", role.place, `role/${role.name("name")}`, "global")],
            condition: { StringEquals: { "iam:PassedToService": to } },
          },
        ]
      : [];
  });
  return [...pass, ...attached(subjects, roles)];
}

function attached(subjects: readonly PlannedSubject[], roles: ReadonlyMap<string, PlannedSubject>): readonly Right[] {
  const policies = subjects.flatMap(({ type, inputs }) =>
    type === "aws:iam/rolePolicyAttachment:RolePolicyAttachment" && typeof inputs.policyArn === "string"
      ? [inputs.policyArn]
      : [],
  );
  if (policies.length === 0) {
    return [];
  }
  const boundaries = new Set([...roles.values()].map(boundaryOf));
  return [...boundaries].map((boundary) => ({
    service: "iam",
    actions: ["AttachRolePolicy", "DetachRolePolicy"],
    resources: [...roles.values()]
      .filter((role) => boundaryOf(role) === boundary)
      .map((role) => arnOf("iam", role.place, `role/${role.name("name")}`, "global")),
    condition: {
      ArnEquals: { "iam:PolicyARN": [...new Set(policies)].sort() },
      ...(boundary === undefined ? {} : withinBoundary(boundary)),
    },
  }));
}

/** Services that a trust policy lets assume its role. */
function trusted(policy: Wire | undefined): readonly string[] {
  const document = typeof policy === "string" ? (JSON.parse(policy) as Wire) : undefined;
  const statements =
    isObject(document) && Array.isArray(document.Statement) ? (document.Statement as readonly Wire[]) : [];
  return statements.flatMap((statement) => {
    const principal = isObject(statement) ? statement.Principal : undefined;
    const service = isObject(principal) ? principal.Service : undefined;
    return (Array.isArray(service) ? service : [service]).filter((each): each is string => typeof each === "string");
  });
}
