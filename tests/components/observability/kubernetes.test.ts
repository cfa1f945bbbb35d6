import { expect } from "chai";
import { dashboard } from "../../../components/observability/monitoring/dashboards";
import { uptimeUrls } from "../../../stacks/sites/kubernetesRoutes";
import { at, Manifests } from "../../stacks/kubernetesManifests";

const SECRET = { secure: "djE6encrypted" };
const ALERTS = {
  slack: { channel: "#alerts", webhook: SECRET },
  pagerduty: { routingKey: SECRET },
  email: { to: ["oncall@example.com"], from: "alerts@example.com", smarthost: "smtp.example.com:587" },
  webhook: { url: SECRET },
  heartbeat: { url: SECRET },
};

describe("alert routes in the cluster", () => {
  let plan: Manifests;
  before(async () => {
    plan = await Manifests.plan({
      system: "scraping-platform",
      environment: "staging",
      model: "distributed",
      settings: { kubernetes: { storageClass: "fast-ssd" }, alerts: ALERTS },
    });
  });
  const spec = () => at(plan.get("AlertmanagerConfig", "application/scraping-platform"), "spec");

  it("take this placement's alerts and no other's", () => {
    expect(at(spec(), "route.matchers")).to.deep.equal([
      { name: "system", value: "scraping-platform", matchType: "=" },
      { name: "environment", value: "staging", matchType: "=" },
      { name: "placement", value: "main", matchType: "=" },
    ]);
  });

  it("page for critical alerts and tell everybody of all", () => {
    const routes = at(spec(), "route.routes") as readonly unknown[];
    expect(routes.map((route) => [at(route, "receiver"), at(route, "continue")])).to.deep.equal([
      ["heartbeat", undefined],
      ["page", true],
      ["notices", undefined],
    ]);
    const receivers = at(spec(), "receivers") as readonly unknown[];
    expect(receivers.map((receiver) => at(receiver, "name"))).to.deep.equal(["notices", "page", "heartbeat", "nobody"]);
    expect(receivers[0]).to.include.keys("slackConfigs", "emailConfigs", "webhookConfigs");
  });

  it("keep webhooks and keys in a Secret they only refer to", () => {
    expect(Object.keys(plan.ofKind("Secret"))).to.include("application/scraping-platform-alert-routes");
    expect(at(spec(), "receivers.0.slackConfigs.0.apiURL")).to.deep.equal({
      name: "scraping-platform-alert-routes",
      key: "slack",
    });
  });

  it("send the switch that always fires to the heartbeat, every five minutes", () => {
    const groups = at(plan.get("PrometheusRule", "application/scraping-platform"), "spec.groups") as readonly unknown[];
    expect(at(groups[1], "rules.0")).to.include({ alert: "DeadMansSwitch", expr: "vector(1)" });
    expect(at(spec(), "route.routes.0.repeatInterval")).to.equal("5m");
  });

  it("say which receivers the settings leave out, and that nobody hears when alerting is dead", async () => {
    const without = await Manifests.plan({
      system: "vibebox",
      environment: "dev",
      model: "distributed",
      settings: { kubernetes: { sharedStorageClass: "nfs" } },
    });
    expect(without.ofKind("AlertmanagerConfig")).to.deep.equal({});
    expect(without.degraded.map(({ feature }) => feature)).to.include.members([
      "alert routes to pagerduty, slack",
      "alarm when alerting itself is dead",
    ]);
  });

  it("come with a dashboard of each kind the system asks for, for Grafana's sidecar to find", () => {
    const maps = Object.entries(plan.ofKind("ConfigMap")).filter(([, map]) =>
      at(map, "metadata.labels.grafana_dashboard"),
    );
    expect(maps.map(([name]) => name)).to.have.members(
      ["infrastructure", "application", "business", "security"].map(
        (kind) => `application/scraping-platform-dashboard-${kind}`,
      ),
    );
    for (const [, map] of maps) {
      const [text] = Object.values(at(map, "data") as Record<string, string>);
      const { panels } = JSON.parse(text ?? "") as { panels: readonly { id: number }[] };
      expect(new Set(panels.map(({ id }) => id)).size).to.equal(panels.length);
      expect(panels).to.not.be.empty;
    }
  });

  it("come with a question from outside for each service whose uptime counts, and alerts on the answers", () => {
    expect(Object.keys(plan.ofKind("Probe"))).to.have.members([
      "application/scraping-platform-web",
      "application/scraping-platform-api",
    ]);
    expect(
      at(plan.get("Probe", "application/scraping-platform-api"), "spec.targets.staticConfig.static"),
    ).to.deep.equal(["https://api.example.org/health/ready"]);
    expect(
      at(plan.get("PrometheusRule", "application/scraping-platform-uptime"), "spec.groups.0.rules.0.alert"),
    ).to.equal("EndpointDown");
  });
});

describe("dashboards", () => {
  const common = { system: "s", title: "S", namespaces: ["a", "b"], targets: { cpuPercent: 70 } } as const;
  const exprs = (kind: "application" | "infrastructure", metrics: Record<string, string>) =>
    (dashboard({ ...common, kind, metrics }).panels as readonly { targets: readonly { expr: string }[] }[]).map(
      ({ targets }) => targets[0]?.expr,
    );

  it("show counters as rates, histograms as their 95th percentile, and gauges as they are", () => {
    expect(
      exprs("application", { a_total: "A", b_duration_seconds: "B", c: "C", d_timestamp_seconds: "D" }).slice(0, 4),
    ).to.deep.equal([
      "sum(rate(a_total[5m]))",
      "histogram_quantile(0.95, sum by (le) (rate(b_duration_seconds_bucket[5m])))",
      "sum(c)",
      "time() - max(d_timestamp_seconds)",
    ]);
  });

  it("show the system's namespaces only, with a line at its targets", () => {
    expect(exprs("infrastructure", {}).every((expr) => expr?.includes('namespace=~"a|b"'))).to.equal(true);
    expect(JSON.stringify(dashboard({ ...common, kind: "infrastructure", metrics: {} }))).to.contain('"value":0.7');
  });

  it("ask nothing of a service the public has no way to", () => {
    const system = { routes: [], services: {}, observability: { uptime: ["worker"] } };
    expect(uptimeUrls(system as unknown as Parameters<typeof uptimeUrls>[0], "example.org")).to.deep.equal({
      worker: undefined,
    });
  });
});
