import { join } from "node:path";
import { CATALOG } from "../../components/cluster/addOns/catalog";
import { builtInSystem, systemNames } from "../../systems";
import { resolveSystem } from "../../systems/resolve";
import type { Environment, Model } from "../../systems/spec";
import type { KubernetesObject } from "./objects";

/** A way to deploy a system. */
export interface Cell {
  readonly system: string;
  readonly model: Model;
  readonly cloud: string;
  readonly environment: Environment;
}

const MODELS: readonly Model[] = ["standalone", "single-server", "distributed", "global"];
const CLOUDS = ["kubernetes", "aws", "gcp"] as const;
const PROJECT = join(__dirname, "..", "..");
export const DIGEST = `sha256:${"a".repeat(64)}`;

/** Every way to deploy the built-in systems in one environment. */
export function cellsOf(environment: Environment): readonly Cell[] {
  return systemNames.flatMap((system) =>
    MODELS.flatMap((model) => CLOUDS.map((cloud) => ({ system, model, cloud, environment }))),
  );
}

export function titleOf({ system, model, cloud, environment }: Cell): string {
  return `${system}, ${model} on ${cloud}, ${environment}`;
}

/** What a cell runs on one cluster. */
export interface PlannedCluster {
  readonly placement: string;
  readonly objects: readonly KubernetesObject[];
  /** Secrets the plan itself says somebody has to make by hand. */
  readonly awaitedSecrets: readonly string[];
  /** Namespaces that are there with an add-on, whoever installs it: what its release makes is no object of the plan. */
  readonly addOnNamespaces: readonly KubernetesObject[];
  /** How many nodes each of its own pools has at most; on a cluster that somebody else runs nothing bounds them. */
  readonly poolMost: Readonly<Record<string, number>>;
}

/** The clusters of a cell: none where all of it runs on hosts. */
export async function planClusters(cell: Cell): Promise<readonly PlannedCluster[]> {
  // Loaded on demand: suites that are skipped must not pay for the cloud SDKs.
  const { planStack } = require("../../automation/plan") as typeof import("../../automation/plan");
  const { externalSecrets } =
    require("../../automation/externalSecrets") as typeof import("../../automation/externalSecrets");
  const { manifestsOf } = require("./manifests") as typeof import("./manifests");
  const system = await builtInSystem(cell.system);
  if (system === undefined) {
    throw new Error(`no system is called ${cell.system}`);
  }
  const plan = await planStack({
    directory: PROJECT,
    stack: "dev",
    selection: {
      ...cell,
      // Production takes images by digest only, and these have none until somebody builds them.
      set: Object.keys(system.services).map((name) => ({
        path: `images.services.${name}`,
        value: `registry.example/${name}@${DIGEST}`,
      })),
    },
    secrets: await externalSecrets(cell.system, "secret"),
    mode: "simulate",
    packs: [],
  });
  const awaitedSecrets = plan.degraded.flatMap(({ feature }) => /^secret (\S+)$/.exec(feature)?.slice(1) ?? []);
  return [...manifestsOf(plan)].map(([placement, objects]) => {
    const { nodePools } = resolveSystem(system, { model: cell.model, environment: cell.environment, placement });
    const poolMost = Object.fromEntries(Object.entries(nodePools).map(([name, { max }]) => [name, max]));
    return {
      placement,
      objects,
      awaitedSecrets,
      addOnNamespaces: addOnNamespaces(objects),
      poolMost: cell.cloud === "kubernetes" ? {} : poolMost,
    };
  });
}

/** Namespaces that objects are in and only an add-on's release makes. */
export function addOnNamespaces(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const planned = new Set(objects.flatMap(({ kind, metadata }) => (kind === "Namespace" ? [metadata.name] : [])));
  const ofAddOns = new Set(Object.values(CATALOG).map(({ namespace }) => namespace));
  const wanted = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []));
  return [...wanted]
    .filter((name) => ofAddOns.has(name) && !planned.has(name) && name !== "kube-system")
    .map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));
}
