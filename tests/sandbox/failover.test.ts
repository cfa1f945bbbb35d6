import { expect } from "chai";
import { unwrap } from "../../engine/wire";
import { needsPulumi } from "./pulumi";
import { deployable, Trial } from "./trial";

const CELL = { system: "doc-scraper", model: "global", cloud: "kubernetes" } as const;
const SETTINGS = {
  ...deployable(CELL),
  "groundplan:overrides": {
    secrets: { session: { description: "Signs the users' sessions", generate: 48 } },
    services: { api: { secretEnv: { SESSION_SECRET: "session" } } },
  },
};

/** The key each placement's pods sign sessions with. */
function sessionKeys(trial: Trial): readonly unknown[] {
  const secrets = trial.cloud().filter(({ name }) => name.endsWith("-api-env-values"));
  return secrets.map(({ inputs }) => (unwrap(inputs.stringData ?? null) as Record<string, unknown>).SESSION_SECRET);
}

describe("sandbox: a change of roles in the real engine (needs the Pulumi CLI)", function () {
  this.timeout(600_000);
  let trial: Trial;

  before(async function () {
    needsPulumi(this);
    trial = await Trial.start(SETTINGS);
  });
  after(() => trial?.dispose());

  it("leaves the key that all placements sign with as it is", async () => {
    await trial.up();
    const [one, two] = sessionKeys(trial);
    expect(one).to.be.a("string").with.length(48);
    expect(two).to.equal(one);
    const { "groundplan:placements": placements } = deployable(CELL);
    const swapped = (placements as readonly { readonly role: string }[]).map((placement) => ({
      ...placement,
      role: placement.role === "primary" ? "secondary" : "primary",
    }));
    trial.configure({ ...SETTINGS, "groundplan:placements": swapped });
    await trial.up();
    expect(sessionKeys(trial)).to.deep.equal([one, one]);
  });
});
