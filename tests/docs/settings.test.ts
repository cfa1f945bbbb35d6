import { expect } from "chai";
import { InputError } from "../../components/errors";
import { collectInput } from "../../components/validation";
import { FACTS, type Place } from "../../docs/generate/settingFacts";
import { exampleFor, factsOf, isCurrent, readBy, settingRows } from "../../docs/generate/settings";
import { settingsSchema } from "../../stacks/settings/schema";
import type { Model, SystemInput } from "../../systems/spec";
import { type Cloud, planCell } from "../systems/cellPlans";
import { shop } from "../systems/fixture";

const rows = settingRows();
const byPath = new Map(rows.map((row) => [row.path, row]));
/** Settings that hold a value, rather than other settings alone. */
const leaves = rows.filter(
  ({ path }) => !rows.some((other) => other.path.startsWith(`${path}.`) || other.path.startsWith(`${path}[`)),
);

type Settings = Record<string, unknown>;

/** A setting's example in its place, with all that has to be there beside it. `names` are the user's own on the way. */
function settingsOf(path: string, names: Readonly<Record<string, string>> = {}): Settings {
  const steps = path.replaceAll("[]", ".[]").split(".");
  const root: Settings = {};
  let at = "";
  let current: Settings = root;
  for (const [index, step] of steps.entries()) {
    const around = at;
    at = step === "[]" ? `${at}[]` : at === "" ? step : `${at}.${step}`;
    const last = index === steps.length - 1;
    const value: unknown = last ? exampleFor(byPath.get(path) ?? expect.fail(path)) : {};
    if (step === "[]") {
      continue;
    }
    const key = step === "NAME" ? (names[around] ?? "main-db") : step;
    if (steps[index + 1] === "[]") {
      const entry: Settings = {};
      current[key] = [entry];
      current = entry;
      addRequired(entry, `${at}[]`);
      continue;
    }
    current[key] = value;
    if (!last) {
      current = value as Settings;
      addRequired(current, at);
    }
  }
  return root;
}

/** What a mapping has to hold, as far as it is a value. */
function addRequired(mapping: Settings, around: string): void {
  for (const row of rows) {
    const key = row.path.startsWith(`${around}.`) ? row.path.slice(around.length + 1) : "";
    if (row.required && /^[\w-]+$/.test(key)) {
      mapping[key] = exampleFor(row) ?? {};
      if (exampleFor(row) === undefined) {
        addRequired(mapping[key] as Settings, row.path);
      }
    }
  }
}

function merged(one: unknown, other: unknown): unknown {
  const isMapping = (value: unknown): value is Settings =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  return isMapping(one) && isMapping(other)
    ? Object.fromEntries(
        [...new Set([...Object.keys(one), ...Object.keys(other)])].map((key) => [
          key,
          key in one && key in other ? merged(one[key], other[key]) : (one[key] ?? other[key]),
        ]),
      )
    : other;
}

describe("docs/reference/settings.md", () => {
  it("is what the schema says; `npm run docs` makes it again", () => {
    expect(isCurrent(), "docs/reference/settings.md is stale").to.equal(true);
  });

  it("has every key of the schema", () => {
    const tops = new Set(rows.map(({ path }) => /^\w+/.exec(path)?.[0]));
    expect([...tops]).to.deep.equal(Object.keys(settingsSchema.shape));
    expect(rows.length).to.be.greaterThan(150);
    expect(new Set(rows.map(({ path }) => path)).size).to.equal(rows.length);
  });

  it("describes every setting", () => {
    expect(rows.filter(({ description }) => !description).map(({ path }) => path)).to.deep.equal([]);
  });

  it("has facts of settings alone that there are", () => {
    const containers = rows.flatMap(({ path }) =>
      path.split(/\.|(?=\[)/).map((_, index, all) =>
        all
          .slice(0, index + 1)
          .join(".")
          .replaceAll(".[", "["),
      ),
    );
    expect(Object.keys(FACTS).filter((path) => !containers.includes(path))).to.deep.equal([]);
  });

  for (const row of leaves) {
    it(`has an example of ${row.path} that is right`, () => {
      expect(exampleFor(row), "add one to docs/generate/settingFacts.ts").to.not.equal(undefined);
      const least = { system: "vibebox", environment: "dev", model: "distributed" };
      const settings = merged(least, settingsOf(row.path));
      expect(collectInput(settingsSchema, settings, { root: "" }).problems).to.deep.equal([]);
    });
  }

  it("says units of numbers and of quantities", () => {
    const unit = (path: string) => byPath.get(path)?.unit;
    expect(unit("retention.logsDays")).to.equal("days");
    expect(unit("alerts.budget.monthlyUsd")).to.equal("US dollars");
    expect(unit("backups.scratchSize")).to.equal("bytes, with Ki, Mi, Gi or Ti");
    expect(unit("placements[].zones")).to.equal("count");
    expect(unit("existing.NAME.databases.NAME.port")).to.equal(undefined);
    expect(unit("domain")).to.equal(undefined);
  });

  it("says defaults, and what is required", () => {
    expect(byPath.get("compute.karpenter")).to.include({ preset: true, required: false });
    expect(byPath.get("access.deployer.from")).to.include({ preset: "private", required: false });
    expect(byPath.get("environment")).to.include({ preset: undefined, required: true });
    expect(byPath.get("existing.NAME.archive.secretName")).to.include({ required: true });
    expect(byPath.get("existing.NAME.buckets.NAME.secretName")).to.include({ required: false });
  });

  it("says where a setting is read: what is around it decides where nothing is said of it", () => {
    expect(readBy(factsOf("environment"))).to.equal("");
    expect(readBy(factsOf("access.aws.profile"))).to.equal("AWS");
    expect(readBy(factsOf("kubernetes.storageClass"))).to.equal("AWS (distributed, global); Kubernetes");
    expect(readBy(factsOf("compute.globalCaches"))).to.equal("AWS (global)");
    expect(readBy(factsOf("compute.hostGeneration"))).to.equal(
      "AWS (standalone, single-server); Google Cloud (standalone, single-server)",
    );
    expect(readBy(factsOf("existing.NAME.vpc.id"))).to.equal("AWS (distributed, global)");
  });
});

const REGIONS: Readonly<Record<Cloud, string>> = { aws: "us-east-1", gcp: "us-central1", kubernetes: "one" };
const CELLS: readonly (readonly [Place, Cloud, Model])[] = [
  ["aws machine", "aws", "single-server"],
  ["gcp machine", "gcp", "single-server"],
  ["kubernetes", "kubernetes", "distributed"],
  ["gcp cluster", "gcp", "distributed"],
  ["aws cluster", "aws", "distributed"],
];

describe("a setting that the page says is not read somewhere", function () {
  this.timeout(120_000);
  const system: SystemInput = { ...shop, domain: "shop.example.com" };
  const base: Settings = {
    kubernetes: { storageClass: "fast-ssd", sharedStorageClass: "shared-files" },
    access: { gcp: { project: "my-project" } },
    tags: { owner: "tests" },
    // Read everywhere, and there wherever anything else about e-mail is.
    alerts: { email: { to: ["oncall@example.com"] } },
  };

  for (const [place, cloud, model] of CELLS) {
    it(`changes nothing on ${place}, where it is not refused`, async () => {
      const plan = async (settings: Settings) => {
        const cell = { system, cloud, model, environment: "staging", mode: "simulate", settings } as const;
        const { plan, files } = await planCell(cell);
        // What a plan says of settings that are not read is no reading of them: `degraded` is left out.
        return { resources: plan.resources, outputs: plan.outputs, files };
      };
      const names = { existing: REGIONS[cloud], "existing.NAME.buckets": "files" };
      const unread = leaves.filter(
        ({ path }) => !path.startsWith("placements") && !(factsOf(path).places ?? [place]).includes(place),
      );
      expect(unread.length).to.be.greaterThan(20);
      const expected = await plan(base);
      let accepted = unread.map(({ path }) => path);
      for (;;) {
        const settings = accepted.reduce<unknown>((all, path) => merged(all, settingsOf(path, names)), base);
        try {
          expect(await plan(settings as Settings)).to.deep.equal(expected);
          break;
        } catch (error) {
          // What is refused would hide the others: a refusal is as good as being read nowhere.
          if (!InputError.is(error)) {
            throw error;
          }
          const refused = error.problems.map(({ path }) => path);
          const exactly = accepted.filter((path) => !refused.some((problem) => isOf(problem, path, names)));
          const tops = refused.map((problem) => /^groundplan:(\w+)/.exec(problem)?.[1]);
          const roughly = accepted.filter((path) => !tops.includes(/^\w+/.exec(path)?.[0]));
          const left = exactly.length < accepted.length ? exactly : roughly;
          expect(left.length, `${error}`).to.be.lessThan(accepted.length);
          accepted = left;
        }
      }
      expect(accepted.length).to.be.greaterThan(10);
    });
  }

  /** Whether a problem is one of a setting, of what is in it or of what it is in. */
  function isOf(problem: string, path: string, names: Readonly<Record<string, string>>): boolean {
    const words = (text: string) => text.split(/[^\w-]+/).filter((word) => word !== "" && !/^\d+$/.test(word));
    const [, ...found] = words(problem);
    let around = "";
    const own = path.split(".").map((step) => {
      const word = step === "NAME" ? (names[around] ?? "main-db") : step.replace("[]", "");
      around = around === "" ? step : `${around}.${step}`;
      return word;
    });
    return found.every((word, index) => index >= own.length || own[index] === word);
  }
});
