import type { Plan } from "../../engine";
import { type Check, failure, ok } from "./check";

/** Longest names clouds take, by type. */
const LONGEST: Readonly<Record<string, number>> = {
  "aws:lb/loadBalancer:LoadBalancer": 32,
  "aws:lb/targetGroup:TargetGroup": 32,
  "aws:elasticache/replicationGroup:ReplicationGroup": 40,
  "aws:rds/instance:Instance": 63,
  "aws:iam/role:Role": 64,
  "aws:s3/bucket:Bucket": 63,
  "gcp:serviceaccount/account:Account": 30,
  "gcp:sql/databaseInstance:DatabaseInstance": 98,
  "gcp:compute/instance:Instance": 63,
  "gcp:compute/network:Network": 62,
  "kubernetes:core/v1:Service": 63,
  "kubernetes:core/v1:Namespace": 63,
};

/** Where a type keeps its name, if not in `name`. */
const NAME_INPUTS = ["name", "bucket", "accountId", "identifier", "replicationGroupId"];

/** Pulumi adds a hyphen and seven characters to a name nobody gives. */
const SUFFIX = 8;

/** Names a cloud would refuse for their length. */
export function checkNames(plan: {
  readonly resources: readonly Pick<Plan["resources"][number], "type" | "name" | "inputs">[];
}): Check {
  const tooLong = plan.resources.flatMap(({ type, name, inputs }) => {
    const longest = LONGEST[type];
    const given = NAME_INPUTS.map((input) => inputs[input]).find((value) => typeof value === "string");
    const metadata = inputs.metadata as { readonly name?: unknown } | undefined;
    const physical = typeof metadata?.name === "string" ? metadata.name : given;
    const length = typeof physical === "string" ? physical.length : name.length + SUFFIX;
    return longest === undefined || length <= longest ? [] : [`${name} (${type}): ${length} of at most ${longest}`];
  });
  return tooLong.length === 0
    ? ok("names", "every name is as short as its cloud wants it")
    : failure("names", `too long: ${tooLong.join("; ")}`, "shorten the placement's or the store's name");
}
