import { z } from "zod";
import { observability } from "./spec/observability";
import { alert, backup, capacity, delivery, edge, external, objectives, route, secret } from "./spec/operations";
import { deepPartial, type Overlay } from "./spec/overlay";
import { alertName, host, name, systemTitle } from "./spec/primitives";
import { security } from "./spec/security";
import { nodePool, service } from "./spec/service";
import { store } from "./spec/stores";

/** The deployment models. The model decides the shape of a system, never its cloud or its redundancy. */
export const MODELS = ["standalone", "single-server", "distributed", "global"] as const;
export type Model = (typeof MODELS)[number];

/** The environments. The environment decides redundancy and retention. */
export const ENVIRONMENTS = ["dev", "staging", "production"] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

const parts = {
  namespace: name.optional().describe("Kubernetes namespace of what names none; the system's name when absent"),
  domain: host.optional().describe("Domain the document names; the setting overrides it"),
  services: z.record(name, service).describe("Programs of the system, by name"),
  stores: z.record(name, store).default({}).describe("Where data lives, by name"),
  external: z.record(name, external).default({}).describe("Services somebody else runs, by name"),
  secrets: z.record(name, secret).default({}).describe("Secrets of the system, by name"),
  routes: z.array(route).default([]).describe("Paths the public can reach"),
  edge: edge.prefault({}),
  nodePools: z.record(name, nodePool).default({}).describe("Nodes of a cluster of our own, by name"),
  backups: z.record(name, backup).default({}).describe("Logical dumps, by name"),
  objectives: objectives.prefault({}),
  alerts: z.record(alertName, alert).default({}).describe("Alerts, by name"),
  observability: observability.prefault({}),
  security: security.prefault({}),
  notify: z
    .array(z.enum(["slack", "pagerduty", "email", "webhook"]))
    .default([])
    .describe("Where alerts go"),
  capacity: capacity.prefault({}),
  delivery: delivery.prefault({}),
};

/** Everything an overlay may change: any part of the system, in any depth; `null` removes an entry. */
export const overlaySchema = deepPartial(z.strictObject(parts));

export const systemSchema = z.strictObject({
  name: systemTitle.describe("Name of the system: its parts go by it, shortened where a service has limits"),
  title: z.string().min(1).describe("Name a person reads"),
  description: z.string().min(1).describe("What it does, in a sentence"),
  ...parts,
  models: z
    .strictObject({
      standalone: overlaySchema.optional().describe("Changes in the standalone model"),
      "single-server": overlaySchema.optional().describe("Changes in the single-server model"),
      distributed: overlaySchema.optional().describe("Changes in the distributed model"),
      global: overlaySchema.optional().describe("Changes in the global model"),
    })
    .prefault({})
    .describe("Changes per deployment model"),
  placements: z.record(name, overlaySchema).default({}).describe("Changes per placement, by the placement's name"),
});

/** A system with every default filled in. */
export type SystemSpec = z.output<typeof systemSchema>;
/** A system as it is written: what the data files and a user's file hold. */
export type SystemInput = Omit<z.input<typeof systemSchema>, "models" | "placements"> & {
  models?: { [model in Model]?: SystemOverlay };
  placements?: Record<string, SystemOverlay>;
};
/** A change to a system: any part of it, in any depth; `null` removes an entry. */
export type SystemOverlay = Overlay<z.input<z.ZodObject<typeof parts>>>;

export type ServiceSpec = z.output<typeof service>;
export type RunningServiceSpec = Extract<ServiceSpec, { kind: "deployment" | "statefulset" | "daemonset" }>;
export type ScalingSpec = RunningServiceSpec["scaling"];
export type UseSpec = Exclude<ServiceSpec["uses"][number], string>;
export type ProbeSpec = NonNullable<RunningServiceSpec["probes"]["liveness"]>;
export type ResourcesSpec = ServiceSpec["resources"];
export type StoreSpec = z.output<typeof store>;
export type StoreOf<K extends StoreSpec["kind"]> = Extract<StoreSpec, { kind: K }>;
export type ExternalSpec = z.output<typeof external>;
export type SecretSpec = z.output<typeof secret>;
export type RouteSpec = z.output<typeof route>;
export type EdgeSpec = z.output<typeof edge>;
export type NodePoolSpec = z.output<typeof nodePool>;
export type BackupSpec = z.output<typeof backup>;
export type ObservabilitySpec = z.output<typeof observability>;
export type SecuritySpec = z.output<typeof security>;
export type AlertSpec = z.output<typeof alert>;

/** JSON Schema (draft 2020-12) of a system file, for editors and other tools. */
export function systemJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(systemSchema, { io: "input", target: "draft-2020-12", reused: "ref" });
  return {
    $schema: schema.$schema,
    $id: "https://groundplan.dev/schema/system.json",
    title: "Groundplan system",
    ...schema,
  };
}
