import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../../aws/account";
import { policyDocument, serviceTrust } from "../../aws/policy";
import { makeRole } from "../../aws/role";
import type { Context } from "../../context";
import type { Make } from "../../make";
import { parseCron, type Values } from "../schedule";

/** Hours in which nobody works. */
export interface SleepHours {
  /** Cron expression, UTC, when the machine is stopped. */
  readonly stop: string;
  /** Cron expression, UTC, when it is started. */
  readonly start: string;
}

export interface SleepArgs {
  readonly context: Context;
  readonly account: Account;
  readonly instanceId: pulumi.Output<string>;
  readonly hours: SleepHours;
}

const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/** Stops and starts the machine by the clock. What it missed, such as a backup, it does when it wakes. */
export function makeSleep(make: Make, { context, account, instanceId, hours }: SleepArgs): void {
  const role = makeRole(make, "sleep-role", {
    context,
    name: ["sleep"],
    description: `Stops and starts the host of ${context.system} in ${context.placement}`,
    trust: serviceTrust("scheduler.amazonaws.com", account.id),
  });
  const policy = make(aws.iam.RolePolicy, "sleep-policy", {
    role: role.id,
    policy: policyDocument([
      {
        Sid: "StopAndStart",
        Action: ["ec2:StopInstances", "ec2:StartInstances"],
        Resource: pulumi.interpolate`arn:${account.partition}:ec2:${context.region}:${account.id}:instance/${instanceId}`,
      },
    ]),
  });
  for (const [child, action, cron] of [
    ["stop", "stopInstances", hours.stop],
    ["start", "startInstances", hours.start],
  ] as const) {
    for (const [index, scheduleExpression] of awsCron(cron).entries()) {
      make(
        aws.scheduler.Schedule,
        index === 0 ? child : `${child}-${index + 1}`,
        {
          scheduleExpression,
          scheduleExpressionTimezone: "UTC",
          flexibleTimeWindow: { mode: "OFF" },
          target: {
            arn: pulumi.interpolate`arn:${account.partition}:scheduler:::aws-sdk:ec2:${action}`,
            roleArn: role.arn,
            input: pulumi.jsonStringify({ InstanceIds: [instanceId] }),
          },
        },
        { dependsOn: [policy] },
      );
    }
  }
}

/**
 * A cron expression in the words of EventBridge, where one of day of month and day of week must be `?`.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export function awsCron(cron: string): readonly string[] {
  const [minutes, hours, monthDays, months, weekDays] = parseCron(cron);
  const list = (values: Values) => (values === "*" ? "*" : values.join(","));
  const named = (values: Values) => (values === "*" ? "*" : [...new Set(values.map((day) => DAYS[day % 7]))].join(","));
  const text = (monthDay: string, weekDay: string) =>
    `cron(${list(minutes)} ${list(hours)} ${monthDay} ${list(months)} ${weekDay} *)`;
  const byMonth = text(list(monthDays), "?");
  const byWeek = text("?", named(weekDays));
  return weekDays === "*" ? [byMonth] : monthDays === "*" ? [byWeek] : [byMonth, byWeek];
}
