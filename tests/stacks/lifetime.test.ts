import { join } from "node:path";
import { expect } from "chai";
import { externalSecrets } from "../../automation/externalSecrets";
import { type Cell, cellsOf } from "../../automation/matrix";
import { planStack } from "../../automation/plan";
import { bringUp, type RecordedResource, type RunResult, type TakeDown, takeDown } from "../../engine";

const RELEASE = "kubernetes:helm.sh/v3:Release";
const PROVIDER = "pulumi:providers:kubernetes";

async function run(cell: Cell, settings: Readonly<Record<string, unknown>> = {}): Promise<readonly RecordedResource[]> {
  let result: RunResult | undefined;
  await planStack({
    directory: join(__dirname, "..", ".."),
    stack: "dev",
    selection: { ...cell, set: Object.entries(settings).map(([path, value]) => ({ path, value })) },
    secrets: await externalSecrets(cell.system, "secret"),
    mode: "simulate",
    packs: [],
    onRun: (run) => {
      result = run;
    },
  });
  return result?.resources ?? [];
}

const titleOf = ({ system, model, cloud }: Cell) => `${system}, ${model} on ${cloud}`;
const named = (urns: readonly string[]) => urns.map((urn) => urn.split("::").at(-1) ?? "");
const ofType = (resources: readonly RecordedResource[], type: string) => resources.filter((each) => each.type === type);

/** Nothing is left, and nothing asked to go refused to. */
function expectGone({ refused, failed, left }: TakeDown, what: string): void {
  expect({ refused: named(refused), failed, left: named(left) }, what).to.deep.equal({
    refused: [],
    failed: [],
    left: [],
  });
}

describe("the end of a stack", function () {
  this.timeout(60_000);

  for (const cell of cellsOf()) {
    it(`comes whole, also after any add-on failed and with a cluster of its own out of reach: ${titleOf(cell)}`, async () => {
      const resources = await run(cell);
      const whole = takeDown({ resources });
      expectGone(whole, "nothing wrong");
      expect(whole.deleted.length).to.be.greaterThan(15);
      for (const release of ofType(resources, RELEASE)) {
        const made = bringUp(resources, ({ urn }) => urn === release.urn);
        expect(made.length).to.be.lessThan(resources.length);
        expectGone(takeDown({ resources: made }), `${release.name} never came up`);
        const broken = takeDown({
          resources,
          fails: ({ urn }) => (urn === release.urn ? "context deadline exceeded" : undefined),
        });
        if (!broken.forgotten.includes(release.urn)) {
          expect(named(broken.failed.map(({ urn }) => urn)), `${release.name} is not uninstalled`).to.deep.equal([
            release.name,
          ]);
        }
        const remaining = resources.filter(({ urn }) => ![...broken.deleted, ...broken.forgotten].includes(urn));
        expectGone(takeDown({ resources: remaining }), `the second try after ${release.name} was not uninstalled`);
      }
      if (cell.cloud !== "kubernetes") {
        const unreachable = ofType(resources, PROVIDER).map(({ urn }) => urn);
        const alone = takeDown({ resources, unreachable });
        expectGone(alone, "its own cluster is out of reach");
        const cloudOnly = ({ type }: RecordedResource) => /^(aws|gcp):/.test(type);
        const gone = new Set([...alone.deleted, ...alone.forgotten]);
        expect(named(resources.filter(cloudOnly).flatMap(({ urn }) => (gone.has(urn) ? [] : [urn])))).to.deep.equal(
          named(resources.filter((each) => cloudOnly(each) && each.options.readId !== undefined).map(({ urn }) => urn)),
        );
      }
    });
  }

  for (const cloud of ["aws", "gcp", "kubernetes"] as const) {
    it(`comes whole where Vault has the system's secrets, and takes Vault's stores last: ${cloud}`, async () => {
      const vault = { address: "https://vault.example.com:8200", auth: { role: "shop" } };
      const resources = await run({ system: "webclone-pro", model: "distributed", cloud }, { secretStore: { vault } });
      const { deleted, ...rest } = takeDown({ resources });
      expectGone({ deleted, ...rest }, "nothing wrong");
      const order = named(deleted);
      const at = (ending: string) => order.findIndex((name) => name.endsWith(ending));
      const places = ["-web-env-vault", "-vault-push-session", "-vault-writer-store", "-vault-writer"].map(at);
      expect(places).to.not.include(-1);
      expect(places).to.deep.equal([...places].sort((one, other) => one - other));
    });
  }

  describe("with a cluster of somebody else's that is gone", () => {
    const cell: Cell = { system: "webharvest", model: "distributed", cloud: "kubernetes" };
    const unreachableOf = (resources: readonly RecordedResource[]) => ofType(resources, PROVIDER).map(({ urn }) => urn);

    it("waits, and says which variable lets go of what was in it", async () => {
      const resources = await run(cell);
      const { failed, deleted, forgotten } = takeDown({ resources, unreachable: unreachableOf(resources) });
      expect(failed.map(({ reason }) => reason).join()).to.contain("PULUMI_K8S_DELETE_UNREACHABLE");
      expect(forgotten).to.deep.equal([]);
      expect(deleted.filter((urn) => /kubernetes:(core|apps)/.test(urn))).to.deep.equal([]);
    });

    for (const [by, settings, env] of [
      ["by setting", { "access.kubernetes.deleteUnreachable": true }, {}],
      ["by the provider's own variable", {}, { PULUMI_K8S_DELETE_UNREACHABLE: "true" }],
    ] as const) {
      it(`lets go of it ${by}, releases too once the state was refreshed`, async () => {
        const resources = await run(cell, settings);
        const unreachable = unreachableOf(resources);
        const first = takeDown({ resources, unreachable, env });
        expect(first.failed.length, "no release is let go of without a refresh").to.be.greaterThan(0);
        expect(ofType(resources, RELEASE).map(({ urn }) => urn)).to.include.members(first.failed.map(({ urn }) => urn));
        expectGone(takeDown({ resources, unreachable, env, refresh: true }), by);
      });
    }
  });

  it("is not allowed as long as data is protected", async () => {
    const resources = await run(
      { system: "vibebox", model: "distributed", cloud: "aws" },
      { environment: "staging", protect: true },
    );
    const { refused, deleted } = takeDown({ resources });
    expect(deleted).to.deep.equal([]);
    expect(named(refused)).to.include("us-east-1-cluster-cluster");
    expect(ofType(resources, PROVIDER).map(({ inputs }) => inputs.deleteUnreachable)).to.deep.equal([undefined]);
  });
});
