import { join } from "node:path";
import type { Selection } from "../../automation/selection";
import { builtInSystem } from "../../systems";
import { cellsOf, DIGEST, titleOf } from "../cluster/cells";
import { plain } from "../cluster/manifests";
import { type Fields, fieldsOf } from "../cluster/objects";

/** A release as Helm would be asked for it. */
export interface PlannedRelease {
  readonly name: string;
  readonly namespace: string;
  /** Name of the chart, without where it comes from. */
  readonly chart: string;
  readonly version: string;
  readonly values: Fields;
  /** Whether the kinds within the chart are left out. */
  readonly skipCrds: boolean;
  /** The first plan with this very release. */
  readonly where: string;
}

interface Plan extends Selection {
  readonly title: string;
  readonly system: string;
}

const PROJECT = join(__dirname, "..", "..");
const RELEASE = "kubernetes:helm.sh/v3:Release";

/** Settings that change what releases are given, none of which a cell has by itself. */
const SETTINGS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "every add-on": {
    "kubernetes.addOns": {
      ...Object.fromEntries(
        ["external-secrets", "reloader", "vertical-pod-autoscaler", "snapshot-controller", "pushgateway", "tempo"].map(
          (name) => [name, "install"],
        ),
      ),
      "argo-cd": "install",
      "cloudnative-pg": "install",
      "barman-cloud": "install",
      "eck-operator": "install",
      istio: "install",
    },
    "mesh.kind": "istio",
  },
  "Traefik by Ingress": { "kubernetes.routing": "ingress" },
  "F5's controller": { "kubernetes.ingressClass": "nginx" },
  ...Object.fromEntries(
    ["gke", "k3d", "k3s", "microk8s", "minikube"].map((platform) => [
      `mesh on ${platform}`,
      { "kubernetes.addOns.istio": "install", "mesh.kind": "istio", "kubernetes.platform": platform },
    ]),
  ),
  ...Object.fromEntries(
    ["aws", "google", "cloudflare", "digitalocean"].map((provider) => [
      `records at ${provider}`,
      { "kubernetes.dns": { provider, secretName: "dns", ...(provider === "google" ? { project: "zones" } : {}) } },
    ]),
  ),
  "records by an identity": {
    "kubernetes.dns": { provider: "aws", serviceAccountAnnotations: { "eks.amazonaws.com/role-arn": "role" } },
  },
};

function plans(): readonly Plan[] {
  const cells = [...cellsOf("dev"), ...cellsOf("production")].filter(
    // On hosts of a cloud there is no cluster, and in a cloud's own clusters every placement is given the same.
    ({ cloud, model, environment }) =>
      cloud === "kubernetes" || (model === "distributed" && environment === "production"),
  );
  return [
    ...cells.map((cell) => ({ ...cell, title: titleOf(cell) })),
    ...Object.entries(SETTINGS).map(([title, settings]) => ({
      title,
      system: "vibebox",
      model: "distributed",
      cloud: "kubernetes",
      environment: "production",
      set: Object.entries({ domain: "example.org", ...settings }).map(([path, value]) => ({ path, value })),
    })),
  ];
}

/** Every release of the planned matrix, and of the settings that change one; each of them once. */
export async function plannedReleases(): Promise<readonly PlannedRelease[]> {
  const found = new Map<string, PlannedRelease>();
  for (const plan of plans()) {
    for (const release of await releasesOf(plan)) {
      const { where: _, ...itself } = release;
      const key = JSON.stringify(itself);
      if (!found.has(key)) {
        found.set(key, release);
      }
    }
  }
  return [...found.values()];
}

async function releasesOf({ title, set = [], ...selection }: Plan): Promise<readonly PlannedRelease[]> {
  // Loaded on demand: suites that are skipped must not pay for the cloud SDKs.
  const { planStack } = require("../../automation/plan") as typeof import("../../automation/plan");
  const { externalSecrets } =
    require("../../automation/externalSecrets") as typeof import("../../automation/externalSecrets");
  const system = await builtInSystem(selection.system);
  const images = Object.keys(system?.services ?? {}).map((name) => ({
    path: `images.services.${name}`,
    value: `registry.example/${name}@${DIGEST}`,
  }));
  const plan = await planStack({
    directory: PROJECT,
    stack: "dev",
    selection: { ...selection, set: [...images, ...set] },
    secrets: await externalSecrets(selection.system, "secret"),
    mode: "simulate",
    packs: [],
  });
  return plan.resources.flatMap(({ type, inputs }) =>
    type === RELEASE ? [releaseOf(fieldsOf(plain(inputs)), title)] : [],
  );
}

function releaseOf(inputs: Fields, where: string): PlannedRelease {
  return {
    name: String(inputs.name),
    namespace: String(inputs.namespace),
    chart: String(inputs.chart).split("/").at(-1) ?? "",
    version: String(inputs.version),
    values: fieldsOf(inputs.values),
    skipCrds: inputs.skipCrds === true,
    where,
  };
}
