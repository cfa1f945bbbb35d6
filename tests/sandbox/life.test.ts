import { expect } from "chai";
import type { Cell } from "../../automation/matrix";
import { replacesOn } from "../../automation/replacements";
import { CLOUDS } from "../../components/context";
import type { SandboxObject } from "../../engine/sandbox/store";
import { MODELS } from "../../systems/spec";
import { needsPulumi } from "./pulumi";
import { chosen, deployable, existingIn, ownedBy, secretsOf, Trial, UNKILLED } from "./trial";

/** A small system of every kind of store but two. */
const SYSTEM = "doc-scraper";

const LIVES: readonly Cell[] = CLOUDS.flatMap((cloud) => MODELS.map((model) => ({ system: SYSTEM, model, cloud })));

const SAMPLE: readonly Cell[] = [
  { system: SYSTEM, model: "standalone", cloud: "kubernetes" },
  { system: SYSTEM, model: "single-server", cloud: "gcp" },
];

/** A change of settings that updates: tags reach everything in an account, a domain what is published on a cluster. */
const TAGS = {
  before: { "groundplan:tags": { owner: "first" } },
  after: { "groundplan:tags": { owner: "second" } },
} as const;
const CHANGES = {
  aws: TAGS,
  gcp: TAGS,
  kubernetes: {
    before: { "groundplan:domain": "first.example.org" },
    after: { "groundplan:domain": "second.example.org" },
  },
} as const;

/** The one thing on a cluster that outlives the stack that brought it. */
const SHARED = "kube-system/gateway-api";

/** What holds data: the types whose replacement loses something, by the table diffs warn by. */
function stateful(cloud: readonly SandboxObject[]): Record<string, string> {
  return Object.fromEntries(
    cloud
      .filter(
        ({ type }) => !type.startsWith("kubernetes:") || /StatefulSet|PersistentVolumeClaim|postgresql/.test(type),
      )
      .filter(({ type }) => replacesOn(type, "no such property") !== "unknown")
      .map(({ urn, id }) => [urn, id]),
  );
}

describe("sandbox: the life of a stack in the real engine (needs the Pulumi CLI)", function () {
  // A life is eight runs of the CLI; on a machine that does much else each takes minutes.
  this.timeout(2_400_000);
  before(function () {
    needsPulumi(this);
  });

  for (const cell of chosen(LIVES, SAMPLE)) {
    it(`${cell.model} on ${cell.cloud}: up, no change, change, refresh, unprotect, destroy`, async () => {
      const { before, after } = CHANGES[cell.cloud as keyof typeof CHANGES];
      const config = { ...deployable(cell), "groundplan:protect": true, ...before };
      const trial = await Trial.start(config, await secretsOf(cell.system), UNKILLED);
      try {
        await trial.up();
        const first = trial.cloud();
        const kept = stateful(first);
        expect(Object.keys(kept)).to.not.deep.equal([]);
        expect(existingIn(first)).to.deep.equal(ownedBy(await trial.state()));

        await trial.up("--expect-no-changes");
        expect(trial.cloud()).to.deep.equal(first);

        trial.configure({ ...config, ...after });
        const { out } = await trial.up();
        const second = trial.cloud();
        expect(out).to.match(/ ~ \d+ updated/);
        // New tags are written onto what is there; another domain makes some things anew, none that hold data.
        if (cell.cloud !== "kubernetes") {
          expect(out).to.not.match(/\d+ replaced/);
        }
        expect(second.map(({ urn }) => urn)).to.deep.equal(first.map(({ urn }) => urn));
        expect(stateful(second)).to.deep.equal(kept);
        expect(JSON.stringify(second))
          .to.match(/"second"|second\.example/)
          .and.not.to.match(/"first"|first\.example/);

        await trial.refresh("--expect-no-changes");

        // With its preview a destroy of what is protected deletes nothing at all.
        const refused = await trial.try("destroy", "--stack", "trial", "--yes");
        expect(refused.code).to.not.equal(0);
        expect(refused.out + refused.err).to.match(/protect/);
        expect(trial.cloud()).to.deep.equal(second);

        trial.configure({ ...config, ...after, "groundplan:protect": false });
        await trial.up();
        expect(stateful(trial.cloud())).to.deep.equal(kept);
        // Definitions that everybody on a cluster uses stay with the cluster; one of the stack's own takes them along.
        const { resources } = await trial.state();
        const retained = resources.filter(
          ({ retainOnDelete }) => retainOnDelete === true && cell.cloud === "kubernetes",
        );
        expect(retained.map(({ id }) => id)).to.satisfy((ids: string[]) => ids.every((id) => id === SHARED));
        await trial.destroy();
        expect(existingIn(trial.cloud())).to.deep.equal(retained.map(({ urn, id }) => `${urn} ${id}`).sort());
        expect((await trial.state()).resources).to.deep.equal([]);
      } finally {
        trial.dispose();
      }
    });
  }
});
