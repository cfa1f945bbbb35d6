import { isTrue, shown, text } from "../read";
import { setAt } from "../remedies";
import { type Rule, resourceRule } from "../rule";
import { mustBeSet, property } from "../simple";

export const kmsRotation = resourceRule({
  id: "kms-key-rotates",
  title: "KMS keys rotate",
  severity: "medium",
  level: "mandatory",
  fix: "Set enableKeyRotation: true.",
  sources: ["CKV_AWS_7", "KMS.4"],
  resources: ["aws:kms/key:Key"],
  check({ props, notApplicable }, report) {
    const spec = text(props.customerMasterKeySpec);
    if (spec !== undefined && spec !== "SYMMETRIC_DEFAULT") notApplicable("Only symmetric keys rotate");
    if (!isTrue(props.enableKeyRotation)) report(`enableKeyRotation is ${shown(props.enableKeyRotation)}, not true`);
  },
  remediate: ({ props }) => setAt(props, ["enableKeyRotation"], true),
});

export const gcpKeyRotation = resourceRule<{ readonly maximumDays: number }>({
  id: "gcp-kms-key-rotates",
  title: "Cloud KMS keys rotate within 90 days",
  severity: "medium",
  level: "mandatory",
  fix: "Set rotationPeriod: 7776000s or less.",
  sources: ["CKV_GCP_43"],
  config: {
    properties: { maximumDays: { type: "integer", minimum: 1, default: 90 } },
    defaults: { maximumDays: 90 },
  },
  resources: ["gcp:kms/cryptoKey:CryptoKey"],
  check({ props, notApplicable }, report, { maximumDays }) {
    const purpose = text(props.purpose);
    if (purpose !== undefined && purpose !== "ENCRYPT_DECRYPT") notApplicable("Only symmetric keys rotate");
    const seconds = /^(\d+(?:\.\d+)?)s$/.exec(text(props.rotationPeriod) ?? "")?.[1];
    if (seconds === undefined || Number(seconds) > maximumDays * 86_400) {
      report(`rotationPeriod is ${shown(props.rotationPeriod)}, not ${maximumDays * 86_400}s or less`);
    }
  },
});

export const secretsManagerKey = property(
  {
    id: "secrets-manager-customer-key",
    title: "Secrets Manager secrets use a key of their own",
    severity: "medium",
    level: "mandatory",
    fix: "Set kmsKeyId to a customer-managed key.",
    sources: ["CKV_AWS_149"],
    resources: ["aws:secretsmanager/secret:Secret"],
  },
  ["kmsKeyId"],
  (value) => {
    const key = text(value);
    if (key === undefined) return "is not set";
    return key.endsWith("alias/aws/secretsmanager") ? "is AWS's own key" : undefined;
  },
);

export const logGroupKey = mustBeSet(
  {
    id: "log-group-customer-key",
    title: "CloudWatch log groups are encrypted with KMS",
    severity: "medium",
    level: "mandatory",
    fix: "Set kmsKeyId; the key's policy must allow the logs service of the region.",
    sources: ["CKV_AWS_158"],
    resources: ["aws:cloudwatch/logGroup:LogGroup"],
  },
  ["kmsKeyId"],
);

export const keyRules: readonly Rule[] = [kmsRotation, gcpKeyRotation, secretsManagerKey, logGroupKey];
