import { expect } from "chai";
import fc from "fast-check";
import { objectPrefix, scratchSizeOf } from "../../../components/operations/backup/pods";
import { longestGapSeconds } from "../../../components/operations/backup/schedule";
import { at, connections, Manifests, pinned, RESOLVERS } from "../../stacks/kubernetesManifests";

const HOUR = 3_600;
const DAY = 24 * HOUR;

const BUCKET = { bucket: "copies", endpoint: "https://minio.storage.svc:9000", secretName: "copies" };
const CELL = {
  system: "vibebox",
  environment: "staging",
  model: "distributed",
  settings: {
    kubernetes: { sharedStorageClass: "nfs", storageClass: "fast-ssd" },
    existing: { main: { buckets: { backups: BUCKET } } },
  },
} as const;

describe("the schedule of a backup", () => {
  for (const [cron, seconds] of [
    ["0 3 * * *", DAY],
    ["0 */6 * * *", 6 * HOUR],
    ["0 6 * * 0", 7 * DAY],
    ["0 6 * * 1-5", 3 * DAY],
    ["30 2 1 * *", 31 * DAY],
    ["0 0 1,15 * *", 17 * DAY],
    ["0 0 13 * fri", 7 * DAY],
    ["5/20 * * * *", 20 * 60],
    ["0 0 29 feb *", (4 * 365 + 1) * DAY],
  ] as const) {
    it(`of ${cron} leaves at most ${seconds / HOUR} hours between two runs`, () => {
      expect(longestGapSeconds(cron)).to.equal(seconds);
    });
  }

  it("of every hour leaves the gap that the hours leave", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 23 }), { minLength: 1 }), (hours) => {
        const sorted = [...hours].sort((a, b) => a - b);
        const gaps = sorted.map((hour, index) => ((sorted[index + 1] ?? (sorted[0] ?? 0) + 24) - hour) * HOUR);
        expect(longestGapSeconds(`0 ${hours.join(",")} * * *`)).to.equal(Math.max(...gaps));
      }),
    );
  });

  it("gives a dump a quarter of the database's disk, within what a node has to spare", () => {
    expect(["1Gi", "40Gi", "100Gi"].map(scratchSizeOf)).to.deep.equal(["1Gi", "10Gi", "20Gi"]);
  });

  it("ends every prefix in one slash", () => {
    expect(["", "a", "a/b//"].map((prefix) => objectPrefix({ prefix }))).to.deep.equal(["", "a/", "a/b/"]);
  });
});

describe("backups in a cluster whose bucket has credentials", () => {
  let plan: Manifests;
  before(async () => {
    plan = await Manifests.plan(CELL);
  });
  const pod = (name: string) => at(plan.get("CronJob", `database/${name}`), "spec.jobTemplate.spec.template.spec");
  const container = (name: string, path: string) => at(pod(name), path);
  const names = (name: string, path: string) =>
    ((at(pod(name), `${path}.env`) ?? []) as readonly { readonly name: string }[]).map((entry) => entry.name);

  it("runs the dump on the spec's schedule and its restore test on its own", () => {
    expect(at(plan.get("CronJob", "database/backup-daily"), "spec.schedule")).to.equal("0 3 * * *");
    expect(at(plan.get("CronJob", "database/restore-daily"), "spec.schedule")).to.equal("0 6 * * 0");
  });

  it("keeps the database and the passphrase from the container that uploads, and the bucket from the one that dumps", () => {
    expect(names("backup-daily", "initContainers.0")).to.include.members(["PGPASSWORD", "PASSPHRASE_FILE"]);
    expect(names("backup-daily", "initContainers.0")).to.not.include("AWS_SECRET_ACCESS_KEY");
    expect(names("backup-daily", "containers.0")).to.include.members(["BUCKET", "AWS_SECRET_ACCESS_KEY"]);
    expect(JSON.stringify(container("backup-daily", "containers.0"))).to.not.match(/PGPASSWORD|passphrase/);
    expect(JSON.stringify(container("restore-daily", "containers.0"))).to.not.match(/AWS_|passphrase/);
  });

  it("runs every step without root on a read-only root, with a read-only copy of its scripts", () => {
    for (const job of ["backup-daily", "restore-daily"]) {
      const { initContainers, containers } = pod(job) as Record<string, readonly unknown[]>;
      for (const each of [...(initContainers ?? []), ...(containers ?? [])]) {
        expect(at(each, "securityContext")).to.include({ readOnlyRootFilesystem: true, runAsUser: 10_001 });
        expect(at(each, "volumeMounts")).to.deep.include({ name: "scripts", mountPath: "/scripts", readOnly: true });
      }
    }
  });

  it("lets the dump reach its database and bucket, the restore test the bucket, and nobody either of them", () => {
    const dump = plan.get("NetworkPolicy", "database/backup-daily");
    const restore = plan.get("NetworkPolicy", "database/restore-daily");
    expect(connections(dump, "egress")).to.have.members([...RESOLVERS, "database/postgres:5432", "storage/*:9000"]);
    expect(connections(restore, "egress")).to.have.members([...RESOLVERS, "storage/*:9000"]);
    expect([...connections(dump, "ingress"), ...connections(restore, "ingress")]).to.deep.equal([]);
    expect(connections(plan.get("NetworkPolicy", "database/postgres"), "ingress")).to.include(
      "database/backup-daily:5432",
    );
  });

  it("alerts when a copy is later than its schedule and two hours", () => {
    const rules = at(plan.get("PrometheusRule", "database/backup-daily"), "spec.groups.0.rules") as readonly unknown[];
    expect(rules.map((rule) => at(rule, "alert"))).to.deep.equal(["BackupOverdue", "RestoreTestOverdue"]);
    expect(at(rules[0], "expr")).to.contain(`> ${26 * HOUR}`);
    expect(at(rules[0], "expr")).to.contain('cronjob="backup-daily"');
  });

  it("writes copies under the name the document gives them", () => {
    const env = at(pod("backup-daily"), "containers.0.env");
    expect(env).to.deep.include({ name: "FILE_NAME", value: "DATE.sql.gz.enc" });
    expect(env).to.deep.include({ name: "AWS_ENDPOINT_URL_S3", value: BUCKET.endpoint });
  });

  it("restores a database with pgvector on a server that has it", async () => {
    const vector = await Manifests.plan({
      ...CELL,
      system: "charterflow",
      settings: {
        ...CELL.settings,
        existing: { main: { buckets: { backups: BUCKET } } },
        overrides: {
          stores: { backups: { kind: "bucket" } },
          backups: { daily: { store: "database", schedule: "0 3 * * *", retentionDays: 7, bucket: "backups" } },
        },
      },
    });
    const [job] = Object.values(vector.ofKind("CronJob")).filter(
      (found) => at(found, "metadata.name") === "restore-daily",
    );
    expect(at(job, "spec.jobTemplate.spec.template.spec.containers.0.image")).to.match(/cloudnative-pg.*standard/);
  });

  it("says what is missing where the bucket's credentials are not named", async () => {
    const without = await Manifests.plan({ ...CELL, settings: { kubernetes: CELL.settings.kubernetes } });
    expect(without.ofKind("CronJob")).to.deep.equal({});
    const verdict = without.degraded.find(({ feature }) => feature.startsWith("backup daily of postgres"));
    expect(verdict?.remedy).to.equal(
      "name a bucket and the Secret of its credentials in groundplan:existing.main.buckets.backups",
    );
  });

  it("takes the settings' images, digests in production", async () => {
    const digest = `@sha256:${"1".repeat(64)}`;
    const images = {
      dump: `postgres${digest}`,
      upload: `public.ecr.aws/aws-cli/aws-cli${digest}`,
      restore: `postgres${digest}`,
    };
    const production = await Manifests.plan({
      ...CELL,
      environment: "production",
      settings: {
        ...CELL.settings,
        backups: { images },
        images: { services: pinned("frontend", "backend", "docker") },
      },
    });
    const job = production.get("CronJob", "database/backup-daily");
    expect(at(job, "spec.jobTemplate.spec.template.spec.initContainers.0.image")).to.equal(images.dump);
  });
});
