import { valuesRule, wrong } from "../helm";
import type { Rule } from "../rule";

export const tls = valuesRule(
  {
    id: "helm-tls-on",
    title: "Helm values do not switch TLS off",
    severity: "high",
    level: "mandatory",
    fix: "Set tls.enabled: true with a certificate, or remove the value where the chart has TLS by default.",
    sources: [],
  },
  ({ key, props }) => [
    ...(/^(tls|ssl)$/i.test(key) ? wrong(props, { enabled: [false], enable: [false] }) : []),
    ...wrong(props, {
      tls: [false],
      tlsEnabled: [false],
      insecure: [true],
      insecureSkipVerify: [true],
      plaintext: [true],
    }),
  ],
);

export const helmEncryptionRules: readonly Rule[] = [tls];
