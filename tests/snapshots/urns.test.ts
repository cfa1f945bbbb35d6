import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { CLOUDS } from "../../components/context";
import type { Plan, PlanResource } from "../../engine";
import { systemNames } from "../../systems";
import { cells, planOf, UPDATE } from "./plans";
import { addressOf, isStack, knownAddresses } from "./urns";

const DIRECTORY = join(__dirname, "urns");

/** Marks what holds data, keys or names others rely on: taking it away is never an oversight. */
const STATEFUL = "stateful ";
const STATEFUL_TYPES = [
  /^aws:(rds\/(instance|cluster)|elasticache\/(replicationGroup|cluster)|opensearch\/domain|s3\/bucket|efs\/fileSystem|ebs\/volume|kms\/key|secretsmanager\/secret|eks\/cluster|ec2\/vpc|ecr\/repository):\w+$/,
  /^gcp:(sql\/databaseInstance|redis\/(instance|cluster)|storage\/bucket|filestore\/instance|compute\/(disk|network|globalAddress)|kms\/cryptoKey|secretmanager\/secret|container\/cluster|artifactregistry\/repository):\w+$/,
  /^kubernetes:(apps\/v1:StatefulSet|core\/v1:(PersistentVolumeClaim|Namespace)|postgresql\.cnpg\.io\/v1:Cluster|elasticsearch\.k8s\.elastic\.co\/v1:Elasticsearch)$/,
];

describe("a resource keeps its URN, or names the old one as an alias", function () {
  this.timeout(120_000);

  for (const cloud of CLOUDS) {
    for (const system of systemNames) {
      it(`${system} on ${cloud}, in every model`, async () => {
        const plans = await plansOf(system, cloud);
        const file = join(DIRECTORY, cloud, `${system}.txt`);
        const now = [...new Set(plans.flatMap(lines))].sort();
        const recorded = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
        const lost = lostAddresses(recorded, plans);
        if (UPDATE && (lost.every((line) => !line.startsWith(STATEFUL)) || process.env.DROP_STATEFUL)) {
          mkdirSync(join(DIRECTORY, cloud), { recursive: true });
          writeFileSync(file, `${now.join("\n")}\n`);
          return;
        }
        expect(lost, "gone: add aliases, or run npm run snapshots where they are meant to be deleted").to.deep.equal(
          [],
        );
        expect(now, "new: npm run snapshots records them").to.deep.equal(recorded);
      });
    }
  }

  it("finds a renamed resource, its children, and what an alias keeps", () => {
    const before = [`${STATEFUL}a:b:Old::old-name`, "a:b:Old$c:d:E::old-name-child"];
    const parent = resource("a:b:Old", "new-name", null, []);
    const child = resource("c:d:E", "new-name-child", parent.urn, []);
    expect(lostAddresses(before, [plan([parent, child])])).to.deep.equal(before);
    const aliased = resource("a:b:Old", "new-name", null, [{ name: "old-name" }]);
    expect(lostAddresses(before, [plan([aliased, child])])).to.deep.equal([]);
    const retyped = resource("a:b:New", "old-name", null, [{ type: "a:b:Old" }]);
    const same = resource("c:d:E", "old-name-child", retyped.urn, []);
    expect(lostAddresses(before, [plan([retyped, same])])).to.deep.equal([]);
    const moved = resource("c:d:E", "old-name-child", null, [`urn:pulumi:s::p::${before[1]}`]);
    expect(lostAddresses([before[1] ?? ""], [plan([moved])])).to.deep.equal([]);
    const orphan = resource("c:d:E", "old-name-child", null, [{ noParent: true }]);
    expect(lostAddresses(["c:d:E::old-name-child"], [plan([orphan])])).to.deep.equal([]);
  });
});

async function plansOf(system: string, cloud: string): Promise<readonly Plan[]> {
  const plans: Plan[] = [];
  for (const cell of cells.filter((other) => other.system === system && other.cloud === cloud)) {
    plans.push(await planOf(cell));
  }
  return plans;
}

function lines({ resources }: Plan): readonly string[] {
  return resources
    .filter((resource) => !isStack(resource))
    .map(({ urn, type }) => `${STATEFUL_TYPES.some((each) => each.test(type)) ? STATEFUL : ""}${addressOf(urn)}`);
}

/** Recorded lines that no resource of today would be found under. */
function lostAddresses(recorded: readonly string[], plans: readonly Plan[]): readonly string[] {
  const known = new Set(plans.flatMap((plan) => [...knownAddresses(plan).values()].flat()));
  return recorded.filter((line) => !known.has(line.replace(STATEFUL, "")));
}

function resource(
  type: string,
  name: string,
  parent: string | null,
  aliases: readonly unknown[],
): Pick<PlanResource, "urn" | "type" | "name" | "parent" | "options"> {
  const types = parent === null ? type : `${addressOf(parent).split("::")[0]}$${type}`;
  return { urn: `urn:pulumi:s::p::${types}::${name}`, type, name, parent, options: { aliases } as never };
}

function plan(resources: readonly ReturnType<typeof resource>[]): Plan {
  return { resources } as Plan;
}
