import type { PolicyResource } from "@pulumi/policy";
import { kinds, namespaceOf, objectName, objectsOf, SYSTEM_NAMESPACES } from "../kubernetes";
import { at, keys, list } from "../read";
import { type Rule, type StackReport, type StackSubject, stackRule } from "../rule";
import { clustersOf } from "../scope";

/** Reports each namespace the stack makes without a complete object of the kind. One made elsewhere is its maker's. */
function perNamespace(
  stack: StackSubject,
  report: StackReport,
  kind: string,
  incomplete: (spec: unknown) => string | undefined,
): void {
  const clusterOf = clustersOf(stack);
  const subjects = new Map<string, { readonly name: string; readonly resource: PolicyResource }>();
  const problems = new Map<string, string | undefined>();
  for (const resource of stack.resources) {
    for (const { props } of objectsOf(resource, ["Namespace"])) {
      const name = objectName(props);
      if (name !== undefined) subjects.set(`${clusterOf(resource)} ${name}`, { name, resource });
    }
    for (const { props } of objectsOf(resource, [kind])) {
      const key = `${clusterOf(resource)} ${namespaceOf(props)}`;
      const problem = incomplete(at(props, "spec"));
      // Several objects of the kind add up, so one complete object is enough.
      if (!problems.has(key) || problem === undefined) problems.set(key, problem);
    }
  }
  if (subjects.size === 0) stack.notApplicable("The stack makes no namespace");
  for (const [key, { name, resource }] of subjects) {
    if (SYSTEM_NAMESPACES.includes(name)) continue;
    if (!problems.has(key)) report(`namespace ${name} has no ${kind}`, resource);
    const problem = problems.get(key);
    if (problem !== undefined) report(`the ${kind} of namespace ${name} ${problem}`, resource);
  }
}

const QUOTAS = ["requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];

export const resourceQuota = stackRule({
  id: "namespace-resource-quota",
  title: "Every namespace has a ResourceQuota for CPU and memory",
  severity: "medium",
  level: "mandatory",
  fix: "Add a ResourceQuota with requests.cpu, requests.memory, limits.cpu and limits.memory.",
  sources: ["C-0268", "C-0269"],
  resources: kinds("Namespace"),
  checkStack(stack, report) {
    perNamespace(stack, report, "ResourceQuota", (spec) => {
      const hard = keys(at(spec, "hard"));
      const missing = QUOTAS.filter((name) => !hard.includes(name));
      return missing.length > 0 ? `lacks ${missing.join(", ")}` : undefined;
    });
  },
});

export const limitRange = stackRule({
  id: "namespace-limit-range",
  title: "Every namespace has a LimitRange with container defaults",
  description: "It gives limits to what comes without any, such as a debugging pod or an operator's job",
  severity: "low",
  level: "mandatory",
  fix: "Add a LimitRange of type Container with default and defaultRequest for cpu and memory.",
  sources: ["C-0270", "C-0271"],
  resources: kinds("Namespace"),
  checkStack(stack, report) {
    perNamespace(stack, report, "LimitRange", (spec) => {
      const container = list(at(spec, "limits")).find((limit) => at(limit, "type") === "Container");
      if (container === undefined) return "has no entry of type Container";
      for (const field of ["default", "defaultRequest"]) {
        const missing = ["cpu", "memory"].filter((name) => !keys(at(container, field)).includes(name));
        if (missing.length > 0) return `has no ${field} for ${missing.join(" and ")}`;
      }
      return undefined;
    });
  },
});

export const namespaceLimitRules: readonly Rule[] = [resourceQuota, limitRange];
