import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { toPulumiConfig } from "../../automation/stackFile";
import { buildPlan, type Plan, type RecordedResource, runProgram } from "../../engine";
import type { Wire } from "../../engine/wire";
import groundplan from "../../index";
import { parseSettings } from "../../stacks/settings";
import { skipBecause } from "../skipBecause";
import type { AwsPlan } from "./awsPlan";
import { at, named, ofType, PRODUCTION, PROJECT, planGcp } from "./gcpPlan";

/** Settings of a stack file that other models than its own cannot use. */
const CLEARED = { "groundplan:overrides": {}, "groundplan:images": {}, "groundplan:policyExemptions": [] };
const SYSTEMS = ["vibebox", "doc-scraper", "webharvest"] as const;
const MODELS = ["standalone", "single-server"] as const;

function planHost(
  system: (typeof SYSTEMS)[number],
  model: (typeof MODELS)[number],
  mode: "preview" | "simulate" = "simulate",
  changes: Readonly<Record<string, unknown>> = {},
): Promise<AwsPlan> {
  return planGcp(mode, {
    ...CLEARED,
    "groundplan:system": system,
    "groundplan:model": model,
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
    "groundplan:placements": [{ name: "main", cloud: "gcp", region: "us-central1", cidrIndex: 128 }],
    "groundplan:access": { gcp: { project: PROJECT } },
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
  const host = (raw as readonly RecordedResource[]).find(({ type }) => type === "groundplan:host:Host");
  return host?.outputs.files as Readonly<Record<string, string>>;
}

function userDataOf({ raw }: AwsPlan): string {
  const instance = raw.find(({ type }) => type === "gcp:compute/instance:Instance");
  return String(at(instance?.inputs, "metadata.user-data"));
}

function optionsOf(plan: Plan, name: string) {
  return named(plan, name).options as {
    readonly protect?: boolean;
    readonly deleteBeforeReplace?: boolean;
    readonly replaceOnChanges?: readonly string[];
  };
}

/** What the host's account may do: role and on what, with the condition. */
function grantsOf({ resources }: Plan): readonly string[] {
  const buckets = new Map(
    resources
      .filter(({ type }) => type === "gcp:storage/bucket:Bucket")
      .map(({ name, inputs }) => [String(inputs.name), name.replace(/^main-|-bucket$/g, "")]),
  );
  return resources
    .filter(({ type, inputs }) => /I[aA][mM]Member$/.test(type) && /serviceAccount:host-/.test(String(inputs.member)))
    .map(({ inputs, name }) => {
      const on = inputs.bucket
        ? buckets.get(String(inputs.bucket))
        : inputs.secretId
          ? name.replace(/^main-host-secrets-|-reader$/g, "")
          : "project";
      const below =
        /objects\/([^"]*)"\) \|\| api\.getAttribute\("storage\.googleapis\.com\/objectListPrefix", ""\)\.startsWith\("\1"\)$/.exec(
          String(at(inputs, "condition.expression") ?? ""),
        );
      return `${String(inputs.role).replace("roles/", "")} ${on}${below ? `/${below[1]}*` : ""}`;
    });
}

describe("hosts on gcp", function () {
  this.timeout(60_000);

  for (const system of SYSTEMS) {
    for (const model of MODELS) {
      for (const mode of ["preview", "simulate"] as const) {
        it(`plans ${system}, ${model}, whole in ${mode}`, async () => {
          const { plan } = await planHost(system, model, mode);
          expect(plan.diagnostics.filter(({ severity }) => severity === "error")).to.deep.equal([]);
          const count = (type: string) => ofType(plan, `gcp:${type}`).length;
          expect({
            instances: count("compute/instance:Instance"),
            disks: count("compute/disk:Disk"),
            addresses: count("compute/address:Address"),
            networks: count("compute/network:Network"),
            subnets: count("compute/subnetwork:Subnetwork"),
            gateways: count("compute/routerNat:RouterNat"),
            snapshots: count("compute/diskResourcePolicyAttachment:DiskResourcePolicyAttachment"),
            accounts: count("serviceaccount/account:Account"),
            keys: count("serviceaccount/key:Key"),
            clusters: count("container/cluster:Cluster"),
            databases: count("sql/databaseInstance:DatabaseInstance"),
          }).to.deep.equal({
            instances: 1,
            disks: 1,
            addresses: 1,
            networks: 1,
            subnets: 1,
            gateways: 0,
            snapshots: 1,
            accounts: 1,
            keys: 0,
            clusters: 0,
            databases: 0,
          });
        });
      }
    }
  }

  it("shields the machine, shuts its console, and takes no key but an account's", async () => {
    const { inputs } = named((await planHost("doc-scraper", "single-server")).plan, "main-host-instance");
    const { "user-data": _userData, ...metadata } = inputs.metadata as Readonly<Record<string, unknown>>;
    expect(metadata).to.deep.equal({
      "enable-oslogin": "TRUE",
      "block-project-ssh-keys": "TRUE",
      "serial-port-enable": "FALSE",
      "disable-legacy-endpoints": "TRUE",
    });
    expect(inputs.shieldedInstanceConfig).to.deep.equal({
      enableSecureBoot: true,
      enableVtpm: true,
      enableIntegrityMonitoring: true,
    });
    expect(at(inputs, "serviceAccount.email")).to.match(new RegExp(`^host-.*@${PROJECT}\\.iam`));
    expect(inputs.scheduling).to.deep.include({ automaticRestart: true, onHostMaintenance: "MIGRATE" });
    expect(inputs).to.deep.include({ machineType: "e2-standard-8", canIpForward: false });
    expect(at(inputs, "bootDisk.initializeParams.image")).to.match(/ubuntu-os-cloud.*ubuntu-2404-lts-amd64$/);
  });

  it("encrypts both disks with an own key, and keeps the data and the address through a replacement", async () => {
    const { plan } = await planHost("doc-scraper", "single-server");
    const disk = named(plan, "main-host-data");
    const key = at(disk.inputs, "diskEncryptionKey.kmsKeySelfLink");
    expect(key).to.match(/cryptoKeys\/main-keys-volumes/);
    expect(at(named(plan, "main-host-instance").inputs, "bootDisk.kmsKeySelfLink")).to.equal(key);
    expect(disk.inputs).to.deep.include({ size: 100, createSnapshotBeforeDestroy: true });
    expect(optionsOf(plan, "main-host-data").protect).to.equal(true);
    expect(optionsOf(plan, "main-host-address").protect).to.equal(true);
    expect(disk.dependencies.filter((urn) => urn.includes("main-host-instance"))).to.deep.equal([]);
    expect(optionsOf(plan, "main-host-instance").deleteBeforeReplace).to.equal(true);
    const policy = named(plan, "main-host-snapshots").inputs.snapshotSchedulePolicy;
    expect(at(policy, "retentionPolicy")).to.deep.equal({
      maxRetentionDays: 7,
      onSourceDiskDelete: "KEEP_AUTO_SNAPSHOTS",
    });
  });

  it("becomes another machine, of the family's newest image, by a word of the settings", async () => {
    const HOST = ["doc-scraper", "standalone"] as const;
    const planned = await planHost(...HOST);
    const anew = await planHost(...HOST, "simulate", { "groundplan:compute": { hostGeneration: "2027-01" } });
    expect(userDataOf(anew)).to.equal(
      userDataOf(planned).replace("#cloud-config\n", "#cloud-config\n# generation 2027-01\n"),
    );
    expect(optionsOf(anew.plan, "main-host-instance").replaceOnChanges).to.deep.equal(['metadata["user-data"]']);
  });

  it("opens HTTP and HTTPS to the world, SSH to Identity-Aware Proxy, and nothing else", async () => {
    const { plan } = await planHost("doc-scraper", "single-server");
    const rules = ofType(plan, "gcp:compute/firewall:Firewall").map(({ inputs }) => ({
      from: inputs.sourceRanges ?? inputs.destinationRanges,
      direction: inputs.direction,
      allows: (inputs.allows as readonly { readonly ports?: readonly string[] }[] | undefined)?.[0]?.ports ?? "nothing",
    }));
    expect(rules).to.have.deep.members([
      { from: ["0.0.0.0/0"], direction: "INGRESS", allows: "nothing" },
      { from: ["0.0.0.0/0"], direction: "EGRESS", allows: "nothing" },
      { from: ["35.235.240.0/20"], direction: "INGRESS", allows: ["22"] },
      { from: ["0.0.0.0/0"], direction: "INGRESS", allows: ["80", "443"] },
      { from: ["0.0.0.0/0"], direction: "EGRESS", allows: ["80", "443"] },
    ]);
    for (const { inputs } of ofType(plan, "gcp:compute/firewall:Firewall").filter((rule) => rule.inputs.allows)) {
      expect(inputs.targetServiceAccounts).to.have.length(1);
    }
  });

  it("has no public address, and a way out through NAT, where the public has no business", async () => {
    const { plan } = await planHost("doc-scraper", "single-server", "simulate", {
      "groundplan:overrides": { routes: [] },
    });
    expect(ofType(plan, "gcp:compute/address:Address")).to.deep.equal([]);
    expect(ofType(plan, "gcp:compute/routerNat:RouterNat")).to.have.length(1);
    expect(at(named(plan, "main-host-instance").inputs, "networkInterfaces.0")).to.not.have.property("accessConfigs");
    const open = ofType(plan, "gcp:compute/firewall:Firewall").filter(
      ({ inputs }) => inputs.direction === "INGRESS" && inputs.allows,
    );
    expect(open.map(({ inputs }) => inputs.sourceRanges)).to.deep.equal([["35.235.240.0/20"]]);
  });

  it("gives the account its secrets, logs, metrics, edges and backups, and nothing else", async () => {
    const basics = ["logging.logWriter project", "monitoring.metricWriter project"];
    const { plan } = await planHost("doc-scraper", "single-server");
    expect(grantsOf(plan)).to.have.members([
      ...basics,
      "storage.objectUser exports",
      "storage.objectUser backups/*",
      ...["database-admin", "database-for-api", "database-for-worker", "redis-password", "backup-daily-passphrase"].map(
        (secret) => `secretmanager.secretAccessor ${secret}`,
      ),
    ]);
    expect(grantsOf((await planHost("doc-scraper", "standalone")).plan)).to.have.members(basics);
  });

  it("tells the machine what it shows: compose, nginx and cloud-init, within the limit of metadata", async () => {
    const planned = await planHost("doc-scraper", "single-server");
    const files = filesOf(planned);
    expect(Object.keys(files)).to.have.members(["host/compose.yaml", "host/nginx.conf", "host/cloud-init.yaml"]);
    expect(userDataOf(planned)).to.equal(files["host/cloud-init.yaml"]);
    expect(Buffer.byteLength(userDataOf(planned))).to.be.below(256 * 1024);
    const bucket = planned.raw.find(({ name }) => name === "main-exports-bucket")?.inputs.bucket;
    expect(bucket).to.equal(undefined);
    const name = planned.raw.find((each) => each.name === "main-exports-bucket")?.inputs.name;
    expect(files["host/compose.yaml"]).to.include(`S3_BUCKET: ${String(name)}`);
    expect(files["host/compose.yaml"]).to.include("driver: gcplogs");
    expect(files["host/cloud-init.yaml"]).to.not.match(/\baws\b|s3:\/\/|awslogs/);
  });

  it("writes a cloud-config that cloud-init's schema accepts", async function () {
    if (spawnSync("sh", ["-c", "command -v cloud-init"]).status !== 0) {
      skipBecause(this, "cloud-init not found");
    }
    const directory = mkdtempSync(join(tmpdir(), "groundplan-gcp-"));
    for (const system of SYSTEMS) {
      const path = join(directory, `${system}.yaml`);
      writeFileSync(path, userDataOf(await planHost(system, "single-server")));
      const { stdout, stderr } = spawnSync("cloud-init", ["schema", "--config-file", path], { encoding: "utf8" });
      expect(`${stdout}${stderr}`).to.match(/Valid (cloud-config|schema)/);
    }
    rmSync(directory, { recursive: true });
  });

  it("never shows a secret: not in metadata, not in a file, not in the plan", async () => {
    const canary = "canary-8d1f0c";
    const planned = await planWithSecrets({ "api-keys": canary });
    const secrets = planned.raw.flatMap(({ type, inputs }) =>
      type === "gcp:secretmanager/secretVersion:SecretVersion" ? [secretText(inputs.secretData ?? "")] : [],
    );
    expect(secrets).to.include(canary);
    expect(secrets.filter((secret) => secret.length < 12)).to.deep.equal([]);
    for (const text of [userDataOf(planned), ...Object.values(filesOf(planned)), JSON.stringify(planned.plan)]) {
      expect(secrets.filter((secret) => text.includes(secret))).to.deep.equal([]);
    }
  });

  it("alerts on what a machine cannot mend, by metrics that are there before their first point", async () => {
    const { plan } = await planHost("doc-scraper", "single-server", "simulate", {
      "groundplan:alerts": { email: { to: ["oncall@example.com"] } },
    });
    const policies = ofType(plan, "gcp:monitoring/alertPolicy:AlertPolicy");
    expect(policies.map(({ name }) => name.replace("main-host-alert-", ""))).to.have.members([
      ...["disk", "containers", "certificates", "backup-daily", "restore-test-daily"],
    ]);
    const types = ofType(plan, "gcp:monitoring/metricDescriptor:MetricDescriptor").map(({ inputs }) => inputs.type);
    for (const { inputs } of policies) {
      expect(inputs.notificationChannels).to.have.length(1);
      const filter = String(at(inputs, "conditions.0.conditionThreshold.filter"));
      expect(types).to.include(/metric\.type = "([^"]+)"/.exec(filter)?.[1]);
    }
    // A day, and the two hours a copy may be late.
    const age = named(plan, "main-host-alert-backup-daily").inputs;
    expect(at(age, "conditions.0.conditionThreshold.thresholdValue")).to.equal(26 * 3600);
    expect(plan.degraded.map(({ feature }) => feature)).to.include("notifications by slack");
  });

  it("sleeps at night where the settings say so; never in production, where silence is an alert", async () => {
    const { plan } = await planHost("doc-scraper", "single-server");
    expect(named(plan, "main-host-sleep").inputs.instanceSchedulePolicy).to.deep.equal({
      timeZone: "UTC",
      vmStopSchedule: { schedule: "0 19 * * 1-5" },
      vmStartSchedule: { schedule: "0 6 * * 1-5" },
    });
    expect(named(plan, "main-host-instance").inputs.resourcePolicies).to.match(/resourcePolicies\/main-host-sleep/);
    expect(named(plan, "main-host-sleep-role").inputs.permissions).to.deep.equal([
      "compute.instances.start",
      "compute.instances.stop",
    ]);
    const digest = `registry.example.com/scraper-api@sha256:${"0".repeat(64)}`;
    const { plan: production } = await planHost("doc-scraper", "single-server", "simulate", {
      ...PRODUCTION,
      "groundplan:compute": { schedule: { stop: "0 19 * * 1-5", start: "0 6 * * 1-5" } },
      "groundplan:images": { services: { api: digest, worker: digest } },
    });
    expect(production.resources.filter(({ name }) => name.startsWith("main-host-sleep"))).to.deep.equal([]);
    expect(named(production, "main-host-alert-silent").inputs.combiner).to.equal("OR");
    expect(named(production, "main-audit-logs").inputs.retentionDays).to.equal(365);
  });

  it("writes names to a zone it is given, and says what is missing without one", async () => {
    const without = await planHost("doc-scraper", "single-server");
    expect(without.plan.degraded.map(({ feature }) => feature)).to.include("DNS and certificates without a hand");
    const { plan } = await planHost("doc-scraper", "single-server", "simulate", {
      "groundplan:existing": { main: { zone: "example-zone" } },
    });
    const records = ofType(plan, "gcp:dns/recordSet:RecordSet").map(({ inputs }) => inputs);
    expect(records.map(({ name, managedZone }) => [name, managedZone])).to.deep.equal([
      ["api.example.com.", "example-zone"],
    ]);
    expect(plan.degraded.map(({ feature }) => feature)).to.not.include("DNS and certificates without a hand");
  });

  it("refuses what a host on gcp cannot use, by its field", async () => {
    const existing = { main: { cluster: "shared", buckets: { exports: "mine" } } };
    const failure = await planHost("doc-scraper", "single-server", "preview", {
      "groundplan:existing": existing,
    }).then(
      () => "nothing",
      (error: unknown) => String(error),
    );
    expect(failure).to.match(/groundplan:existing\.main\.cluster[\s\S]*groundplan:existing\.main\.buckets/);
  });
});

function secretText(value: Wire): string {
  return typeof value === "object" && value !== null && "value" in value
    ? secretText(value.value as Wire)
    : String(value);
}
