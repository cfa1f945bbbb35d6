import { z } from "zod";
import {
  absolutePath,
  alone,
  classes,
  count,
  cpu,
  cron,
  duration,
  envName,
  memory,
  name,
  percent,
  port,
  positive,
  resources,
} from "./primitives";

const portSpec = z.strictObject({
  port: port.describe("Port the container listens on"),
  servicePort: port.optional().describe("Port other services use; the container's own when absent"),
  protocol: z.enum(["http", "tcp", "grpc"]).default("http").describe("What is spoken on the port"),
});

const probe = z.strictObject({
  path: absolutePath.optional().describe("HTTP path; a TCP connection is tried when neither path nor command is given"),
  command: z.array(z.string()).min(1).optional().describe("Command run in the container instead of a request"),
  port: name.optional().describe("Name of the port; the first port when absent"),
  initialDelaySeconds: count.default(0).describe("Seconds to wait before the first check"),
  periodSeconds: positive.default(10).describe("Seconds between checks"),
  timeoutSeconds: positive.default(5).describe("Seconds until a check counts as failed"),
  failureThreshold: positive.default(3).describe("Failures in a row that count"),
});

const scalingStep = z.strictObject({
  pods: positive.describe("Pods added or removed at a time"),
  periodSeconds: z.int().min(1).max(1_800).describe("Seconds between two steps"),
  stabilizationSeconds: z.int().min(0).max(3_600).optional().describe("Seconds of calm before a step is taken"),
});

const queueTrigger = z.strictObject({
  store: name.describe("Broker or Redis store that holds the queue"),
  library: z.enum(["celery", "bullmq"]).describe("Library that wrote the queue: decides which keys are read"),
  queue: z.string().min(1).default("celery").describe("Name of the queue"),
  lengthPerReplica: positive.describe("Waiting jobs one replica is expected to take"),
});

const customMetric = z.strictObject({
  name: z.string().min(1).describe("Name the metric is known by"),
  query: z.string().min(1).describe("PromQL giving the total over all pods"),
  perReplica: z.int().min(1).max(1_000_000_000).describe("Value one replica is expected to carry"),
});

export const scaling = z
  .strictObject({
    replicas: count.optional().describe("Fixed count; excludes min and max"),
    min: count.optional().describe("Fewest replicas"),
    max: positive.optional().describe("Most replicas"),
    start: positive
      .optional()
      .describe("Replicas the source starts with; kept for documents, the autoscaler owns the count"),
    cpuPercent: percent.optional().describe("Average CPU utilisation of requests to hold"),
    memoryPercent: percent.optional().describe("Average memory utilisation of requests to hold"),
    queue: queueTrigger.optional().describe("Scale on the length of a job queue (KEDA)"),
    metrics: z.array(customMetric).default([]).describe("Scale on Prometheus metrics (KEDA)"),
    scaleUp: scalingStep.optional().describe("How fast replicas are added"),
    scaleDown: scalingStep.optional().describe("How fast replicas are removed"),
    vertical: z
      .enum(["off", "recommend", "auto"])
      .default("off")
      .describe("Vertical autoscaler: recommendations only, or applied"),
    alone: alone.describe("Why there can be no second replica, in any environment; with replicas: 1"),
  })
  .describe("How many replicas run, and what decides it");

const scratchMount = z.strictObject({
  path: absolutePath.describe("Where the writable directory appears"),
  size: memory.default("64Mi").describe("Size limit of the directory"),
  medium: z.enum(["disk", "memory"]).default("disk").describe("Node disk, or memory counted against the limit"),
});

const volumeMount = z.strictObject({
  name: name.describe("Name of the volume"),
  path: absolutePath.describe("Where it appears in the container"),
  size: memory.optional().describe("Size of a volume of the service's own; absent when it is a file share"),
  share: name.optional().describe("File share of the system to mount; excludes size"),
});

/** Who a service talks to, and how: the one place connectivity is written down. */
export const use = z.union([
  name,
  z.strictObject({
    to: name.describe("Service, store or external service, by its name in the spec"),
    port: name.optional().describe("Port of a service, by name; its first port when absent"),
    access: z.enum(["read", "write", "admin"]).default("write").describe("What the service may do there"),
    endpoint: z.enum(["primary", "replica"]).default("primary").describe("Which endpoint of a replicated store"),
    connections: positive
      .optional()
      .describe("Connections one replica may hold open; a plan says where a database accepts fewer than all of them"),
    env: z
      .record(envName, z.string())
      .default({})
      .describe(
        "Environment variables, each with the value of the target it takes: url, host, port, user, password, database, name, region",
      ),
  }),
]);

const security = z
  .strictObject({
    podSecurity: z
      .enum(["restricted", "baseline", "privileged"])
      .default("restricted")
      .describe(
        "Pod Security Standard of the pod; anything but restricted needs a namespace of its own and an exemption",
      ),
    runAsUser: z.int().min(0).max(2_147_483_647).default(10_001).describe("User id the containers run as"),
    readOnlyRootFilesystem: z.boolean().default(true).describe("Whether the image's own files cannot be changed"),
    reason: z.string().min(10).optional().describe("Why the service needs more than restricted; required when it does"),
  })
  .describe("What the pod is allowed");

const common = {
  image: z.string().min(1).describe("Image name and tag as the source gives it; the registry is a setting"),
  namespace: name.optional().describe("Kubernetes namespace; the system's own when absent"),
  segment: name.optional().describe("Network of the container on a single host; the system's one network when absent"),
  command: z.array(z.string()).optional().describe("Replaces the image's entry point"),
  args: z.array(z.string()).optional().describe("Arguments to the entry point"),
  ports: z.record(name, portSpec).default({}).describe("Ports by name; the first is the default one"),
  resources,
  uses: z.array(use).default([]).describe("Everything the service talks to"),
  env: z.record(envName, z.string()).default({}).describe("Plain settings; never a secret"),
  secretEnv: z.record(envName, name).default({}).describe("Environment variables that hold a secret of the system"),
  scratch: z.array(scratchMount).default([]).describe("Writable directories that need not survive"),
  volumes: z.array(volumeMount).default([]).describe("Directories that must survive"),
  files: z
    .record(absolutePath, z.string())
    .default({})
    .describe("Configuration files by their path in the container; never a secret"),
  security: security.prefault({}),
  gracePeriodSeconds: z
    .int()
    .min(1)
    .max(7_200)
    .default(30)
    .describe("Seconds a pod has to finish its work before it is killed"),
  nodePool: name.optional().describe("Node pool the pods are meant for"),
  interruptible: z.boolean().default(false).describe("Whether pods may run on spot capacity"),
  pushMetrics: z
    .boolean()
    .optional()
    .describe("Whether it pushes metrics of its jobs to the push gateway; not when absent"),
};

const probes = z
  .strictObject({
    startup: probe.optional().describe("Holds the other probes back until it succeeds"),
    liveness: probe.optional().describe("Restarts the container when it fails"),
    readiness: probe.optional().describe("Takes the pod out of the Service while it fails"),
  })
  .prefault({})
  .describe("How its health is asked for");

const running = {
  ...common,
  scaling: scaling.prefault({ replicas: 1 }),
  probes,
  metrics: z
    .strictObject({
      port: name.optional().describe("Port by name; the first when absent"),
      path: absolutePath.default("/metrics").describe("HTTP path"),
    })
    .optional()
    .describe("Where Prometheus scrapes the service"),
  mesh: z.boolean().default(false).describe("Whether the service joins the mesh where one is set"),
};

export const service = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("deployment"), ...running }).describe("Interchangeable replicas"),
    z
      .strictObject({ kind: z.literal("statefulset"), ...running })
      .describe("Replicas with their own identity and disk"),
    z.strictObject({ kind: z.literal("daemonset"), ...running }).describe("One replica per node of its pool"),
    z
      .strictObject({
        kind: z.literal("cronjob"),
        ...common,
        schedule: cron.describe("When it runs, in UTC"),
        deadlineSeconds: positive.default(300).describe("Seconds late a run may still start"),
        timeout: duration.default("1h").describe("How long a run may take"),
        retries: count.default(2).describe("Times a failed run is tried again"),
      })
      .describe("A job on a schedule"),
    z
      .strictObject({
        kind: z.literal("job"),
        ...common,
        phase: z.enum(["migration", "smoke-test"]).describe("Before the services start, or after they are up"),
        timeout: duration.default("15m").describe("How long it may take"),
        retries: count.default(2).describe("Times a failure is tried again"),
      })
      .describe("A job that runs once per deployment"),
  ])
  .describe("A program of the system");

export const nodePool = z
  .strictObject({
    cpu: cpu.describe("vCPU of a node"),
    memory: memory.describe("Memory of a node"),
    architecture: z.enum(["amd64", "arm64"]).default("amd64").describe("Processor architecture"),
    min: count.describe("Fewest nodes"),
    max: positive.describe("Most nodes"),
    spot: z.boolean().default(false).describe("Whether nodes may be spot capacity"),
    diskSize: memory.default("50Gi").describe("Disk of a node"),
    labels: z.record(z.string(), z.string()).default({}).describe("Node labels"),
    tainted: z.boolean().default(false).describe("Whether only pods meant for the pool may run there"),
    classes: classes.prefault({}),
    alternatives: z
      .strictObject({
        aws: z.array(z.string()).optional().describe("AWS instance types, such as c5.large"),
        gcp: z.array(z.string()).optional().describe("Google Cloud machine types"),
      })
      .optional()
      .describe("Further instance types of the same size the pool may take; none when absent"),
  })
  .describe("Nodes of one kind");
