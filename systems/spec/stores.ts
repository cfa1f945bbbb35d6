import { z } from "zod";
import {
  absolutePath,
  alone,
  classes,
  count,
  cron,
  dailyWindow,
  databaseName,
  majorVersion,
  memory,
  name,
  positive,
  resources,
  weeklyWindow,
} from "./primitives";

const storage = z
  .strictObject({
    size: memory.describe("Size of the volume of one instance"),
    maxSize: memory.optional().describe("Size managed services may grow to by themselves; twice the size when absent"),
    class: z
      .string()
      .optional()
      .describe("Storage class in a cluster you have, unless its settings name one; its default when absent"),
    volume: name
      .optional()
      .describe("Name of the volume claim of a single in-cluster server, where a document names it"),
    snapshots: z
      .strictObject({
        schedule: cron.describe("When a snapshot is taken, UTC"),
        keep: positive.describe("Snapshots kept"),
      })
      .optional()
      .describe("Volume snapshots of in-cluster instances; none when absent"),
  })
  .describe("Disk of one instance");

const placed = {
  namespace: name.optional().describe("Kubernetes namespace; the system's own when absent"),
  segment: name.optional().describe("Network of the container on a single host; the system's one network when absent"),
  nodePool: name.optional().describe("Node pool in-cluster instances are meant for; any when absent"),
  image: z.string().optional().describe("Image the document names, for in-cluster and host models"),
  resources,
  classes: classes.prefault({}),
};

const postgres = z
  .strictObject({
    kind: z.literal("postgres"),
    version: majorVersion.describe("Major version"),
    database: databaseName.default("app").describe("Name of the database"),
    ...placed,
    storage,
    instances: positive.default(1).describe("Primary plus standbys in one placement"),
    readReplicas: count.default(0).describe("Read-only copies behind the replica endpoint"),
    extensions: z.array(z.string()).default([]).describe("Extensions the database needs, such as vector"),
    maxConnections: z
      .int()
      .min(20)
      .max(10_000)
      .optional()
      .describe("Connections the server accepts; the engine's default when absent"),
    pointInTimeRecovery: z.boolean().default(true).describe("Whether any moment of the retention can be restored"),
    backupRetentionDays: z.int().min(1).max(35).default(7).describe("Days automatic backups are kept"),
    backupWindow: dailyWindow.default("03:00-04:00").describe("When the automatic backup runs, UTC"),
    maintenanceWindow: weeklyWindow
      .default("mon:04:00-mon:05:00")
      .describe("When a managed service may be maintained, UTC"),
    mesh: z.boolean().default(false).describe("Whether an in-cluster database joins the mesh where one is set"),
    embedded: z
      .strictObject({
        url: z.string().min(1).describe("URL of the embedded database"),
        path: absolutePath.describe("Directory in the container that holds it"),
      })
      .optional()
      .describe("Embedded database (SQLite) that takes its place: no server is provisioned"),
  })
  .describe("A PostgreSQL database");

const redis = z
  .strictObject({
    kind: z.literal("redis"),
    version: majorVersion.default("7").describe("Major version"),
    ...placed,
    storage: storage.optional().describe("Disk for persistence; memory only when absent"),
    mode: z.enum(["single", "sentinel", "cluster"]).default("single").describe("One node, failover, or shards"),
    shards: z.int().min(1).max(90).default(1).describe("Masters in cluster mode"),
    replicas: z.int().min(0).max(5).default(0).describe("Replicas per master"),
    alone: alone.describe("Why one node is enough outside dev where nothing fails over; with mode: single"),
    eviction: z
      .enum(["noeviction", "allkeys-lru", "allkeys-lfu", "volatile-lru"])
      .default("noeviction")
      .describe("What is dropped when memory is full; a queue must keep noeviction"),
    purpose: z
      .enum(["cache", "broker", "both"])
      .default("cache")
      .describe("What it holds; a broker cannot use cluster mode"),
    deadLetter: z
      .strictObject({
        queue: z.string().min(1).describe("Name of the queue"),
        alertDepth: positive.default(1).describe("Tasks in it that alert"),
      })
      .optional()
      .describe("Queue failed tasks end in, and the depth that alerts"),
  })
  .describe("A Redis store");

const memcached = z
  .strictObject({
    kind: z.literal("memcached"),
    version: z.string().default("1.6").describe("Version"),
    ...placed,
    instances: positive.default(1).describe("Nodes"),
  })
  .describe("A Memcached cache");

const search = z
  .strictObject({
    kind: z.literal("search"),
    version: z.string().default("8").describe("Major version"),
    ...placed,
    storage,
    instances: positive.default(1).describe("Nodes"),
  })
  .describe("An Elasticsearch or OpenSearch index");

const vector = z
  .strictObject({
    kind: z.literal("vector"),
    version: z.string().default("1.7.4").describe("Version"),
    ...placed,
    storage,
    instances: positive.default(1).describe("Peers"),
    replicationFactor: positive.default(1).describe("Copies of a collection's shards"),
  })
  .describe("A Qdrant vector store");

const bucket = z
  .strictObject({
    kind: z.literal("bucket"),
    bucketName: name.optional().describe("Name an application knows; a random suffix keeps it unique"),
    versioning: z.boolean().default(true).describe("Whether old versions of objects are kept"),
    lifecycle: z
      .strictObject({
        infrequentAccessDays: positive.optional().describe("Days until objects move to infrequent access"),
        archiveDays: positive.optional().describe("Days until objects move to the archive class"),
        expireDays: z.int().min(1).max(3_650).optional().describe("Days until objects are deleted"),
      })
      .prefault({})
      .describe("What becomes of objects as they age"),
    replication: z
      .strictObject({
        storageClass: z
          .enum(["standard", "infrequent-access", "archive"])
          .default("archive")
          .describe("Class of the copies"),
      })
      .optional()
      .describe("Copy to another region"),
    cdn: z.boolean().default(false).describe("Whether the CDN delivers its objects, to whoever asks"),
    cdnPath: absolutePath
      .optional()
      .describe("Path of every host below which it does: / and the store's name when absent"),
    locked: z.boolean().default(false).describe("Whether objects cannot be deleted before their retention ends"),
    retentionDays: z.int().min(1).max(3_650).optional().describe("Days an object of a locked bucket is kept"),
    local: z
      .strictObject({
        path: absolutePath.describe("Where it appears in the container"),
        size: memory.describe("Size of it"),
      })
      .optional()
      .describe("Local directory that takes its place"),
  })
  .describe("An object storage bucket");

const fileShare = z
  .strictObject({
    kind: z.literal("file-share"),
    namespace: name.optional().describe("Kubernetes namespace; the system's own when absent"),
    size: memory.describe("Size of the share"),
    storageClass: z.string().optional().describe("Storage class in a cluster you have, unless its settings name one"),
  })
  .describe("A file system several pods write to (ReadWriteMany)");

export const store = z
  .discriminatedUnion("kind", [postgres, redis, memcached, search, vector, bucket, fileShare])
  .describe("A place data lives in");
