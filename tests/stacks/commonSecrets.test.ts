import { expect } from "chai";
import { InputError } from "../../components/errors";
import { unwrap } from "../../engine/wire";
import { partsBefore } from "../../stacks/parts";
import type { PlacementSettings } from "../../stacks/settings";
import { type AwsPlan, named, planAws } from "./awsPlan";
import { PROJECT } from "./gcpPlan";

const STASH = "pulumi:index:Stash";
const SESSION = { description: "Signs the users' sessions", generate: 48 };
const WITH_SESSION = {
  "groundplan:model": "global",
  "groundplan:overrides": {
    secrets: { session: SESSION },
    services: { api: { secretEnv: { SESSION_SECRET: "session" } } },
  },
};

type Cloud = "aws" | "gcp" | "kubernetes";
const REGIONS = {
  aws: ["us-east-1", "eu-west-1"],
  gcp: ["us-central1", "europe-west1"],
  kubernetes: [undefined, undefined],
};

function placements(cloud: Cloud, primary: "us" | "eu" = "us") {
  return ["us", "eu"].map((name, index) => ({
    name,
    cloud,
    role: name === primary ? "primary" : "secondary",
    cidrIndex: (cloud === "gcp" ? 128 : 0) + index,
    ...(cloud === "gcp" && primary === "eu" && name === "us" ? { founder: true } : {}),
    ...(cloud === "kubernetes" ? { context: `cluster-${name}` } : { region: REGIONS[cloud][index] }),
  }));
}

function spread(cloud: Cloud, primary: "us" | "eu" = "us") {
  return {
    ...WITH_SESSION,
    "groundplan:placements": placements(cloud, primary),
    ...(cloud === "gcp" ? { "groundplan:access": { gcp: { project: PROJECT } } } : {}),
    ...(cloud === "kubernetes" ? { "groundplan:kubernetes": { storageClass: "fast" } } : {}),
  };
}

/** An input of a resource with its secrets open. */
function input({ raw }: AwsPlan, name: string, field: string, type = ""): unknown {
  const found = raw.filter((resource) => resource.name === name && resource.type.includes(type));
  expect(found, name).to.have.length(1);
  return unwrap(found[0]?.inputs[field] ?? null);
}

const kept = (plan: AwsPlan, place: string) => input(plan, `${place}-secrets-session-kept`, "input", STASH);

describe("a secret that is made up, in several placements", function () {
  this.timeout(180_000);

  for (const cloud of ["aws", "gcp", "kubernetes"] as const) {
    describe(`on ${cloud}`, () => {
      let plan: AwsPlan;
      before(async () => {
        plan = await planAws("simulate", spread(cloud));
      });

      it("has one value, which the primary makes up and each keeps", () => {
        expect(kept(plan, "us")).to.be.a("string").with.length(48);
        expect(kept(plan, "eu")).to.equal(kept(plan, "us"));
        const backup = (place: string) => input(plan, `${place}-secrets-backup-daily-passphrase-kept`, "input", STASH);
        expect(backup("eu")).to.equal(backup("us")).and.not.equal(kept(plan, "us"));
      });

      it("is kept as a secret and nowhere else", () => {
        const { inputs, placement, layer } = named(plan.plan, "eu-secrets-session-kept", STASH);
        expect(inputs.input).to.deep.equal({ $: "secret", type: "string", known: true });
        expect([placement, layer]).to.deep.equal(["eu", "infrastructure"]);
      });

      it("is kept by the same resources when the roles change, each of which holds what it has", async () => {
        const swapped = await planAws("simulate", spread(cloud, "eu"));
        const urns = ({ plan: { resources } }: AwsPlan) =>
          resources.filter(({ name }) => /-secrets-session-/.test(name)).map(({ urn }) => urn);
        expect(urns(swapped)).to.have.members([...urns(plan)]);
      });

      if (cloud !== "kubernetes") {
        it("is written to each placement's own entry, from what is kept", () => {
          const field = cloud === "aws" ? "secretString" : "secretData";
          for (const place of ["us", "eu"]) {
            const name = `${place}-secrets-session-version`;
            expect(input(plan, name, field)).to.equal(kept(plan, place));
            const { dependencies } = named(plan.plan, name);
            expect(dependencies.filter((urn) => urn.includes("-session-kept"))).to.have.length(1);
            expect(dependencies.filter((urn) => urn.includes("RandomPassword"))).to.deep.equal([]);
          }
        });
      }
    });
  }

  it("goes from one cloud to another", async () => {
    const plan = await planAws("simulate", {
      "groundplan:model": "global",
      "groundplan:system": "tests/stacks/fixtures/bistro.yaml",
      "groundplan:domain": "bistro.example.com",
      "groundplan:images": {},
      "groundplan:placements": [placements("aws")[0], placements("gcp")[1]],
      "groundplan:access": { gcp: { project: PROJECT } },
      "groundplan:existing": { us: { zone: "Z0123456789ABCDEFGHIJ" } },
      "groundplan:overrides": {
        secrets: { session: SESSION },
        services: { menu: { secretEnv: { SESSION_SECRET: "session" } } },
      },
    });
    expect(input(plan, "eu-secrets-session-version", "secretData")).to.equal(kept(plan, "us"));
    expect(input(plan, "us-secrets-session-version", "secretString")).to.equal(kept(plan, "us"));
  });

  it("is made up by the first that has it, and read across stacks of the primary alone", async () => {
    const third = { name: "ap", cloud: "kubernetes", context: "cluster-ap", role: "secondary", cidrIndex: 2 };
    const settings = (parts: object) => ({
      ...spread("kubernetes"),
      "groundplan:system": "tests/stacks/fixtures/guestbook.yaml",
      "groundplan:placements": [...placements("kubernetes"), third],
      "groundplan:overrides": {},
      "groundplan:images": {},
      ...parts,
    });
    const plan = await planAws("simulate", settings({}));
    expect(kept(plan, "ap")).to.equal(kept(plan, "eu"));
    expect(plan.raw.filter(({ name }) => name.startsWith("us-secrets-session"))).to.deep.equal([]);
    let problems: InputError["problems"] = [];
    try {
      const alone = { "groundplan:parts": ["ap"], "groundplan:partStacks": { us: "live-us" } };
      await planAws("preview", settings(alone));
    } catch (error) {
      if (InputError.is(error)) problems = error.problems;
    }
    // Where the system file gives it to that placement.
    expect(problems.map(({ path }) => path)).to.deep.equal(["placements.eu.secrets.session"]);
    expect(problems[0]?.found).to.equal("a secret of eu that us does not have");
  });

  it("makes every part follow the primary's, whatever its cloud", () => {
    const all = [placements("aws")[0], placements("gcp")[1], { ...placements("gcp")[1], name: "ap" }];
    const followed = (part: string) => partsBefore({ placements: all as readonly PlacementSettings[] }, part);
    expect(followed("us")).to.deep.equal([]);
    expect(followed("eu")).to.deep.equal(["us"]);
    expect(followed("ap")).to.deep.equal(["us", "eu"]);
  });

  it("stays as it was where the system runs in one place", async () => {
    const { plan } = await planAws("simulate", { "groundplan:overrides": WITH_SESSION["groundplan:overrides"] });
    expect(plan.resources.filter(({ type }) => type === STASH)).to.deep.equal([]);
    expect(named(plan, "main-secrets-session-value").inputs).to.deep.equal({ length: 48, special: false });
  });

  it("is the one given, where the settings give one", async () => {
    const given = { ...spread("aws"), "groundplan:secrets": { session: { secure: "v1:abc" } } };
    const { plan } = await planAws("preview", given);
    expect(plan.resources.filter(({ name }) => /session-(value|kept)$/.test(name))).to.deep.equal([]);
  });
});
