import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseAllDocuments } from "yaml";
import { fieldsOf, type KubernetesObject } from "../cluster/objects";
import type { PlannedRelease } from "./releases";

const run = promisify(execFile);

/** What charts are rendered for: the newest version the control plane of the tests is built from. */
const KUBERNETES = "1.36.0";
/** What charts look for in the cluster before they choose a version of an object; template knows of groups alone. */
const SERVED = ["policy/v1/PodDisruptionBudget"];
const MOST_BYTES = 64 * 1024 * 1024;

/** Where charts lie, each as `helm pull` leaves it (`NAME-VERSION.tgz`) or unpacked (`NAME-VERSION/`). */
function chartsDirectory(): string {
  return process.env.GROUNDPLAN_CHARTS ?? "";
}

/** Why no chart can be rendered here, and what to do; undefined when they can. */
export function reasonForNoCharts(): string | undefined {
  if (chartsDirectory() === "") {
    return "set GROUNDPLAN_CHARTS to a folder with the charts of the catalog, as `helm pull` leaves them";
  }
  try {
    execFileSync("helm", ["version", "--short"], { stdio: "ignore" });
  } catch {
    return "no helm is on the path";
  }
  return undefined;
}

/** Path of a release's chart; undefined when the folder lacks it. */
export function chartOf({ chart, version }: Pick<PlannedRelease, "chart" | "version">): string | undefined {
  const unpacked = join(chartsDirectory(), `${chart}-${version}`);
  return [unpacked, `${unpacked}.tgz`].find(existsSync);
}

/** What Helm says of values it does not take. */
export class RenderError extends Error {}

/** Everything a release brings, as Helm renders it with these values: hooks and, unless left out, the chart's kinds too. */
export async function render(release: PlannedRelease, values = release.values): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "groundplan-charts-"));
  const file = join(directory, "values.json");
  await writeFile(file, JSON.stringify(values));
  const chart = chartOf(release) ?? "";
  const args = ["template", release.name, chart, "--namespace", release.namespace, "--values", file];
  // Tests of a chart's own run when somebody asks for them, which nobody here does.
  const options = [
    release.skipCrds ? "--skip-crds" : "--include-crds",
    "--skip-tests",
    "--api-versions",
    SERVED.join(),
  ];
  const ask = (...more: readonly string[]) =>
    run("helm", [...args, ...options, "--kube-version", KUBERNETES, ...more], { maxBuffer: MOST_BYTES });
  try {
    return (
      await ask().catch((error: unknown) =>
        wantsSchemaOfTheWeb(error) ? ask("--skip-schema-validation") : refuse(error),
      )
    ).stdout;
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** A schema that refers to others on the web cannot be asked without one; the rendering still can. */
function wantsSchemaOfTheWeb(error: unknown): boolean {
  return /loading "https?:\/\//.test(stderrOf(error));
}

function refuse(error: unknown): never {
  throw new RenderError(stderrOf(error).trim());
}

function stderrOf(error: unknown): string {
  return String(fieldsOf(error).stderr ?? error);
}

/** The objects of a rendering. */
export function objectsOf(text: string): readonly KubernetesObject[] {
  return parseAllDocuments(text, { logLevel: "error", uniqueKeys: false }).flatMap((document) => {
    const object: unknown = document.toJS();
    return fieldsOf(object).kind === undefined ? [] : [object as KubernetesObject];
  });
}

/** Objects of a release as Helm makes them: what names no namespace goes to the release's. */
export function located(
  objects: readonly KubernetesObject[],
  { namespace }: PlannedRelease,
): readonly KubernetesObject[] {
  return objects.map((object) => ({ ...object, metadata: { namespace, ...object.metadata } }));
}
