import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Context } from "../../context";
import type { Make } from "../../make";
import type { AlarmPlan, WatchedDatabase } from "./alarms";

/** "Finished DB instance backup": https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html */
const FINISHED = "RDS-EVENT-0002";
const DAY_SECONDS = 86_400;
/** Days without a backup that somebody is told of: RDS makes one in each day's window. */
const DAYS = 2;

/**
 * Counts the backups that RDS finishes of a database, and alarms where none was for two days. RDS measures no age of them
 * and has no event of one that failed, so only the missing of the good news tells. The rule has no target: EventBridge
 * counts what matches it all the same. https://docs.aws.amazon.com/eventbridge/latest/userguide/policy-keys-eventbridge.html
 */
export function planBackupAlarm(
  make: Make,
  context: Context,
  { store, instance, identifier }: WatchedDatabase,
): AlarmPlan {
  const role = `${store}-${instance}-backups`;
  const rule = make(aws.cloudwatch.EventRule, role, {
    description: `Backups of ${store} (${instance}) that RDS finished`,
    eventPattern: pulumi.jsonStringify({
      source: ["aws.rds"],
      "detail-type": ["RDS DB Instance Event"],
      detail: { EventID: [FINISHED], SourceIdentifier: [identifier] },
    }),
    tags: context.tags,
  });
  return {
    role,
    description: `RDS finished no backup of ${store} (${instance}) for two days, or none yet since this alarm was made: look at its events`,
    namespace: "AWS/Events",
    metric: "TriggeredRules",
    dimensions: { RuleName: rule.name },
    statistic: "Sum",
    threshold: 1,
    below: true,
    periods: DAYS,
    periodSeconds: DAY_SECONDS,
    missing: "breaching",
  };
}
