import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import { expect } from "chai";
import { parse } from "yaml";
import { loadSystem } from "../../systems/load";
import { type ResolvedSystem, resolveSystem } from "../../systems/resolve";
import { MODELS, type Model, systemJsonSchema } from "../../systems/spec";
import { edgesOf, scalingOf } from "./facts";

const FOLDER = join(__dirname, "..", "..", "examples");
const files = readdirSync(FOLDER).filter((file) => file.endsWith(".yaml"));
const textOf = (file: string) => readFileSync(join(FOLDER, file), "utf8");

async function example(file: string, model: Model): Promise<ResolvedSystem> {
  const system = await loadSystem(`examples/${file}`, { readFile: async () => textOf(file) });
  return resolveSystem(system, { model, environment: "production", placement: "eu" });
}

describe("the examples", () => {
  const accepts = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(systemJsonSchema());

  it("are a site, a pipeline and a game", () => {
    expect([...files].sort()).to.deep.equal(["etl-pipeline.yaml", "game-backend.yaml", "static-site.yaml"]);
  });

  it("lie beside the schema editors read, which is the spec's own", () => {
    expect(
      JSON.parse(textOf("system.schema.json")),
      "npx groundplan schema > examples/system.schema.json && npx biome format --write examples",
    ).to.deep.equal(JSON.parse(JSON.stringify(systemJsonSchema())));
  });

  it("are checked by the schema the package publishes", () => {
    expect(require.resolve("groundplan/schema")).to.equal(join(FOLDER, "system.schema.json"));
  });

  for (const file of files) {
    it(`${file} names the schema in its first line, and is accepted by it`, () => {
      expect(textOf(file).split("\n")[0]).to.equal("# yaml-language-server: $schema=./system.schema.json");
      accepts(parse(textOf(file)));
      expect(accepts.errors ?? []).to.deep.equal([]);
    });

    for (const model of MODELS) {
      it(`${file} resolves as ${model}`, async () => {
        const system = await example(file, model);
        expect(system.name).to.equal(file.replace(".yaml", ""));
        expect(system.edges.length).to.be.greaterThan(0);
      });
    }
  }

  it("the site keeps SQLite beside its API when it stands alone", async () => {
    expect(edgesOf(await example("static-site.yaml", "standalone"))).to.deep.equal({
      public: "site:8080 api:8000",
      api: "database mail:443",
      monitoring: "api:8000",
    });
  });

  it("the pipeline sleeps while its queue is empty, and runs once on one host", async () => {
    expect(scalingOf(await example("etl-pipeline.yaml", "distributed"), "transform")).to.equal(
      "0-20, celery transform 20",
    );
    expect(scalingOf(await example("etl-pipeline.yaml", "single-server"), "transform")).to.equal("1");
    expect(edgesOf(await example("etl-pipeline.yaml", "distributed")).extract).to.equal(
      "queue:6379 queue:26379 partners:443 landing:443 monitoring:9091",
    );
  });

  it("the game's gateway scales to what its placement allows", async () => {
    expect(scalingOf(await example("game-backend.yaml", "global"), "gateway")).to.equal("3-12, cpu 60");
  });
});
