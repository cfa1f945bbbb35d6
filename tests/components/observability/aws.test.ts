import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { defaultConnections, planAlarms } from "../../../components/observability/monitoring/alarms";
import type { Plan } from "../../../engine";
import { MANAGED } from "../../stacks/awsManaged";
import { named, ofType, planAws } from "../../stacks/awsPlan";
import { eu, problemsOf, us } from "../../stacks/settingsFixture";

const NOTHING = {
  databases: [],
  caches: [],
  searches: [],
  memcached: [],
  rotations: [],
  balancers: [],
  natGatewayIds: [],
};
/** The stack that is planned sleeps at night but for this. */
const AWAKE = { "groundplan:compute": {} };
const GUARDED = {
  "groundplan:overrides": { security: { auditLog: true, intrusionDetection: true, vpnGateway: true } },
  "groundplan:retention": { auditDays: 400 },
  "groundplan:alerts": {
    email: { to: ["oncall@example.com"] },
    budget: { monthlyUsd: 900, to: ["finance@example.com"] },
  },
};

function statements(policy: unknown) {
  const { Statement } = JSON.parse(String(policy)) as { readonly Statement: readonly Record<string, unknown>[] };
  return Statement;
}

describe("alarms on aws", () => {
  const database = {
    store: "db",
    instance: "replica-1",
    identifier: "db-r1",
    instanceClass: "db.r6g.large",
    storageGiB: 100,
    replica: true,
  };

  it("watch processor, disk, connections and, of a replica, how far it is behind", () => {
    const alarms = planAlarms({ ...NOTHING, databases: [database] });
    expect(alarms.map(({ role, metric, threshold }) => [role, metric, threshold])).to.deep.equal([
      ["db-replica-1-cpu", "CPUUtilization", 80],
      ["db-replica-1-storage", "FreeStorageSpace", 10_737_418_240],
      ["db-replica-1-connections", "DatabaseConnections", 1_441],
      ["db-replica-1-lag", "ReplicaLag", 300],
      ["db-replica-1-stopped", "ReplicaLag", 0],
    ]);
    expect(alarms.find(({ role }) => role === "db-replica-1-stopped")).to.include({
      below: true,
      statistic: "Minimum",
    });
  });

  it("know how many connections a class allows, and leave out what they do not know", () => {
    expect(["db.t4g.medium", "db.m6g.large", "db.r5.xlarge", "db.r6g.8xlarge"].map(defaultConnections)).to.deep.equal([
      450, 901, 3604, 5000,
    ]);
    const strange = planAlarms({ ...NOTHING, databases: [{ ...database, instanceClass: "db.z1d.large" }] });
    expect(strange.map(({ metric }) => metric)).to.not.include("DatabaseConnections");
  });

  it("count pinned connections against half the pool, or fifty where nobody knows how many there are", () => {
    const pinned = (change: object) =>
      planAlarms({ ...NOTHING, databases: [{ ...database, replica: false, proxyName: "p", ...change }] })
        .filter(({ role }) => role === "db-proxy-pinned")
        .map(({ threshold, dimensions }) => [threshold, dimensions]);
    expect(pinned({ maxConnections: 200 })).to.deep.equal([[90, { ProxyName: "p" }]]);
    expect(pinned({ instanceClass: "db.z1d.large" })).to.deep.equal([[50, { ProxyName: "p" }]]);
    expect(pinned({ proxyName: undefined })).to.deep.equal([]);
  });

  it("name every node of a cache, and its memory only where a full one refuses writes", () => {
    const cache = { store: "r", groupId: pulumi.output("g"), shards: 2, replicas: 1 };
    const roles = (clusterMode: boolean, refusesWrites: boolean) =>
      planAlarms({ ...NOTHING, caches: [{ ...cache, clusterMode, refusesWrites }] }).map(({ role }) => role);
    expect(roles(false, true)).to.deep.equal(["r-001-cpu", "r-001-memory", "r-002-cpu", "r-002-memory"]);
    expect(roles(true, false)).to.deep.equal(["r-0001-001-cpu", "r-0001-002-cpu", "r-0002-001-cpu", "r-0002-002-cpu"]);
  });
});

describe("alarms on stores that a service of aws runs", function () {
  this.timeout(60_000);

  it("follow the guides of OpenSearch and Memcached, by their own names", async () => {
    const { plan } = await planAws("simulate", MANAGED);
    const alarms = ofType(plan, "aws:cloudwatch/metricAlarm:MetricAlarm").filter(({ inputs }) =>
      /^AWS\/ES$|^AWS\/ElastiCache$/.test(String(inputs.namespace)),
    );
    const of = (prefix: string) =>
      alarms
        .filter(({ name }) => name.startsWith(`main-monitoring-alarm-${prefix}`))
        .map(({ inputs }) => [
          inputs.metricName,
          inputs.comparisonOperator,
          inputs.threshold,
          inputs.evaluationPeriods,
        ]);
    const over = "GreaterThanThreshold";
    expect(of("index-")).to.have.deep.members([
      ["ClusterStatus.red", over, 0, 1],
      ["ClusterIndexWritesBlocked", over, 0, 1],
      ["FreeStorageSpace", "LessThanThreshold", 25_600, 1],
      ["CPUUtilization", over, 80, 3],
      ["JVMMemoryPressure", over, 95, 3],
      ["AutomatedSnapshotFailure", over, 0, 1],
      ["KMSKeyInaccessible", over, 0, 1],
    ]);
    const node = [
      ["CPUUtilization", over, 90, 3],
      ["SwapUsage", over, 52_428_800, 3],
      ["Evictions", over, 1_000, 3],
    ];
    expect(of("sessions-")).to.have.deep.members([...node, ...node]);
    const dimensions = (name: string) => named(plan, `main-monitoring-alarm-${name}`).inputs.dimensions;
    expect(dimensions("index-red")).to.deep.equal({
      ClientId: "111122223333",
      DomainName: named(plan, "main-index-domain").inputs.domainName,
    });
    expect(dimensions("sessions-0002-cpu")).to.deep.equal({
      CacheClusterId: named(plan, "main-sessions-cluster").inputs.clusterId,
      CacheNodeId: "0002",
    });
  });
});

describe("watching doc-scraper on aws", function () {
  this.timeout(60_000);

  it("sends every alarm to one encrypted topic that only this account's services publish to", async () => {
    const { plan } = await planAws("simulate");
    const alarms = ofType(plan, "aws:cloudwatch/metricAlarm:MetricAlarm");
    const topic = named(plan, "main-monitoring-topic");
    expect(topic.inputs.kmsMasterKeyId).to.match(/^arn:aws:kms:us-east-1:/);
    expect(new Set(alarms.flatMap(({ inputs }) => inputs.alarmActions)).size).to.equal(1);
    for (const { inputs, dependencies, name } of alarms) {
      expect(dependencies, name).to.include(topic.urn);
      expect(inputs.alarmDescription, name).to.be.a("string").with.length.above(20);
    }
    const [...policy] = statements(named(plan, "main-monitoring-topic-policy").inputs.policy);
    expect(policy.map(({ Sid, Principal }) => [Sid, Principal])).to.deep.equal([
      ["Alarms", { Service: "cloudwatch.amazonaws.com" }],
      ["Events", { Service: "events.amazonaws.com" }],
      ["Databases", { Service: "events.rds.amazonaws.com" }],
      ["TlsOnly", "*"],
    ]);
  });

  it("lets EventBridge and RDS use the topic's key by the topic, which is all of them that the key's policy sees", async () => {
    const { plan } = await planAws("simulate");
    const key = statements(named(plan, "main-keys-logs").inputs.policy);
    const of = (service: string) => key.filter(({ Principal }) => JSON.stringify(Principal).includes(`"${service}"`));
    const [events, ...more] = of("events.amazonaws.com");
    expect(more).to.deep.equal([]);
    expect(of("events.rds.amazonaws.com")).to.deep.equal([events]);
    expect(events?.Action).to.deep.equal(["kms:Decrypt", "kms:GenerateDataKey*"]);
    expect(events?.Condition).to.deep.equal({
      ArnLike: { "kms:EncryptionContext:aws:sns:topicArn": "arn:aws:sns:us-east-1:111122223333:*" },
    });
    expect(of("cloudwatch.amazonaws.com").map(({ Condition }) => Condition)).to.deep.equal([
      { StringEquals: { "aws:SourceAccount": "111122223333" } },
    ]);
  });

  it("hears of databases that fail or stop following, and of no backup that went well", async () => {
    const { plan } = await planAws("simulate");
    expect(named(plan, "main-monitoring-database-events").inputs.eventCategories).to.deep.equal([
      "availability",
      "failover",
      "failure",
      "low storage",
      "maintenance",
      "read replica",
      "recovery",
    ]);
  });

  it("alarms where RDS finished no backup of a primary for two days, and of no replica, which has none", async () => {
    const { plan } = await planAws("simulate", AWAKE);
    const rules = ofType(plan, "aws:cloudwatch/eventRule:EventRule").filter(({ name }) => name.endsWith("-backups"));
    const [rule, ...more] = rules;
    expect([rule?.name, more]).to.deep.equal(["main-monitoring-database-primary-backups", []]);
    expect(JSON.parse(String(rule?.inputs.eventPattern))).to.deep.equal({
      source: ["aws.rds"],
      "detail-type": ["RDS DB Instance Event"],
      detail: {
        EventID: ["RDS-EVENT-0002"],
        SourceIdentifier: [named(plan, "main-database-primary").inputs.identifier],
      },
    });
    const alarm = named(plan, "main-monitoring-alarm-database-primary-backups");
    expect(alarm.propertyDependencies.dimensions).to.deep.equal([rule?.urn]);
    expect(alarm.inputs.dimensions).to.have.all.keys("RuleName");
    expect(alarm.inputs).to.deep.include({
      namespace: "AWS/Events",
      metricName: "TriggeredRules",
      statistic: "Sum",
      comparisonOperator: "LessThanThreshold",
      threshold: 1,
      period: 86_400,
      evaluationPeriods: 2,
      treatMissingData: "breaching",
    });
    expect(alarm.dependencies).to.include(named(plan, "main-monitoring-topic").urn);
    const others = ofType(plan, "aws:cloudwatch/metricAlarm:MetricAlarm").filter(({ name }) => name !== alarm.name);
    expect(new Set(others.map(({ inputs }) => [inputs.period, inputs.treatMissingData].join()))).to.deep.equal(
      new Set(["300,notBreaching"]),
    );
  });

  it("alarms of the first that follows a primary elsewhere too, which has backups of its own", async () => {
    const { plan } = await planAws("simulate", {
      ...AWAKE,
      "groundplan:model": "global",
      "groundplan:placements": [us, eu],
    });
    const rules = ofType(plan, "aws:cloudwatch/eventRule:EventRule").filter(({ name }) => name.endsWith("-backups"));
    expect(rules.map(({ name }) => name)).to.have.members([
      "us-monitoring-database-primary-backups",
      "eu-monitoring-database-replica-1-backups",
    ]);
  });

  it("makes no alarm of the clock: a database that sleeps is not backed up, and the plan says so", async () => {
    const { plan } = await planAws("simulate");
    expect(plan.resources.filter(({ name }) => name.endsWith("-backups") && name.startsWith("main-mon"))).to.deep.equal(
      [],
    );
    const feature = "an alarm on backups of databases that were not made";
    expect(plan.degraded.filter((each) => each.feature === feature)).to.have.length(1);
    const { plan: awake } = await planAws("simulate", AWAKE);
    expect(awake.degraded.filter((each) => each.feature === feature)).to.deep.equal([]);
  });

  describe("ElastiCache, which tells no encrypted topic", () => {
    const feature = "what ElastiCache tells of failovers, snapshots and maintenance";
    const topic = "arn:aws:sns:us-east-1:111122223333:cache-events";
    const topicOf = (plan: Plan, name: string) => named(plan, name).inputs.notificationTopicArn;

    it("tells nobody by itself, and the plan says so", async () => {
      const { plan } = await planAws("simulate");
      expect(topicOf(plan, "main-redis-group")).to.equal(undefined);
      const verdicts = plan.degraded.filter((each) => each.feature === feature);
      expect(verdicts.map(({ remedy }) => remedy)).to.deep.equal([
        "name a topic without a key in groundplan:existing.main.cacheTopic",
      ]);
    });

    it("tells a topic that a setting names, of Redis and of Memcached", async () => {
      const { plan } = await planAws("simulate", {
        ...MANAGED,
        "groundplan:existing": { main: { cacheTopic: topic } },
      });
      expect(topicOf(plan, "main-redis-group")).to.equal(topic);
      expect(topicOf(plan, "main-sessions-cluster")).to.equal(topic);
      expect(plan.degraded.filter((each) => each.feature === feature)).to.deep.equal([]);
    });

    it("is given none of another region, and nothing but an ARN", async () => {
      const problems = async (existing: object, more: object = {}) =>
        problemsOf(() => planAws("preview", { ...more, "groundplan:existing": { main: existing } }));
      const away = "arn:aws:sns:eu-west-1:111122223333:cache-events";
      expect((await problems({ cacheTopic: away })).map(({ path, allowed }) => [path, allowed])).to.deep.equal([
        ["groundplan:existing.main.cacheTopic", "a topic of us-east-1"],
      ]);
      expect((await problems({ cacheTopic: "cache-events" })).map(({ path }) => path)).to.deep.equal([
        "groundplan:existing.main.cacheTopic",
      ]);
    });
  });

  it("watches each instance, node, load balancer and gateway", async () => {
    const { plan } = await planAws("simulate");
    const metrics = ofType(plan, "aws:cloudwatch/metricAlarm:MetricAlarm").map(({ inputs }) => inputs.metricName);
    const count = (metric: string) => metrics.filter((each) => each === metric).length;
    expect(count("FreeStorageSpace")).to.equal(ofType(plan, "aws:rds/instance:Instance").length);
    expect(count("ReplicaLag")).to.equal(4);
    expect(count("EngineCPUUtilization")).to.equal(3);
    expect(count("TargetResponseTime")).to.equal(1);
    expect(count("ErrorPortAllocation")).to.equal(ofType(plan, "aws:ec2/natGateway:NatGateway").length);
  });

  it("says that nobody hears of them until a receiver is named", async () => {
    const { plan } = await planAws("preview");
    expect(plan.degraded.map(({ feature }) => feature)).to.include("somebody who hears of the cloud's alarms");
    const { plan: heard } = await planAws("simulate", GUARDED);
    expect(named(heard, "main-monitoring-email-1").inputs).to.deep.include({
      protocol: "email",
      endpoint: "oncall@example.com",
    });
    expect(heard.degraded.map(({ feature }) => feature)).to.not.include("somebody who hears of the cloud's alarms");
  });

  it("leaves the account's detector and trail alone in a stack that lives for hours, and says so", async () => {
    const { plan } = await planAws("preview", { ...GUARDED, "groundplan:ephemeral": true });
    expect(ofType(plan, "aws:guardduty/detector:Detector")).to.deep.equal([]);
    expect(ofType(plan, "aws:cloudtrail/trail:Trail")).to.deep.equal([]);
    expect(ofType(plan, "aws:cloudwatch/eventRule:EventRule").map(({ name }) => name)).to.not.include(
      "main-monitoring-findings",
    );
    expect(plan.degraded.map(({ feature }) => feature)).to.include("intrusion detection and the audit log");
  });

  it("makes neither trail, detector nor budget where nobody asks", async () => {
    const { plan } = await planAws("preview");
    const types = ["aws:cloudtrail/trail:Trail", "aws:guardduty/detector:Detector", "aws:budgets/budget:Budget"];
    expect(types.flatMap((type) => ofType(plan, type))).to.deep.equal([]);
  });

  it("keeps a trail of every region in a locked bucket for as long as the settings say", async () => {
    const { plan } = await planAws("simulate", GUARDED);
    expect(named(plan, "main-audit-trail").inputs).to.deep.include({
      isMultiRegionTrail: true,
      enableLogFileValidation: true,
      s3BucketName: named(plan, "main-audit-log-bucket").inputs.bucket,
    });
    expect(named(plan, "main-audit-log-bucket-lock").inputs.rule).to.deep.equal({
      defaultRetention: { mode: "GOVERNANCE", days: 400 },
    });
    const writes = statements(named(plan, "main-audit-log-bucket-policy").inputs.policy).filter(
      ({ Principal }) => JSON.stringify(Principal) === '{"Service":"cloudtrail.amazonaws.com"}',
    );
    expect(
      writes.map(({ Action, Condition }) => [Action, JSON.stringify(Condition).includes("aws:SourceArn")]),
    ).to.deep.equal([
      ["s3:GetBucketAcl", true],
      ["s3:PutObject", true],
    ]);
  });

  it("reports an intruder's doings to the topic, and the costs to who pays", async () => {
    const { plan } = await planAws("simulate", GUARDED);
    expect(named(plan, "main-audit-detector").inputs).to.deep.include({ enable: true });
    expect(ofType(plan, "aws:guardduty/detectorFeature:DetectorFeature")).to.have.length(4);
    expect(named(plan, "main-monitoring-findings-target").dependencies).to.include(
      named(plan, "main-monitoring-topic").urn,
    );
    const { notifications, limitAmount } = named(plan, "main-audit-budget").inputs;
    expect(limitAmount).to.equal("900");
    expect(notifications).to.have.length(3);
  });

  it("names what a person has to do", async () => {
    const { plan } = await planAws("preview", GUARDED);
    expect(plan.degraded.map(({ feature }) => feature)).to.include("a VPN into the private network");
  });
});
