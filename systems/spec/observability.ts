import { z } from "zod";
import { name } from "./primitives";

export const observability = z
  .strictObject({
    logs: z
      .enum(["loki", "elastic"])
      .default("loki")
      .describe("Where logs are indexed: Loki, or Elasticsearch with Logstash and Kibana"),
    logFormat: z.enum(["json", "text"]).default("json").describe("How the services write their logs"),
    logStore: name.optional().describe("Store of kind search the logs are indexed in; one of its own when absent"),
    logArchive: name.optional().describe("Bucket old logs are moved to; none when absent"),
    traces: z
      .enum(["none", "tempo", "jaeger", "cloud"])
      .default("none")
      .describe("Where traces go; cloud is X-Ray or Cloud Trace, and Tempo where there is none"),
    pushgateway: z.boolean().default(false).describe("Whether jobs push their metrics"),
    dashboards: z
      .array(z.enum(["infrastructure", "application", "business", "security"]))
      .default(["infrastructure", "application"])
      .describe("Dashboards to generate"),
    targets: z
      .strictObject({
        cpuPercent: z.int().min(1).max(100).optional().describe("CPU utilisation not to exceed"),
        memoryPercent: z.int().min(1).max(100).optional().describe("Memory utilisation not to exceed"),
      })
      .prefault({})
      .describe("Utilisation the document aims for"),
    metrics: z
      .record(z.string(), z.string())
      .default({})
      .describe("Metrics the services export that dashboards show, each with what it counts"),
    uptime: z.array(name).default([]).describe("Services probed from outside"),
  })
  .describe("How the system is watched");
