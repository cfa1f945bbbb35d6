import type { Mistake } from "./mistake";

const privileged = { podSecurity: "privileged", reason: "mounts what its users bring" };

/** Mistakes in how services run. */
export const services: readonly Mistake[] = [
  {
    name: "a CPU request above its limit",
    change: { services: { web: { resources: { requests: { cpu: "1" } } } } },
    path: "services.web.resources.requests.cpu",
  },
  {
    name: "a memory request above its limit",
    change: { services: { web: { resources: { requests: { memory: "1Gi" } } } } },
    path: "services.web.resources.requests.memory",
  },
  {
    name: "a scratch request above its limit",
    change: { services: { web: { resources: { requests: { ephemeralStorage: "2Gi" } } } } },
    path: "services.web.resources.requests.ephemeralStorage",
  },
  {
    name: "a probe of a port there is not",
    change: { services: { web: { probes: { readiness: { port: "htp" } } } } },
    path: "services.web.probes.readiness.port",
    fix: "did you mean http?",
  },
  {
    name: "a probe of a service without ports",
    change: { services: { worker: { probes: { liveness: { path: "/live" } } } } },
    path: "services.worker.probes.liveness",
  },
  {
    name: "a probe with a command and a path",
    change: { services: { web: { probes: { liveness: { command: ["true"] } } } } },
    path: "services.web.probes.liveness.command",
  },
  {
    name: "metrics at a port there is not",
    change: { services: { web: { metrics: { port: "metrics" } } } },
    path: "services.web.metrics.port",
  },
  {
    name: "two ports with one number",
    change: { services: { web: { ports: { admin: { port: 8080 } } } } },
    path: "services.web.ports.admin.port",
  },
  {
    name: "a volume with neither size nor share",
    change: { services: { worker: { volumes: [{ name: "a", path: "/a" }] } } },
    path: "services.worker.volumes[0]",
  },
  {
    name: "a volume with size and share",
    change: { services: { worker: { volumes: [{ name: "a", path: "/a", size: "1Gi", share: "shared" }] } } },
    path: "services.worker.volumes[0]",
  },
  {
    name: "a volume of an unknown share",
    change: { services: { worker: { volumes: [{ name: "a", path: "/a", share: "shard" }] } } },
    path: "services.worker.volumes[0].share",
    fix: "did you mean shared?",
  },
  {
    name: "two mounts at one path",
    change: { services: { worker: { scratch: [{ path: "/cache" }] } } },
    path: "services.worker.scratch[0].path",
  },
  {
    name: "root under restricted pod security",
    change: { services: { web: { security: { runAsUser: 0 } } } },
    path: "services.web.security.runAsUser",
  },
  {
    name: "privilege without a reason",
    change: { services: { web: { namespace: "apart", security: { podSecurity: "privileged" } } } },
    path: "services.web.security.reason",
  },
  {
    name: "privilege among restricted services",
    change: { services: { web: { security: privileged } } },
    path: "services.web.namespace",
  },
  { name: "min above max", change: { services: { web: { scaling: { min: 5 } } } }, path: "services.web.scaling.min" },
  {
    name: "replicas together with a range",
    change: { services: { web: { scaling: { replicas: 2 } } } },
    path: "services.web.scaling.replicas",
  },
  {
    name: "min without max",
    change: { services: { web: { scaling: { max: null } } } },
    path: "services.web.scaling.max",
  },
  {
    name: "a reason to stand alone where there may be more",
    change: { services: { web: { scaling: { alone: "Nothing but habit speaks for it" } } } },
    path: "services.web.scaling.alone",
  },
  {
    name: "no count at all",
    change: { services: { web: { scaling: { min: null, max: null, cpuPercent: null } } } },
    path: "services.web.scaling",
  },
  {
    name: "a start outside the range",
    change: { services: { web: { scaling: { start: 7 } } } },
    path: "services.web.scaling.start",
  },
  {
    name: "a range nothing moves",
    change: { services: { web: { scaling: { cpuPercent: null } } } },
    path: "services.web.scaling",
  },
  {
    name: "a fixed count that something moves",
    change: { services: { web: { scaling: { min: null, max: null, replicas: 2 } } } },
    path: "services.web.scaling.replicas",
  },
  {
    name: "scaling to zero on CPU",
    change: { services: { web: { scaling: { min: 0 } } } },
    path: "services.web.scaling.min",
  },
  {
    name: "two metrics with one name",
    change: {
      services: { web: { scaling: { metrics: [1, 2].map((perReplica) => ({ name: "m", query: "up", perReplica })) } } },
    },
    path: "services.web.scaling.metrics[1].name",
  },
  {
    name: "a daemonset that scales",
    change: { services: { web: { kind: "daemonset" } } },
    path: "services.web.scaling",
  },
  {
    name: "a queue in no store",
    change: { services: { worker: { scaling: { queue: { store: "qeue" } } } } },
    path: "services.worker.scaling.queue.store",
    fix: "did you mean queue?",
  },
  {
    name: "a queue in a database",
    change: { services: { worker: { scaling: { queue: { store: "main-db" } } } } },
    path: "services.worker.scaling.queue.store",
  },
  {
    name: "a queue in a cache",
    change: { stores: { queue: { purpose: "cache" } } },
    path: "services.worker.scaling.queue.store",
  },
  {
    name: "an unknown node pool",
    change: { services: { worker: { nodePool: "wrokers" } } },
    path: "services.worker.nodePool",
    fix: "did you mean workers?",
  },
  {
    name: "spot capacity for what cannot be interrupted",
    change: { services: { worker: { interruptible: false } } },
    path: "services.worker.nodePool",
  },
  {
    name: "a pool whose nodes are too small",
    change: { services: { worker: { resources: { requests: { cpu: "3" }, limits: { cpu: "4" } } } } },
    path: "services.worker.nodePool",
  },
  {
    name: "a store meant for an unknown node pool",
    change: { stores: { queue: { nodePool: "wrokers" } } },
    path: "stores.queue.nodePool",
    fix: "did you mean workers?",
  },
  {
    name: "metrics pushed to no gateway",
    change: { services: { worker: { pushMetrics: true } } },
    path: "services.worker.pushMetrics",
  },
  {
    name: "logs archived to no bucket",
    change: { observability: { logArchive: "filse" } },
    path: "observability.logArchive",
    fix: "did you mean files?",
  },
  {
    name: "a log store beside Loki",
    change: {
      observability: { logStore: "index" },
      stores: {
        index: {
          kind: "search",
          resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } },
          storage: { size: "1Gi" },
        },
      },
    },
    path: "observability.logStore",
  },
  {
    name: "logs indexed in a bucket",
    change: { observability: { logs: "elastic", logStore: "files" } },
    path: "observability.logStore",
  },
];
