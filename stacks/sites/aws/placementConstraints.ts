import type { Constraint } from "../../../components/aws/constraint";
import { type Problem, show } from "../../../components/errors";
import { zonesOf } from "../../../components/networking/zones";
import type { EdgeSpec } from "../../../systems/spec";
import type { PlacementSettings, Settings } from "../../settings";
import { KEY_CONSTRAINTS } from "./existingConstraints";

/** A placement on AWS, as its settings ask for it. */
export interface PlacementSubject {
  readonly settings: Pick<Settings, "retention" | "tags" | "alerts" | "placements" | "access">;
  readonly placement: PlacementSettings;
  readonly edge?: Pick<EdgeSpec, "cdn">;
  /** Ports of external services. @default none */
  readonly externalPorts?: readonly number[];
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
const MOST_TAGS = 50;
/** Tags of a placement's own, and those a resource adds: Name, tier, what a controller looks for. */
const OWN_TAGS = 10;
const MOST_SUBSCRIBERS = 10;
const MOST_RULES = 60;
/** Rules of a group of nodes besides those to external services. */
const OWN_RULES = 25;

/** What services refuse of a placement's settings, each with its documentation. */
export const PLACEMENT_CONSTRAINTS: readonly Constraint<PlacementSubject>[] = [
  {
    id: "cloudwatch-logs-retention",
    limit: `logs are kept ${LOG_RETENTION_DAYS.join(", ")} days`,
    source: "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html",
    find: ({ settings }) => {
      const { logsDays } = settings.retention;
      if (logsDays === undefined || LOG_RETENTION_DAYS.includes(logsDays)) {
        return [];
      }
      const next = LOG_RETENTION_DAYS.find((days) => days > logsDays);
      return refuse(
        "groundplan:retention.logsDays",
        logsDays,
        `what CloudWatch keeps logs for: ${LOG_RETENTION_DAYS.join(", ")} days`,
        `use ${next ?? LOG_RETENTION_DAYS.at(-1)}`,
      );
    },
  },
  {
    id: "cloudwatch-metrics-retention",
    limit: "metrics are kept 15 months, whatever one asks",
    source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention",
    find: ({ settings }) => {
      const { metricsDays } = settings.retention;
      return metricsDays !== undefined && metricsDays > 455
        ? refuse("groundplan:retention.metricsDays", metricsDays, "at most 455 days", "export what must be kept longer")
        : [];
    },
  },
  ...KEY_CONSTRAINTS,
  {
    id: "route53-zone-id",
    limit: "a hosted zone is known by its id",
    source: "https://docs.aws.amazon.com/Route53/latest/APIReference/API_HostedZone.html",
    find: ({ placement: { name, existing } }) =>
      existing?.zone === undefined || /^Z[A-Z0-9]{1,31}$/.test(existing.zone)
        ? []
        : refuse(
            `groundplan:existing.${name}.zone`,
            existing.zone,
            "the id of a hosted zone, such as Z0123456789ABCDEFGHIJ",
            "write the zone's id, not its name",
          ),
  },
  {
    id: "cloudfront-partition",
    limit: "CloudFront is another service in China, and none in GovCloud",
    source: "https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/setting-up-cloudfront.html",
    find: ({ placement, settings, edge }) =>
      edge?.cdn && placement.existing?.zone !== undefined && /^(cn|us-gov)-/.test(placement.region)
        ? refuse(
            `groundplan:placements[${settings.placements.indexOf(placement)}].region`,
            placement.region,
            "a region outside China and GovCloud for a system with a CDN",
            "set edge.cdn to false in groundplan:overrides",
          )
        : [],
  },
  {
    id: "vpc-zones",
    limit: "a network covers at most the zones its region has",
    source: "https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html",
    find: ({ placement: { region, zones }, placement, settings }) =>
      zones !== undefined && zones > zonesOf(region)
        ? refuse(
            `groundplan:placements[${settings.placements.indexOf(placement)}].zones`,
            zones,
            `at most ${zonesOf(region)} zones in ${region}`,
            "use fewer zones, or another region",
          )
        : [],
  },
  {
    id: "rds-replication-account",
    limit: "RDS replicates within one account",
    source: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.XRgn.html",
    find: ({ placement, settings: { placements } }) => {
      const [primary = placement] = placements;
      return primary.cloud === "aws" && placement.account !== primary.account
        ? refuse(
            `groundplan:placements[${placements.indexOf(placement)}].account`,
            placement.account,
            `the account of ${primary.name}, ${show(primary.account)}: RDS replicates within one account only`,
            "deploy all placements on aws to one account",
          )
        : [];
    },
  },
  {
    id: "tags-count",
    limit: `at most ${MOST_TAGS} tags on a resource`,
    source: "https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html",
    find: ({ settings: { tags } }) => {
      const count = Object.keys(tags).length;
      return count > MOST_TAGS - OWN_TAGS
        ? refuse(
            "groundplan:tags",
            `${count} tags`,
            `at most ${MOST_TAGS - OWN_TAGS}, besides those made here`,
            "remove some",
          )
        : [];
    },
  },
  {
    id: "tags-characters",
    limit: "tag values have letters, digits, spaces and _.:/=+-@",
    source: "https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html",
    find: ({ settings: { tags } }) =>
      Object.entries(tags).flatMap(([key, value]) =>
        /^[\p{L}\p{N}\p{Z}_.:/=+\-@]*$/u.test(value)
          ? []
          : refuse(
              `groundplan:tags.${key}`,
              value,
              "letters, digits, spaces and _.:/=+-@",
              "remove the other characters",
            ),
      ),
  },
  {
    id: "budgets-subscribers",
    limit: `at most ${MOST_SUBSCRIBERS} subscribers of a notification`,
    source: "https://docs.aws.amazon.com/cost-management/latest/userguide/management-limits.html",
    find: ({ settings: { alerts } }) => {
      const receivers = alerts.budget?.to ?? [];
      return receivers.length > MOST_SUBSCRIBERS
        ? refuse(
            "groundplan:alerts.budget.to",
            `${receivers.length} addresses`,
            `at most ${MOST_SUBSCRIBERS}`,
            "write to a mailing list",
          )
        : [];
    },
  },
  {
    id: "vpc-security-group-rules",
    limit: `at most ${MOST_RULES} rules of a security group in each direction`,
    source: "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html",
    find: ({ externalPorts = [] }) => {
      const ports = new Set(externalPorts).size;
      return ports > MOST_RULES - OWN_RULES
        ? refuse(
            "external",
            `${ports} ports`,
            `at most ${MOST_RULES - OWN_RULES} different ports of external services`,
            "reach several services by one port",
          )
        : [];
    },
  },
];

function refuse(path: string, found: unknown, allowed: string, fix: string): readonly Problem[] {
  return [{ path, found: show(found), allowed, fix }];
}
