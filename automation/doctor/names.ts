import { PREFIX_SUFFIX } from "../../components/aws/names";
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

/** Where a type keeps the start of its name, to which the provider adds {@link PREFIX_SUFFIX}. */
const PREFIX_INPUTS = ["namePrefix", "bucketPrefix", "identifierPrefix"];

/** Pulumi adds a hyphen and seven characters to a name nobody gives. */
const SUFFIX = 8;

/** Names a cloud would refuse for their length. */
export function checkNames(plan: {
  readonly resources: readonly Pick<Plan["resources"][number], "type" | "name" | "inputs">[];
}): Check {
  const tooLong = plan.resources.flatMap(({ type, name, inputs }) => {
    const longest = LONGEST[type];
    const metadata = inputs.metadata as { readonly name?: unknown } | undefined;
    const physical = firstText([metadata?.name, ...NAME_INPUTS.map((input) => inputs[input])]);
    const prefix = firstText(PREFIX_INPUTS.map((input) => inputs[input]));
    const made = prefix === undefined ? name.length + SUFFIX : prefix.length + PREFIX_SUFFIX;
    const length = physical?.length ?? made;
    return longest === undefined || length <= longest ? [] : [`${name} (${type}): ${length} of at most ${longest}`];
  });
  return tooLong.length === 0
    ? ok("names", "every name is as short as its cloud wants it")
    : failure("names", `too long: ${tooLong.join("; ")}`, "shorten the placement's or the store's name");
}

function firstText(values: readonly unknown[]): string | undefined {
  return values.find((value) => typeof value === "string");
}
