import { stringify } from "yaml";
import type { Plan, PlanResource } from "../plan";

/** Files by path relative to the output directory. */
export type RenderedFiles = Readonly<Record<string, string>>;

const KUBERNETES = /^kubernetes:(?!helm\.sh|yaml|kustomize)/;
const CLUSTER_SCOPED = "cluster";

/**
 * Kubernetes manifests of a plan, one file per object, as `kubernetes/NAMESPACE/KIND-NAME.yaml`. Needs a plan made in
 * `simulate` mode, where every value is filled in. A Secret is rendered as comments naming its keys: a file that could
 * be applied would overwrite the real values with masks.
 *
 * @param preview the same stack planned in `preview` mode; values it does not know are marked as simulated
 */
export function renderManifests(plan: Plan, preview?: Plan): RenderedFiles {
  const known = new Map(preview?.resources.map((resource) => [resource.urn, resource]));
  const files: Record<string, string> = {};
  for (const resource of plan.resources) {
    // What is only looked up is somebody else's: there is nothing of it to write.
    const read = resource.options.readId !== undefined;
    if (resource.custom && !read && KUBERNETES.test(resource.type)) {
      const path = unusedPath(files, manifestPath(resource, plan.placements.length > 1));
      files[path] = renderManifest(resource, known.get(resource.urn));
    } else if (resource.type === "kubernetes:helm.sh/v3:Release") {
      files[`helm/${directoryOf(resource, plan.placements.length > 1)}${resource.name}.yaml`] =
        header(resource, known.get(resource.urn)) + toYaml(resource.inputs);
    }
  }
  return files;
}

function manifestPath(resource: PlanResource, severalPlacements: boolean): string {
  const metadata = asRecord(resource.inputs.metadata);
  const namespace = typeof metadata.namespace === "string" ? metadata.namespace : CLUSTER_SCOPED;
  const name = typeof metadata.name === "string" ? metadata.name : resource.name;
  return `kubernetes/${directoryOf(resource, severalPlacements)}${namespace}/${kindOf(resource)}-${safe(name)}`;
}

/** Placements come apart on disk as soon as there are several: their objects share names. */
function directoryOf(resource: PlanResource, severalPlacements: boolean): string {
  return severalPlacements && resource.placement ? `${resource.placement}/` : "";
}

function unusedPath(files: RenderedFiles, path: string): string {
  let candidate = `${path}.yaml`;
  for (let number = 2; candidate in files; number += 1) {
    candidate = `${path}-${number}.yaml`;
  }
  return candidate;
}

function kindOf(resource: PlanResource): string {
  const kind = resource.inputs.kind;
  return typeof kind === "string" ? kind : (resource.type.split(":").at(-1) ?? resource.type);
}

function renderManifest(resource: PlanResource, preview: PlanResource | undefined): string {
  if (kindOf(resource) === "Secret") {
    return renderSecret(resource);
  }
  const { apiVersion, kind, metadata, ...rest } = resource.inputs;
  return header(resource, preview) + toYaml({ apiVersion, kind, metadata, ...rest });
}

function renderSecret(resource: PlanResource): string {
  const metadata = asRecord(resource.inputs.metadata);
  const keys = new Set([...keysOf(resource.inputs.stringData), ...keysOf(resource.inputs.data)]);
  const lines = [
    `Secret ${String(metadata.name ?? resource.name)} in namespace ${String(metadata.namespace ?? "default")}`,
    "Its values are never rendered; applying this file changes nothing.",
    keys.size > 0 ? "Keys:" : "Keys: known once deployed",
    ...[...keys].sort().map((key) => `  ${key}`),
  ];
  return `${lines.map((line) => `# ${line}`).join("\n")}\n`;
}

/** Keys of a map, also where the whole map is secret but its keys were kept. */
function keysOf(value: unknown): readonly string[] {
  const record = asRecord(value);
  return "$" in record
    ? keysOf(record.keys ? Object.fromEntries((record.keys as string[]).map((key) => [key, ""])) : {})
    : Object.keys(record);
}

function header(resource: PlanResource, preview: PlanResource | undefined): string {
  const simulated = preview ? simulatedPaths(resource.inputs, preview.inputs) : [];
  return simulated.length === 0
    ? ""
    : `# Known once deployed; simulated here:\n${simulated.map((path) => `#   ${path}`).join("\n")}\n`;
}

/** Paths of the values a preview does not know, or does not have, in the order of the document. */
export function simulatedPaths(simulated: unknown, preview: unknown, path = ""): readonly string[] {
  if (Array.isArray(simulated)) {
    const known: readonly unknown[] | undefined = Array.isArray(preview) ? preview : undefined;
    return known ? simulated.flatMap((item, index) => simulatedPaths(item, known[index], `${path}[${index}]`)) : [path];
  }
  if (typeof simulated !== "object" || simulated === null) {
    return simulated === preview ? [] : [path];
  }
  const known = asRecord(preview);
  if ("$" in simulated || "$" in known || preview === undefined) {
    // A secret is one in both; what is unknown in the preview is simulated whole.
    return asRecord(simulated).$ === known.$ ? [] : [path];
  }
  return Object.entries(simulated).flatMap(([key, inner]) =>
    simulatedPaths(inner, known[key], path === "" ? key : `${path}.${key}`),
  );
}

/** As kubectl and Helm read it, to whom a bare on or Off is no text. */
function toYaml(value: unknown): string {
  return stringify(value, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false });
}

function safe(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]/g, "-");
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
