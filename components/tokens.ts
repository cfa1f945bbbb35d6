/** The part of a deployment a resource belongs to; a stack may own one layer and leave the others to its neighbours. */
export type Layer = "infrastructure" | "platform" | "workloads";

/**
 * Type tokens name the role of a component, never its cloud or model, and are frozen: they are part of every URN below
 * them, so a changed token replaces everything it holds. Change one only together with an alias and its test.
 */
export const LAYER_OF = {
  "groundplan:index:Placement": "infrastructure",
  "groundplan:networking:Network": "infrastructure",
  "groundplan:cluster:Cluster": "infrastructure",
  "groundplan:cluster:AddOns": "platform",
  "groundplan:cluster:NodeAutoscaler": "platform",
  "groundplan:cluster:Namespace": "platform",
  "groundplan:data:Postgres": "infrastructure",
  "groundplan:data:Redis": "infrastructure",
  "groundplan:data:Memcached": "infrastructure",
  "groundplan:data:Search": "infrastructure",
  "groundplan:data:VectorStore": "infrastructure",
  "groundplan:data:Broker": "infrastructure",
  "groundplan:storage:Bucket": "infrastructure",
  "groundplan:storage:FileShare": "infrastructure",
  "groundplan:storage:Registry": "infrastructure",
  "groundplan:secrets:Keys": "infrastructure",
  "groundplan:secrets:SecretStore": "infrastructure",
  "groundplan:edge:LoadBalancer": "infrastructure",
  "groundplan:edge:Cdn": "infrastructure",
  "groundplan:edge:Dns": "infrastructure",
  "groundplan:edge:Accelerator": "infrastructure",
  "groundplan:workload:Workload": "workloads",
  "groundplan:host:Host": "infrastructure",
  "groundplan:observability:Monitoring": "platform",
  "groundplan:observability:Alerting": "platform",
  "groundplan:observability:Logging": "platform",
  "groundplan:operations:Backup": "workloads",
  "groundplan:operations:Schedule": "infrastructure",
} as const satisfies Record<string, Layer>;

export type TypeToken = keyof typeof LAYER_OF;
