import { at, shown } from "../read";
import { setAt } from "../remedies";
import { type Rule, resourceRule, stackRule } from "../rule";
import { mustBeTrue } from "../simple";
import { ofTypes, refersTo } from "../stack";

const REPOSITORY = ["aws:ecr/repository:Repository"];

export const immutableTags = resourceRule({
  id: "ecr-immutable-tags",
  title: "ECR tags do not move",
  severity: "medium",
  level: "mandatory",
  fix: "Set imageTagMutability: IMMUTABLE.",
  sources: ["CKV_AWS_51", "ECR.2"],
  resources: REPOSITORY,
  check({ props }, report) {
    const value = props.imageTagMutability;
    if (value !== "IMMUTABLE" && value !== "IMMUTABLE_WITH_EXCLUSION")
      report(`imageTagMutability is ${shown(value)}, not IMMUTABLE`);
  },
  remediate: ({ props }) => setAt(props, ["imageTagMutability"], "IMMUTABLE"),
});

export const scanOnPush = mustBeTrue(
  {
    id: "ecr-scan-on-push",
    title: "ECR scans images when they arrive",
    severity: "medium",
    level: "mandatory",
    fix: "Set imageScanningConfiguration.scanOnPush: true.",
    sources: ["CKV_AWS_163", "ECR.1"],
    resources: REPOSITORY,
  },
  ["imageScanningConfiguration", "scanOnPush"],
  { remediable: true },
);

export const imageLifecycle = stackRule({
  id: "ecr-lifecycle",
  title: "ECR repositories expire old images",
  severity: "low",
  level: "mandatory",
  fix: "Add an ECR LifecyclePolicy for the repository.",
  sources: ["ECR.3"],
  resources: REPOSITORY,
  checkStack({ resources }, report) {
    const policies = ofTypes(resources, ["aws:ecr/lifecyclePolicy:LifecyclePolicy"]);
    for (const repository of ofTypes(resources, REPOSITORY)) {
      if (!policies.some((policy) => refersTo(policy, "repository", repository, ["name", "id"]))) {
        report("no LifecyclePolicy names the repository", repository);
      }
    }
  },
});

const SECRET = ["aws:secretsmanager/secret:Secret"];

export const secretRotation = stackRule({
  id: "secret-rotation",
  title: "Secrets Manager secrets rotate",
  description:
    "A secret that another party issues cannot rotate by itself and is exempted by name; one whose tag groundplan:rotation is never must not, for another value would not open what was written before",
  severity: "medium",
  level: "advisory",
  fix: "Add a SecretRotation with the secret's id, or exempt by name what another party issues.",
  sources: ["CKV2_AWS_57", "SecretsManager.1"],
  resources: SECRET,
  checkStack({ resources }, report) {
    const rotations = ofTypes(resources, ["aws:secretsmanager/secretRotation:SecretRotation"]);
    for (const secret of ofTypes(resources, SECRET)) {
      if (at(secret.props, "tags", "groundplan:rotation") === "never") continue;
      if (!rotations.some((rotation) => refersTo(rotation, "secretId", secret, ["id", "arn"]))) {
        report("no SecretRotation names the secret", secret);
      }
    }
  },
});

export const notForceDeleted = resourceRule({
  id: "ecr-not-force-deleted",
  title: "ECR repositories with images are not deleted",
  severity: "low",
  level: "advisory",
  fix: "Remove forceDelete.",
  sources: [],
  resources: REPOSITORY,
  check({ props }, report) {
    if (at(props, "forceDelete") === true) report("forceDelete is true");
  },
});

export const registryRules: readonly Rule[] = [
  immutableTags,
  scanOnPush,
  imageLifecycle,
  secretRotation,
  notForceDeleted,
];
