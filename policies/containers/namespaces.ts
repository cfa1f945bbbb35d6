import { applicableObjects, kinds, namespaceOf, objectName, SYSTEM_NAMESPACES } from "../kubernetes";
import { POD_KINDS, podsOf } from "../pods";
import { at, shown, text } from "../read";
import { resourceRule } from "../rule";

export const notDefaultNamespace = resourceRule({
  id: "workload-own-namespace",
  title: "Workloads do not run in the default namespace",
  severity: "low",
  level: "mandatory",
  fix: "Set metadata.namespace to a namespace of the system's own.",
  sources: ["CKV_K8S_21", "C-0061"],
  resources: kinds(...POD_KINDS),
  check(resource, report) {
    for (const pod of podsOf(resource)) {
      if (namespaceOf(pod.object) === "default") report(`${pod.where}metadata.namespace is default or unset`);
    }
  },
});

const LEVELS = ["restricted", "baseline", "privileged"];
export const podSecurityLabels = resourceRule<{ readonly level: string }>({
  id: "namespace-enforces-pod-security",
  title: "Namespaces enforce a Pod Security Standard",
  severity: "high",
  level: "mandatory",
  fix: "Label the namespace pod-security.kubernetes.io/enforce: restricted.",
  sources: ["PSS-restricted", "kube-score"],
  config: {
    properties: {
      level: { type: "string", enum: LEVELS, default: "restricted", description: "The weakest level accepted." },
    },
    defaults: { level: "restricted" },
  },
  resources: kinds("Namespace"),
  check(resource, report, { level }) {
    for (const object of applicableObjects(resource, ["Namespace"])) {
      const name = objectName(object.props);
      if (name !== undefined && SYSTEM_NAMESPACES.includes(name)) continue;
      const enforced = text(at(object.props, "metadata", "labels", "pod-security.kubernetes.io/enforce"));
      const rank = enforced === undefined ? -1 : LEVELS.indexOf(enforced);
      if (rank < 0 || rank > LEVELS.indexOf(level)) {
        report(`${object.where}label pod-security.kubernetes.io/enforce is ${shown(enforced)}, weaker than ${level}`);
      }
    }
  },
});

export const namespaceRules = [notDefaultNamespace, podSecurityLabels];
