import { expect } from "chai";
import { type Place, unread } from "../../stacks/unread";
import { unreadSettings } from "../../stacks/unread/settings";
import { resolveSystem } from "../../systems/resolve";
import type { SystemInput } from "../../systems/spec";
import { planCell } from "../systems/cellPlans";
import { shop, small } from "../systems/fixture";

const PLACES = {
  aws: { cloud: "aws", host: false, ingressClass: "traefik", repository: false, storageClasses: {} },
  gcp: { cloud: "gcp", host: false, ingressClass: "traefik", repository: false, storageClasses: {} },
  kubernetes: { cloud: "kubernetes", host: false, ingressClass: "traefik", repository: false, storageClasses: {} },
  host: { cloud: "aws", host: true, ingressClass: "traefik", repository: false, storageClasses: {} },
} as const satisfies Record<string, Place>;

const { web, ...others } = shop.services;
/** Without the use of a replica, which one machine has not, and with as many replicas and checks as a machine has. */
const plain = { ...web, uses: ["queue"], scaling: { replicas: 2 }, probes: {} } as SystemInput["services"][string];

/** One server of each, as a machine has. */
const stores: SystemInput["stores"] = {
  ...shop.stores,
  "main-db": { kind: "postgres", version: "16", resources: small, storage: { size: "10Gi" } },
  queue: { kind: "redis", resources: small, purpose: "broker", alone: "Only the tests read it" },
};

/** A system that asks for nothing beside the defaults, nor for what a default asks. */
const quiet: SystemInput = {
  ...shop,
  external: { pay: { hosts: ["*"], url: "https://api.pay.example", secrets: shop.external?.pay?.secrets ?? {} } },
  stores,
  services: { ...others, web: plain, worker: { ...others.worker, scaling: { replicas: 1 } } as typeof plain },
  security: { imageScanning: false },
};

function features(change: Partial<SystemInput>, place: Place): readonly string[] {
  const system = { ...quiet, ...change } as SystemInput;
  const resolved = resolveSystem(system, { model: "distributed", environment: "staging", placement: "main" });
  return unread(resolved, place).map(({ feature }) => feature);
}

/** What each place says of a change, in the order of PLACES. */
function said(change: Partial<SystemInput>): readonly (readonly string[])[] {
  return Object.values(PLACES).map((place) => features(change, place));
}

describe("fields that a place does not read", function () {
  this.timeout(60_000);

  it("are none in a system that asks for nothing of the kind", () => {
    expect(said({})).to.deep.equal([[], [], [], []]);
  });

  it("are named with their paths: stores", () => {
    const change: Partial<SystemInput> = {
      stores: {
        ...stores,
        queue: {
          kind: "redis",
          resources: small,
          mode: "sentinel",
          replicas: 2,
          purpose: "broker",
          deadLetter: { queue: "dead" },
        },
        files: { kind: "bucket", versioning: false },
        "main-db": {
          kind: "postgres",
          version: "16",
          resources: small,
          storage: { size: "10Gi" },
          readReplicas: 1,
          instances: 3,
        },
      },
    };
    const dead = "an alert on the depth of the queue of failed tasks (stores.queue.deadLetter)";
    const managed = [
      dead,
      "a bucket without old versions (stores.files.versioning)",
      "more than one standby (stores.main-db.instances)",
    ];
    const servers =
      "more servers than one of a store (stores.main-db.instances, stores.main-db.readReplicas, stores.queue.mode, stores.queue.replicas)";
    expect(said(change)).to.deep.equal([managed, managed, [dead], [dead, servers]]);
  });

  it("are named with their paths: rights, and classes of disks", () => {
    const change: Partial<SystemInput> = {
      services: {
        reader: {
          kind: "deployment",
          image: "reader:1",
          resources: small,
          uses: [
            { to: "main-db", access: "read" },
            { to: "main-db", access: "read", endpoint: "replica" },
            { to: "queue", access: "read" },
            { to: "files", access: "read" },
          ],
        },
      },
      routes: [],
      observability: {},
      alerts: {},
      stores: {
        ...stores,
        "main-db": {
          kind: "postgres",
          version: "16",
          resources: small,
          storage: { size: "10Gi", class: "fast" },
          readReplicas: 1,
        },
        shared: { kind: "file-share", size: "5Gi", storageClass: "nfs" },
      },
    };
    const rights = (...indexes: readonly number[]) =>
      `rights of a client's own (${indexes.map((index) => `services.reader.uses[${index}].access`).join(", ")})`;
    const classes = "a storage class of a store's own (stores.main-db.storage.class, stores.shared.storageClass)";
    expect(said(change)).to.deep.equal([
      [classes, rights(2)],
      [classes, rights(2)],
      [rights(0, 2)],
      [classes, rights(0, 1, 2), "more servers than one of a store (stores.main-db.readReplicas)"],
    ]);
    const named = { ...PLACES.kubernetes, storageClasses: { data: "ssd", shared: "nfs" } };
    expect(features(change, named)).to.deep.equal([
      "a storage class of a store's own (stores.main-db.storage.class)",
      rights(0, 2),
    ]);
  });

  it("are named with their paths: what one machine has not", () => {
    const change: Partial<SystemInput> = {
      services: {
        ...quiet.services,
        web: {
          ...web,
          kind: "deployment",
          image: "web:1",
          resources: small,
          uses: [],
          probes: { startup: { path: "/start" }, liveness: { path: "/live", initialDelaySeconds: 4 }, readiness: {} },
        },
        nightly: {
          kind: "cronjob",
          image: "nightly:1",
          resources: small,
          schedule: "0 3 * * *",
          deadlineSeconds: 60,
          timeout: "2h",
          retries: 5,
        },
      },
      stores: {
        ...stores,
        "main-db": {
          kind: "postgres",
          version: "16",
          resources: small,
          storage: { size: "10Gi" },
          backupRetentionDays: 9,
          backupWindow: "01:00-02:00",
        },
        files: { kind: "bucket", cdn: true },
      },
      external: { mail: { hosts: ["mail.example.com"] } },
      edge: { proxy: { certificates: "certs", segment: "outer" } },
    };
    const objects = "objects delivered by a CDN (stores.files.cdn)";
    expect(said(change)).to.deep.equal([
      [],
      [objects],
      [objects],
      [
        objects,
        "replicas that come and go (services.web.scaling)",
        "checks beside the one of liveness (services.web.probes.startup, services.web.probes.liveness.initialDelaySeconds, services.web.probes.readiness)",
        "limits of a job's runs (services.nightly.deadlineSeconds, services.nightly.timeout, services.nightly.retries)",
        "automatic backups of a database (stores.main-db.backupRetentionDays, stores.main-db.backupWindow)",
        "a network and a volume the proxy names (edge.proxy.certificates, edge.proxy.segment)",
        "a way out to named hosts alone (external.mail.hosts)",
      ],
    ]);
  });

  it("are named with their paths: further machine types", () => {
    const alternatives = { aws: ["m5a.xlarge"], gcp: ["n2-standard-4"] };
    const change: Partial<SystemInput> = {
      nodePools: {
        workers: { ...shop.nodePools?.workers, cpu: "2", memory: "4Gi", min: 1, max: 3, spot: true, alternatives },
      },
    };
    const types = "further machine types of a node pool (nodePools.workers.alternatives.gcp)";
    expect(said(change)).to.deep.equal([[], [types], [], []]);
  });

  it("are named with their paths: stores in a directory", () => {
    const change: Partial<SystemInput> = {
      stores: {
        ...stores,
        "main-db": {
          kind: "postgres",
          version: "16",
          resources: small,
          storage: { size: "10Gi" },
          embedded: { url: "file:/data/db.sqlite", path: "/data" },
        },
        files: { kind: "bucket", local: { path: "/files", size: "1Gi" } },
      },
      backups: {},
    };
    const made = "a store in a directory of its service (stores.main-db.embedded, stores.files.local)";
    expect(said(change)).to.deep.equal([[made], [made], [], []]);
  });

  it("are named with their paths: the archive of logs, and a second limit of requests", () => {
    const change: Partial<SystemInput> = {
      observability: { logArchive: "files" },
      edge: { rateLimit: 3_000, requestsPerSecond: 40 },
    };
    const logs = "old logs in a bucket (observability.logArchive)";
    const limit = "a limit over five minutes beside the one per second (edge.rateLimit)";
    expect(said(change)).to.deep.equal([[], [logs], [logs, limit], [logs, limit]]);
  });

  it("are named with their paths: the edge", () => {
    const change: Partial<SystemInput> = {
      edge: {
        maxBodySize: "8Mi",
        redirects: [{ host: "www", to: "@" }],
        authentication: { kind: "session", paths: ["/account"], cookie: "sid" },
        cdnRegions: ["europe"],
      },
    };
    const redirect = "hosts answered by a redirect (edge.redirects)";
    const body = "refusing larger requests (edge.maxBodySize)";
    const signIn = "sign-in at the edge (edge.authentication)";
    const regions = "regions of a CDN (edge.cdnRegions)";
    expect(said(change)).to.deep.equal([[], [], [redirect, signIn, regions], [regions]]);
    const alb = { ...PLACES.kubernetes, ingressClass: "alb" };
    expect(features(change, alb)).to.deep.equal([redirect, body, signIn, regions]);
  });

  it("are named with their paths: guarding, rotation, the report and the pipeline", () => {
    const change: Partial<SystemInput> = {
      security: { imageScanning: true, auditLog: true, ddos: "advanced", complianceReport: true },
      secrets: { session: { description: "Signs sessions", generate: 64, rotateDays: 30 } },
      delivery: { strategy: "canary", gitOps: true, rollback: false },
    };
    const common = [
      "scanning of images (security.imageScanning)",
      "a compliance report kept with each deployment (security.complianceReport)",
    ];
    const guarding = "guarding the account and the network (security.ddos, security.auditLog)";
    const rotation = "rotation of secrets (secrets.session.rotateDays)";
    const pipeline = "the pipeline (delivery.gitOps, delivery.strategy, delivery.rollback)";
    expect(said(change)).to.deep.equal([
      [...common, pipeline],
      [...common, pipeline],
      [...common, guarding, rotation, pipeline],
      [...common, guarding, rotation, pipeline],
    ]);
  });

  it("are settings too, on a cluster of somebody's own", () => {
    const asked = { backups: { crossRegion: true }, retention: { auditDays: 400 }, tags: { owner: "shop" } };
    const none = { backups: {}, retention: {}, tags: {} };
    const features = (settings: object, place: Place) =>
      unreadSettings(settings as Parameters<typeof unreadSettings>[0], place).map(({ feature }) => feature);
    expect(features(asked, PLACES.kubernetes)).to.deep.equal([
      "settings of a cloud's services (groundplan:backups.crossRegion, groundplan:retention.auditDays, groundplan:tags)",
    ]);
    expect(features(none, PLACES.kubernetes)).to.deep.equal([]);
    expect(features(asked, PLACES.aws)).to.deep.equal([]);
  });

  it("are in the plan of a cluster and of a host, once", async () => {
    const system: SystemInput = { ...shop, domain: "shop.example.com" };
    for (const [cloud, model] of [
      ["kubernetes", "standalone"],
      ["aws", "single-server"],
    ] as const) {
      const { plan } = await planCell({ system, cloud, model, environment: "staging", mode: "preview" });
      const found = plan.degraded.filter(({ feature }) => feature === "scanning of images (security.imageScanning)");
      expect(found.map(({ urn }) => urn.split("::").at(-2)?.split("$").at(-1))).to.deep.equal([
        "groundplan:index:Placement",
      ]);
    }
  });
});
