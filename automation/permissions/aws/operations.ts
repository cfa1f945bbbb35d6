import { type AwsTable, arnOf, type Subject } from "./row";

const topic = (subject: Subject) => [arnOf("sns", subject.place, subject.name("name"))];
const delivery = (kind: string, by: (subject: Subject) => string) => (subject: Subject) => [
  arnOf("logs", subject.place, `${kind}:${by(subject)}`),
];

/** Logs, alarms and what watches over the account. */
export const OPERATIONS: AwsTable = {
  "aws:cloudwatch/logGroup:LogGroup": {
    service: "logs",
    arn: (subject) => [
      arnOf("logs", subject.place, `log-group:${subject.name("name")}`),
      arnOf("logs", subject.place, `log-group:${subject.name("name")}:*`),
    ],
    create: "CreateLogGroup TagResource",
    manage:
      "PutRetentionPolicy DeleteRetentionPolicy AssociateKmsKey DisassociateKmsKey DeleteLogGroup ListTagsForResource UntagResource",
    open: "DescribeLogGroups",
  },
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": {
    service: "logs",
    manage: "",
    open: "DescribeResourcePolicies PutResourcePolicy DeleteResourcePolicy",
  },
  "aws:cloudwatch/logDeliverySource:LogDeliverySource": {
    service: "logs",
    arn: delivery("delivery-source", (subject) => subject.name("name")),
    create: "PutDeliverySource TagResource",
    manage: "GetDeliverySource DeleteDeliverySource ListTagsForResource UntagResource",
    also: ({ place }) => [
      {
        service: "cloudfront",
        actions: ["AllowVendedLogDeliveryForResource"],
        resources: [arnOf("cloudfront", place, "distribution/*", "global")],
        tagged: true,
      },
    ],
  },
  "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": {
    service: "logs",
    arn: delivery("delivery-destination", (subject) => subject.name("name")),
    create: "PutDeliveryDestination TagResource",
    manage:
      "GetDeliveryDestination DeleteDeliveryDestination GetDeliveryDestinationPolicy ListTagsForResource UntagResource",
  },
  "aws:cloudwatch/logDelivery:LogDelivery": {
    service: "logs",
    manage: "CreateDelivery",
    open: "DescribeDeliveries",
    also: ({ place }) => [
      {
        service: "logs",
        actions: [
          "CreateDelivery",
          "DeleteDelivery",
          "GetDelivery",
          "ListTagsForResource",
          "TagResource",
          "UntagResource",
          "UpdateDeliveryConfiguration",
        ],
        resources: [arnOf("logs", place, "delivery:*")],
        reason: "a delivery gets an id of its own, and what it joins is named",
      },
    ],
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    service: "cloudwatch",
    arn: (subject) => [arnOf("cloudwatch", subject.place, `alarm:${subject.name("name")}`)],
    create: "PutMetricAlarm TagResource",
    manage: "DescribeAlarms DeleteAlarms ListTagsForResource UntagResource",
  },
  "aws:cloudwatch/eventRule:EventRule": {
    service: "events",
    arn: (subject) => [arnOf("events", subject.place, `rule/${subject.name("name")}`)],
    create: "PutRule TagResource",
    manage: "DescribeRule EnableRule DisableRule DeleteRule ListTagsForResource UntagResource",
  },
  "aws:cloudwatch/eventTarget:EventTarget": {
    service: "events",
    manage: "PutTargets RemoveTargets ListTargetsByRule",
  },
  "aws:sns/topic:Topic": {
    service: "sns",
    arn: topic,
    create: "CreateTopic TagResource",
    manage: "GetTopicAttributes SetTopicAttributes DeleteTopic ListTagsForResource UntagResource",
  },
  "aws:sns/topicPolicy:TopicPolicy": { service: "sns", manage: "GetTopicAttributes SetTopicAttributes" },
  "aws:sns/topicSubscription:TopicSubscription": {
    service: "sns",
    manage: "Subscribe Unsubscribe GetSubscriptionAttributes SetSubscriptionAttributes ListSubscriptionsByTopic",
  },
  "aws:cloudtrail/trail:Trail": {
    service: "cloudtrail",
    arn: (subject) => [arnOf("cloudtrail", subject.place, `trail/${subject.name("name")}`)],
    create: "CreateTrail AddTags",
    manage:
      "GetTrail GetTrailStatus GetEventSelectors GetInsightSelectors PutEventSelectors PutInsightSelectors UpdateTrail StartLogging StopLogging DeleteTrail ListTags RemoveTags",
    open: "DescribeTrails",
    linkedRoles: ["cloudtrail.amazonaws.com"],
  },
  "aws:guardduty/detector:Detector": {
    service: "guardduty",
    by: "tags",
    arn: ({ place }) => [arnOf("guardduty", place, "detector/*")],
    create: "CreateDetector",
    createsUnnamed: true,
    claim: "TagResource",
    manage: "GetDetector UpdateDetector DeleteDetector ListTagsForResource TagResource UntagResource",
    open: "ListDetectors",
    linkedRoles: ["guardduty.amazonaws.com"],
  },
  "aws:guardduty/detectorFeature:DetectorFeature": {
    service: "guardduty",
    by: "tags",
    manage: "GetDetector UpdateDetector",
  },
  "aws:budgets/budget:Budget": {
    service: "budgets",
    form: "global",
    arn: (subject) => [arnOf("budgets", subject.place, `budget/${subject.name("name")}`, "global")],
    create: "TagResource",
    manage: "ModifyBudget ViewBudget ListTagsForResource UntagResource",
  },
};
