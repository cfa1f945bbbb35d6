import { gunzipSync } from "node:zlib";
import { expect } from "chai";
import { toPulumiConfig } from "../../automation/stackFile";
import { buildPlan, type Plan, type PlanResource, type RecordedResource, runProgram } from "../../engine";
import type { Wire } from "../../engine/wire";
import groundplan from "../../index";
import { parseSettings } from "../../stacks/settings";
import { MANAGED } from "./awsManaged";
import { type AwsPlan, named, ofType, planAws } from "./awsPlan";

/** Settings of a stack file that other models than its own cannot use. */
const CLEARED = { "groundplan:overrides": {}, "groundplan:images": {}, "groundplan:policyExemptions": [] };
const PLACEMENTS = [{ name: "main", cloud: "aws", region: "us-east-1", cidrIndex: 0 }];

const SYSTEMS = ["vibebox", "doc-scraper", "webharvest"] as const;
const MODELS = ["standalone", "single-server"] as const;

function planHost(
  system: (typeof SYSTEMS)[number],
  model: (typeof MODELS)[number],
  mode: "preview" | "simulate" = "simulate",
  changes: Readonly<Record<string, unknown>> = {},
): Promise<AwsPlan> {
  return planAws(mode, {
    ...CLEARED,
    "groundplan:system": system,
    "groundplan:model": model,
    "groundplan:placements": PLACEMENTS,
    "groundplan:domain": "example.com",
    ...changes,
  });
}

/** WebHarvest's single server with values for its secrets, as an engine that could decrypt them would hand them over. */
async function planWithSecrets(secrets: Readonly<Record<string, string>>): Promise<AwsPlan> {
  const config = toPulumiConfig({
    "groundplan:system": "webharvest",
    "groundplan:environment": "staging",
    "groundplan:model": "single-server",
    "groundplan:placements": PLACEMENTS,
    "groundplan:domain": "example.com",
    "groundplan:secrets": secrets,
  });
  const secretKeys = ["groundplan:secrets"];
  const settings = await parseSettings(config, { stack: "secrets", secretKeys });
  const run = { project: "groundplan", stack: "secrets", config, secretKeys, mode: "simulate" } as const;
  const result = await runProgram({ program: groundplan, ...run });
  const { environment, model, placements } = settings;
  return {
    plan: buildPlan(result, { system: settings.system.name, environment, model, placements }),
    raw: result.resources,
  };
}

/** Files of the host, as its component registered them. */
function filesOf({ raw }: AwsPlan): Readonly<Record<string, string>> {
  const resources = raw as readonly RecordedResource[];
  const files = resources.find(({ type }) => type === "groundplan:host:Host")?.outputs.files;
  return files as Readonly<Record<string, string>>;
}

function userDataOf(plan: AwsPlan): string {
  const instance = plan.raw.find(({ type }) => type === "aws:ec2/instance:Instance");
  return gunzipSync(Buffer.from(String(instance?.inputs.userDataBase64), "base64")).toString();
}

interface PolicyStatement {
  readonly Sid: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

/** What the host's role allows: actions by the kind of resource. */
function allowed(plan: Plan): Readonly<Record<string, readonly string[]>> {
  const policy = JSON.parse(String(named(plan, "main-host-policy").inputs.policy)) as {
    readonly Statement: readonly PolicyStatement[];
  };
  return Object.fromEntries(policy.Statement.map(({ Sid, Action }) => [Sid, [Action].flat()]));
}

function optionsOf(resource: PlanResource) {
  return resource.options as { readonly protect?: boolean; readonly deleteBeforeReplace?: boolean };
}

describe("hosts on aws", function () {
  this.timeout(60_000);

  for (const system of SYSTEMS) {
    for (const model of MODELS) {
      for (const mode of ["preview", "simulate"] as const) {
        it(`plans ${system}, ${model}, whole in ${mode}`, async () => {
          const { plan } = await planHost(system, model, mode);
          expect(plan.diagnostics.filter(({ severity }) => severity === "error")).to.deep.equal([]);
          const count = (type: string) => ofType(plan, type).length;
          expect({
            instances: count("aws:ec2/instance:Instance"),
            volumes: count("aws:ebs/volume:Volume"),
            attachments: count("aws:ec2/volumeAttachment:VolumeAttachment"),
            addresses: count("aws:ec2/eip:Eip"),
            networks: count("aws:ec2/vpc:Vpc"),
            subnets: count("aws:ec2/subnet:Subnet"),
            gateways: count("aws:ec2/natGateway:NatGateway"),
            snapshots: count("aws:dlm/lifecyclePolicy:LifecyclePolicy"),
            clusters: count("aws:eks/cluster:Cluster"),
            databases: count("aws:rds/instance:Instance"),
          }).to.deep.equal({
            instances: 1,
            volumes: 1,
            attachments: 1,
            addresses: 1,
            networks: 1,
            subnets: 1,
            gateways: 0,
            snapshots: 1,
            clusters: 0,
            databases: 0,
          });
        });
      }
    }
  }

  it("keeps the data volume and the address through a replacement of the machine", async () => {
    const { plan } = await planHost("doc-scraper", "single-server");
    const volume = named(plan, "main-host-data");
    expect(volume.inputs).to.deep.include({ encrypted: true, type: "gp3", size: 100, finalSnapshot: true });
    expect(optionsOf(volume).protect).to.equal(true);
    expect(volume.dependencies.filter((urn) => urn.includes("main-host-instance"))).to.deep.equal([]);
    const instance = named(plan, "main-host-instance");
    expect(instance.inputs.userDataReplaceOnChange).to.equal(true);
    expect(optionsOf(instance).deleteBeforeReplace).to.equal(true);
    expect(named(plan, "main-host-data-attachment").inputs.stopInstanceBeforeDetaching).to.equal(true);
    expect(optionsOf(named(plan, "main-host-address")).protect).to.equal(true);
  });

  it("keeps its image while it runs, and becomes another machine by a word of the settings", async () => {
    const HOST = ["doc-scraper", "standalone"] as const;
    const planned = await planHost(...HOST);
    const { options, inputs } = named(planned.plan, "main-host-instance");
    expect(inputs.ami).to.match(/^ami-[0-9a-f]{17}$/);
    expect(options.ignoreChanges).to.deep.equal(["ami"]);
    const anew = await planHost(...HOST, "simulate", { "groundplan:compute": { hostGeneration: "2027-01" } });
    expect(userDataOf(anew)).to.equal(
      userDataOf(planned).replace("#cloud-config\n", "#cloud-config\n# generation 2027-01\n"),
    );
    expect(named(anew.plan, "main-host-instance").inputs).to.deep.equal({
      ...inputs,
      userDataBase64: named(anew.plan, "main-host-instance").inputs.userDataBase64,
    });
  });

  it("opens HTTP and HTTPS to the world and nothing else", async () => {
    const { plan } = await planHost("doc-scraper", "single-server");
    const rules = ofType(plan, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
    expect(rules.map(({ inputs }) => inputs.fromPort)).to.have.members([80, 443]);
    expect(ofType(plan, "aws:ec2/keyPair:KeyPair")).to.deep.equal([]);
    expect(named(plan, "main-host-instance").inputs).to.not.have.any.keys("keyName", "associatePublicIpAddress");
  });

  it("lets the metadata service answer one hop further only where a container calls the cloud", async () => {
    const hops = async (system: (typeof SYSTEMS)[number], model: (typeof MODELS)[number]) =>
      (
        named((await planHost(system, model)).plan, "main-host-instance").inputs.metadataOptions as {
          [key: string]: unknown;
        }
      ).httpPutResponseHopLimit;
    expect([
      await hops("doc-scraper", "standalone"),
      await hops("vibebox", "single-server"),
      await hops("doc-scraper", "single-server"),
    ]).to.deep.equal([1, 1, 2]);
  });

  it("gives the role its secrets, logs, metrics, edges and backups, and nothing else", async () => {
    const objects = [
      ...["s3:GetObject", "s3:GetObjectVersion"],
      ...["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
    ];
    const basics = {
      SecretsRead: ["secretsmanager:GetSecretValue"],
      SecretsKey: ["kms:Decrypt"],
      LogsWrite: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
      MetricsWrite: ["cloudwatch:PutMetricData"],
    };
    const backup = {
      BackupDailyObjects: ["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload"],
      BackupDailyKey: ["kms:Decrypt", "kms:GenerateDataKey"],
    };
    expect(allowed((await planHost("doc-scraper", "single-server")).plan)).to.deep.equal({
      ...basics,
      ExportsList: ["s3:ListBucket", "s3:GetBucketLocation"],
      ExportsWrite: objects,
      ExportsKey: ["kms:Decrypt", "kms:GenerateDataKey"],
      ...backup,
    });
    expect(allowed((await planHost("vibebox", "standalone")).plan)).to.deep.equal({ ...basics, ...backup });
    const { SecretsRead: _read, SecretsKey: _key, ...withoutSecrets } = basics;
    expect(allowed((await planHost("doc-scraper", "standalone")).plan)).to.deep.equal(withoutSecrets);
  });

  it("tells the machine what it shows: compose, nginx and cloud-init", async () => {
    const planned = await planHost("doc-scraper", "single-server");
    const files = filesOf(planned);
    expect(Object.keys(files)).to.have.members(["host/compose.yaml", "host/nginx.conf", "host/cloud-init.yaml"]);
    expect(userDataOf(planned)).to.equal(files["host/cloud-init.yaml"]);
    const bucket = planned.raw.find(({ name }) => name === "main-exports-bucket")?.inputs.bucket;
    expect(files["host/compose.yaml"]).to.include(`S3_BUCKET: ${String(bucket)}`);
  });

  it("never shows a secret: not in user data, not in a file, not in the plan", async () => {
    const canary = "canary-8d1f0c";
    const planned = await planWithSecrets({ "api-keys": canary });
    const secrets = planned.raw.flatMap(({ type, inputs }) =>
      type === "aws:secretsmanager/secretVersion:SecretVersion" ? [secretText(inputs.secretString ?? "")] : [],
    );
    expect(secrets).to.include(canary);
    expect(secrets.filter((secret) => secret.length < 12)).to.deep.equal([]);
    const shown = [userDataOf(planned), ...Object.values(filesOf(planned)), JSON.stringify(planned.plan)];
    for (const text of shown) {
      expect(secrets.filter((secret) => text.includes(secret))).to.deep.equal([]);
    }
    // One each for what connects, what is backed up, and the system's own.
    expect(ofType(planned.plan, "aws:secretsmanager/secret:Secret").map(({ name }) => name)).to.have.members(
      [
        ...["database-admin", "database-for-api", "database-for-worker", "redis-password", "qdrant-password"],
        ...["backup-daily-passphrase", "webui-secret", "api-keys"],
      ].map((name) => `main-secrets-${name}`),
    );
  });

  it("alarms on what a machine cannot mend, and recovers what it can", async () => {
    const { plan } = await planHost("doc-scraper", "single-server");
    const alarms = ofType(plan, "aws:cloudwatch/metricAlarm:MetricAlarm");
    expect(alarms.map(({ name }) => name.replace("main-host-alarm-", ""))).to.have.members([
      ...["recover", "reboot", "disk", "containers", "certificates", "backup-daily", "restore-test-daily"],
    ]);
    expect(named(plan, "main-host-alarm-recover").inputs.alarmActions).to.deep.equal([
      "arn:aws:automate:us-east-1:ec2:recover",
    ]);
    // A day, and the two hours a copy may be late.
    expect(named(plan, "main-host-alarm-backup-daily").inputs.threshold).to.equal(26 * 3600);
  });

  it("tells whoever the settings name, under a key alarms may use", async () => {
    const { plan } = await planHost("doc-scraper", "single-server", "simulate", {
      "groundplan:alerts": { email: { to: ["oncall@example.com"] } },
    });
    const [topic] = ofType(plan, "aws:sns/topic:Topic");
    expect(topic?.inputs.kmsMasterKeyId).to.be.a("string");
    expect(
      ofType(plan, "aws:sns/topicSubscription:TopicSubscription").map(({ inputs }) => inputs.endpoint),
    ).to.deep.equal(["oncall@example.com"]);
    const silent = ofType(plan, "aws:cloudwatch/metricAlarm:MetricAlarm").filter(
      ({ inputs }) => !JSON.stringify(inputs.alarmActions ?? []).includes(":sns:"),
    );
    expect(silent.map(({ name }) => name)).to.deep.equal([]);
    expect(plan.degraded.map(({ feature }) => feature)).to.include("notifications by slack");
  });

  it("sleeps at night where the settings say so, and not in production", async () => {
    // The stack file has it stop at 19:00 and start at 06:00, Monday to Friday.
    const { plan } = await planHost("doc-scraper", "single-server");
    expect(named(plan, "main-host-stop").inputs.scheduleExpression).to.equal("cron(0 19 ? * MON,TUE,WED,THU,FRI *)");
    expect(named(plan, "main-host-start").inputs.scheduleExpression).to.equal("cron(0 6 ? * MON,TUE,WED,THU,FRI *)");
    const policy = JSON.parse(String(named(plan, "main-host-sleep-policy").inputs.policy)) as {
      readonly Statement: readonly PolicyStatement[];
    };
    expect(policy.Statement.map(({ Resource }) => Resource)).to.have.length(1);
    expect(String(policy.Statement[0]?.Resource)).to.match(/:instance\/i-[0-9a-f]+$/);
    expect(named(plan, "main-host-alarm-backup-daily").inputs.treatMissingData).to.equal("missing");
  });

  it("writes names to a zone it is given, and says what is missing without one", async () => {
    const without = await planHost("doc-scraper", "single-server");
    expect(ofType(without.plan, "aws:route53/record:Record")).to.deep.equal([]);
    expect(without.plan.degraded.map(({ feature }) => feature)).to.include("DNS and certificates without a hand");
    const { plan } = await planHost("doc-scraper", "single-server", "simulate", {
      "groundplan:existing": { main: { zone: "Z0123456789ABCDEFGHIJ" } },
    });
    expect(ofType(plan, "aws:route53/record:Record").map(({ inputs }) => inputs.name)).to.deep.equal([
      "api.example.com",
    ]);
    expect(plan.degraded.map(({ feature }) => feature)).to.not.include("DNS and certificates without a hand");
  });

  it("says that a daily dump does not meet a recovery point of one hour", async () => {
    const { plan } = await planHost("doc-scraper", "single-server");
    expect(plan.degraded.find(({ feature }) => feature === "recovery point of 1h")?.reason).to.equal(
      "dumps and snapshots of a host are 24 hours apart",
    );
  });

  it("refuses what a host on aws cannot use, by its field", async () => {
    const existing = { main: { cluster: "shared", buckets: { exports: "mine" } } };
    await expectRejection(
      planHost("doc-scraper", "single-server", "preview", { "groundplan:existing": existing }),
      /groundplan:existing\.main\.cluster[\s\S]*groundplan:existing\.main\.buckets/,
    );
  });

  it("refuses what services would refuse of its settings, and what a host could only ignore, all at once", async () => {
    await expectRejection(
      planHost("doc-scraper", "single-server", "preview", {
        "groundplan:retention": { logsDays: 45 },
        "groundplan:compute": { architecture: "arm64", fargateNamespaces: ["doc-scraper"] },
      }),
      /3 problems[\s\S]*retention\.logsDays[\s\S]*compute\.architecture[\s\S]*compute\.fargateNamespaces/,
    );
  });

  it("refuses to leave to a service what runs on the host", async () => {
    await expectRejection(
      planHost("doc-scraper", "single-server", "preview", {
        "groundplan:compute": { managedStores: ["sessions"] },
        "groundplan:overrides": { stores: { sessions: MANAGED["groundplan:overrides"].stores.sessions } },
      }),
      /1 problem[\s\S]*groundplan:compute\.managedStores\n[\s\S]*no store that a service runs/,
    );
  });
});

function secretText(value: Wire): string {
  return typeof value === "object" && value !== null && "value" in value
    ? secretText(value.value as Wire)
    : String(value);
}

async function expectRejection(promise: Promise<unknown>, pattern: RegExp): Promise<void> {
  const failure = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(String(failure instanceof Error ? failure.message : failure)).to.match(pattern);
}
