import { expect } from "chai";
import type { Plan } from "../../engine";
import { at, expectInputs, named, ofType, PROJECT, planGcp, planVibebox } from "./gcpPlan";

const NODES = `nodes-doc-scraper-stagi-`;

interface Login {
  readonly clusters: readonly { readonly cluster: Readonly<Record<string, string>> }[];
}

/** How a plan reaches its cluster. */
function loginOf(plan: Plan): Login {
  return JSON.parse(named(plan, "main-cluster-kubernetes").inputs.kubeconfig as string) as Login;
}

describe("the cluster of Documentation Scraper, distributed, on Google Cloud", function () {
  this.timeout(120_000);
  let plan: Plan;
  let vibebox: Plan;
  before(async () => {
    ({ plan } = await planGcp("simulate"));
    ({ plan: vibebox } = await planVibebox("simulate"));
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
});
