import { containerRule, effective, podRule, securitySetting } from "../pods";
import { amount, at, list, shown } from "../read";

export const runAsNonRoot = securitySetting(
  {
    id: "container-runs-as-non-root",
    title: "Containers declare that they do not run as root",
    severity: "high",
    level: "mandatory",
    fix: "Set securityContext.runAsNonRoot: true on the pod or on each container.",
    sources: ["CKV_K8S_23", "PSS-restricted", "C-0013"],
  },
  "runAsNonRoot",
  true,
);

export const highUserId = containerRule<{ readonly minimumUserId: number }>(
  {
    id: "container-high-user-id",
    title: "Containers run as a high user id",
    description: "A low id may be a user of the node, and 0 is root whatever the image says",
    severity: "medium",
    level: "mandatory",
    fix: "Set securityContext.runAsUser to 10000 or more on the pod or on each container.",
    sources: ["CKV_K8S_40", "PSS-restricted", "kube-score"],
    config: {
      properties: { minimumUserId: { type: "integer", minimum: 1, default: 10000 } },
      defaults: { minimumUserId: 10000 },
    },
  },
  (container, { minimumUserId }) => {
    const value = effective(container, "runAsUser");
    const uid = amount(value);
    if (uid !== undefined && uid >= minimumUserId) return undefined;
    return `securityContext.runAsUser is ${shown(value)}, less than ${minimumUserId}`;
  },
);

export const notRootGroup = podRule(
  {
    id: "pod-not-in-root-group",
    title: "Pods do not run in the root group",
    severity: "medium",
    level: "advisory",
    fix: "Set runAsGroup, fsGroup and supplementalGroups to ids other than 0.",
    sources: ["kube-score", "C-0013"],
  },
  (pod, report) => {
    const context = pod.spec.securityContext;
    for (const field of ["runAsGroup", "fsGroup"]) {
      if (amount(at(context, field)) === 0) report(`securityContext.${field} is 0`);
    }
    if (list(at(context, "supplementalGroups")).some((group) => amount(group) === 0)) {
      report("securityContext.supplementalGroups holds 0");
    }
  },
);

export const userRules = [runAsNonRoot, highUserId, notRootGroup];
