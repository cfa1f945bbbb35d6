import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";

const ROOT = join(__dirname, "..", "..", "..");

/**
 * A project whose stack file is Groundplan's and whose program is a few resources of a dynamic provider: the real engine
 * at work, with nothing to install. Settings of the `trial` namespace say how many, how slow, and which one fails.
 */
const PROGRAM = `
const fs = require("fs");
const pulumi = require("@pulumi/pulumi");
const trial = new pulumi.Config("trial");
const provider = {
  check: async (olds, news) => ({ inputs: news }),
  create: async (inputs) => {
    await new Promise((done) => setTimeout(done, inputs.slowMs));
    if (inputs.fails) throw new Error("no room for " + inputs.value);
    return { id: "id-" + inputs.value, outs: inputs };
  },
  diff: async (id, olds, news) => ({ changes: olds.value !== news.value || olds.fails !== news.fails, replaces: [] }),
  update: async (id, olds, news) => ({ outs: news }),
  read: async (id, props) => {
    const drift = require("fs").existsSync(props.driftFile);
    return { id, props: drift ? { ...props, value: "changed by hand" } : props };
  },
  delete: async () => undefined,
};
class Thing extends pulumi.dynamic.Resource {
  constructor(name, props, opts) { super(provider, name, props, opts); }
}
const things = [];
for (let index = 0; index < (trial.getNumber("count") || 2); index += 1) {
  const opts = { protect: trial.getBoolean("protected") && index === 0, dependsOn: things.slice(-1) };
  const props = {
    value: trial.getSecret("hidden") || trial.get("value") || "one", fails: trial.getNumber("failing") === index,
    slowMs: trial.getNumber("slowMs") || 0, driftFile: trial.get("driftFile") || "/nowhere",
  };
  things.push(new Thing("thing-" + index, props, opts));
}
if (trial.get("plugin")) new pulumi.CustomResource("nosuch:index:Thing", "strange", {});
if (trial.get("crash")) throw new Error("the program broke");
const token = trial.getSecret("token");
if (token) token.apply((value) => console.log("token is " + value));
exports.environment = trial.get("environmentOutput") || "dev";
exports.things = things.length;
exports.token = token || null;
`;

/** Settings a stack file of the project holds before `trial` ones are added. */
const SETTINGS = {
  "groundplan:system": "vibebox",
  "groundplan:environment": "dev",
  "groundplan:model": "standalone",
  "groundplan:placements": [{ name: "main", cloud: "kubernetes", region: "local", context: "mine" }],
  "groundplan:images": { registry: "ghcr.io/trial" },
  "groundplan:domain": "trial.example.com",
};

export function makeProject(stacks: Readonly<Record<string, Readonly<Record<string, unknown>>>>): string {
  const directory = mkdtempSync(join(tmpdir(), "groundplan-trial-"));
  const pulumi = { name: "trial", main: "program.js", runtime: { name: "nodejs", options: { typescript: false } } };
  writeFileSync(join(directory, "Pulumi.yaml"), stringify(pulumi));
  writeFileSync(join(directory, "program.js"), PROGRAM);
  writeFileSync(join(directory, "package.json"), '{ "name": "trial", "type": "commonjs" }');
  symlinkSync(join(ROOT, "node_modules"), join(directory, "node_modules"));
  for (const [stack, config] of Object.entries(stacks)) {
    writeFileSync(join(directory, `Pulumi.${stack}.yaml`), stringify({ config: { ...SETTINGS, ...config } }));
  }
  mkdirSync(join(directory, ".hidden"));
  return directory;
}
