import { expect } from "chai";
import { InputError } from "../../components/errors";
import type { Plan } from "../../engine";
import { at, expectInputs, named, ofType, PROJECT, planGcp, planVibebox } from "./gcpPlan";

const NODES = `nodes-doc-scraper-stagi-`;

describe("Documentation Scraper, distributed, on Google Cloud", function () {
  this.timeout(120_000);
  let plan: Plan;
  let vibebox: Plan;
  before(async () => {
    ({ plan } = await planGcp("simulate"));
    ({ plan: vibebox } = await planVibebox("simulate"));
  });

  it("makes a network in custom mode, with a logged subnet that reaches Google privately", () => {
    expectInputs(plan, "main-network-network", { autoCreateSubnetworks: false, routingMode: "GLOBAL" });
    expectInputs(plan, "main-network-subnet", {
      ipCidrRange: "10.128.128.0/20",
      privateIpGoogleAccess: true,
      secondaryIpRanges: [
        { rangeName: "pods", ipCidrRange: "10.128.0.0/17" },
        { rangeName: "services", ipCidrRange: "10.128.144.0/20" },
      ],
      "logConfig.metadata": "INCLUDE_ALL_METADATA",
    });
    expectInputs(plan, "main-network-services-connection", { deletionPolicy: "ABANDON", updateOnCreationFail: true });
  });

  it("closes the network in both directions, and opens it by service account alone", () => {
    const rules = ofType(plan, "gcp:compute/firewall:Firewall");
    const denied = rules.filter(({ inputs }) => inputs.denies !== undefined);
    expect(denied.map(({ inputs }) => [inputs.direction, inputs.priority])).to.have.deep.members([
      ["INGRESS", 65_534],
      ["EGRESS", 65_534],
    ]);
    for (const { name, inputs } of rules.filter(({ inputs: { allows } }) => allows !== undefined)) {
      const [account] = inputs.targetServiceAccounts as readonly string[];
      expect(account, name).to.match(new RegExp(`^${NODES}\\w+@${PROJECT}\\.iam\\.gserviceaccount\\.com$`));
    }
    const world = rules.filter(({ inputs }) => inputs.direction === "INGRESS" && inputs.allows !== undefined);
    for (const { name, inputs } of world) expect(inputs.sourceRanges, name).not.to.include("0.0.0.0/0");
  });

  it("lets nodes reach the database's own addresses and no others of Google's network", () => {
    const ranges = at(named(plan, "main-database-clients-to").inputs, "destinationRanges") as readonly string[];
    expect(ranges).to.have.length(3);
    for (const range of ranges) expect(range).to.match(/^[\d.]+\/32$/);
  });

  it("keeps the database private, encrypted, audited, regional and recoverable", () => {
    const common = {
      "settings.ipConfiguration.ipv4Enabled": false,
      "settings.ipConfiguration.sslMode": "ENCRYPTED_ONLY",
      "settings.deletionProtectionEnabled": true,
      deletionProtection: true,
      "settings.insightsConfig.queryInsightsEnabled": true,
      "settings.edition": "ENTERPRISE",
      "settings.tier": "db-custom-4-26624",
    };
    expectInputs(plan, "main-database-primary", {
      ...common,
      databaseVersion: "POSTGRES_15",
      "settings.availabilityType": "REGIONAL",
      "settings.backupConfiguration": {
        enabled: true,
        startTime: "03:00",
        pointInTimeRecoveryEnabled: true,
        transactionLogRetentionDays: 7,
        backupRetentionSettings: { retainedBackups: 7, retentionUnit: "COUNT" },
      },
      "settings.maintenanceWindow": { day: 1, hour: 4, updateTrack: "stable" },
      "settings.diskAutoresizeLimit": 200,
    });
    expectInputs(plan, "main-database-replica-1", { ...common, instanceType: "READ_REPLICA_INSTANCE" });
    const flags = at(named(plan, "main-database-primary").inputs, "settings.databaseFlags");
    for (const name of ["log_connections", "cloudsql.enable_pgaudit", "cloudsql.iam_authentication"]) {
      expect(flags).to.deep.include({ name, value: "on" });
    }
    expect(named(plan, "main-database-primary").options.protect).to.equal(true);
  });

  it("keeps Redis behind TLS and a password, with a standby", () => {
    expectInputs(plan, "main-redis-instance", {
      tier: "STANDARD_HA",
      memorySizeGb: 13,
      replicaCount: 2,
      readReplicasMode: "READ_REPLICAS_ENABLED",
      redisVersion: "REDIS_7_2",
      authEnabled: true,
      transitEncryptionMode: "SERVER_AUTHENTICATION",
      connectMode: "PRIVATE_SERVICE_ACCESS",
      deletionProtection: true,
    });
  });

  it("keeps buckets private, versioned and encrypted, copies the one that asks for it and locks the other", () => {
    for (const { name } of ofType(plan, "gcp:storage/bucket:Bucket")) {
      expectInputs(plan, name, {
        uniformBucketLevelAccess: true,
        publicAccessPrevention: "enforced",
        // What is retained keeps itself: Cloud Storage has one or the other.
        versioning: { enabled: name !== "main-backups-bucket" },
        softDeletePolicy: { retentionDurationSeconds: 604_800 },
        forceDestroy: false,
      });
      expect(at(named(plan, name).inputs, "encryption.defaultKmsKeyName"), name).to.be.a("string");
    }
    expectInputs(plan, "main-exports-bucket", {
      location: "US",
      customPlacementConfig: { dataLocations: ["US-CENTRAL1", "US-EAST1"] },
      rpo: "ASYNC_TURBO",
      logging: undefined,
    });
    expectInputs(plan, "main-backups-bucket", { retentionPolicy: { retentionPeriod: "604800", isLocked: false } });
  });

  it("rotates every key within 90 days, each open to its own services' agents", () => {
    for (const { name, inputs } of ofType(plan, "gcp:kms/cryptoKey:CryptoKey")) {
      expect(inputs.rotationPeriod, name).to.equal("7776000s");
    }
    const users = ofType(plan, "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember").map(({ name, inputs }) => [
      name.replace(/^main-(keys-)?/, ""),
      String(inputs.member).replace(/^.*@|\.iam\.gserviceaccount\.com$/g, ""),
    ]);
    expect(users).to.have.deep.members([
      ["cluster-container", "container-engine-robot"],
      ["volumes-compute", "compute-system"],
      ["data-sqladmin", "gcp-sa-cloud-sql"],
      ["data-redis", "cloud-redis"],
      ["data-file", "cloud-filer"],
      ["storage-storage", "gs-project-accounts"],
      ["secrets-secretmanager", "gcp-sa-secretmanager"],
      ["secrets-pubsub", "gcp-sa-pubsub"],
      ["logs-storage", "gs-project-accounts"],
      ["exports-key-storage", "gs-project-accounts"],
    ]);
  });

  it("mounts a file share from Filestore, as large as one is sold", () => {
    expectInputs(vibebox, "main-docker-volumes-instance", { tier: "ZONAL", "fileShares.capacityGb": 1_024 });
    // Its zone is the first of a list, which may change; the share may not move.
    expect(named(vibebox, "main-docker-volumes-instance").options.ignoreChanges).to.deep.equal(["location"]);
    expectInputs(vibebox, "main-docker-volumes-claim", {
      "spec.volumeName": "vibebox-docker-volumes",
      "spec.resources.requests.storage": "500Gi",
      "spec.storageClassName": "",
    });
  });

  it("lets nodes call the share, and the share alone call them back about locks, on ports it is told", () => {
    const rule = {
      targetServiceAccounts: at(named(vibebox, "main-docker-volumes-nodes-to").inputs, "targetServiceAccounts"),
      priority: 1000,
    };
    const [address = ""] = at(named(vibebox, "main-docker-volumes-nodes-to").inputs, "destinationRanges") as string[];
    expect(address).to.match(/^\d+(\.\d+){3}\/32$/);
    expectInputs(vibebox, "main-docker-volumes-nodes-to", {
      ...rule,
      direction: "EGRESS",
      allows: [{ protocol: "tcp", ports: ["111", "2046", "2049", "2050", "4045"] }],
    });
    for (const protocol of ["tcp", "udp"]) {
      expectInputs(vibebox, `main-docker-volumes-${protocol}-from`, {
        ...rule,
        direction: "INGRESS",
        sourceRanges: [address],
        allows: [{ protocol }],
      });
    }
  });

  it("labels everything that takes labels", () => {
    const wanted = ["system", "environment", "model", "owner", "managed-by"];
    for (const { name, type, inputs } of plan.resources) {
      const labels = inputs.resourceLabels ?? (type.startsWith("gcp:") ? inputs.labels : undefined);
      if (labels) expect(Object.keys(labels), name).to.include.members(wanted);
    }
  });

  it("leaves nothing to ambient credentials", () => {
    for (const { name, type, provider } of plan.resources.filter(
      ({ custom, type }) => custom && !type.startsWith("pulumi:"),
    )) {
      expect(provider, `${type} ${name}`).to.match(/main-(gcp|random|cluster-kubernetes)/);
    }
  });
});

describe("a placement on Google Cloud that cannot be", () => {
  const refused: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
    [
      "a zone for a region",
      { "groundplan:placements": [{ name: "main", cloud: "gcp", region: "us-central1-a", cidrIndex: 128 }] },
      "groundplan:placements[0].region",
    ],
    [
      "a project id that is none",
      { "groundplan:access": { gcp: { project: "My Project" } } },
      "groundplan:access.gcp.project",
    ],
    [
      "a name too long for what hangs on it",
      {
        "groundplan:placements": [
          { name: "a-placement-whose-name-never-ends", cloud: "gcp", region: "us-central1", cidrIndex: 128 },
        ],
      },
      "groundplan:placements[0].name",
    ],
    [
      "a key of another region",
      {
        "groundplan:existing": {
          main: { kmsKey: "projects/p/locations/europe-west1/keyRings/ring/cryptoKeys/key" },
        },
      },
      "groundplan:existing.main.kmsKey",
    ],
    [
      "a machine type the region lacks",
      {
        "groundplan:overrides": { nodePools: { api: { architecture: "arm64", classes: { gcp: "t2a-standard-4" } } } },
        "groundplan:placements": [{ name: "main", cloud: "gcp", region: "us-west2", cidrIndex: 128 }],
      },
      "groundplan:overrides.nodePools.api.classes.gcp",
    ],
    [
      "ranges too small for the nodes",
      {
        "groundplan:placements": [{ name: "main", cloud: "gcp", region: "us-central1", cidrBlock: "10.4.0.0/20" }],
      },
      "groundplan:placements[0].cidrBlock",
    ],
  ];
  for (const [what, changes, path] of refused) {
    it(`is refused for ${what}, by the field`, async () => {
      const paths = await planGcp("preview", changes).then(
        () => ["nothing was refused"],
        (error: unknown) => problemPaths(error),
      );
      expect(paths).to.include(path);
    });
  }
});

function problemPaths(error: unknown): readonly string[] {
  if (InputError.is(error)) return error.problems.map(({ path }) => path);
  const cause = error instanceof Error ? error.cause : undefined;
  if (InputError.is(cause)) return cause.problems.map(({ path }) => path);
  throw error;
}
