import type { Constraint } from "../../../components/aws/constraint";
import { type Problem, show } from "../../../components/errors";
import { oneOf } from "../../../components/validation";
import type { PlacementSettings, Settings } from "../../settings";

/** What a placement on AWS uses of somebody else's. */
export interface ExistingSubject {
  readonly settings: Pick<Settings, "placements" | "access">;
  readonly placement: PlacementSettings;
}

/** Eight digits until 2016, seventeen since. */
const VPC_ID = /^vpc-([0-9a-f]{8}|[0-9a-f]{17})$/;
const SUBNET_ID = /^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/;
const KEY_ID = "([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})";
const KEY_ARN = new RegExp(`^arn:(aws|aws-cn|aws-us-gov):kms:([a-z0-9-]+):(\\d{12}):key/${KEY_ID}$`);
const TIERS = ["publicSubnetIds", "privateSubnetIds", "dataSubnetIds"] as const;
const IDS = "https://docs.aws.amazon.com/ec2/latest/userguide/resource-ids.html";
const SUBNETS = "https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html";

/** What no run would find before its first resource: the key of a placement is one that can be, and its own. */
export const KEY_CONSTRAINTS: readonly Constraint<ExistingSubject>[] = [
  {
    id: "kms-key-arn",
    limit: "policies name a key by its ARN, not by an alias",
    source: "https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html",
    find: ({ placement, settings }) => {
      const key = placement.existing?.kmsKey;
      return key === undefined || KEY_ARN.test(key)
        ? []
        : ofKey(
            placement,
            `the ARN of a key, such as ${exampleKey(placement, settings)}`,
            "write the key's ARN, as aws kms describe-key shows it, not its alias",
          );
    },
  },
  {
    id: "kms-key-region",
    limit: "a key works in its own region",
    source: "https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html",
    find: ({ placement }) => {
      const key = parseKey(placement.existing?.kmsKey);
      return key && key.region !== placement.region
        ? ofKey(placement, `a key of ${placement.region}`, "name a key of the placement's region, or its replica there")
        : [];
    },
  },
  {
    id: "kms-key-account",
    limit: "a placement's key is of its own account and partition",
    source: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html",
    find: ({ placement, settings }) => {
      const key = parseKey(placement.existing?.kmsKey);
      const accounts = accountsOf(placement, settings);
      if (key === undefined) {
        return [];
      }
      return [
        ...(key.partition === partitionOf(placement.region)
          ? []
          : ofKey(
              placement,
              `a key of the partition of ${placement.region}: arn:${partitionOf(placement.region)}:kms:...`,
              "correct the partition",
            )),
        ...(accounts.length === 0 || accounts.includes(key.account)
          ? []
          : ofKey(
              placement,
              `a key of the account its resources are in: ${oneOf(accounts)}`,
              "name one there, or correct groundplan:access.aws.allowedAccountIds or the placement's account",
            )),
      ];
    },
  },
];

/** Of a network that somebody else runs, and of the topic of ElastiCache. */
export const EXISTING_CONSTRAINTS: readonly Constraint<ExistingSubject>[] = [
  {
    id: "vpc-id",
    limit: "a VPC is known by its id",
    source: IDS,
    find: ofNetwork((vpc, refuse) =>
      VPC_ID.test(vpc.id)
        ? []
        : refuse(
            "id",
            vpc.id,
            "the id of a VPC, such as vpc-0123456789abcdef0",
            "write the id that aws ec2 describe-vpcs shows, not its name",
          ),
    ),
  },
  {
    id: "subnet-id",
    limit: "a subnet is known by its id",
    source: IDS,
    find: ofNetwork((vpc, refuse) =>
      TIERS.flatMap((tier) =>
        vpc[tier].flatMap((id, index) =>
          SUBNET_ID.test(id)
            ? []
            : refuse(
                `${tier}[${index}]`,
                id,
                "the id of a subnet, such as subnet-0123456789abcdef0",
                "write the id that aws ec2 describe-subnets shows, not its name",
              ),
        ),
      ),
    ),
  },
  {
    id: "subnet-tiers",
    limit: "a subnet has one table of routes, so it has a way in or it has none",
    source: SUBNETS,
    find: ofNetwork((vpc, refuse) =>
      (["privateSubnetIds", "dataSubnetIds"] as const).flatMap((tier) =>
        vpc[tier].flatMap((id, index) =>
          vpc.publicSubnetIds.includes(id)
            ? refuse(
                `${tier}[${index}]`,
                id,
                "a subnet that is not among publicSubnetIds: neither nodes nor databases are where there is a way in",
                `take it out of publicSubnetIds, or of ${tier}`,
              )
            : [],
        ),
      ),
    ),
  },
  {
    id: "vpc-own-range",
    limit: "a network that is there has its range and its zones",
    source: SUBNETS,
    find: ({ placement, settings }) =>
      placement.existing?.vpc === undefined
        ? []
        : (["zones", "cidrBlock"] as const).flatMap((field) =>
            placement[field] === undefined
              ? []
              : [
                  {
                    path: `groundplan:placements[${settings.placements.indexOf(placement)}].${field}`,
                    found: show(placement[field]),
                    allowed: `nothing beside groundplan:existing.${placement.name}.vpc, which has its own: it is not read`,
                    fix: "remove it",
                  },
                ],
          ),
  },
  {
    id: "elasticache-topic-account",
    limit: "ElastiCache tells a topic of its own account alone",
    source: "https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html",
    find: ({ placement, settings }) => {
      const topic = placement.existing?.cacheTopic;
      const accounts = accountsOf(placement, settings);
      return topic === undefined || accounts.length === 0 || accounts.includes(topic.split(":")[4] ?? "")
        ? []
        : [
            {
              path: `groundplan:existing.${placement.name}.cacheTopic`,
              found: show(topic),
              allowed: `a topic of the account its caches are in: ${oneOf(accounts)}`,
              fix: "name one there",
            },
          ];
    },
  },
];

type Vpc = NonNullable<NonNullable<PlacementSettings["existing"]>["vpc"]>;
type Refuse = (field: string, found: unknown, allowed: string, fix: string) => readonly Problem[];

function ofNetwork(find: (vpc: Vpc, refuse: Refuse) => readonly Problem[]) {
  return ({ placement: { name, existing } }: ExistingSubject): readonly Problem[] =>
    existing?.vpc === undefined
      ? []
      : find(existing.vpc, (field, found, allowed, fix) => [
          { path: `groundplan:existing.${name}.vpc.${field}`, found: show(found), allowed, fix },
        ]);
}

function ofKey({ name, existing }: PlacementSettings, allowed: string, fix: string): readonly Problem[] {
  return [{ path: `groundplan:existing.${name}.kmsKey`, found: show(existing?.kmsKey), allowed, fix }];
}

function parseKey(arn = "") {
  const [, partition, region, account] = KEY_ARN.exec(arn) ?? [];
  return partition === undefined || region === undefined || account === undefined
    ? undefined
    : { partition, region, account };
}

/** Accounts a placement may be in; none where nobody said. */
function accountsOf({ account }: PlacementSettings, { access }: ExistingSubject["settings"]): readonly string[] {
  return account === undefined ? access.aws.allowedAccountIds : [account];
}

function partitionOf(region: string): string {
  return region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

function exampleKey(placement: PlacementSettings, settings: ExistingSubject["settings"]): string {
  const [account = "111122223333"] = accountsOf(placement, settings);
  return `arn:${partitionOf(placement.region)}:kms:${placement.region}:${account}:key/12345678-90ab-cdef-1234-567890abcdef`;
}
