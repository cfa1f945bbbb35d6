import { expect } from "chai";
import { at, Manifests } from "../../stacks/kubernetesManifests";

const KUBERNETES = { storageClass: "fast-ssd", sharedStorageClass: "nfs" };

function plan(system: string, kubernetes: object = {}): Promise<Manifests> {
  return Manifests.plan({
    system,
    environment: "staging",
    model: "distributed",
    settings: { kubernetes: { ...KUBERNETES, ...kubernetes } },
  });
}

const release = (from: Manifests, name: string) =>
  from.all.find((each) => each.name === `main-cluster-add-ons-${name}`)?.inputs;

describe("collectors in the cluster", () => {
  it("take traces of instrumented services, whose libraries find them by OpenTelemetry's own variables", async () => {
    const made = await plan("charterflow");
    const env = at(made.get("Deployment", "charterflow/api"), "spec.template.spec.containers.0.env") as readonly {
      name: string;
      value?: string;
    }[];
    const values = Object.fromEntries(env.map(({ name, value }) => [name, value]));
    expect(values).to.include({
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel-collector.monitoring.svc:4318",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
      OTEL_SERVICE_NAME: "api",
    });
    expect(at(release(made, "otel-collector"), "values.config.exporters.otlphttp.endpoint")).to.equal(
      "http://tempo.monitoring.svc:4318",
    );
    expect(release(made, "otel-collector")).to.include({ allowNullValues: true });
    expect(release(made, "tempo")).to.include({ version: "2.2.4" });
  });

  it("bring logs to Loki, and Grafana is told of both", async () => {
    const made = await plan("charterflow");
    expect(at(release(made, "log-collector"), "values.presets.logsCollection.enabled")).to.equal(true);
    expect(at(release(made, "log-collector"), "values.config.exporters.otlphttp.endpoint")).to.equal(
      "http://loki.monitoring.svc:3100/otlp",
    );
    const sources = at(release(made, "kube-prometheus-stack"), "values.grafana.additionalDataSources");
    expect((sources as readonly { type: string }[]).map(({ type }) => type)).to.deep.equal(["loki", "tempo"]);
    // The values of the catalog stay beside what is laid over them.
    expect(at(release(made, "kube-prometheus-stack"), "values.grafana.sidecar.dashboards.searchNamespace")).to.equal(
      "ALL",
    );
    expect(made.degraded.map(({ feature }) => feature).join()).to.not.match(/collecting logs|traces/);
  });

  it("say so where the settings leave them out", async () => {
    const made = await plan("vibebox", { addOns: { "otel-collector": "none", "log-collector": "none" } });
    const features = made.degraded.map(({ feature }) => feature);
    expect(features).to.include.members(["collecting logs for loki", "traces in jaeger"]);
    const env = JSON.stringify(at(made.get("Deployment", "backend/backend"), "spec.template.spec.containers.0.env"));
    expect(env).to.not.contain("OTEL_");
  });

  it("are Elastic's own where a system wants its logs in an index: Filebeat, Logstash, Kibana", async () => {
    const made = await plan("scraping-platform");
    expect(release(made, "loki")).to.equal(undefined);
    const beat = at(made.get("Beat", "monitoring/scraping-platform"), "spec");
    expect(at(beat, "version")).to.equal("8.19.8");
    expect((at(beat, "config") as Record<string, readonly unknown[]>)["filebeat.inputs"]).to.have.length(2);
    expect(at(beat, "daemonSet.podTemplate.spec.containers.0.volumeMounts.0.readOnly")).to.equal(true);
    const logstash = at(made.get("Logstash", "monitoring/scraping-platform"), "spec");
    expect(at(logstash, "count")).to.equal(2);
    expect(at(logstash, "elasticsearchRefs.0")).to.deep.equal({
      name: "elasticsearch",
      namespace: "data",
      clusterName: "index",
    });
    expect(at(made.get("Kibana", "monitoring/scraping-platform"), "spec.elasticsearchRef.namespace")).to.equal("data");
    const waits = made.all.find(({ kind }) => kind === "Beat")?.dependencies.map((urn) => urn.split("::").at(-1));
    expect(waits).to.include.members(["main-elasticsearch-cluster", "main-cluster-add-ons-kube-prometheus-stack"]);
  });
});
