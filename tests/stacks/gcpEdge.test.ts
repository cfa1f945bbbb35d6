import { expect } from "chai";
import type { Plan } from "../../engine";
import { at, expectInputs, named, ofType, planGcp, planVibebox } from "./gcpPlan";

describe("the edge of Documentation Scraper, distributed, on Google Cloud", function () {
  this.timeout(120_000);
  let plan: Plan;
  let vibebox: Plan;
  before(async () => {
    ({ plan } = await planGcp("simulate"));
    ({ plan: vibebox } = await planVibebox("simulate"));
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

  it("names no group to the load balancer before GKE says it is made", () => {
    const service = named(plan, "main-endpoints-service-api-8000");
    const groups = named(plan, "main-endpoints-groups-api-8000");
    const annotations = at(service.inputs, "metadata.annotations") as Readonly<Record<string, string>>;
    const { exposed_ports: ports } = JSON.parse(annotations["cloud.google.com/neg"] ?? "{}");
    expect(groups.type).to.equal("kubernetes:networking.gke.io/v1beta1:ServiceNetworkEndpointGroupPatch");
    expect(groups.inputs.metadata).to.deep.equal({
      name: ports[8000].name,
      namespace: "doc-scraper",
      labels: {
        "networking.gke.io/managed-by": "neg-controller",
        "networking.gke.io/service-name": at(service.inputs, "metadata.name"),
        "networking.gke.io/service-port": "8000",
      },
      finalizers: ["networking.gke.io/neg-finalizer"],
      annotations: { "pulumi.com/waitFor": "condition=Initialized" },
    });
    expect(groups.dependencies).to.include(service.urn);
    expect(groups.options.deletedWith).to.equal(service.urn);
    expect(named(plan, "main-edge-backend-api-8000").dependencies).to.include(groups.urn);
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

  describe("tells whoever runs the zone", () => {
    const HOST = "api.scraper.example.com";
    const validation = { name: /^_acme-challenge\.api\.scraper\.example\.com\.$/, type: "CNAME" };

    function expectRecords(told: unknown, hosts: readonly string[]): void {
      const address = at(told, "address");
      expect(address).to.match(/^\d+(\.\d+){3}$/);
      expect(at(told, "records.hosts") ?? {}).to.deep.equal(Object.fromEntries(hosts.map((host) => [host, address])));
      const [record, ...others] = at(told, "records.certificate") as readonly Record<string, string>[];
      expect(others).to.have.length(hosts.length - 1);
      expect(record?.name).to.match(validation.name);
      expect(record?.type).to.equal(validation.type);
      expect(record?.value).to.match(/\.authorize\.certificatemanager\.goog\.$/);
    }

    it("the address and the validations of each host, with the sole placement", () => {
      expect(Object.keys(at(plan.outputs, "placements.main") as object)).to.include.members(["address", "records"]);
      const records = (plan.outputs.placements as { main: { records: { hosts: object } } }).main.records;
      expect(Object.keys(records.hosts)).to.deep.equal([HOST]);
      expectRecords((plan.outputs.placements as { main: unknown }).main, [HOST]);
      expect(plan.outputs).to.not.have.property("edge");
    });

    it("the same of the edge that several placements have in common", async () => {
      const placements = [
        { name: "us", cloud: "gcp", region: "us-central1", cidrIndex: 0, role: "primary" },
        { name: "eu", cloud: "gcp", region: "europe-west1", cidrIndex: 1, role: "secondary" },
      ];
      const global = await planGcp("simulate", {
        "groundplan:model": "global",
        "groundplan:placements": placements,
        "groundplan:existing": {},
      });
      expectRecords(global.plan.outputs.edge, [HOST]);
      expect(at(global.plan.outputs, "placements.us")).to.not.have.any.keys("address", "records");
    });

    it("the address alone, where this program writes the records", async () => {
      const existing = { main: { zone: "example-zone" } };
      const zoned = (await planGcp("simulate", { "groundplan:existing": existing })).plan;
      expect(at(zoned.outputs, "placements.main")).to.include.keys("address").and.not.have.property("records");
    });
  });
});
