import type { z } from "zod";
import type { Problem } from "../../components/errors";
import { oneOf } from "../../components/validation";
import { problemsUnder } from "../../components/validation/checked";
import { placementsOf } from "./placements";
import type { settingsSchema } from "./schema";

type Written = z.output<typeof settingsSchema>;

const at = problemsUnder("groundplan:");
const EVERYWHERE = ["access", "aws", "permissionsBoundary"];

/** A boundary is a policy of the account and partition its roles are in: IAM refuses every role with another. */
export function checkBoundaries(settings: Written): readonly Problem[] {
  const { access, placements } = settings;
  const common = access.aws.permissionsBoundary;
  const all = placementsOf(settings);
  const unused =
    common !== undefined && all.length > 0 && all.every(({ cloud }) => cloud !== "aws")
      ? [at(EVERYWHERE, common, "nothing without a placement on aws: no other has roles", "remove it")]
      : [];
  const wrong = all.flatMap(({ cloud, region, account, permissionsBoundary: inherited }, index) => {
    const own = placements?.[index]?.permissionsBoundary;
    const path = own === undefined ? EVERYWHERE : ["placements", index, "permissionsBoundary"];
    if (own !== undefined && cloud !== "aws") {
      return [at(path, own, "a permissions boundary on aws only", "remove it")];
    }
    return inherited === undefined ? [] : ofPlace(path, inherited, region, account, access.aws.allowedAccountIds);
  });
  // Several placements may find the same wrong with what they have in common.
  return [...unused, ...new Map(wrong.map((problem) => [JSON.stringify(problem), problem])).values()];
}

function ofPlace(
  path: readonly (string | number)[],
  arn: string,
  region: string,
  account: string | undefined,
  allowed: readonly string[],
): readonly Problem[] {
  const [, partition, , , owner = ""] = arn.split(":");
  const home = region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
  const accounts = account === undefined ? allowed : [account];
  return [
    ...(partition === home
      ? []
      : [at(path, arn, `a policy of the partition of ${region}: arn:${home}:iam::...`, "correct the partition")]),
    ...(owner === "aws" || accounts.length === 0 || accounts.includes(owner)
      ? []
      : [
          at(
            path,
            arn,
            `a policy of the account its roles are in: ${oneOf(accounts)}`,
            "name one there; with several accounts, in permissionsBoundary of each placement",
          ),
        ]),
  ];
}
