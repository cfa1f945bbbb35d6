import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Problem } from "../../components/errors";
import { parseSettings } from "../../stacks/settings";
import { type Machine, machineProblems } from "../../stacks/sites/kubeconfig";

const PLACEMENT = "groundplan:placements[0].context";
const KUBECONFIG = "groundplan:access.kubernetes.kubeconfig";

describe("the way to clusters, on the machine of a run", () => {
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "groundplan-kubeconfig-"));
  });
  after(() => {
    rmSync(directory, { recursive: true });
  });

  function file(name: string, text: string): string {
    const path = join(directory, name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  async function problems(
    given: { readonly context?: string; readonly kubeconfig?: string; readonly cloud?: string },
    machine: Partial<Machine> = {},
  ): Promise<readonly Problem[]> {
    const { context, kubeconfig, cloud = "kubernetes" } = given;
    const region = cloud === "aws" ? "us-east-1" : "here";
    const placement = { name: "main", cloud, region, role: "primary", ...(context === undefined ? {} : { context }) };
    const settings = await parseSettings(
      {
        "groundplan:system": "vibebox",
        "groundplan:model": "distributed",
        "groundplan:environment": "dev",
        "groundplan:domain": "example.org",
        "groundplan:placements": JSON.stringify([placement]),
        "groundplan:access": JSON.stringify({ kubernetes: kubeconfig === undefined ? {} : { kubeconfig } }),
      },
      { stack: "dev", directory, secretKeys: [] },
    );
    return machineProblems(settings, { env: {}, home: join(directory, "nobody"), updates: true, ...machine });
  }

  it("is missed before anything is registered, where an update has none, and not by a preview", async () => {
    expect(await problems({})).to.deep.equal([
      {
        path: KUBECONFIG,
        found: "nothing",
        allowed: `a kubeconfig: ${join(directory, "nobody", ".kube", "config")} is not there, and this is no pod of a cluster`,
        fix: "name the file, or set KUBECONFIG",
      },
    ]);
    expect(await problems({}, { updates: false })).to.deep.equal([]);
    expect((await problems({ kubeconfig: join(directory, "gone") }))[0]?.allowed).to.contain(join(directory, "gone"));
    expect(await problems({ cloud: "aws" })).to.deep.equal([]);
  });

  it("is the file of the settings, else those of KUBECONFIG, else the one in the home directory", async () => {
    const named = file("named", "contexts: [{ name: a }]\n");
    const one = file("one", "current-context: b\n");
    const two = file("two", "contexts: [{ name: b }]\ncurrent-context: c\n");
    file("home/.kube/config", "contexts: [{ name: h }]\n");
    const home = join(directory, "home");
    const env = { KUBECONFIG: `${one}:${join(directory, "gone")}:${two}` };
    expect(await problems({ context: "a", kubeconfig: named }, { env, home })).to.deep.equal([]);
    expect(await problems({ context: "b" }, { env, home })).to.deep.equal([]);
    // Without a context of its own, the current one, of the first file that has one.
    expect(await problems({}, { env, home })).to.deep.equal([]);
    expect(await problems({ context: "h" }, { home })).to.deep.equal([]);
    expect((await problems({ context: "h" }, { env, home })).map(({ path }) => path)).to.deep.equal([PLACEMENT]);
  });

  it("has to have the context, in a preview too", async () => {
    const kubeconfig = file("staging", "contexts: [{ name: staging-eu }]\ncurrent-context: staging-us\n");
    const env = { KUBECONFIG: kubeconfig };
    expect(await problems({ context: "stagign-eu" }, { env, updates: false })).to.deep.equal([
      {
        path: PLACEMENT,
        found: '"stagign-eu"',
        allowed: `a context of ${kubeconfig}: staging-eu`,
        fix: "did you mean staging-eu?",
      },
    ]);
    const [current] = await problems({}, { env });
    expect(current).to.include({ path: PLACEMENT, found: '"staging-us"' });
    const empty = file("empty", "");
    expect((await problems({}, { env: { KUBECONFIG: empty } }))[0]).to.include({ path: PLACEMENT, found: "nothing" });
  });

  it("is the pod's own cluster inside one, which has no contexts", async () => {
    const env = { KUBERNETES_SERVICE_HOST: "10.96.0.1" };
    expect(await problems({}, { env })).to.deep.equal([]);
    expect((await problems({ context: "main" }, { env }))[0]).to.include({ path: PLACEMENT, found: '"main"' });
  });

  it("is told apart from a file that is no kubeconfig, without a stack trace", async () => {
    const broken = file("broken", "contexts: [\n");
    expect(await problems({ kubeconfig: broken })).to.deep.equal([
      { path: KUBECONFIG, found: JSON.stringify(broken), allowed: "a kubeconfig in YAML", fix: "correct the file" },
    ]);
  });
});
