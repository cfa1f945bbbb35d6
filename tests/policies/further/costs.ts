import { one, type RuleCase } from "../cases";
import { DELETE } from "../harness";
import { allows, bounded, type Further, nested } from "./build";

const CLASSES: readonly (readonly [string, string, string])[] = [
  ["aws:ec2/launchTemplate:LaunchTemplate", "instanceType", "m7g.large"],
  ["aws:eks/nodeGroup:NodeGroup", "instanceTypes.0", "m7g.large"],
  ["aws:rds/instance:Instance", "instanceClass", "db.m7g.large"],
  ["aws:rds/clusterInstance:ClusterInstance", "instanceClass", "db.r7g.large"],
  ["aws:elasticache/replicationGroup:ReplicationGroup", "nodeType", "cache.r7g.large"],
  ["aws:elasticache/cluster:Cluster", "nodeType", "cache.t4g.micro"],
  ["aws:opensearch/domain:Domain", "clusterConfig.instanceType", "r7g.large.search"],
  ["gcp:compute/instance:Instance", "machineType", "e2-standard-4"],
  ["gcp:compute/instanceTemplate:InstanceTemplate", "machineType", "n4-standard-4"],
  ["gcp:container/nodePool:NodePool", "nodeConfig.machineType", "c3-standard-8"],
  ["gcp:sql/databaseInstance:DatabaseInstance", "settings.tier", "db-custom-4-16384"],
];
const classes: readonly RuleCase[] = CLASSES.map(([type, path, name]) => ({
  base: one(type, nested(path, name)),
  fails: [{ at: path, to: "huge", message: "huge is not among the classes allowed in production" }],
  unknown: [path],
}));

const machine = one("aws:ec2/instance:Instance", { instanceType: "m7g.large" });
const SMALL = [
  ["t4g.nano", "t4g.micro", "t4g.small", "t4g.medium", "m7g.large", "t3.small.search", "e2-medium"],
  ["f1-micro", "g1-small", "db-f1-micro", "db-g1-small"],
].flat();
const MIDDLE = [
  ["m7g.xlarge", "m7g.2xlarge", "n2-standard-8", "n2d-standard-8", "c3-standard-8", "t2d-standard-8", "c4a-standard-8"],
  ["db-custom-8-32768", "db-perf-optimized-N-8"],
].flat();
const LARGE = ["m7g.4xlarge", "m7g.8xlarge", "n2-highmem-64", "c3-highcpu-88", "c4-standard-48", "n4-standard-80"];

const inEnvironment = (environment: string, values: readonly string[]): RuleCase =>
  allows(machine, "instanceType", values, { environment });

export const costs: Further = {
  "machine-class-allowed": [
    ...classes,
    inEnvironment("dev", [
      ...SMALL,
      "m7g.xlarge",
      "c4a-highcpu-4",
      "n2-standard-4",
      "db-custom-4-16384",
      "db-perf-optimized-N-4",
    ]),
    inEnvironment("staging", [...SMALL, ...MIDDLE]),
    inEnvironment("production", [
      ...SMALL,
      ...MIDDLE,
      ...LARGE,
      "t2a-standard-48",
      "db-custom-96-638976",
      "db-perf-optimized-N-128",
    ]),
  ],
  "machine-count-within-maximum": [
    ...bounded(
      [
        ["aws:eks/nodeGroup:NodeGroup", "scalingConfig.maxSize"],
        ["aws:autoscaling/group:Group", "maxSize"],
        ["aws:elasticache/replicationGroup:ReplicationGroup", "numCacheClusters"],
        ["aws:elasticache/replicationGroup:ReplicationGroup", "numNodeGroups"],
        ["aws:opensearch/domain:Domain", "clusterConfig.instanceCount"],
        ["gcp:container/nodePool:NodePool", "autoscaling.maxNodeCount"],
        ["gcp:container/nodePool:NodePool", "autoscaling.totalMaxNodeCount"],
        ["gcp:container/nodePool:NodePool", "nodeCount"],
        ["gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager", "targetSize"],
      ],
      100,
      101,
      (path) => `${path} 101 exceeds 100, the maximum in production`,
    ),
    ...bounded(
      [["aws:autoscaling/group:Group", "maxSize"]],
      20,
      21,
      () => "maxSize 21 exceeds 20, the maximum in staging",
      { environment: "staging" },
    ),
    ...bounded([["aws:autoscaling/group:Group", "maxSize"]], 5, 6, () => "maxSize 6 exceeds 5, the maximum in dev", {
      environment: "dev",
    }),
  ],
  "disk-within-maximum": [
    ...bounded(
      [
        ["aws:ebs/volume:Volume", "size"],
        ["aws:ec2/instance:Instance", "rootBlockDevice.volumeSize"],
        ["aws:rds/instance:Instance", "allocatedStorage"],
        ["aws:rds/instance:Instance", "maxAllocatedStorage"],
        ["gcp:compute/disk:Disk", "size"],
        ["gcp:compute/instance:Instance", "bootDisk.initializeParams.size"],
        ["gcp:container/nodePool:NodePool", "nodeConfig.diskSizeGb"],
      ],
      16384,
      16385,
      (path) => `${path} 16385 exceeds 16384, the maximum in production`,
    ),
    ...bounded(
      [["gcp:compute/disk:Disk", "size"]],
      1024,
      1025,
      () => "size 1025 exceeds 1024, the maximum in staging",
      { environment: "staging" },
    ),
  ],
  "non-production-schedule": [
    {
      base: [...machine, { type: "aws:scheduler/schedule:Schedule", name: "night", props: { state: "ENABLED" } }],
      config: { environment: "staging" },
      fails: [{ at: "state", to: "DISABLED", on: 1, message: "1 machines run in staging without any schedule" }],
      // Production runs all the time, and is asked nothing.
      passes: [{ at: "state", to: "DISABLED", on: 1, config: { environment: "production" } }],
      unknown: [],
    },
  ],
  "resource-tagged": [
    ["gcp:container/cluster:Cluster", "resourceLabels"],
    ...["redis/instance:Instance", "storage/bucket:Bucket", "compute/instance:Instance", "compute/disk:Disk"].map(gcp),
    ...["kms/cryptoKey:CryptoKey", "secretmanager/secret:Secret", "pubsub/topic:Topic"].map(gcp),
    ...["artifactregistry/repository:Repository", "filestore/instance:Instance"].map(gcp),
  ].map(([type = "", path = ""]) => ({
    base: one(type, {
      [path]: Object.fromEntries(["system", "environment", "model", "owner", "managed-by"].map((tag) => [tag, "x"])),
    }),
    fails: [{ at: `${path}.owner`, to: DELETE, message: `${path} lacks owner` }],
    unknown: [path],
  })),
};

function gcp(type: string): readonly [string, string] {
  return [`gcp:${type}`, "labels"];
}
