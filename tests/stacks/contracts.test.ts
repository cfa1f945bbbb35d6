import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "chai";
import type { Plan, PlanResource } from "../../engine";
import { named, ofType, planAws } from "./awsPlan";
import { at, planGcp } from "./gcpPlan";

const PLACEMENT = "main";

/** What is made only where a setting asks for it. */
const ASKED = { "groundplan:images": { registry: "registry.example.com/scraper", repository: true } };

/** Each cloud's way to the same plan: Documentation Scraper before production, in a placement of the same name. */
const CLOUDS: Readonly<Record<string, () => Promise<Plan>>> = {
  aws: async () => (await planAws("simulate", ASKED)).plan,
  gcp: async () => (await planGcp("simulate", ASKED)).plan,
};

/** Type of the resource that holds the data of each store, by cloud. */
const HOLDERS: Readonly<Record<string, readonly (readonly [store: string, name: string])[]>> = {
  aws: [
    ["database", "database-primary"],
    ["redis", "redis-group"],
    ["exports", "exports-bucket"],
    ["backups", "backups-bucket"],
  ],
  gcp: [
    ["database", "database-primary"],
    ["redis", "redis-instance"],
    ["exports", "exports-bucket"],
    ["backups", "backups-bucket"],
  ],
};

/** Each contract under components/ by its folder, with the component that keeps it in a distributed model. */
const CONTRACTS: Readonly<Record<string, string | { readonly elsewhere: string }>> = {
  cluster: "groundplan:cluster:Cluster",
  "data/postgres": "groundplan:data:Postgres",
  "data/redis": "groundplan:data:Redis",
  "edge/loadBalancer": "groundplan:edge:LoadBalancer",
  host: { elsewhere: "hostCells.test.ts: the models of one machine" },
  networking: "groundplan:networking:Network",
  "operations/backup": "groundplan:operations:Backup",
  "secrets/keys": "groundplan:secrets:Keys",
  "secrets/secretStore": "groundplan:secrets:SecretStore",
  "storage/bucket": "groundplan:storage:Bucket",
  "storage/registry": "groundplan:storage:Registry",
};

function containers(plan: Plan, deployment: string): readonly Readonly<Record<string, unknown>>[] {
  const { inputs } = named(plan, `${PLACEMENT}-${deployment}-deployment`);
  return at(inputs, "spec.template.spec.containers") as readonly Readonly<Record<string, unknown>>[];
}

/** Variables of a container, each with the kind of place its value comes from. */
function variables(container: Readonly<Record<string, unknown>> | undefined): readonly string[] {
  const env = (container?.env ?? []) as readonly Readonly<Record<string, unknown>>[];
  return env.map(({ name, valueFrom }) => `${String(name)} from ${valueFrom ? "a secret" : "the spec"}`).sort();
}

function workloads(plan: Plan): readonly string[] {
  return plan.resources
    .filter(({ type, layer }) => layer === "workloads" && type.startsWith("kubernetes:"))
    .filter(({ name }) => !/-users-|-backup-|backup-|restore-/.test(name))
    .map(({ type, name }) => `${type.split(":").at(-1)} ${name}`)
    .sort();
}

function customResources(plan: Plan, kind: string): readonly PlanResource[] {
  return plan.resources.filter(({ inputs }) => inputs.kind === kind);
}

it("every contract under components/ has a component that keeps it", () => {
  const components = join(__dirname, "../../components");
  const files = readdirSync(components, { recursive: true, encoding: "utf8" });
  const found = files.filter((file) => file.endsWith("contract.ts")).map((file) => dirname(file));
  expect(found).to.have.members(Object.keys(CONTRACTS));
});

for (const [cloud, load] of Object.entries(CLOUDS)) {
  describe(`what a model may rely on, on ${cloud}`, function () {
    this.timeout(120_000);
    let plan: Plan;
    let other: Plan;
    before(async () => {
      plan = await load();
      other = await (CLOUDS[cloud === "aws" ? "gcp" : "aws"] ?? load)();
    });

    it("gives a service the variables it has on the other cloud, each from the same kind of place", () => {
      for (const service of ["api", "worker"]) {
        const [mine] = containers(plan, service);
        const [theirs] = containers(other, service);
        // Memorystore alone signs with an authority of its own, of which Node.js is told by a variable of Node's.
        const own = (cloudOf: string) => (cloudOf === "gcp" ? ["NODE_EXTRA_CA_CERTS from the spec"] : []);
        const there = variables(theirs).filter((each) => !own("gcp").includes(each));
        expect(variables(mine), service).to.have.members([...there, ...own(cloud)]);
        expect(mine?.resources, service).to.deep.equal(theirs?.resources);
        expect(mine?.livenessProbe, service).to.deep.equal(theirs?.livenessProbe);
        expect(mine?.image, service).to.equal(theirs?.image);
      }
    });

    for (const [contract, token] of Object.entries(CONTRACTS)) {
      if (typeof token !== "string") continue;
      it(`keeps the contract of ${contract} with a component of the same type, place and layer as the other cloud`, () => {
        const kept = (of: Plan) => {
          const [first] = ofType(of, token);
          return { there: first !== undefined, placement: first?.placement, layer: first?.layer };
        };
        expect(kept(plan)).to.deep.equal(kept(other));
        expect(kept(plan).there).to.equal(true);
        expect(plan.resources.some(({ parent }) => parent !== null && parent === ofType(plan, token)[0]?.urn)).to.equal(
          true,
        );
      });
    }

    it("runs the same workloads", () => {
      const shared = workloads(other).filter((entry) => !entry.includes("-alert"));
      expect(workloads(plan)).to.include.members(shared.filter((entry) => entry.startsWith("Deployment ")));
      expect(workloads(plan).length).to.be.greaterThan(8);
    });

    it("brings every secret in through one store, for the system's namespaces alone", () => {
      const [store, ...others] = customResources(plan, "ClusterSecretStore");
      expect(others).to.deep.equal([]);
      expect(at(store?.inputs, "spec.conditions")).to.deep.equal([{ namespaces: ["doc-scraper"] }]);
      expect(customResources(plan, "ExternalSecret").length).to.be.greaterThan(2);
      for (const { inputs, name } of customResources(plan, "ExternalSecret")) {
        expect(at(inputs, "spec.secretStoreRef.name"), name).to.equal(at(store?.inputs, "metadata.name"));
      }
    });

    it("closes the namespace to everything but edges", () => {
      const policies = ofType(plan, "kubernetes:networking.k8s.io/v1:NetworkPolicy");
      const denied = policies.find(({ inputs }) => at(inputs, "metadata.name") === "default-deny");
      expect(at(denied?.inputs, "spec.policyTypes")).to.deep.equal(["Ingress", "Egress"]);
    });

    it("protects whatever holds data", () => {
      for (const [store, name] of HOLDERS[cloud] ?? []) {
        expect(named(plan, `${PLACEMENT}-${name}`).options.protect, store).to.equal(true);
      }
    });

    it("answers at the same address", () => {
      const urls = (of: Plan) => at(of.outputs, `placements.${PLACEMENT}.urls`);
      expect(urls(plan)).to.deep.equal({ "api.scraper.example.com": "https://api.scraper.example.com" });
      expect(urls(plan)).to.deep.equal(urls(other));
    });

    it("says why, and what would help, of everything it gives in part", () => {
      expect(plan.degraded.length).to.be.greaterThan(0);
      for (const { feature, reason, remedy } of plan.degraded) {
        for (const words of [feature, reason, remedy]) expect(words).to.be.a("string").that.is.not.empty;
      }
    });
  });
}
