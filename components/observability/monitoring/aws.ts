import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { accountOf } from "../../aws/account";
import { policyDocument, type Statement } from "../../aws/policy";
import { Component, type ComponentArgs, type Degraded, type Transform } from "../../component";
import type { Make } from "../../make";
import type { KeysContract } from "../../secrets/keys/contract";
import { type AlarmPlan, planAlarms, type Watched } from "./alarms";
import { planBackupAlarm } from "./backups";

/** Who hears of an alarm. */
export interface AlarmReceivers {
  readonly emails: readonly string[];
  /** URL that takes messages of SNS; secret. */
  readonly webhook?: pulumi.Output<string>;
  /** Receivers of the system that SNS cannot reach by itself. */
  readonly unreached: readonly string[];
}

export interface MonitoringArgs extends ComponentArgs {
  readonly keys: KeysContract;
  readonly watched: Watched;
  readonly receivers: AlarmReceivers;
  /** Whether databases are stopped by the clock. @default false */
  readonly asleep?: boolean;
  /** Whether what an intruder does is reported. @default false */
  readonly findings?: boolean;
  /** What else of the operations that settings and spec ask for is given only in part. @default nothing */
  readonly verdicts?: readonly Degraded[];
  readonly transform?: { readonly topic?: Transform<aws.sns.TopicArgs> };
}

const PERIOD_SECONDS = 300;
/** GuardDuty's findings from here on are high. https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html */
const HIGH_SEVERITY = 7;

/** What the cloud itself knows of a placement's health: alarms and events, to one encrypted topic. */
export class Monitoring extends Component {
  readonly topicArn: pulumi.Output<string>;

  private readonly args: MonitoringArgs;

  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:observability:Monitoring", name, args, opts);
    this.args = args;
    const { topic, policy } = this.makeTopic();
    this.topicArn = topic.arn;
    for (const verdict of args.verdicts ?? []) {
      this.degrade(verdict);
    }
    this.subscribe(topic);
    const alarms = [...planAlarms(args.watched), ...this.planBackupAlarms()];
    for (const alarm of alarms) {
      this.makeAlarm(alarm, topic);
    }
    this.reportDatabaseEvents(topic, policy);
    this.reportProxyEvents(topic, policy);
    if (args.findings) {
      this.reportFindings(topic);
    }
    this.finish({ alarms: alarms.map(({ role }) => role) });
  }

  private makeTopic() {
    const { context, args } = this;
    const topic = this.make(aws.sns.Topic, "topic", {
      displayName: `${context.system} ${context.environment} ${context.placement}`.slice(0, 100),
      kmsMasterKeyId: args.keys.arn("logs"),
      tags: context.tags,
    });
    const { id } = accountOf(this);
    const publisher = (Sid: string, service: string): Statement => ({
      Sid,
      Principal: { Service: service },
      Action: "sns:Publish",
      Resource: topic.arn,
      Condition: { StringEquals: { "aws:SourceAccount": id } },
    });
    const policy = this.make(aws.sns.TopicPolicy, "topic-policy", {
      arn: topic.arn,
      policy: policyDocument([
        publisher("Alarms", "cloudwatch.amazonaws.com"),
        publisher("Events", "events.amazonaws.com"),
        publisher("Databases", "events.rds.amazonaws.com"),
        {
          Sid: "TlsOnly",
          Effect: "Deny",
          Principal: "*",
          Action: "sns:Publish",
          Resource: topic.arn,
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ]),
    });
    return { topic, policy };
  }

  private planBackupAlarms(): readonly AlarmPlan[] {
    const { context, args } = this;
    const databases = args.watched.databases.filter(({ backedUp }) => backedUp);
    if (databases.length > 0 && args.asleep) {
      this.degrade({
        feature: "an alarm on backups of databases that were not made",
        reason:
          "a database that is stopped at the hour of its backup has none that day: the alarm would be of the clock",
        remedy: "remove groundplan:compute.schedule, or look at the backups' age yourself",
      });
      return [];
    }
    const make: Make = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    return databases.map((database) => planBackupAlarm(make, context, database));
  }

  private subscribe(topic: aws.sns.Topic): void {
    const { emails, webhook, unreached } = this.args.receivers;
    for (const [index, endpoint] of emails.entries()) {
      this.make(aws.sns.TopicSubscription, `email-${index + 1}`, { topic: topic.arn, protocol: "email", endpoint });
    }
    if (webhook) {
      this.make(aws.sns.TopicSubscription, "webhook", { topic: topic.arn, protocol: "https", endpoint: webhook });
    }
    if (emails.length === 0 && webhook === undefined) {
      this.degrade({
        feature: "somebody who hears of the cloud's alarms",
        reason: "no receiver that SNS reaches is named: alarms fire, and are seen in the console alone",
        remedy: "set groundplan:alerts.email or groundplan:alerts.webhook",
      });
    } else if (unreached.length > 0) {
      this.degrade({
        feature: `the cloud's alarms to ${unreached.join(" and ")}`,
        reason: "SNS speaks neither's protocol: they hear of what Prometheus sees",
        remedy: "have the topic's messages forwarded, or read the e-mails",
      });
    }
  }

  private makeAlarm(alarm: AlarmPlan, topic: aws.sns.Topic): void {
    const { context } = this;
    this.make(aws.cloudwatch.MetricAlarm, `alarm-${alarm.role}`, {
      alarmDescription: `${alarm.description} (${context.system}, ${context.placement})`,
      namespace: alarm.namespace,
      metricName: alarm.metric,
      dimensions: { ...alarm.dimensions },
      ...(alarm.statistic === "p95" ? { extendedStatistic: alarm.statistic } : { statistic: alarm.statistic }),
      comparisonOperator: alarm.below ? "LessThanThreshold" : "GreaterThanThreshold",
      threshold: alarm.threshold,
      period: alarm.periodSeconds ?? PERIOD_SECONDS,
      evaluationPeriods: alarm.periods,
      treatMissingData: alarm.missing ?? "notBreaching",
      alarmActions: [topic.arn],
      okActions: [topic.arn],
      tags: context.tags,
    });
  }

  /**
   * Failovers, failures, low disks, maintenance and replicas that stopped, as RDS itself tells of them. Not the category
   * `backup`: it tells every day that a backup begins and ends, and of none that fails; an alarm is for those.
   * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
   */
  private reportDatabaseEvents(topic: aws.sns.Topic, policy: pulumi.Resource): void {
    const { databases } = this.args.watched;
    if (databases.length === 0) {
      return;
    }
    this.make(
      aws.rds.EventSubscription,
      "database-events",
      {
        snsTopic: topic.arn,
        sourceType: "db-instance",
        sourceIds: databases.map(({ identifier }) => identifier),
        eventCategories: [
          "availability",
          "failover",
          "failure",
          "low storage",
          "maintenance",
          "read replica",
          "recovery",
        ],
        tags: this.context.tags,
      },
      // RDS tests whether it may publish when the subscription is made.
      { dependsOn: [policy] },
    );
  }

  /** Proxies that cannot reach their database or read their secrets. */
  private reportProxyEvents(topic: aws.sns.Topic, policy: pulumi.Resource): void {
    const proxies = this.args.watched.databases.flatMap(({ proxyName }) =>
      proxyName === undefined ? [] : [proxyName],
    );
    if (proxies.length === 0) {
      return;
    }
    this.make(
      aws.rds.EventSubscription,
      "proxy-events",
      {
        snsTopic: topic.arn,
        sourceType: "db-proxy",
        sourceIds: proxies,
        eventCategories: ["failure"],
        tags: this.context.tags,
      },
      // RDS tests whether it may publish when the subscription is made.
      { dependsOn: [policy] },
    );
  }

  private reportFindings(topic: aws.sns.Topic): void {
    const rule = this.make(aws.cloudwatch.EventRule, "findings", {
      description: "High findings of GuardDuty",
      eventPattern: JSON.stringify({
        source: ["aws.guardduty"],
        "detail-type": ["GuardDuty Finding"],
        detail: { severity: [{ numeric: [">=", HIGH_SEVERITY] }] },
      }),
      tags: this.context.tags,
    });
    this.make(aws.cloudwatch.EventTarget, "findings-target", { rule: rule.name, arn: pulumi.output(topic.arn) });
  }
}
