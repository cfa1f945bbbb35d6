import type { Settings } from "../../stacks/settings";
import { jsonOf, type RunProgram } from "../lifecycle/processes";
import { type Check, failure, ok, unknown } from "./check";

/**
 * APIs of Google Cloud that must be on before the first run: those that switch the others on, and those a preview
 * already asks, for the project's number, its zones and the account of Cloud Storage. docs/gcp.md
 */
export const FIRST_SERVICES = ["serviceusage", "cloudresourcemanager", "compute", "storage"] as const;

/** Whether each project of a stack has them on. */
export async function checkServices({ placements, access }: Settings, run: RunProgram): Promise<readonly Check[]> {
  const named = placements.flatMap(({ cloud, account = access.gcp.project }) =>
    cloud === "gcp" && account !== undefined ? [account] : [],
  );
  return Promise.all([...new Set(named)].map((project) => servicesOf(project, run)));
}

async function servicesOf(project: string, run: RunProgram): Promise<Check> {
  const name = `APIs of ${project}`;
  const result = await run("gcloud", ["services", "list", "--enabled", "--project", project, "--format=json"]);
  const listed = jsonOf(result);
  if (!Array.isArray(listed)) {
    const reason = result.stderr.trim().split("\n").at(-1) || "no reason given";
    return unknown(name, result.code === undefined ? "the gcloud command line is not installed" : reason);
  }
  const on = new Set(listed.map((service: { config?: { name?: unknown } } | null) => service?.config?.name));
  const off = FIRST_SERVICES.map((service) => `${service}.googleapis.com`).filter((service) => !on.has(service));
  return off.length === 0
    ? ok(name, "those that a first run needs are on")
    : failure(name, `off: ${off.join(", ")}`, `gcloud services enable ${off.join(" ")} --project ${project}`);
}
