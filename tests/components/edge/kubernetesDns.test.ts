import { expect } from "chai";
import { type DnsArgs, planDns } from "../../../components/edge/dns/kubernetes";
import { at, Manifests } from "../../stacks/kubernetesManifests";

const PREFIX = "external-dns.alpha.kubernetes.io";
const args = (change: Partial<DnsArgs> = {}, settings: Partial<DnsArgs["settings"]> = {}): DnsArgs => ({
  settings: {
    provider: "aws",
    zones: [],
    policy: "failover",
    credentials: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
    serviceAccountAnnotations: {},
    ...settings,
  },
  system: "shop",
  placement: "east",
  role: "secondary",
  region: "us-east-1",
  shared: true,
  domain: "example.org",
  routing: "ingress",
  ...change,
});

describe("DNS records of a cluster", () => {
  it("are told apart by placement, fail over by role, and lean on the placement's health check", () => {
    const { annotations, degraded } = planDns(args({ healthCheck: "abcd-1234" }));
    expect(annotations).to.deep.equal({
      [`${PREFIX}/set-identifier`]: "east",
      [`${PREFIX}/aws-failover`]: "SECONDARY",
      [`${PREFIX}/aws-health-check-id`]: "abcd-1234",
    });
    expect(degraded).to.be.empty;
  });

  it("go by latency or weight where the settings say so", () => {
    expect(planDns(args({}, { policy: "latency" })).annotations).to.include({ [`${PREFIX}/aws-region`]: "us-east-1" });
    expect(planDns(args({}, { policy: "weighted" })).annotations).to.include({ [`${PREFIX}/aws-weight`]: "100" });
  });

  it("say that no health check stands behind them", () => {
    expect(planDns(args()).degraded.map(({ remedy }) => remedy)).to.deep.equal([
      "name one in groundplan:existing.east.healthCheck",
    ]);
  });

  it("lead to the primary alone where the provider has plain records only, and say so", () => {
    const secondary = planDns(args({}, { provider: "cloudflare", credentials: ["CF_API_TOKEN"] }));
    expect(secondary.annotations).to.deep.equal({ [`${PREFIX}/controller`]: "none" });
    expect(secondary.degraded).to.have.length(1);
    expect(planDns(args({ role: "primary" }, { provider: "cloudflare" })).annotations).to.deep.equal({});
  });

  it("are owned by system and placement, in the domain's zone, with credentials from a Secret", () => {
    const { values } = planDns(args({ shared: false }, { secretName: "dns" }));
    expect(values).to.deep.include({
      provider: { name: "aws" },
      sources: ["ingress"],
      domainFilters: ["example.org"],
      txtOwnerId: "shop-east",
      labelFilter: "app.kubernetes.io/part-of=shop",
    });
    expect(values.env).to.deep.equal(
      ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map((name) => ({
        name,
        valueFrom: { secretKeyRef: { name: "dns", key: name } },
      })),
    );
  });

  it("are written by one deployment in each cluster of a global system", async () => {
    const plan = await Manifests.plan({
      system: "doc-scraper",
      environment: "dev",
      model: "global",
      settings: {
        regions: ["one", "two"],
        kubernetes: { storageClass: "fast-ssd", dns: { provider: "aws", secretName: "dns" } },
        existing: { one: { healthCheck: "check-one" } },
      },
    });
    const releases = plan.all.filter(({ name }) => name.endsWith("-add-ons-external-dns"));
    expect(releases.map(({ inputs }) => at(inputs, "values.txtOwnerId"))).to.deep.equal([
      "doc-scraper-one",
      "doc-scraper-two",
    ]);
    const routes = plan.all.filter(({ kind, name }) => kind === "HTTPRoute" && name.endsWith("-route-0"));
    expect(routes.map(({ inputs }) => at(inputs, "metadata.annotations"))).to.deep.equal([
      {
        [`${PREFIX}/set-identifier`]: "one",
        [`${PREFIX}/aws-failover`]: "PRIMARY",
        [`${PREFIX}/aws-health-check-id`]: "check-one",
      },
      { [`${PREFIX}/set-identifier`]: "two", [`${PREFIX}/aws-failover`]: "SECONDARY" },
    ]);
  });
});
