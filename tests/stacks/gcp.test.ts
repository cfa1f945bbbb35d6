import { expect } from "chai";
import { InputError } from "../../components/errors";
import type { Plan } from "../../engine";
import { at, named, ofType, PROJECT, planGcp, planVibebox } from "./gcpPlan";

const NODES = `nodes-doc-scraper-stagi-`;

/** Asserts many inputs of one resource at once, so that a failure shows them all. */
function expectInputs(plan: Plan, name: string, expected: Readonly<Record<string, unknown>>, type?: string): void {
  const { inputs } = named(plan, name, type);
  const found = Object.fromEntries(Object.keys(expected).map((path) => [path, at(inputs, path)]));
  expect(found).to.deep.equal(expected);
}

interface Login {
  readonly clusters: readonly { readonly cluster: Readonly<Record<string, string>> }[];
}

/** How a plan reaches its cluster. */
function loginOf(plan: Plan): Login {
  return JSON.parse(named(plan, "main-cluster-kubernetes").inputs.kubeconfig as string) as Login;
}

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

  it("makes a private, hardened, regional cluster", () => {
    expectInputs(plan, "main-cluster-cluster", {
      location: "us-central1",
      nodeLocations: ["us-central1-a", "us-central1-b", "us-central1-c"],
      "privateClusterConfig.enablePrivateNodes": true,
      "privateClusterConfig.enablePrivateEndpoint": true,
      "masterAuthorizedNetworksConfig.cidrBlocks": [{ cidrBlock: "10.128.0.0/16", displayName: "network" }],
      "masterAuthorizedNetworksConfig.gcpPublicCidrsAccessEnabled": false,
      datapathProvider: "ADVANCED_DATAPATH",
      enableIntranodeVisibility: true,
      enableShieldedNodes: true,
      enableLegacyAbac: false,
      "masterAuth.clientCertificateConfig.issueClientCertificate": false,
      "binaryAuthorization.evaluationMode": "PROJECT_SINGLETON_POLICY_ENFORCE",
      "securityPostureConfig.mode": "BASIC",
      "workloadIdentityConfig.workloadPool": `${PROJECT}.svc.id.goog`,
      "databaseEncryption.state": "ENCRYPTED",
      "releaseChannel.channel": "REGULAR",
      "costManagementConfig.enabled": true,
      "monitoringConfig.managedPrometheus.enabled": false,
      removeDefaultNodePool: true,
      deletionProtection: true,
    });
    expect(at(named(plan, "main-cluster-cluster").inputs, "databaseEncryption.keyName")).to.match(/keys-cluster/);
  });

  it("reaches the API by the name Google gives it, where the deployer stands in no network yet", () => {
    expectInputs(plan, "main-cluster-cluster", {
      controlPlaneEndpointsConfig: {
        dnsEndpointConfig: { allowExternalTraffic: true },
        ipEndpointsConfig: { enabled: true },
      },
    });
    const [cluster] = loginOf(plan).clusters;
    expect(cluster?.cluster.server).to.match(/^https:\/\/gke-\w+\.us-central1\.gke\.goog$/);
    // Its certificate is one everybody knows: the cluster's own authority never signed it.
    expect(cluster?.cluster).to.have.all.keys("server");
  });

  it("leaves the API its private address alone, where the deployer comes through a tunnel", async () => {
    const access = { gcp: { project: PROJECT }, deployer: { from: "tunnel" } };
    const closed = (await planGcp("simulate", { "groundplan:access": access })).plan;
    expectInputs(closed, "main-cluster-cluster", {
      "controlPlaneEndpointsConfig.dnsEndpointConfig.allowExternalTraffic": false,
      "privateClusterConfig.enablePrivateEndpoint": true,
    });
    const [cluster] = loginOf(closed).clusters;
    expect(cluster?.cluster.server).to.match(/^https:\/\/[\d.]+$/);
    expect(cluster?.cluster).to.have.all.keys("server", "certificate-authority-data");
  });

  it("makes the first pool of nodes such that it can join, behind the rules of the network", () => {
    const cluster = named(plan, "main-cluster-cluster");
    expectInputs(plan, "main-cluster-cluster", {
      initialNodeCount: 1,
      "nodeConfig.imageType": "COS_CONTAINERD",
      "nodeConfig.diskSizeGb": 30,
      "nodeConfig.shieldedInstanceConfig": { enableSecureBoot: true, enableIntegrityMonitoring: true },
      "nodeConfig.oauthScopes": ["https://www.googleapis.com/auth/cloud-platform"],
    });
    expect(at(cluster.inputs, "nodeConfig.bootDiskKmsKey")).to.match(/keys-volumes/);
    const rules = ofType(plan, "gcp:compute/firewall:Firewall").filter(({ name }) =>
      /^main-(network-deny|cluster-(from|to))-/.test(name),
    );
    expect(rules.map(({ name }) => name)).to.have.members([
      "main-network-deny-ingress",
      "main-network-deny-egress",
      "main-cluster-from-control-plane",
      "main-cluster-from-nodes",
      "main-cluster-to-nodes",
      "main-cluster-to-control-plane",
      "main-cluster-to-world",
    ]);
    const opened = rules.filter(({ inputs }) => inputs.allows !== undefined);
    for (const { name, inputs } of opened) {
      expect(inputs.targetServiceAccounts, name).to.deep.equal([at(cluster.inputs, "nodeConfig.serviceAccount")]);
    }
    const awaited = [...rules, named(plan, "main-network-nat"), named(plan, "main-cluster-node-role-node")];
    expect(cluster.dependencies).to.include.members(awaited.map(({ urn }) => urn));
    expect(cluster.options.ignoreChanges).to.deep.equal(["initialNodeCount", "nodeConfig"]);
  });

  it("starts every pool with its least number of nodes, and leaves them to the autoscaler", () => {
    const pools = ofType(plan, "gcp:container/nodePool:NodePool");
    const counts = pools.map(({ name, inputs }) => [name, inputs.initialNodeCount]);
    expect(Object.fromEntries(counts)).to.deep.equal({
      "main-cluster-nodes-api": 1,
      "main-cluster-nodes-workers": 2,
      "main-cluster-nodes-system": 1,
    });
    for (const { name, options } of pools) expect(options.ignoreChanges, name).to.deep.equal(["initialNodeCount"]);
  });

  it("opens the API to the listed ranges alone, where the deployer is outside", async () => {
    const access = {
      gcp: { project: PROJECT, impersonateServiceAccount: `deployer@${PROJECT}.iam.gserviceaccount.com` },
      deployer: { from: "cidrs", cidrBlocks: ["203.0.113.0/24"] },
    };
    const open = (await planGcp("preview", { "groundplan:access": access })).plan;
    expectInputs(open, "main-cluster-cluster", {
      "privateClusterConfig.enablePrivateEndpoint": false,
      "controlPlaneEndpointsConfig.dnsEndpointConfig.allowExternalTraffic": false,
      "masterAuthorizedNetworksConfig.cidrBlocks": [
        { cidrBlock: "10.128.0.0/16", displayName: "network" },
        { cidrBlock: "203.0.113.0/24", displayName: "deployer" },
      ],
    });
    expectInputs(open, "main-gcp", {
      project: PROJECT,
      region: "us-central1",
      impersonateServiceAccount: `deployer@${PROJECT}.iam.gserviceaccount.com`,
    });
  });

  it("runs every pool on hardened nodes under an account with one role in the project", () => {
    const pools = ofType(plan, "gcp:container/nodePool:NodePool");
    expect(pools.map(({ name }) => name)).to.have.members([
      "main-cluster-nodes-api",
      "main-cluster-nodes-workers",
      "main-cluster-nodes-system",
    ]);
    for (const { name } of pools) {
      expectInputs(plan, name, {
        "nodeConfig.shieldedInstanceConfig": { enableSecureBoot: true, enableIntegrityMonitoring: true },
        "nodeConfig.workloadMetadataConfig.mode": "GKE_METADATA",
        "nodeConfig.kubeletConfig.insecureKubeletReadonlyPortEnabled": "FALSE",
        "networkConfig.enablePrivateNodes": true,
        "management.autoRepair": true,
        "management.autoUpgrade": true,
      });
      expect(at(named(plan, name).inputs, "nodeConfig.bootDiskKmsKey"), name).to.match(/keys-volumes/);
      expect(at(named(plan, name).inputs, "nodeConfig.serviceAccount"), name).to.match(new RegExp(`^${NODES}`));
    }
    expectInputs(plan, "main-cluster-nodes-workers", {
      "nodeConfig.spot": true,
      "nodeConfig.machineType": "e2-standard-8",
      "autoscaling.locationPolicy": "ANY",
    });
    expectInputs(plan, "main-cluster-nodes-system", { autoscaling: { minNodeCount: 1, maxNodeCount: 2 } });
    expectInputs(vibebox, "main-cluster-nodes-docker", {
      "nodeConfig.taints": [{ key: "groundplan.dev/pool", value: "docker", effect: "NO_SCHEDULE" }],
    });
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

  it("serves the public over TLS 1.2 behind Cloud Armor, and answers plain requests with a redirect", () => {
    expectInputs(plan, "main-edge-tls-policy", { minTlsVersion: "TLS_1_2", profile: "RESTRICTED" });
    expectInputs(plan, "main-edge-redirect", { "defaultUrlRedirect.httpsRedirect": true });
    expectInputs(plan, "main-edge-backend-api-8000", {
      loadBalancingScheme: "EXTERNAL_MANAGED",
      customResponseHeaders: [
        "X-Frame-Options: SAMEORIGIN",
        "X-Content-Type-Options: nosniff",
        "X-XSS-Protection: 1; mode=block",
        "Strict-Transport-Security: max-age=31536000; includeSubDomains",
      ],
      enableCdn: false,
      "logConfig.enable": true,
    });
    const { inputs } = named(plan, "main-edge-backend-api-8000");
    expect(inputs.securityPolicy).to.match(/securityPolicies\/main-edge-firewall/);
    expect((inputs.backends as readonly unknown[]).map((backend) => at(backend, "group"))).to.have.length(3);
    expect(at(named(vibebox, "main-edge-backend-frontend-80").inputs, "enableCdn")).to.equal(true);
  });

  it("names the pods' endpoint groups alike in the Service and in the load balancer", () => {
    const { inputs } = named(plan, "main-endpoints-service-api-8000");
    const annotations = at(inputs, "metadata.annotations") as Readonly<Record<string, string>>;
    const { exposed_ports: ports } = JSON.parse(annotations["cloud.google.com/neg"] ?? "{}");
    const groups = at(named(plan, "main-edge-backend-api-8000").inputs, "backends") as readonly unknown[];
    expect(at(groups[0], "group")).to.match(
      new RegExp(`zones/us-central1-a/networkEndpointGroups/${ports[8000].name}$`),
    );
  });

  it("writes records and validations to a managed zone, where one is named", async () => {
    const existing = { main: { zone: "example-zone" } };
    const zoned = (await planGcp("simulate", { "groundplan:existing": existing })).plan;
    const records = ofType(zoned, "gcp:dns/recordSet:RecordSet").map(({ inputs }) => [inputs.name, inputs.type]);
    expect(records).to.have.deep.members([
      ["api.scraper.example.com.", "A"],
      ["_acme-challenge.api.scraper.example.com.", "CNAME"],
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
