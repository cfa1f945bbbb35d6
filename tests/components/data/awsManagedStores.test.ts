import { join } from "node:path";
import { expect } from "chai";
import { planStack } from "../../../automation/plan";
import { instanceTypeFor, topologyOf } from "../../../components/data/search/opensearch";
import type { StoreOf } from "../../../systems/spec";
import { store } from "../../../systems/spec/stores";
import { MANAGED } from "../../stacks/awsManaged";
import { named, ofType, planAws } from "../../stacks/awsPlan";

const search = (change: object = {}) =>
  store.parse({
    kind: "search",
    version: "2",
    storage: { size: "100Gi" },
    resources: { requests: { cpu: "1", memory: "4Gi" }, limits: { cpu: "2", memory: "4Gi" } },
    ...change,
  }) as StoreOf<"search">;

describe("what an OpenSearch domain is made of", () => {
  it("has equally many nodes in each zone, and masters of its own where a zone may be lost", () => {
    const of = (instances: number, multiZone: boolean, zones = 3) => topologyOf({ instances }, { multiZone, zones });
    expect(of(3, true)).to.deep.equal({ nodes: 3, zones: 3, masters: 3 });
    expect(of(4, true)).to.deep.equal({ nodes: 6, zones: 3, masters: 3 });
    expect(of(1, true)).to.deep.equal({ nodes: 2, zones: 2, masters: 3 });
    expect(of(3, true, 2)).to.deep.equal({ nodes: 4, zones: 2, masters: 3 });
    expect(of(2, false)).to.deep.equal({ nodes: 2, zones: 1, masters: 0 });
  });

  it("takes the smallest type that holds memory and disk, and none that bursts where a zone may be lost", () => {
    expect(instanceTypeFor(search(), false)).to.equal("t3.medium.search");
    expect(instanceTypeFor(search(), true)).to.equal("m6g.large.search");
    expect(instanceTypeFor(search({ storage: { size: "300Gi" } }), false)).to.equal("m6g.large.search");
    expect(instanceTypeFor(search({ storage: { size: "3Ti" } }), true)).to.equal("r6g.xlarge.search");
    expect(instanceTypeFor(search({ classes: { aws: "c6g.large.search" } }), true)).to.equal("c6g.large.search");
  });
});

describe("stores that services of AWS run by setting", function () {
  this.timeout(60_000);

  it("makes an OpenSearch domain, encrypted three ways and with a password", async () => {
    const { plan, raw } = await planAws("simulate", MANAGED);
    const { inputs } = named(plan, "main-index-domain");
    expect(inputs).to.deep.include({
      engineVersion: "OpenSearch_2.19",
      clusterConfig: {
        instanceType: "m6g.large.search",
        instanceCount: 3,
        dedicatedMasterEnabled: true,
        dedicatedMasterCount: 3,
        dedicatedMasterType: "m6g.large.search",
        zoneAwarenessEnabled: true,
        zoneAwarenessConfig: { availabilityZoneCount: 3 },
      },
      ebsOptions: { ebsEnabled: true, volumeType: "gp3", volumeSize: 100 },
      nodeToNodeEncryption: { enabled: true },
      domainEndpointOptions: { enforceHttps: true, tlsSecurityPolicy: "Policy-Min-TLS-1-2-PFS-2023-10" },
    });
    expect(inputs).to.have.nested.property("encryptAtRest.enabled", true);
    expect(inputs)
      .to.have.nested.property("encryptAtRest.kmsKeyId")
      .that.matches(/^arn:aws:kms:us-east-1:/);
    expect(inputs).to.have.nested.property("vpcOptions.subnetIds").that.has.length(3);
    expect(inputs.domainName).to.match(/^[a-z][a-z0-9-]{2,27}$/);
    expect(JSON.parse(String(inputs.accessPolicies)).Statement).to.deep.equal([
      {
        Sid: "AnyoneWithPassword",
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: ["es:ESHttp*"],
        Resource: `arn:aws:es:us-east-1:111122223333:domain/${String(inputs.domainName)}/*`,
      },
    ]);
    const password = named(plan, "main-index-password");
    expect(password.inputs).to.deep.include({ minLower: 1, minUpper: 1, minNumeric: 1, minSpecial: 1 });
    const given = raw.find(({ name }) => name === "main-index-domain")?.inputs.advancedSecurityOptions;
    expect(JSON.stringify(given)).to.contain('"masterUserName":"services"');
    expect(inputs.advancedSecurityOptions).to.have.nested.property("masterUserOptions.masterUserPassword.$", "secret");
  });

  it("makes a Memcached cluster that takes TLS only, over the zones", async () => {
    const { plan } = await planAws("simulate", MANAGED);
    expect(named(plan, "main-sessions-cluster").inputs).to.deep.include({
      engine: "memcached",
      engineVersion: "1.6.22",
      nodeType: "cache.t4g.micro",
      numCacheNodes: 2,
      azMode: "cross-az",
      port: 11_211,
      transitEncryptionEnabled: true,
    });
  });

  it("lets OpenSearch use the key of data, where there is a domain", async () => {
    const through = async (changes: Readonly<Record<string, unknown>>) => {
      const { plan } = await planAws("simulate", changes);
      return /"kms:ViaService":(\[[^\]]*\])/.exec(String(named(plan, "main-keys-data").inputs.policy))?.[1];
    };
    expect(await through(MANAGED)).to.contain('"es.us-east-1.amazonaws.com"');
    expect(await through({})).to.not.contain("es.us-east-1");
  });

  it("opens both to their clients alone", async () => {
    const { plan } = await planAws("simulate", MANAGED);
    const rules = ofType(plan, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
      .filter(({ name }) => /^main-(index|sessions)-/.test(name))
      .map(({ name, inputs }) => [name, inputs.fromPort, inputs.toPort, inputs.description]);
    expect(rules).to.have.deep.members([
      ["main-index-from-clients", 443, 443, "api to index"],
      ["main-sessions-from-clients", 11_211, 11_211, "api to sessions"],
    ]);
  });

  it("runs nothing of them in the cluster", async () => {
    const { plan } = await planAws("simulate", MANAGED);
    const names = plan.resources.map(({ name }) => name);
    expect(names.filter((name) => /^main-(index|sessions)-(cluster|statefulset|service)$/.test(name))).to.deep.equal([
      "main-sessions-cluster",
    ]);
    expect(names.filter((name) => name.includes("eck"))).to.deep.equal([]);
  });

  it("says what they cannot do", async () => {
    const { plan } = await planAws("simulate", MANAGED);
    const features = plan.degraded.map(({ feature }) => feature);
    expect(features).to.include.members([
      "clients of Elasticsearch with index",
      "a user of its own in index for each service",
      "a password of sessions",
      "connections to sessions without TLS",
    ]);
  });

  for (const mode of ["preview", "simulate"] as const) {
    it(`breaks no mandatory rule in ${mode} mode`, async () => {
      const selection = { system: "doc-scraper", model: "distributed", cloud: "aws" };
      const request = { directory: join(__dirname, "../../.."), stack: "dev", selection, mode, today: "2026-11-01" };
      const { policies, resources } = await planStack({ ...request, config: MANAGED });
      expect(resources.map(({ type }) => type)).to.include.members([
        "aws:opensearch/domain:Domain",
        "aws:elasticache/cluster:Cluster",
      ]);
      const broken = policies.results.filter(({ level, status }) => level === "mandatory" && status === "violation");
      expect(broken).to.deep.equal([]);
      expect(policies.passed).to.be.greaterThan(200);
    });
  }

  it("refuses a store that no service runs, and an index whose clients refuse OpenSearch", async () => {
    const pathsOf = async (changes: Readonly<Record<string, unknown>>) =>
      planAws("simulate", changes).then(
        () => [],
        (error: { readonly problems: readonly { readonly path: string }[] }) => error.problems.map(({ path }) => path),
      );
    expect(await pathsOf({ "groundplan:compute": { managedStores: ["database"] } })).to.deep.equal([
      "groundplan:compute.managedStores[0]",
    ]);
    const overrides = MANAGED["groundplan:overrides"];
    const { stores } = overrides;
    const elastic = { ...overrides, stores: { ...stores, index: { ...stores.index, version: "8" } } };
    expect(await pathsOf({ ...MANAGED, "groundplan:overrides": elastic })).to.deep.equal([
      "groundplan:overrides.stores.index.version",
    ]);
  });
});
