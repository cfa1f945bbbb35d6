import type { SystemInput } from "../spec";

/** The source's pipeline. Terraform and Helm in it are this program; Vault is one of the secret stores. */
export const delivery: NonNullable<SystemInput["delivery"]> = {
  // GitHub or GitLab, the source says; Argo CD syncs what it deploys.
  tool: "github-actions",
  gitOps: true,
  registry: "cloud",
  stages: [
    "lint",
    "test",
    "security",
    "build",
    "quality-gates",
    "staging",
    "e2e",
    "load",
    "approval",
    "production",
    "smoke",
    "monitor",
  ],
  checks: [
    "flake8",
    "black --check",
    "pytest",
    "bandit",
    "safety",
    "multi-stage build",
    "coverage at least 80 %",
    "SonarQube",
    "Trivy",
    "Snyk",
  ],
  // "Blue-Green/Canary" in the source: blue-green, as workers of two versions on one queue are best kept short.
  strategy: "blue-green",
  approval: ["production"],
  triggers: { preview: "pull-request", staging: "main", production: "main" },
  rollback: true,
  notify: ["email", "slack"],
};
