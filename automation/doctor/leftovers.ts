import type { Plan } from "../../engine";
import type { Settings } from "../../stacks/settings";
import { jsonOf, type RunProgram } from "../lifecycle/processes";
import { deleteLogGroup } from "../lifecycle/remedies";
import { type Check, failure, unknown } from "./check";

const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";

interface Named {
  readonly group: string;
  readonly placement: string;
  readonly region: string;
}

/**
 * Log groups whose names services of AWS decide: one that is there, and in no state of this stack, makes `up` fail. Nothing
 * is said of what is as it should be.
 */
export async function checkLeftovers(
  { placements, access }: Pick<Settings, "placements" | "access">,
  { resources }: { readonly resources: readonly Pick<Plan["resources"][number], "type" | "placement" | "inputs">[] },
  ids: ReadonlySet<string>,
  run: RunProgram,
): Promise<readonly Check[]> {
  const regions = new Map(placements.map(({ name, region }) => [name, region]));
  const named = resources.flatMap(({ type, inputs, placement }): readonly Named[] => {
    const region = regions.get(placement ?? "");
    const { name: group } = inputs;
    return type === LOG_GROUP && typeof group === "string" && !ids.has(group) && region !== undefined
      ? [{ group, placement: placement ?? "", region }]
      : [];
  });
  const profile = access.aws.profile === undefined ? [] : ["--profile", access.aws.profile];
  return (await Promise.all(named.map((each) => leftover(each, profile, run)))).flat();
}

async function leftover(
  { group, placement, region }: Named,
  profile: readonly string[],
  run: RunProgram,
): Promise<readonly Check[]> {
  const name = `log group of ${placement}`;
  const result = await run("aws", [
    ...["logs", "describe-log-groups", "--log-group-name-prefix", group],
    ...["--region", region, "--output", "json", ...profile],
  ]);
  const found = (jsonOf(result) as { logGroups?: readonly { readonly logGroupName?: unknown }[] } | undefined)
    ?.logGroups;
  if (!Array.isArray(found)) {
    const reason = result.stderr.trim().split("\n").at(-1) || "no reason given";
    return [unknown(name, result.code === undefined ? "the aws command line is not installed" : reason)];
  }
  return found.some(({ logGroupName }) => logGroupName === group)
    ? [
        failure(
          name,
          `${group} is there and in no state of this stack: left behind an earlier one of that name, or another's`,
          `${deleteLogGroup(group, region)}, where no other stack has it`,
        ),
      ]
    : [];
}
