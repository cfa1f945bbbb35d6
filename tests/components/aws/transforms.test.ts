import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { expect } from "chai";
import { Cluster } from "../../../components/cluster/aws";
import { NodeAutoscaler } from "../../../components/cluster/nodeAutoscaler/aws";
import { type Context, redundancyOf } from "../../../components/context";
import { Postgres } from "../../../components/data/postgres/aws";
import { Redis } from "../../../components/data/redis/aws";
import { Cdn } from "../../../components/edge/cdn/aws";
import { Dns } from "../../../components/edge/dns/aws";
import { LoadBalancer } from "../../../components/edge/loadBalancer/aws";
import { Network } from "../../../components/networking/aws";
import { Audit } from "../../../components/observability/audit/aws";
import { Monitoring } from "../../../components/observability/monitoring/aws";
import { Keys } from "../../../components/secrets/keys/aws";
import { CONCERNS } from "../../../components/secrets/keys/contract";
import { Bucket } from "../../../components/storage/bucket/aws";
import { LogBucket } from "../../../components/storage/bucket/logBucket";
import { FileShare } from "../../../components/storage/fileShare/aws";
import { buildPlan, type Plan, runProgram } from "../../../engine";
import type { StoreOf } from "../../../systems/spec";
import { edge } from "../../../systems/spec/operations";
import { security } from "../../../systems/spec/security";
import { store } from "../../../systems/spec/stores";
import { named } from "../../stacks/awsPlan";

const context: Context = {
  system: "shop",
  environment: "dev",
  model: "distributed",
  placement: "main",
  cloud: "aws",
  region: "us-east-1",
  role: "primary",
  tags: { system: "shop" },
  redundancy: redundancyOf("dev"),
};
const resources = { requests: { cpu: "1", memory: "4Gi" }, limits: { cpu: "2", memory: "8Gi" } };

/** A transform that leaves a mark, in a property the resource has anyway. */
const mark =
  (property: string, value: unknown) =>
  <A>(args: A): A => ({ ...args, [property]: value });

/** Every child with a hook of its own, with the mark the hook leaves. */
const MARKS: readonly (readonly [child: string, property: string, value: unknown])[] = [
  ...CONCERNS.map((concern) => [`keys-${concern}`, "description", `changed ${concern}`] as const),
  ["network-vpc", "instanceTenancy", "dedicated"],
  ["network-flow-log", "maxAggregationInterval", 600],
  ["logs-bucket", "forceDestroy", false],
  ["files-bucket", "forceDestroy", false],
  ["files-bucket-lifecycle", "transitionDefaultMinimumObjectSize", "varies_by_storage_class"],
  ["share-file-system", "performanceMode", "maxIO"],
  ["db-primary", "storageThroughput", 500],
  ["db-parameters", "description", "changed"],
  ["cache-group", "snapshotWindow", "05:00-06:00"],
  ["cache-parameters", "description", "changed"],
  ["cluster-cluster", "forceUpdateVersion", true],
  ["cluster-storage-class", "volumeBindingMode", "Immediate"],
  ["nodes-queue", "receiveWaitTimeSeconds", 20],
  ["nodes-controller", "timeout", 900],
  ["edge-balancer", "clientKeepAlive", 600],
  ["edge-https", "sslPolicy", "ELBSecurityPolicy-TLS13-1-3-2021-06"],
  ["edge-firewall", "description", "changed"],
  ["monitoring-topic", "displayName", "changed"],
  ["dns-health-main", "requestInterval", 10],
  ["cdn-distribution", "httpVersion", "http3"],
  ["audit-trail", "enableLogging", false],
  ["audit-detector", "findingPublishingFrequency", "ONE_HOUR"],
  ["audit-budget", "limitAmount", "1"],
];

function transformsOf(component: string): Record<string, <A>(args: A) => A> {
  return Object.fromEntries(
    MARKS.filter(([child]) => child.startsWith(`${component}-`)).map(([child, property, value]) => [
      child.slice(component.length + 1),
      mark(property, value),
    ]),
  );
}

async function program(): Promise<void> {
  const cloud = new aws.Provider("aws", { region: "us-east-1" });
  const generator = new random.Provider("random", {});
  const options: pulumi.ComponentResourceOptions = { providers: [cloud, generator] };
  const keys = new Keys("keys", { context, transform: transformsOf("keys") }, options);
  const logsKeyArn = keys.arn("logs");
  const network = new Network(
    "network",
    { context, cidrIndex: 0, logsKeyArn, transform: transformsOf("network") },
    options,
  );
  const logs = new LogBucket("logs", { context, transform: transformsOf("logs") }, options);
  const bucket = store.parse({ kind: "bucket" }) as StoreOf<"bucket">;
  const trailBucket = new Bucket("trails", { context, store: "trails", spec: bucket, keys, logs }, options);
  new Bucket("files", { context, store: "files", spec: bucket, keys, logs, transform: transformsOf("files") }, options);
  const cluster = new Cluster(
    "cluster",
    { context, clusterName: "shop", network, keys, nodePools: {}, transform: transformsOf("cluster") },
    options,
  );
  const inCluster = { providers: [cloud, generator, cluster.kubernetes] };
  const common = { context, network, keys, clientGroupId: cluster.nodeSecurityGroupId, clients: [] };
  const postgres = { kind: "postgres", version: "16", resources, storage: { size: "50Gi" } };
  new Postgres(
    "db",
    {
      ...common,
      store: "db",
      spec: store.parse(postgres) as StoreOf<"postgres">,
      transform: transformsOf("db"),
    },
    options,
  );
  const redis = store.parse({ kind: "redis", resources }) as StoreOf<"redis">;
  new Redis("cache", { ...common, store: "cache", spec: redis, transform: transformsOf("cache") }, options);
  const share = store.parse({ kind: "file-share", size: "10Gi" }) as StoreOf<"file-share">;
  const nodeGroupId = cluster.nodeSecurityGroupId;
  new FileShare(
    "share",
    {
      ...{ context, network, keys, nodeGroupId },
      store: "share",
      spec: share,
      namespace: "shop",
      mountable: [],
      transform: transformsOf("share"),
    },
    inCluster,
  );
  new LoadBalancer(
    "edge",
    {
      context,
      ...{ network, keys, logs },
      routes: [],
      edge: edge.parse({}),
      podGroupId: nodeGroupId,
      kubernetes: cluster.kubernetes,
      controller: [],
      transform: transformsOf("edge"),
    },
    inCluster,
  );
  new NodeAutoscaler(
    "nodes",
    {
      context,
      clusterName: "shop",
      groups: [],
      nodeRole: cluster.nodeRole,
      subnetIds: network.privateSubnetIds,
      nodeSecurityGroupId: nodeGroupId,
      kubernetes: cluster.kubernetes,
      after: [],
      identity: () => undefined,
      transform: transformsOf("nodes"),
    },
    inCluster,
  );
  const answer = { placement: "main", region: "us-east-1", dnsName: "lb.example.com", zoneId: "Z2" };
  const hosts = ["shop.example.com"];
  new Dns("dns", { context, hosts, zoneId: "Z1", answers: [answer], transform: transformsOf("dns") }, options);
  new Cdn(
    "cdn",
    {
      ...{ context, hosts, zoneId: "Z1" },
      originHost: "origin.shop.example.com",
      originToken: pulumi.secret("token"),
      edge: edge.parse({}),
      timeoutSeconds: 60,
      transform: transformsOf("cdn"),
    },
    options,
  );
  const watched = {
    databases: [],
    caches: [],
    searches: [],
    memcached: [],
    rotations: [],
    balancers: [],
    natGatewayIds: [],
  };
  const receivers = { emails: [], unreached: [] };
  new Monitoring("monitoring", { context, keys, watched, receivers, transform: transformsOf("monitoring") }, options);
  new Audit(
    "audit",
    {
      context,
      keys,
      security: security.parse({ intrusionDetection: true }),
      wholeAccount: true,
      trailBucket,
      budget: { monthlyUsd: 100, to: ["finance@example.com"] },
      transform: transformsOf("audit"),
    },
    options,
  );
}

describe("transform hooks of components on aws", function () {
  this.timeout(60_000);
  let plan: Plan;

  before(async () => {
    const result = await runProgram({
      program,
      project: "project",
      stack: "stack",
      config: {},
      secretKeys: [],
      mode: "preview",
    });
    plan = buildPlan(result, { system: "shop", environment: "dev", model: "distributed", placements: [] });
  });

  for (const [child, property, value] of MARKS) {
    it(`lets a caller change ${property} of ${child}`, () => {
      const [resource, ...others] = plan.resources.filter(({ name, inputs }) => name === child && property in inputs);
      expect(others).to.deep.equal([]);
      expect(resource?.inputs[property] ?? named(plan, child).inputs[property]).to.equal(value);
    });
  }
});
