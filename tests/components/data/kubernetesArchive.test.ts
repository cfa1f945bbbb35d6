import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { SETTINGS_SCRIPT, settingsFiles, snapshotRequests } from "../../../components/data/search/snapshots";
import { SNAPSHOT_SCRIPT } from "../../../components/data/vectorStore/snapshots";
import { at, connections, Manifests, RESOLVERS } from "../../stacks/kubernetesManifests";

const ARCHIVE = { bucket: "copies", region: "eu-west-1", secretName: "copies" };
const settings = (change: object = {}) => ({
  kubernetes: { storageClass: "fast-ssd", sharedStorageClass: "nfs" },
  existing: { main: { archive: ARCHIVE } },
  ...change,
});

describe("the archive of PostgreSQL in a cluster", () => {
  let plan: Manifests;
  before(async () => {
    plan = await Manifests.plan({
      system: "webharvest",
      environment: "staging",
      model: "distributed",
      settings: settings(),
    });
  });

  it("takes its log by CloudNativePG's plugin, which stands before the database", () => {
    const cluster = plan.get("Cluster", "webharvest/database");
    expect(at(cluster, "spec.plugins")).to.deep.equal([
      {
        name: "barman-cloud.cloudnative-pg.io",
        isWALArchiver: true,
        parameters: { barmanObjectName: "database" },
      },
    ]);
    const store = plan.all.find(({ kind }) => kind === "ObjectStore");
    expect(store?.dependencies.map((urn) => urn.split("::").at(-1))).to.include("main-cluster-add-ons-barman-cloud");
    expect(at(store?.inputs, "spec.configuration.destinationPath")).to.equal("s3://copies/webharvest/main/");
    expect(at(store?.inputs, "spec.configuration.s3Credentials.accessKeyId")).to.deep.equal({
      name: "copies",
      key: "AWS_ACCESS_KEY_ID",
    });
    expect(at(store?.inputs, "spec.configuration.wal.encryption")).to.equal("AES256");
    expect(at(store?.inputs, "spec.retentionPolicy")).to.equal("14d");
    expect(at(store?.inputs, "spec.instanceSidecarConfiguration.resources.limits")).to.include.keys("cpu", "memory");
  });

  it("has a base backup at once and every day in its window, and alerts on what stops", () => {
    const backup = plan.get("ScheduledBackup", "webharvest/database-base");
    expect(at(backup, "spec")).to.deep.include({ schedule: "0 0 3 * * *", immediate: true, method: "plugin" });
    const rules = at(
      plan.get("PrometheusRule", "webharvest/database-archive"),
      "spec.groups.0.rules",
    ) as readonly unknown[];
    expect(rules.map((rule) => at(rule, "alert"))).to.deep.equal([
      "PostgresArchivingFails",
      "PostgresBaseBackupOverdue",
    ]);
    expect(plan.degraded.map(({ feature }) => feature).join()).to.not.contain("point-in-time recovery");
  });

  it("begins from the past of another where the settings say so, and writes to a folder of its own", async () => {
    const restored = await Manifests.plan({
      system: "webharvest",
      environment: "staging",
      model: "distributed",
      settings: settings({
        backups: { restore: { database: { from: "database", to: "database-2", at: "2026-11-20T10:00:00Z" } } },
      }),
    });
    const spec = at(restored.get("Cluster", "webharvest/database"), "spec");
    expect(at(spec, "bootstrap.recovery")).to.deep.include({
      source: "origin",
      recoveryTarget: { targetTime: "2026-11-20T10:00:00Z" },
    });
    expect(at(spec, "bootstrap.initdb")).to.equal(undefined);
    expect(at(spec, "externalClusters.0.plugin.parameters.serverName")).to.equal("database");
    expect(at(spec, "plugins.0.parameters.serverName")).to.equal("database-2");
  });

  it("says what is missing: a bucket with credentials, or the plugin", async () => {
    const reasons = async (change: object) =>
      (
        await Manifests.plan({
          system: "webharvest",
          environment: "staging",
          model: "distributed",
          settings: settings(change),
        })
      ).degraded
        .filter(({ feature }) => feature === "continuous backup and point-in-time recovery of database")
        .map(({ remedy }) => remedy);
    expect(await reasons({ existing: {} })).to.deep.equal([
      "name a bucket and the Secret of its credentials in groundplan:existing.main.archive",
    ]);
    const kubernetes = { storageClass: "fast-ssd", sharedStorageClass: "nfs", addOns: { "barman-cloud": "none" } };
    expect(await reasons({ kubernetes })).to.deep.equal([
      "set groundplan:kubernetes.addOns.barman-cloud to install or existing",
    ]);
  });

  it("has Qdrant's collections copied by a job that reaches its peers and the bucket alone", () => {
    const job = plan.get("CronJob", "webharvest/qdrant-snapshots");
    expect(at(job, "spec.concurrencyPolicy")).to.equal("Forbid");
    const env = at(job, "spec.jobTemplate.spec.template.spec.containers.0.env") as readonly {
      name: string;
      value?: string;
    }[];
    expect(env.find(({ name }) => name === "PEERS")?.value?.split(" ")).to.deep.equal(
      [0, 1, 2].map((index) => `http://qdrant-${index}.qdrant-headless.webharvest.svc:6333`),
    );
    expect(connections(plan.get("NetworkPolicy", "webharvest/qdrant-snapshots"), "egress")).to.have.members([
      ...RESOLVERS,
      "webharvest/qdrant:6333",
      "0.0.0.0/0:443",
    ]);
    expect(connections(plan.get("NetworkPolicy", "webharvest/qdrant"), "ingress")).to.include(
      "webharvest/qdrant-snapshots:6333",
    );
  });
});

describe("snapshots of Elasticsearch in a cluster", () => {
  it("go to the archive by its own schedule, which a user without a view of documents keeps", async () => {
    const plan = await Manifests.plan({
      system: "scraping-platform",
      environment: "staging",
      model: "distributed",
      settings: settings(),
    });
    const spec = at(plan.get("Elasticsearch", "data/elasticsearch"), "spec");
    expect(at(spec, "secureSettings.0")).to.deep.equal({
      secretName: "copies",
      entries: [
        { key: "AWS_ACCESS_KEY_ID", path: "s3.client.default.access_key" },
        { key: "AWS_SECRET_ACCESS_KEY", path: "s3.client.default.secret_key" },
      ],
    });
    expect(at(spec, "auth.fileRealm")).to.deep.equal([
      { secretName: "elasticsearch-credentials" },
      { secretName: "elasticsearch-snapshots" },
    ]);
    expect(
      Object.keys(at(plan.get("ConfigMap", "data/elasticsearch-snapshots-settings"), "data") as object),
    ).to.have.members([
      "_snapshot--archive.json",
      "_slm--policy--daily.json",
      "_ilm--policy--logs.json",
      "settings.sh",
    ]);
    expect(connections(plan.get("NetworkPolicy", "data/elasticsearch"), "ingress")).to.include(
      "data/elasticsearch-snapshots:9200",
    );
    expect(plan.degraded.map(({ feature }) => feature)).to.not.include("snapshots of elasticsearch");
  });

  it("are written in Elasticsearch's own cron", () => {
    const schedule = (cron: string) =>
      at(snapshotRequests({ bucket: "b", folder: "f", schedule: cron, keep: 7 })["_slm/policy/daily"], "schedule");
    expect(schedule("0 4 * * *")).to.equal("0 0 4 * * ?");
    expect(schedule("30 1 * * 0")).to.equal("0 30 1 ? * SUN");
    expect(schedule("30 1 * * 1-5")).to.equal("0 30 1 ? * MON-FRI");
  });
});

/** Runs a script with programs of our own in the place of curl and aws; they write what they are asked to a log. */
function run(script: string, programs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), "groundplan-archive-"));
  try {
    mkdirSync(join(root, "bin"));
    mkdirSync(join(root, "scratch"));
    for (const [name, text] of Object.entries(programs)) {
      writeFileSync(join(root, "bin", name), `#!/bin/bash\necho "${name} $*" >> "$LOG"\n${text}`);
      chmodSync(join(root, "bin", name), 0o755);
    }
    const files = settingsFiles({ bucket: "b", folder: "f", schedule: "0 4 * * *", keep: 7 });
    mkdirSync(join(root, "settings"));
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(root, "settings", name), text);
    }
    const text = script.replaceAll("/scratch/", `${root}/scratch/`).replaceAll("/settings/", `${root}/settings/`);
    const log = join(root, "log");
    const result = spawnSync("bash", ["--norc", "-c", text], {
      encoding: "utf8",
      env: { PATH: `${root}/bin:${process.env.PATH}`, LOG: log, ...env },
    });
    return {
      status: result.status,
      output: `${result.stdout}${result.stderr}`,
      asked: (existsSync(log) ? readFileSync(log, "utf8") : "").split("\n").map((line) => line.replaceAll(root, "")),
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

describe("the script that copies Qdrant's collections", () => {
  const env = {
    QDRANT_API_KEY: "key",
    PEERS: "http://q-0.h:6333 http://q-1.h:6333",
    BUCKET: "copies",
    FOLDER: "shop/main/q",
    KEEP: "7",
  };
  const CURL = `case "$*" in
  *"--request POST"*) echo '{"result":{"name":"'"$SNAPSHOT"'","size":3},"status":"ok"}';;
  *"--request DELETE"*) echo '{"result":true}';;
  *--output*) while [ "$1" != "--output" ]; do shift; done; printf "$CONTENT" > "$2";;
  */collections) echo '{"result":{"collections":[{"name":"pages"},{"name":"images"}]},"status":"ok"}';;
esac
`;
  const AWS = `case "$*" in "s3 ls"*) echo "  PRE 2000-01-01/"; echo "  PRE 2999-01-01/";; esac\n`;
  const good = { ...env, SNAPSHOT: "pages-1.snapshot", CONTENT: "abc" };

  it("uploads every collection of every peer, cleans up behind itself, and removes what is old", () => {
    const { status, asked, output } = run(SNAPSHOT_SCRIPT, { curl: CURL, aws: AWS }, good);
    expect(status, output).to.equal(0);
    const uploads = asked.filter((line) => line.startsWith("aws s3 cp"));
    const today = new Date().toISOString().slice(0, 10);
    expect(uploads.map((line) => line.split(" ").at(-1))).to.deep.equal(
      ["q-0/pages", "q-0/images", "q-1/pages", "q-1/images"].map(
        (name) => `s3://copies/shop/main/q/${today}/${name}.snapshot`,
      ),
    );
    expect(asked.filter((line) => line.includes("DELETE"))).to.have.length(4);
    expect(asked.filter((line) => line.startsWith("aws s3 rm"))).to.deep.equal([
      "aws s3 rm --only-show-errors --recursive s3://copies/shop/main/q/2000-01-01/",
    ]);
  });

  for (const [what, programs, change] of [
    ["a peer makes no snapshot", { curl: CURL.replace('"name":"\'"$SNAPSHOT"\'",', ""), aws: AWS }, {}],
    ["a snapshot is empty", { curl: CURL, aws: AWS }, { CONTENT: "" }],
    ["an upload fails", { curl: CURL, aws: 'case "$*" in "s3 cp"*) exit 1;; esac\n' }, {}],
    ["a peer does not answer", { curl: "exit 22\n", aws: AWS }, {}],
  ] as const) {
    it(`fails when ${what}, and removes nothing`, () => {
      const { status, asked } = run(SNAPSHOT_SCRIPT, programs, { ...good, ...change });
      expect(status).to.not.equal(0);
      expect(asked.filter((line) => line.startsWith("aws s3 rm"))).to.deep.equal([]);
    });
  }
});

describe("the script that keeps Elasticsearch's snapshots", () => {
  const env = { SEARCH_URL: "https://es:9200", SEARCH_USER: "snapshots", SEARCH_PASSWORD: "p" };

  it("puts repository and schedule where they belong, and has the repository tried", () => {
    const { status, asked, output } = run(SETTINGS_SCRIPT, { curl: `echo '{"daily":{}}'\n` }, env);
    expect(status, output).to.equal(0);
    expect(asked.filter((line) => line !== "").map((line) => line.split(" ").at(-1))).to.deep.equal([
      "https://es:9200/_slm/policy/daily",
      "https://es:9200/_snapshot/archive",
      "https://es:9200/_snapshot/archive/_verify",
      "https://es:9200/_slm/policy/daily",
    ]);
  });

  it("fails when the repository cannot be written to, or the schedule is not there", () => {
    const refused = run(
      SETTINGS_SCRIPT,
      { curl: `case "$*" in *_verify*) exit 22;; esac; echo '{"daily":{}}'\n` },
      env,
    );
    expect(refused.status).to.not.equal(0);
    expect(run(SETTINGS_SCRIPT, { curl: "echo '{}'\n" }, env).status).to.not.equal(0);
  });
});
