import { expect } from "chai";
import { CLUSTER_CONSTRAINTS, type ClusterSubject } from "../../../components/cluster/eks/constraints";
import { POSTGRES_CONSTRAINTS } from "../../../components/data/postgres/constraints";
import { REDIS_CONSTRAINTS } from "../../../components/data/redis/constraints";
import { CDN_CONSTRAINTS, type CdnSubject } from "../../../components/edge/cdn/constraints";
import { LOAD_BALANCER_CONSTRAINTS, type LoadBalancerSubject } from "../../../components/edge/loadBalancer/constraints";
import type { LoadBalancerRoute } from "../../../components/edge/loadBalancer/contract";
import { BUCKET_CONSTRAINTS } from "../../../components/storage/bucket/constraints";
import { EXISTING_CONSTRAINTS, type ExistingSubject } from "../../../stacks/sites/aws/existingConstraints";
import { FARGATE_CONSTRAINTS, type FargateSubject } from "../../../stacks/sites/aws/fargateConstraints";
import { PLACEMENT_CONSTRAINTS, type PlacementSubject } from "../../../stacks/sites/aws/placementConstraints";
import { docScraper } from "../../../systems/docScraper";
import { resolveSystem } from "../../../systems/resolve";
import { nodePool } from "../../../systems/spec/service";
import { vibebox } from "../../../systems/vibebox";
import { webharvest } from "../../../systems/webharvest";
import { many, table } from "./constraintTable";

const route = (change: Partial<LoadBalancerRoute> = {}): LoadBalancerRoute => ({
  host: "example.com",
  path: "/",
  service: "web",
  namespace: "app",
  servicePort: 80,
  targetPort: 3000,
  healthPath: "/health",
  timeoutSeconds: 60,
  ready: [],
  ...change,
});
const balancer = (change: Partial<LoadBalancerSubject> = {}): LoadBalancerSubject => ({
  routes: [route()],
  edge: { headers: { "x-frame-options": "DENY", "x-content-type-options": "nosniff" }, rateLimit: 100 },
  ...change,
});
const routes = (...changes: readonly Partial<LoadBalancerRoute>[]) => ({ routes: changes.map(route) });
const headers = (given: Readonly<Record<string, string>>) => ({ edge: { headers: given } });
table("load balancers", LOAD_BALANCER_CONSTRAINTS, balancer, [
  ["alb-rules", routes(...many(101).map((index) => ({ path: `/${index}` }))), "routes"],
  ["alb-target-groups", routes(...many(101).map((index) => ({ service: `s${index}` }))), "routes"],
  ["alb-path", routes({ path: `/${"a".repeat(126)}` }), "routes[0].path"],
  ["alb-health-path", routes({ healthPath: `/${"a".repeat(1_024)}` }), "routes[0].healthPath"],
  ["alb-idle-timeout", routes({ timeoutSeconds: 4_001 }), "routes[0].timeoutSeconds"],
  ["alb-header-values", headers({ "x-content-type-options": "sniff" }), "edge.headers.x-content-type-options"],
  ["alb-frame-options", headers({ "x-frame-options": "MAYBE" }), "edge.headers.x-frame-options"],
  ["acm-names", routes(...many(11).map((index) => ({ host: `h${index}.example.com` }))), "routes"],
  ["acm-common-name", routes({ host: `${"a".repeat(60)}.example.com` }), "routes[0].host"],
  ["acm-name", routes({}, { host: `${"a".repeat(64)}.example.com` }), "routes[1].host"],
  ["waf-rate-limit", { edge: { headers: {}, rateLimit: 9 } }, "edge.rateLimit"],
]);

const cdn = (change: Partial<CdnSubject> = {}): CdnSubject => ({
  region: "us-east-1",
  hosts: ["example.com"],
  edge: { headers: { "referrer-policy": "no-referrer" }, staticPaths: ["/static"] },
  buckets: [{ store: "assets", path: "/assets" }],
  ...change,
});
const delivered = (count: number, path: (index: number) => string) => ({
  buckets: many(count).map((index) => ({ store: `s${index}`, path: path(index) })),
});
const ownHeaders = Object.fromEntries(many(11).map((index) => [`x-own-${index}`, "1"]));
table("CloudFront", CDN_CONSTRAINTS, cdn, [
  ["cloudfront-certificate-region", { region: "eu-west-1" }, "region"],
  ["cloudfront-hosts", { hosts: many(101).map((index) => `h${index}.example.com`) }, "routes"],
  [
    "cloudfront-behaviors",
    { edge: { headers: {}, staticPaths: many(76).map((index) => `/${index}`) } },
    "edge.staticPaths",
  ],
  ["cloudfront-origins", delivered(100, (index) => `/${index}`), "stores"],
  ["cloudfront-function-size", delivered(60, (index) => `/${"a".repeat(200)}${index}`), "stores"],
  ["cloudfront-bucket-path", delivered(1, () => "/static"), "stores.s0.cdnPath"],
  ["cloudfront-path-pattern", { edge: { headers: {}, staticPaths: ["/a b"] } }, "edge.staticPaths[0]"],
  ["cloudfront-custom-headers", { edge: { headers: ownHeaders } }, "edge.headers"],
  ["cloudfront-referrer-policy", headers({ "referrer-policy": "always" }), "edge.headers.referrer-policy"],
]);

const pools = (change: object = {}) => ({
  nodePools: { one: nodePool.parse({ cpu: "4", memory: "8Gi", min: 1, max: 3, ...change }) },
});
const cluster = (change: Partial<ClusterSubject> = {}): ClusterSubject => ({
  ...pools({ labels: { "example.com/kind": "worker" }, classes: { aws: "c5.xlarge" } }),
  version: "1.35",
  nodeRelease: "1.35.2-20260224",
  cidrBlock: "172.21.0.0/16",
  publicAccessCidrBlocks: ["203.0.113.0/24"],
  fargateNamespaces: ["jobs"],
  identities: { jobs: "web-identity" },
  ...change,
});
table("EKS", CLUSTER_CONSTRAINTS, cluster, [
  ["eks-version", { version: "1.20" }, "groundplan:compute.kubernetesVersion"],
  ["eks-node-release", { nodeRelease: "1.34.4-20260224" }, "groundplan:compute.nodeRelease"],
  [
    "eks-node-groups",
    { nodePools: Object.fromEntries(many(30).map((index) => [`p${index}`, pools().nodePools.one])) },
    "nodePools",
  ],
  ["eks-nodes-per-group", pools({ max: 451 }), "nodePools.one.max"],
  [
    "eks-instance-types",
    pools({ alternatives: { aws: many(20).map((index) => `c${index}.large`) } }),
    "nodePools.one.alternatives.aws",
  ],
  ["ec2-instance-type-form", pools({ classes: { aws: "large" } }), "nodePools.one.classes.aws"],
  ["ec2-instance-architecture", pools({ classes: { aws: "c7g.large" } }), "nodePools.one.classes.aws"],
  ["ec2-largest-node", pools({ cpu: "65" }), "nodePools.one"],
  ["ebs-volume-size", pools({ diskSize: "65Ti" }), "nodePools.one.diskSize"],
  [
    "eks-node-labels",
    pools({ labels: Object.fromEntries(many(49).map((index) => [`l${index}`, ""])) }),
    "nodePools.one.labels",
  ],
  [
    "eks-node-label-form",
    pools({ labels: { "node.kubernetes.io/kind": "x" } }),
    "nodePools.one.labels.node.kubernetes.io/kind",
  ],
  [
    "eks-public-ranges",
    { publicAccessCidrBlocks: many(41).map((index) => `203.0.113.${index}/32`) },
    "groundplan:access.deployer.cidrBlocks",
  ],
  ["eks-public-range-routed", { publicAccessCidrBlocks: ["10.0.0.0/8"] }, "groundplan:access.deployer.cidrBlocks[0]"],
  ["eks-service-range", { cidrBlock: "172.20.0.0/18" }, "groundplan:placements.cidrBlock"],
  [
    "eks-fargate-profiles",
    { fargateNamespaces: many(11).map((index) => `n${index}`) },
    "groundplan:compute.fargateNamespaces",
  ],
  ["eks-pod-identity-fargate", { identities: { jobs: "pod-identity" } }, "groundplan:compute.fargateNamespaces[0]"],
]);

const target = { model: "distributed", environment: "staging", placement: "main" } as const;
const unpooled = { services: { api: { nodePool: null }, worker: { nodePool: null } } };
const scraper = resolveSystem(docScraper, { ...target, overrides: unpooled });
const api = (change: object): FargateSubject => ({
  system: resolveSystem(docScraper, {
    ...target,
    overrides: { services: { ...unpooled.services, api: { nodePool: null, ...change } } },
  }),
  namespaces: ["doc-scraper"],
});
const fargate = (change: Partial<FargateSubject> = {}): FargateSubject => ({
  system: scraper,
  namespaces: ["doc-scraper"],
  ...change,
});
const isolated = resolveSystem(vibebox, target);
const harvest = resolveSystem(webharvest, target);
table("Fargate", FARGATE_CONSTRAINTS, fargate, [
  ["fargate-namespaces", { namespaces: ["nowhere"] }, "groundplan:compute.fargateNamespaces[0]"],
  ["fargate-daemonsets", { system: isolated, namespaces: ["docker"] }, "services.docker.kind"],
  ["fargate-mesh", { system: isolated, namespaces: ["backend"], meshed: true }, "services.backend.mesh"],
  ["fargate-node-pools", api({ nodePool: "workers", interruptible: true }), "services.api.nodePool"],
  ["fargate-privileged", { system: isolated, namespaces: ["docker"] }, "services.docker.security.podSecurity"],
  ["fargate-volumes", api({ volumes: [{ name: "data", path: "/data", size: "1Gi" }] }), "services.api.volumes[0].size"],
  ["fargate-store-disks", { system: harvest, namespaces: ["webharvest"] }, "stores.qdrant.namespace"],
  ["fargate-architecture", { architecture: "arm64" }, "groundplan:compute.architecture"],
  [
    "fargate-pod-size",
    api({ resources: { requests: { memory: "121Gi" }, limits: { memory: "121Gi" } } }),
    "services.api.resources.requests",
  ],
  [
    "fargate-ephemeral-storage",
    api({ resources: { limits: { ephemeralStorage: "176Gi" } } }),
    "services.api.resources.limits.ephemeralStorage",
  ],
]);

const KEY = "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-4000-8000-000000000000";
const here = {
  name: "main",
  cloud: "aws",
  region: "us-east-1",
  role: "primary",
  cidrIndex: 0,
  zones: 3,
  existing: { kmsKey: KEY, zone: "Z0123456789ABCDEFGHIJ", databases: {}, buckets: {} },
} as const;
type Placement = PlacementSubject["placement"];
const subject = (
  change: {
    placement?: Partial<Placement>;
    others?: readonly Partial<Placement>[];
    settings?: object;
    externalPorts?: readonly number[];
  } = {},
): PlacementSubject => {
  const placement: Placement = { ...here, ...change.placement };
  const before = (change.others ?? []).map((other): Placement => ({ ...here, ...other }));
  return {
    settings: {
      retention: { logsDays: 90, metricsDays: 90 },
      tags: { owner: "platform team" },
      alerts: { budget: { monthlyUsd: 1, to: ["a@example.com"] } },
      placements: [...before, placement],
      access: { aws: { allowedAccountIds: ["111122223333"] } } as unknown as PlacementSubject["settings"]["access"],
      ...change.settings,
    },
    placement,
    edge: { cdn: true },
    externalPorts: change.externalPorts ?? [443],
  };
};
const existing = (fields: object) => ({ placement: { existing: { ...here.existing, ...fields } } });
table("a placement's settings", PLACEMENT_CONSTRAINTS, subject, [
  ["cloudwatch-logs-retention", { settings: { retention: { logsDays: 45 } } }, "groundplan:retention.logsDays"],
  [
    "cloudwatch-metrics-retention",
    { settings: { retention: { metricsDays: 456 } } },
    "groundplan:retention.metricsDays",
  ],
  [
    "kms-key-arn",
    existing({ kmsKey: "arn:aws:kms:us-east-1:111122223333:alias/mine" }),
    "groundplan:existing.main.kmsKey",
  ],
  ["kms-key-region", existing({ kmsKey: KEY.replace("us-east-1", "eu-west-1") }), "groundplan:existing.main.kmsKey"],
  [
    "kms-key-account",
    existing({ kmsKey: KEY.replace("111122223333", "444455556666") }),
    "groundplan:existing.main.kmsKey",
  ],
  ["route53-zone-id", existing({ zone: "example.com" }), "groundplan:existing.main.zone"],
  ["cloudfront-partition", { placement: { region: "us-gov-west-1" } }, "groundplan:placements[0].region"],
  ["vpc-zones", { placement: { region: "us-west-1", zones: 3 } }, "groundplan:placements[0].zones"],
  [
    "rds-replication-account",
    { placement: { account: "111122223333" }, others: [{ name: "first", account: "444455556666" }] },
    "groundplan:placements[1].account",
  ],
  [
    "tags-count",
    { settings: { tags: Object.fromEntries(many(41).map((index) => [`t${index}`, ""])) } },
    "groundplan:tags",
  ],
  ["tags-characters", { settings: { tags: { owner: "a;b" } } }, "groundplan:tags.owner"],
  [
    "budgets-subscribers",
    { settings: { alerts: { budget: { monthlyUsd: 1, to: many(11).map((index) => `a${index}@example.com`) } } } },
    "groundplan:alerts.budget.to",
  ],
  ["vpc-security-group-rules", { externalPorts: many(36) }, "external"],
]);

const VPC = {
  id: "vpc-0123456789abcdef0",
  publicSubnetIds: ["subnet-0123456789abcdef0", "subnet-01234567"],
  privateSubnetIds: ["subnet-0123456789abcdef1", "subnet-0123456789abcdef2"],
  dataSubnetIds: ["subnet-0123456789abcdef1"],
};
const network = (change: { vpc?: Partial<typeof VPC>; placement?: Partial<Placement> } = {}): ExistingSubject => {
  const { zones: _zones, ...plain } = here;
  const own = { ...here.existing, vpc: { ...VPC, ...change.vpc } };
  return subject({
    placement: { ...plain, zones: undefined, existing: own, ...change.placement } as Partial<Placement>,
  });
};
table("a network that is there", EXISTING_CONSTRAINTS, network, [
  ["vpc-id", { vpc: { id: "foo" } }, "groundplan:existing.main.vpc.id"],
  ["subnet-id", { vpc: { dataSubnetIds: ["bar"] } }, "groundplan:existing.main.vpc.dataSubnetIds[0]"],
  [
    "subnet-tiers",
    { vpc: { publicSubnetIds: ["subnet-0123456789abcdef2"] } },
    "groundplan:existing.main.vpc.privateSubnetIds[1]",
  ],
  ["vpc-own-range", { placement: { cidrBlock: "10.4.0.0/16" } }, "groundplan:placements[0].cidrBlock"],
  [
    "elasticache-topic-account",
    { placement: { existing: { ...here.existing, cacheTopic: "arn:aws:sns:us-east-1:444455556666:events" } } },
    "groundplan:existing.main.cacheTopic",
  ],
]);

describe("service constraints of AWS", () => {
  const all = [
    ...POSTGRES_CONSTRAINTS,
    ...REDIS_CONSTRAINTS,
    ...BUCKET_CONSTRAINTS,
    ...LOAD_BALANCER_CONSTRAINTS,
    ...CDN_CONSTRAINTS,
    ...CLUSTER_CONSTRAINTS,
    ...FARGATE_CONSTRAINTS,
    ...PLACEMENT_CONSTRAINTS,
    ...EXISTING_CONSTRAINTS,
  ].map(({ id }) => id);

  it("are more than fifty, each under a name of its own", () => {
    expect(all.length).to.be.greaterThan(50);
    expect(new Set(all).size).to.equal(all.length);
  });
});
