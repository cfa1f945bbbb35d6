import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { unknownSecrets } from "../../automation/externalSecrets";
import { planStack } from "../../automation/plan";
import type { Plan, RunResult } from "../../engine";
import { componentFiles } from "../../engine/render/componentFiles";
import { builtInSystem } from "../../systems";
import type { Environment, Model, SystemInput } from "../../systems/spec";

const ROOT = join(__dirname, "..", "..");
const DIGEST = `registry.example.com/image@sha256:${"0".repeat(64)}`;
const REGIONS = {
  aws: ["us-east-1", "eu-west-1"],
  gcp: ["us-central1", "europe-west1"],
  kubernetes: ["one", "two"],
} as const;

export type Cloud = keyof typeof REGIONS;
export const CLOUDS = Object.keys(REGIONS) as readonly Cloud[];

/** What is planned: a system in a model on a cloud. */
export interface CellRequest {
  /** Name of a built-in system, or a system as a file would hold it. */
  readonly system: string | SystemInput;
  readonly model: Model;
  readonly cloud: Cloud;
  /** @default "production" */
  readonly environment?: Environment;
  /** @default "simulate" */
  readonly mode?: "preview" | "simulate";
  /** Whether the policies judge it. @default false */
  readonly judged?: boolean;
  /** Settings beside those of every cell, without their namespace. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** A plan, and the files its components tell machines. */
export interface CellPlan {
  readonly plan: Plan;
  readonly files: Readonly<Record<string, string>>;
}

let running: Promise<unknown> = Promise.resolve();

/** Plans a cell. One at a time: the SDK keeps its state in the process. */
export function planCell(request: CellRequest): Promise<CellPlan> {
  const planned = running.then(() => run(request));
  running = planned.catch(() => undefined);
  return planned;
}

const known = new Map<string, Promise<CellPlan>>();

/** The plan of a cell of the matrix; each is made once. */
export function planOnce(system: string, model: Model, cloud: Cloud, environment?: Environment): Promise<CellPlan> {
  const key = JSON.stringify([system, model, cloud, environment]);
  const plan = known.get(key) ?? planCell({ system, model, cloud, environment });
  known.set(key, plan);
  return plan;
}

async function run(request: CellRequest): Promise<CellPlan> {
  const {
    system,
    model,
    cloud,
    environment = "production",
    mode = "simulate",
    judged = false,
    settings = {},
  } = request;
  const input = typeof system === "string" ? await builtInSystem(system) : system;
  const directory = mkdtempSync(join(tmpdir(), "groundplan-cell-"));
  try {
    cpSync(join(ROOT, "Pulumi.yaml"), join(directory, "Pulumi.yaml"));
    if (typeof system !== "string") {
      writeFileSync(join(directory, "system.yaml"), stringify(system, { aliasDuplicateObjects: false }));
    }
    const values = {
      system: typeof system === "string" ? system : "./system.yaml",
      environment,
      model,
      cloud,
      regions: REGIONS[cloud].slice(0, model === "global" ? 2 : 1),
      domain: input?.domain ?? "example.org",
      // Production wants digests; elsewhere the document's images are what a plan is read for.
      images: environment === "production" ? { services: digests(input) } : {},
      tags: { owner: "tests" },
      kubernetes: { storageClass: "fast-ssd", sharedStorageClass: "shared-files", snapshotClass: "snapshots" },
      ...settings,
    };
    const config = Object.fromEntries(Object.entries(values).map(([key, value]) => [`groundplan:${key}`, value]));
    writeFileSync(join(directory, "Pulumi.cell.yaml"), stringify({ config }));
    let result: RunResult | undefined;
    const plan = await planStack({
      directory,
      stack: "cell",
      mode,
      packs: judged ? undefined : [],
      today: "2026-11-01",
      secrets: unknownSecrets(input),
      onRun: (done) => {
        result = done;
      },
    });
    return { plan, files: result && mode === "simulate" ? componentFiles(result) : {} };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function digests(system: SystemInput | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(system?.services ?? {}).map((name) => [name, DIGEST]));
}
