import type { Settings } from "../../../stacks/settings";
import type { RunProgram } from "../../lifecycle/processes";
import type { Check } from "../check";
import { checkAwsQuotas } from "./aws";
import { readAws } from "./awsNeeds";
import { checkGcpQuotas } from "./gcp";
import { readGcp } from "./gcpNeeds";
import { needsOf, type Owned, type Sized } from "./need";

/** Whether the clouds have room for what `up` would make beyond what the stack's state has. */
export async function checkQuotas(
  settings: Pick<Settings, "placements" | "access">,
  { resources }: { readonly resources: readonly Sized[] },
  owned: Owned,
  run: RunProgram,
): Promise<readonly Check[]> {
  const { placements, access } = settings;
  const inProject = { placements: placements.map((each) => ({ account: access.gcp.project, ...each })) };
  const [aws, gcp] = await Promise.all([
    checkAwsQuotas(needsOf("aws", resources, { settings, owned, read: readAws }), access.aws.profile, run),
    checkGcpQuotas(needsOf("gcp", resources, { settings: inProject, owned, read: readGcp }), run),
  ]);
  return [...aws, ...gcp];
}
