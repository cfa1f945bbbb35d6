import { expect } from "chai";
import type { Plan } from "../../engine";
import { named, ofType, planAws } from "./awsPlan";

const RELEASE = "kubernetes:helm.sh/v3:Release";
const FARGATE = {
  "groundplan:compute": { fargateNamespaces: ["doc-scraper"] },
  "groundplan:overrides": { services: { api: { nodePool: null }, worker: { nodePool: null } } },
};
const WEBHARVEST = { "groundplan:system": "webharvest" };

interface Collector {
  readonly image: { readonly repository: string };
  readonly command: { readonly name: string };
  readonly config: {
    readonly exporters: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    readonly service: {
      readonly pipelines: Readonly<Record<string, { readonly exporters: readonly string[] } | null>>;
    };
  };
}

function valuesOf(plan: Plan, release: string): Collector {
  return named(plan, `main-add-ons-${release}`, RELEASE).inputs.values as unknown as Collector;
}

function releasesOf(plan: Plan): readonly string[] {
  return ofType(plan, RELEASE).map(({ name }) => name.replace("main-add-ons-", ""));
}

describe("what containers write and trace, on AWS", function () {
  this.timeout(120_000);

  it("keeps what containers write in a group of CloudWatch that outlives their nodes, encrypted, for the environment's days", async () => {
    const { plan } = await planAws("simulate");
    const cluster = String(named(plan, "main-cluster-cluster").inputs.name);
    const group = named(plan, "main-container-logs-group", "aws:cloudwatch/logGroup:LogGroup");
    expect(group.inputs).to.include({ name: `/aws/eks/${cluster}/containers`, retentionInDays: 30 });
    expect(String(group.inputs.kmsKeyId)).to.match(/^arn:aws:kms:us-east-1:/);
    expect(group.propertyDependencies.kmsKeyId?.join()).to.include("::main-keys-logs");
  });

  it("sends them there from every node, beside Loki, and lets the collector write to that group alone", async () => {
    const { plan } = await planAws("simulate");
    const cluster = String(named(plan, "main-cluster-cluster").inputs.name);
    const { image, command, config } = valuesOf(plan, "log-collector");
    expect([image.repository, command.name]).to.deep.equal(["otel/opentelemetry-collector-contrib", "otelcol-contrib"]);
    expect(config.exporters.awscloudwatchlogs).to.deep.equal({
      region: "us-east-1",
      log_group_name: `/aws/eks/${cluster}/containers`,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the collector replaces it, not JavaScript.
      log_stream_name: "${env:STREAM}",
    });
    expect(config.service.pipelines.logs?.exporters).to.deep.equal(["otlphttp", "awscloudwatchlogs"]);
    const association = named(plan, "main-cluster-identity-monitoring-log-collector-association");
    expect(association.inputs).to.include({ namespace: "monitoring", serviceAccount: "log-collector" });
    const policy = named(plan, "main-cluster-identity-monitoring-log-collector-policy");
    const [statement] = (JSON.parse(String(policy.inputs.policy)) as { Statement: { Resource: string[] }[] }).Statement;
    const arn = `arn:aws:logs:us-east-1:111122223333:log-group:/aws/eks/${cluster}/containers`;
    expect(statement?.Resource).to.deep.equal([arn, `${arn}:log-stream:*`]);
    const release = named(plan, "main-add-ons-log-collector", RELEASE);
    expect(release.dependencies.join()).to.include("main-container-logs-group").and.to.include(association.urn);
  });

  it("collects them also where an index of the system's own is the place to look", async () => {
    const { plan } = await planAws("simulate", {
      "groundplan:system": "scraping-platform",
      "groundplan:images": { registry: "registry.example.com/team" },
      "groundplan:placements": [{ name: "main", cloud: "aws", region: "us-east-1" }],
    });
    expect(valuesOf(plan, "log-collector").config.service.pipelines.logs?.exporters).to.deep.equal([
      "awscloudwatchlogs",
    ]);
    expect(releasesOf(plan)).not.to.include("loki");
  });

  it("goes without where the settings say so, and says it", async () => {
    const { plan } = await planAws("preview", {
      "groundplan:kubernetes": { addOns: { "log-collector": "none", loki: "none" } },
    });
    expect(releasesOf(plan)).not.to.include("log-collector");
    expect(plan.resources.filter(({ name }) => name.includes("container-logs"))).to.deep.equal([]);
    expect(plan.degraded.map(({ feature }) => feature)).to.include("logs of the containers in CloudWatch");
  });

  it("tells Fargate's own collector, and lets the role that starts its pods write to the group", async () => {
    const { plan } = await planAws("simulate", FARGATE);
    const cluster = String(named(plan, "main-cluster-cluster").inputs.name);
    expect(named(plan, "main-container-logs-fargate-namespace").inputs.metadata).to.deep.include({
      name: "aws-observability",
      labels: { "aws-observability": "enabled", "app.kubernetes.io/managed-by": "groundplan" },
    });
    const configuration = named(plan, "main-container-logs-fargate-configuration").inputs as {
      metadata: { name: string };
      data: Record<string, string>;
    };
    expect(configuration.metadata.name).to.equal("aws-logging");
    expect(configuration.data["output.conf"]?.split("\n").map((line) => line.trim())).to.include.members([
      "Name cloudwatch_logs",
      "region us-east-1",
      `log_group_name /aws/eks/${cluster}/containers`,
      "auto_create_group false",
    ]);
    const policy = named(plan, "main-container-logs-fargate-policy");
    expect(policy.propertyDependencies.role?.join()).to.include("::main-cluster-fargate-role");
    expect(
      ofType((await planAws("simulate")).plan, "kubernetes:core/v1:ConfigMap").map(({ name }) => name),
    ).not.to.include("main-container-logs-fargate-configuration");
  });

  it("sends traces to X-Ray where the system wants the cloud's own service, and installs no Tempo for them", async () => {
    const { plan } = await planAws("simulate", WEBHARVEST);
    const cluster = String(named(plan, "main-cluster-cluster").inputs.name);
    const { config } = valuesOf(plan, "otel-collector");
    expect(config.exporters).to.deep.equal({
      awsxray: { region: "us-east-1", local_mode: true, aws_log_groups: [`/aws/eks/${cluster}/containers`] },
    });
    expect(config.service.pipelines.traces?.exporters).to.deep.equal(["awsxray"]);
    expect(releasesOf(plan)).not.to.include("tempo");
    const policy = named(plan, "main-cluster-identity-monitoring-otel-collector-policy");
    const { Statement } = JSON.parse(String(policy.inputs.policy)) as { Statement: { Action: string[] }[] };
    expect(Statement.map(({ Action }) => Action)).to.deep.equal([
      ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
    ]);
    expect(JSON.stringify(valuesOf(plan, "kube-prometheus-stack"))).not.to.include("tempo");
  });

  it("keeps traces in the cluster where the system names Tempo or Jaeger", async () => {
    const { plan } = await planAws("simulate", {
      ...WEBHARVEST,
      "groundplan:overrides": { observability: { traces: "tempo" } },
    });
    expect(Object.keys(valuesOf(plan, "otel-collector").config.exporters)).to.deep.equal(["otlphttp"]);
    expect(releasesOf(plan)).to.include("tempo");
    expect(plan.resources.filter(({ name }) => name.includes("otel-collector-policy"))).to.deep.equal([]);
  });
});
