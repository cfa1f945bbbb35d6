import { valuesRule, wrong } from "../helm";
import type { Rule } from "../rule";

export const auth = valuesRule(
  {
    id: "helm-auth-on",
    title: "Helm values do not switch authentication off",
    severity: "critical",
    level: "mandatory",
    fix: "Set auth.enabled: true with credentials from a Secret.",
    sources: [],
  },
  ({ key, props }) => [
    ...(/^(auth|authentication)$/i.test(key) ? wrong(props, { enabled: [false], enable: [false] }) : []),
    ...wrong(props, { auth: [false], usePassword: [false], authEnabled: [false], anonymousAuth: [true] }),
  ],
);

export const helmIdentityRules: readonly Rule[] = [auth];
