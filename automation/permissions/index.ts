import { NAME_RULES, uniqueName } from "../../components/naming";
import type { RunResult } from "../../engine";
import { type AwsPermissions, awsPermissions } from "./aws/derive";
import { type GcpPermissions, gcpPermissions } from "./gcp";
import { type KubernetesPermissions, kubernetesPermissions } from "./kubernetes";

/** What whoever deploys a stack has to be allowed, by cloud. */
export interface Permissions {
  readonly stack: string;
  readonly aws?: AwsPermissions;
  readonly gcp?: GcpPermissions;
  readonly kubernetes?: KubernetesPermissions;
}

/** Derives a deployer's permissions from a simulated run: from every resource it made and every function it called. */
export function permissionsOf(run: RunResult): Permissions {
  const name = uniqueName(NAME_RULES.awsRole, [run.project, run.stack, "deployer"], 3);
  const aws = awsPermissions(run, name);
  const gcp = gcpPermissions(run);
  const kubernetes = kubernetesPermissions(run, name);
  return { stack: run.stack, ...(aws ? { aws } : {}), ...(gcp ? { gcp } : {}), ...(kubernetes ? { kubernetes } : {}) };
}

/** Types and functions the tables know nothing of: what they need is missing. */
export function missingFrom({ aws, gcp }: Permissions): readonly string[] {
  return [...(aws?.unknown ?? []), ...(gcp?.unknown ?? [])];
}
