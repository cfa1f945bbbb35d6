import { expect } from "chai";
import type { Plan } from "../../engine";
import { EXTRAS } from "./gcpExtras";
import { at, named, ofType, PRODUCTION, planGcp } from "./gcpPlan";

describe("what looks after a placement on Google Cloud", function () {
  this.timeout(120_000);
  let plan: Plan;
  before(async () => {
    ({ plan } = await planGcp("simulate", EXTRAS[0]));
  });

  it("alerts on the database, the cache, the cluster, the gateway and the load balancer, each told to everybody", () => {
    const alerts = ofType(plan, "gcp:monitoring/alertPolicy:AlertPolicy");
    expect(alerts.map(({ name }) => name.replace(/^main-(edge-)?monitoring-alert-/, ""))).to.have.members([
      ...["primary", "replica-1", "replica-2"].flatMap((instance) =>
        ["cpu", "disk", "up"].map((what) => `database-${instance}-${what}`),
      ),
      ...["database-replica-1-lag", "database-replica-2-lag", "redis-memory", "redis-lag"],
      ...[
        "nodes-cpu",
        "nodes-memory",
        "containers-restart",
        "nat-dropped",
        "secrets-due",
        "edge-errors",
        "edge-latency",
      ],
      // It sleeps at night, when its host answers nobody.
      "certificate-api-scraper-example-com",
    ]);
    for (const { inputs, name } of alerts) {
      expect(inputs.notificationChannels, name).to.have.length(2);
      expect(at(inputs, "documentation.content"), name).to.be.a("string").that.is.not.empty;
    }
  });

  it("names in each condition the one resource it is about", () => {
    const filterOf = (name: string) =>
      String(at((named(plan, name).inputs.conditions as readonly unknown[])[0], "conditionThreshold.filter"));
    const database = String(named(plan, "main-database-primary").inputs.name);
    expect(filterOf("main-monitoring-alert-database-primary-disk")).to.equal(
      `resource.type = "cloudsql_database" AND resource.labels.database_id = ends_with("${database}") AND metric.type = "cloudsql.googleapis.com/database/disk/utilization"`,
    );
    expect(filterOf("main-monitoring-alert-nodes-memory")).to.match(
      /AND metric\.labels\.memory_type = "non-evictable"$/,
    );
  });

  it("hears of a container that starts once in five minutes, which is as often as one that fails is started", () => {
    const [condition] = named(plan, "main-monitoring-alert-containers-restart").inputs.conditions as readonly unknown[];
    expect(at(condition, "conditionThreshold")).to.deep.include({
      thresholdValue: 2,
      duration: "0s",
      aggregations: [{ alignmentPeriod: "900s", perSeriesAligner: "ALIGN_DELTA" }],
    });
    const [cpu] = named(plan, "main-monitoring-alert-nodes-cpu").inputs.conditions as readonly unknown[];
    expect(at(cpu, "conditionThreshold.aggregations")).to.deep.equal([
      { alignmentPeriod: "300s", perSeriesAligner: "ALIGN_MEAN" },
    ]);
  });

  it("asks the public's host for its health every minute, over TLS, from three continents", () => {
    const [check, ...others] = ofType(plan, "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig");
    expect(others).to.deep.equal([]);
    expect(at(check?.inputs, "monitoredResource.labels.host")).to.equal("api.scraper.example.com");
    expect(check?.inputs).to.deep.include({ period: "60s", selectedRegions: ["USA", "EUROPE", "ASIA_PACIFIC"] });
    expect(at(check?.inputs, "httpCheck")).to.deep.include({ port: 443, useSsl: true, validateSsl: true });
  });

  it("keeps logs as long as the environment says, and audit logs where they outlive it", () => {
    expect(named(plan, "main-audit-logs").inputs).to.deep.include({ bucketId: "_Default", retentionDays: 30 });
    expect(named(plan, "main-audit-audit-logs").inputs).to.deep.include({ retentionDays: 365, locked: false });
    expect(at(named(plan, "main-audit-access-logs").inputs, "auditLogConfigs")).to.deep.equal([
      { logType: "ADMIN_READ" },
      { logType: "DATA_READ" },
      { logType: "DATA_WRITE" },
    ]);
    expect(named(plan, "main-audit-audit-sink").inputs.filter).to.equal('logName:"cloudaudit.googleapis.com"');
    const once = named(plan, "main-audit-audit-once");
    expect(once.type).to.equal("gcp:logging/projectExclusion:ProjectExclusion");
    expect(once.inputs.filter).to.equal('logName:"cloudaudit.googleapis.com"');
    expect(once.dependencies).to.include(named(plan, "main-audit-audit-sink").urn);
    expect(named(plan, "main-audit-armor").inputs.cloudArmorTier).to.equal("CA_ENTERPRISE_PAYGO");
  });

  it("has one record of who asked a bucket for what: of the project, or on request of each bucket, by Google's group", async () => {
    const AUDIT = "gcp:projects/iAMAuditConfig:IAMAuditConfig";
    const logged = (each: Plan) =>
      ofType(each, "gcp:storage/bucket:Bucket").flatMap(({ name, inputs }) => (inputs.logging ? [name] : []));
    const strangers = (each: Plan) =>
      ofType(each, "gcp:storage/bucketIAMMember:BucketIAMMember")
        .map(({ inputs }) => inputs.member)
        .filter((member) => String(member).startsWith("group:"));
    const audits = (each: Plan) =>
      ofType(each, AUDIT).map(({ inputs: { service, auditLogConfigs } }) => ({ service, auditLogConfigs }));

    const { plan: plain } = await planGcp("preview");
    expect([logged(plain), strangers(plain)]).to.deep.equal([[], []]);
    expect(audits(plain)).to.deep.equal([
      { service: "storage.googleapis.com", auditLogConfigs: [{ logType: "DATA_READ" }, { logType: "DATA_WRITE" }] },
    ]);
    expect(audits(plan).map(({ service }) => service)).to.deep.equal(["allServices"]);

    const { plan: asked } = await planGcp("preview", { "groundplan:retention": { bucketLogs: true } });
    expect(logged(asked)).to.have.members(["main-backups-bucket", "main-exports-bucket"]);
    expect(strangers(asked)).to.deep.equal(["group:cloud-storage-analytics@google.com"]);
    expect(audits(asked)).to.deep.equal([]);
    const writer = named(asked, "main-access-logs-writer").urn;
    expect(named(asked, "main-exports-bucket").dependencies).to.include(writer);
  });

  it("says what is paid for a share smaller than any that Filestore sells, and of none it sells as asked", async () => {
    const share = (size: string) => ({ "groundplan:overrides": { stores: { files: { kind: "file-share", size } } } });
    const told = async (size: string) =>
      (await planGcp("preview", share(size))).plan.degraded.filter(({ feature }) => feature.endsWith("for files"));
    const [small, ...others] = await told("20Gi");
    expect(others).to.deep.equal([]);
    expect(small).to.deep.include({
      feature: "a share of 20Gi for files",
      reason: "Filestore sells none of that size: 1024 GiB are made, and paid for",
    });
    expect(await told("1Ti")).to.deep.equal([]);
  });

  it("names the setting that is read where no zone is named for the load balancer of several placements", async () => {
    const placements = ["us-central1", "europe-west1"].map((region, index) => ({
      ...{ name: region, cloud: "gcp", region, cidrIndex: 128 + index },
      ...{ role: index === 0 ? "primary" : "secondary" },
    }));
    const { plan: spread } = await planGcp("preview", {
      ...{ "groundplan:model": "global", "groundplan:placements": placements, "groundplan:existing": {} },
    });
    const verdicts = spread.degraded.filter(({ feature }) => feature.startsWith("DNS records of"));
    expect(verdicts.map(({ remedy }) => remedy)).to.deep.equal(["set groundplan:existing.us-central1.zone"]);
  });

  it("gives the audit logs a bucket that is the stack's own, under a name that was never another's", () => {
    const { inputs, options } = named(plan, "main-audit-audit-logs");
    expect(inputs.bucketId).to.match(/^doc-scraper-staging-audit-[0-9a-f]{6}-[0-9a-f]{8}$/);
    expect(named(plan, "main-audit-audit-sink").inputs.destination).to.match(
      new RegExp(`/locations/us-central1/buckets/${String(inputs.bucketId)}$`),
    );
    expect(options.retainOnDelete).to.equal(undefined);
  });

  it("makes nothing before the project's APIs are on", () => {
    const apis = ofType(plan, "gcp:projects/service:Service").map(({ urn }) => urn);
    const byUrn = new Map(plan.resources.map((resource) => [resource.urn, resource]));
    const waits = (urn: string, seen = new Set<string>()): boolean => {
      const resource = byUrn.get(urn);
      if (apis.includes(urn)) return true;
      if (resource === undefined || seen.has(urn)) return false;
      seen.add(urn);
      const parents = [...resource.dependencies, ...Object.values(resource.propertyDependencies).flat()];
      return parents.some((before) => waits(before, seen));
    };
    const early = plan.resources
      .filter(({ type, urn }) => type.startsWith("gcp:") && !apis.includes(urn) && !waits(urn))
      .map(({ name }) => name);
    expect(early).to.deep.equal([]);
  });

  it("locks the audit logs in production, where that is the point", async () => {
    const digest = `registry.example.com/team/app@sha256:${"0".repeat(64)}`;
    const { plan: production } = await planGcp("preview", {
      ...EXTRAS[0],
      ...PRODUCTION,
      "groundplan:images": { services: { api: digest, worker: digest } },
    });
    const locked = named(production, "main-audit-audit-logs");
    expect(locked.inputs.locked).to.equal(true);
    expect(locked.options).to.deep.include({ protect: true, retainOnDelete: true });
    expect(ofType(production, "gcp:workflows/workflow:Workflow")).to.deep.equal([]);
  });

  it("says when a secret is due, to a subscription that keeps it and through it to everybody", async () => {
    const secret = named(plan, "main-secrets-session-rotated-90");
    expect(secret.inputs.rotation).to.deep.equal({
      nextRotationTime: "2027-06-30T00:00:00Z",
      rotationPeriod: "7776000s",
    });
    expect(secret.inputs.secretId).to.match(/^doc-scraper-staging-main-session-rotated-90-[0-9a-f]{6}$/);
    const topicId = at((secret.inputs.topics as readonly unknown[])[0], "name");
    expect(topicId).to.match(/^projects\/groundplan-tests\/topics\/main-secrets-events-/);
    expect(named(plan, "main-secrets-events-publisher").inputs).to.deep.include({
      topic: topicId,
      role: "roles/pubsub.publisher",
    });
    expect(named(plan, "main-secrets-rotations-due").inputs).to.deep.include({
      topic: topicId,
      filter: 'attributes.eventType = "SECRET_ROTATE"',
      messageRetentionDuration: "2678400s",
      expirationPolicy: { ttl: "" },
    });
    const due = named(plan, "main-monitoring-alert-secrets-due");
    expect(at((due.inputs.conditions as readonly unknown[])[0], "conditionThreshold.filter")).to.match(
      /^resource\.type = "pubsub_subscription" AND resource\.labels\.subscription_id = ends_with\("[^"]+"\) AND metric\.type = "pubsub\.googleapis\.com\/subscription\/num_undelivered_messages"$/,
    );
    expect(plan.degraded.filter(({ feature }) => feature.startsWith("rotation of"))).to.deep.equal([]);
    // What nobody gave a first day is as it was: no schedule, and a word about it.
    const overrides = EXTRAS[0]?.["groundplan:overrides"];
    const { plan: undated } = await planGcp("simulate", { "groundplan:overrides": overrides });
    expect(named(undated, "main-secrets-session").inputs.rotation).to.equal(undefined);
    expect(ofType(undated, "gcp:pubsub/subscription:Subscription")).to.deep.equal([]);
    expect(undated.degraded.map(({ feature }) => feature)).to.include("rotation of session");
  });

  it("tells of the budget at half, most and all of it", () => {
    const { inputs } = named(plan, "main-audit-budget");
    expect(inputs.billingAccount).to.equal("012345-6789AB-CDEF01");
    expect(at(inputs, "amount.specifiedAmount")).to.deep.equal({ currencyCode: "USD", units: "900" });
    expect(inputs.thresholdRules).to.deep.equal([
      { thresholdPercent: 0.5, spendBasis: "CURRENT_SPEND" },
      { thresholdPercent: 0.8, spendBasis: "CURRENT_SPEND" },
      { thresholdPercent: 1, spendBasis: "FORECASTED_SPEND" },
    ]);
  });

  it("says which account a budget would need, where none is named", async () => {
    const { plan: without } = await planGcp("preview", { "groundplan:alerts": EXTRAS[0]?.["groundplan:alerts"] });
    expect(ofType(without, "gcp:billing/budget:Budget")).to.deep.equal([]);
    expect(without.degraded.map(({ feature }) => feature)).to.include("a budget of 900 USD a month");
  });

  it("sleeps by the hour: autoscaling off before the nodes go, and back after them", () => {
    const job = named(plan, "main-schedule-stop-hour").inputs;
    expect(job).to.deep.include({ schedule: "0 19 * * 1-5", timeZone: "Etc/UTC" });
    const steps = (name: string) => {
      const source = JSON.parse(String(named(plan, name).inputs.sourceContents)) as {
        readonly main: { readonly steps: readonly Readonly<Record<string, { readonly args: { body: unknown } }>>[] };
      };
      return source.main.steps.flatMap((step) => Object.entries(step).map(([key, { args }]) => [key, args.body]));
    };
    const system = steps("main-schedule-stop").filter(([key]) => String(key).endsWith("-system"));
    expect(system).to.deep.equal([
      ["hold-system", { autoscaling: { enabled: false } }],
      ["size-system", { nodeCount: 0 }],
    ]);
    const woken = steps("main-schedule-start").filter(([key]) => String(key).endsWith("-system"));
    expect(woken).to.deep.equal([
      ["size-system", { nodeCount: 1 }],
      ["release-system", { autoscaling: { enabled: true, minNodeCount: 1, maxNodeCount: 2 } }],
    ]);
    // The database has replicas that follow it, so it runs on.
    expect(steps("main-schedule-stop").filter(([key]) => String(key).includes("database"))).to.deep.equal([]);
  });

  it("lets the account that does so change sizes and start workflows, and nothing else", () => {
    const { inputs } = named(plan, "main-schedule-role");
    expect(inputs.permissions).to.deep.equal([
      "container.clusters.get",
      "container.clusters.update",
      "container.operations.get",
      "cloudsql.instances.get",
      "cloudsql.instances.update",
    ]);
    expect(named(plan, "main-schedule-may-start-workflows").inputs.role).to.equal("roles/workflows.invoker");
  });

  it("dumps the database to its bucket by the identity of the job, and restores it for a test", () => {
    const scripts = at(named(plan, "main-backup-backup-daily-scripts").inputs, "data") as Readonly<
      Record<string, string>
    >;
    expect(scripts["upload.sh"]).to.include('gcloud storage cp "$work/dump" "gs://$BUCKET/$key"');
    expect(scripts["upload.sh"]).to.not.match(/\baws s3/);
    const pod = "spec.jobTemplate.spec.template.spec";
    const cron = named(plan, "main-backup-backup-daily").inputs;
    const [upload] = at(cron, `${pod}.containers`) as readonly Readonly<Record<string, unknown>>[];
    expect(upload?.image).to.match(/google-cloud-cli:\d+\.\d+\.\d+-slim$/);
    expect(((upload?.env ?? []) as readonly { readonly name: string }[]).map(({ name }) => name)).to.deep.equal([
      ...["HOME", "BUCKET", "PREFIX", "FILE_NAME"],
    ]);
    const grants = ofType(plan, "gcp:storage/bucketIAMMember:BucketIAMMember").filter(({ inputs }) =>
      /\/sa\/(backup|restore)-/.test(String(inputs.member)),
    );
    expect(grants.map(({ inputs }) => inputs.role)).to.have.members([
      "roles/storage.objectUser",
      "roles/storage.objectViewer",
    ]);
    expect(named(plan, "main-backup-restore-daily").inputs).to.be.an("object");
  });
});
