import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import Ajv from "ajv";
import { expect } from "chai";
import { parse } from "yaml";
import { packConfig, packs } from "../../policies";
import { container, deployment, podCarriers } from "./fixtures";
import { evaluate, mutate, UNKNOWN } from "./harness";

const rules = packs.flatMap((pack) => pack.rules.map((rule) => ({ pack: pack.name, rule })));
const root = path.join(__dirname, "../..");

describe("policy packs", () => {
  it("give every rule an id of its own over all packs, and whole facts", () => {
    const ids = rules.map(({ rule }) => rule.id);
    expect(new Set(ids).size).to.equal(ids.length);
    for (const { rule } of rules) {
      expect(rule.id).to.match(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(rule.title, rule.id).to.match(/^[A-Za-z].{10,90}[^.]$/);
      expect(rule.fix, rule.id).to.match(/^[A-Z][^\n]*\.$/);
      expect(["low", "medium", "high", "critical"]).to.include(rule.severity);
      expect(["mandatory", "advisory"]).to.include(rule.level);
    }
  });

  it("declare config schemas that compile, and defaults that satisfy them", () => {
    const ajv = new Ajv({ strict: false });
    for (const { rule } of rules) {
      if (!rule.config) continue;
      const { properties, defaults } = rule.config;
      const validate = ajv.compile({ type: "object", additionalProperties: false, properties });
      expect(validate(defaults), `${rule.id}: ${ajv.errorsText(validate.errors)}`).to.equal(true);
      for (const [name, schema] of Object.entries(properties)) {
        expect(schema.default, `${rule.id}.${name}`).to.deep.equal((defaults as Record<string, unknown>)[name]);
      }
    }
  });

  it("name their versions and main files as the CLI reads them", () => {
    for (const { name, version } of packs) {
      const folder = path.join(root, "policies", name);
      const manifest = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
      expect(manifest).to.include({ version, main: "index.cjs", type: "commonjs" });
      const project = parse(readFileSync(path.join(folder, "PulumiPolicy.yaml"), "utf8"));
      expect(project.runtime).to.deep.equal({
        name: "nodejs",
        options: { typescript: false, nodeargs: "--import tsx" },
      });
      expect(project.main).to.equal("index.cjs");
    }
  });

  it("start as the analyzer's server from their own folder", async function () {
    this.timeout(180_000);
    const waiting = packs.map(({ name }) => name);
    const start = async (): Promise<void> => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
        expect(await port(path.join(root, "policies", name)), name).to.match(/^\d+\n$/);
      }
    };
    await Promise.all([start(), start()]);
  });

  it("give a rule the environment only where its schema has one", () => {
    const config = packs.map((pack) =>
      packConfig(pack, { environment: "dev", overrides: { "image-fixed-tag": "advisory" } }),
    );
    const all = Object.assign({}, ...config);
    expect(all["image-pinned-by-digest"]).to.deep.equal({ environment: "dev" });
    expect(all["image-fixed-tag"]).to.deep.equal({ enforcementLevel: "advisory" });
    expect(all["container-cpu-limit"]).to.equal(undefined);
  });

  it("ask for digests in production and take tags elsewhere", () => {
    const tagged = mutate([deployment], { at: "spec.template.spec.containers.0.image", to: "nginx:1.27" });
    const own = rules.filter(({ rule }) => rule.id === "image-pinned-by-digest").map(({ rule }) => rule);
    const violations = (environment: string) =>
      evaluate(own, tagged, { "image-pinned-by-digest": { environment } }).filter(
        ({ status }) => status === "violation",
      );
    expect(violations("dev")).to.deep.equal([]);
    expect(violations("staging")).to.deep.equal([]);
    expect(violations("production").length).to.equal(1);
  });
});

describe("pod rules", () => {
  const pod = rules.filter(({ rule }) => rule.id === "container-not-privileged").map(({ rule }) => rule);
  const privileged = { ...container, securityContext: { privileged: true } };

  for (const { resource, path: spec } of podCarriers) {
    it(`find every kind of container in ${resource.type}`, () => {
      for (const [field, role] of [
        ["containers", "container"],
        ["initContainers", "initContainer"],
        ["ephemeralContainers", "ephemeralContainer"],
      ]) {
        const outcomes = evaluate(pod, mutate([resource], { at: `${spec}.${field}`, to: [privileged] })).filter(
          ({ status }) => status === "violation",
        );
        expect(outcomes.length).to.equal(1);
        expect(outcomes[0]?.message).to.match(new RegExp(`${role} "app": securityContext\\.privileged is true$`));
      }
    });
  }

  it("report what is known before they defer to an unknown", () => {
    const resources = mutate(mutate([deployment], { at: "spec.template.spec.containers", to: [privileged] }), {
      at: "spec.template.spec.initContainers",
      to: UNKNOWN,
    });
    expect(
      evaluate(pod, resources)
        .map(({ status }) => status)
        .slice(0, 2),
    ).to.deep.equal(["violation", "deferred"]);
  });

  it("read no field they do not need", () => {
    const resources = mutate([deployment], { at: "spec.template.spec.containers.0.env", to: UNKNOWN });
    expect(evaluate(pod, resources).filter(({ status }) => status !== "notApplicable")).to.deep.equal([]);
  });

  it("do not apply to patches, charts and other clouds' resources", () => {
    for (const type of [
      "kubernetes:apps/v1:DeploymentPatch",
      "kubernetes:helm.sh/v3:Release",
      "aws:s3/bucket:Bucket",
    ]) {
      const [outcome] = evaluate(pod, [{ ...deployment, type }]);
      expect(outcome?.status).to.equal("notApplicable");
    }
  });
});

/** Starts a pack as the language host does and returns what it prints first: its port. */
function port(folder: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const runner = path.join(root, "node_modules/@pulumi/pulumi/cmd/run-policy-pack/index.js");
    const child = spawn(process.execPath, ["--import", "tsx", runner, "127.0.0.1:0", folder], {
      cwd: folder,
      env: { ...process.env, PULUMI_NODEJS_TYPESCRIPT: "false" },
    });
    let errors = "";
    child.stderr.on("data", (data) => {
      errors += data;
    });
    child.stdout.once("data", (data) => {
      resolve(String(data));
      child.kill();
    });
    child.once("exit", (code) => reject(new Error(`exited with ${code}: ${errors}`)));
  });
}
