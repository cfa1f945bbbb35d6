import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect } from "chai";
import { externalSecrets } from "../../../automation/externalSecrets";
import { cellsOf } from "../../../automation/matrix";
import { planStack } from "../../../automation/plan";
import { UNKNOWN_CONFIG_VALUE } from "../../../automation/stackFile";
import { skipSuiteBecause } from "../../skipBecause";
import { EXTRAS } from "../../stacks/gcpExtras";
import { planGcp } from "../../stacks/gcpPlan";
import methods from "./discovery/methods.json";

/** A resource as the check takes it. */
interface Planned {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

interface Report {
  readonly version: string;
  readonly placed: number;
  /** Single values held to a type, a format, a pattern or an enumeration. */
  readonly values: number;
  readonly findings: readonly string[];
  /** Entries of the table that nothing needed. */
  readonly unused: readonly string[];
}

const ROOT = join(__dirname, "..", "..", "..");

/** Every resource of Google Cloud in every cell, and in what settings add to one. */
async function planned(): Promise<readonly Planned[]> {
  const found: Planned[] = [];
  for (const cell of cellsOf(["gcp"])) {
    const secrets = await externalSecrets(cell.system, UNKNOWN_CONFIG_VALUE);
    const request = { directory: ROOT, stack: "dev", selection: cell, secrets, mode: "simulate" as const, packs: [] };
    found.push(...(await planStack(request)).resources);
  }
  for (const extra of EXTRAS) {
    found.push(...(await planGcp("simulate", extra)).plan.resources);
  }
  return found.filter(({ type }) => type.startsWith("gcp:")).map(({ type, name, inputs }) => ({ type, name, inputs }));
}

function check(resources: readonly Planned[]): Report {
  const input = JSON.stringify({ table: methods, resources });
  const script = join(__dirname, "discovery", "check.py");
  const run = spawnSync("python3", [script], { input, encoding: "utf8", maxBuffer: 2 ** 28 });
  if (run.status !== 0) {
    throw new Error(run.stderr);
  }
  return JSON.parse(run.stdout) as Report;
}

describe("planned inputs against Google's API discovery documents", function () {
  this.timeout(240_000);
  let report: Report;

  before(async function () {
    if (spawnSync("python3", ["-c", "import googleapiclient"]).status !== 0) {
      skipSuiteBecause(this, "needs python3 with Google's client: pip install google-api-python-client");
    }
    report = check(await planned());
  });

  it("have a place for every property of all 24 cells, and take every value of it", () => {
    expect(report.findings).to.deep.equal([]);
    expect(report.placed).to.be.greaterThan(2_500);
    expect(report.values).to.be.greaterThan(20_000);
  });

  it("need every exception there is", () => {
    expect(report.unused).to.deep.equal([]);
  });

  const network = { autoCreateSubnetworks: false };
  const instance = { memorySizeGb: 1, tier: "BASIC" };
  const wrong: readonly (readonly [string, string, Readonly<Record<string, unknown>>, RegExp])[] = [
    [
      "a property without a place",
      "gcp:compute/network:Network",
      { ...network, loudness: 11 },
      /loudness: has no place in compute\.v1 networks\.insert/,
    ],
    [
      "a value Google does not list",
      "gcp:redis/instance:Instance",
      { ...instance, tier: "GOLD" },
      /tier: 'GOLD' is not among/,
    ],
    [
      "a number that is none",
      "gcp:redis/instance:Instance",
      { ...instance, memorySizeGb: "4Gi" },
      /memorySizeGb: '4Gi' does not|memorySizeGb: is int32/,
    ],
    [
      "a number too large",
      "gcp:redis/instance:Instance",
      { ...instance, memorySizeGb: 2 ** 40 },
      /memorySizeGb: 1099511627776 does not fit int32/,
    ],
    [
      "a duration without its unit",
      "gcp:kms/cryptoKey:CryptoKey",
      { rotationPeriod: "7776000" },
      /rotationPeriod: '7776000' is no google-duration/,
    ],
    [
      "a name of the wrong form",
      "gcp:compute/healthCheck:HealthCheck",
      { name: "Health_1" },
      /name: 'Health_1' does not match/,
    ],
    [
      "a property deep inside",
      "gcp:sql/databaseInstance:DatabaseInstance",
      { settings: { ipConfiguration: { ssl: true } } },
      /settings\.ipConfiguration\.ssl: has no place in IpConfiguration/,
    ],
    ["a boolean that is none", "gcp:compute/network:Network", { autoCreateSubnetworks: "no" }, /is a boolean/],
    ["a type no call makes", "gcp:spanner/instance:Instance", {}, /the table knows no call/],
  ];
  for (const [what, type, inputs, message] of wrong) {
    it(`finds ${what}`, () => {
      expect(check([{ type, name: "x", inputs }]).findings.join("\n")).to.match(message);
    });
  }
});
