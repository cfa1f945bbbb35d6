import { podRule } from "../pods";
import { isFalse, shown, text } from "../read";
import { fillAt } from "../remedies";

export const tokenAutomount = podRule(
  {
    id: "pod-no-token-automount",
    title: "Pods do not mount an API token by default",
    severity: "medium",
    level: "mandatory",
    fix: "Set automountServiceAccountToken: false; project a token of limited audience where one is needed.",
    sources: ["CKV_K8S_38", "C-0034"],
  },
  (pod, report) => {
    const value = pod.spec.automountServiceAccountToken;
    if (!isFalse(value)) report(`automountServiceAccountToken is ${shown(value)}`);
  },
  (_, spec) => fillAt(spec, ["automountServiceAccountToken"], false),
);

export const ownServiceAccount = podRule(
  {
    id: "pod-own-service-account",
    title: "Pods run under a service account of their own",
    severity: "medium",
    level: "mandatory",
    fix: "Create a ServiceAccount for the workload and set serviceAccountName.",
    sources: ["CKV_K8S_41", "C-0189"],
  },
  (pod, report) => {
    const name = text(pod.spec.serviceAccountName) ?? text(pod.spec.serviceAccount);
    if (name === undefined || name === "default") report(`serviceAccountName is ${shown(name)}`);
  },
);

export const podIdentityRules = [tokenAutomount, ownServiceAccount];
