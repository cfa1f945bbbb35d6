import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import type { Plan, PlanResource } from "../../engine/plan";
import { renderManifests, simulatedPaths } from "../../engine/render/manifests";
import { writeRendered } from "../../engine/render/write";

const BASE: Omit<PlanResource, "urn" | "type" | "name" | "inputs"> = {
  custom: true,
  parent: null,
  provider: null,
  placement: "main",
  layer: "workloads",
  dependencies: [],
  propertyDependencies: {},
  options: {},
};

function planOf(resources: readonly Pick<PlanResource, "type" | "name" | "inputs">[], placements = 1): Plan {
  return {
    version: 1,
    project: "groundplan",
    stack: "test",
    system: "sample",
    environment: "dev",
    model: "standalone",
    mode: "simulate",
    configHash: "",
    providers: {},
    edges: [],
    degraded: [],
    outputs: {},
    diagnostics: [],
    policies: { packs: [], results: [], passed: 0, notApplicable: 0 },
    placements: Array.from({ length: placements }, (_, index) => ({
      name: `p${index}`,
      cloud: "kubernetes",
      region: "x",
      role: "primary",
    })),
    resources: resources.map((resource) => ({
      ...BASE,
      ...resource,
      urn: `urn:pulumi:test::groundplan::${resource.type}::${resource.name}`,
    })),
  };
}

const SERVICE = {
  type: "kubernetes:core/v1:Service",
  name: "web-service",
  inputs: {
    spec: { ports: [{ port: 80 }] },
    kind: "Service",
    apiVersion: "v1",
    metadata: { name: "web", namespace: "shop" },
  },
};

describe("rendered manifests", () => {
  it("are one file per object by namespace, kind and name, with kind and metadata first", () => {
    expect(renderManifests(planOf([SERVICE]))).to.deep.equal({
      "kubernetes/shop/Service-web.yaml":
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  ports:\n    - port: 80\n",
    });
  });

  it("say the same to kubectl, which takes a bare on, Off or y for a truth value", () => {
    const spec = { updateMode: "Off", log: "on", answer: "y", time: "12:30:45", octal: "0444" };
    const [text = ""] = Object.values(renderManifests(planOf([{ ...SERVICE, inputs: { ...SERVICE.inputs, spec } }])));
    expect((parse(text, { version: "1.1" }) as { spec: unknown }).spec).to.deep.equal(spec);
  });

  it("come apart by placement as soon as there are several", () => {
    expect(Object.keys(renderManifests(planOf([SERVICE], 2)))).to.deep.equal(["kubernetes/main/shop/Service-web.yaml"]);
  });

  it("keep every object where two share a name", () => {
    expect(Object.keys(renderManifests(planOf([SERVICE, { ...SERVICE, name: "other" }])))).to.deep.equal([
      "kubernetes/shop/Service-web.yaml",
      "kubernetes/shop/Service-web-2.yaml",
    ]);
  });

  it("leave out what is no Kubernetes object, and show a release's chart and values", () => {
    const release = {
      type: "kubernetes:helm.sh/v3:Release",
      name: "main-addons-keda",
      inputs: { chart: "keda", version: "2.20.2" },
    };
    expect(renderManifests(planOf([release, { type: "aws:s3/bucket:Bucket", name: "b", inputs: {} }]))).to.deep.equal({
      "helm/main-addons-keda.yaml": "chart: keda\nversion: 2.20.2\n",
    });
  });

  it("name a Secret's keys in comments and hold no value, masked or not", () => {
    const secret = {
      type: "kubernetes:core/v1:Secret",
      name: "web-env",
      inputs: {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "web-env", namespace: "shop" },
        stringData: {
          TOKEN: { $: "secret", type: "string", known: true },
          DATABASE_URL: { $: "secret", type: "string", known: false },
        },
      },
    };
    const files = renderManifests(planOf([secret]));
    const lines = (files["kubernetes/shop/Secret-web-env.yaml"] ?? "").trimEnd().split("\n");
    expect(lines.every((line) => line.startsWith("#"))).to.equal(true);
    expect(lines.slice(2)).to.deep.equal(["# Keys:", "#   DATABASE_URL", "#   TOKEN"]);
  });

  it("say which values are simulated", () => {
    const known = planOf([{ ...SERVICE, inputs: { ...SERVICE.inputs, spec: { clusterIP: "10.0.0.9" } } }]);
    const preview = planOf([{ ...SERVICE, inputs: { ...SERVICE.inputs, spec: { clusterIP: { $: "unknown" } } } }]);
    expect(renderManifests(known, preview)["kubernetes/shop/Service-web.yaml"]).to.match(
      /^# Known once deployed; simulated here:\n# {3}spec\.clusterIP\napiVersion/,
    );
  });

  it("find what a preview does not know or have, in lists and maps, and no secret", () => {
    const preview = { a: [{ b: { $: "unknown" } }, 1], d: { $: "secret" }, e: {} };
    expect(simulatedPaths({ a: [{ b: "x" }, 1], c: "y", d: { $: "secret" }, e: { f: 1 } }, preview)).to.deep.equal([
      "a[0].b",
      "c",
      "e.f",
    ]);
  });
});

describe("rendered files on disk", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "groundplan-"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it("lose what an earlier run wrote and this one does not, and nothing else", async () => {
    await writeRendered(directory, { "a/one.yaml": "1\n", "a/two.yaml": "2\n", "three.yaml": "3\n" });
    await writeFile(join(directory, "mine.txt"), "kept");
    await writeFile(join(directory, "three.yaml"), "edited by hand\n");
    await writeRendered(directory, { "a/one.yaml": "1b\n" });
    expect((await readdir(directory)).sort()).to.deep.equal([".rendered.json", "a", "mine.txt", "three.yaml"]);
    expect(await readdir(join(directory, "a"))).to.deep.equal(["one.yaml"]);
    expect(await readFile(join(directory, "a/one.yaml"), "utf8")).to.equal("1b\n");
  });

  it("never remove a file outside the directory, whatever the index says", async () => {
    const outside = await mkdtemp(join(tmpdir(), "groundplan-outside-"));
    await writeFile(join(outside, "x"), "keep");
    const { createHash } = await import("node:crypto");
    const path = `../${outside.split("/").at(-1)}/x`;
    await writeFile(
      join(directory, ".rendered.json"),
      JSON.stringify({ [path]: createHash("sha256").update("keep").digest("hex") }),
    );
    await writeRendered(directory, {});
    expect(await readFile(join(outside, "x"), "utf8")).to.equal("keep");
    await rm(outside, { recursive: true });
  });
});
