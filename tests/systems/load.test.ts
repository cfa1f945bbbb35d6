import { expect } from "chai";
import { stringify } from "yaml";
import { InputError, type Problem } from "../../components/errors";
import { systemNames } from "../../systems";
import { isSystemPath, loadSystem, parseSystem } from "../../systems/load";
import { resolveSystem } from "../../systems/resolve";
import { shop } from "./fixture";

const noFile = async () => {
  throw Object.assign(new Error("ENOENT"), { code: "ENOENT" });
};

async function problemsOf(action: () => unknown): Promise<readonly Problem[]> {
  try {
    await action();
  } catch (error) {
    if (InputError.is(error)) {
      return error.problems;
    }
    throw error;
  }
  return [];
}

const BROKEN = `name: shop
title: Shop
description: Sells things
services:
  web:
    kind: deployment
    image: web:1
    port: 80
    ports: { http: { port: 8080 } }
    resources:
      requests: { cpu: 2, memory: 1Gi }
      limits: { cpu: "3", memory: 1Gi }
    uses:
      - dbb
      - { to: cache, env: { CACHE: ulr } }
    scaling: { replicas: -1 }
  api:
    kind: deploment
stores:
  cache:
    kind: redis
    mode: cluster
    shards: 3
    purpose: broker
    resources: { requests: { cpu: 100m, memory: 1Gi }, limits: { cpu: "1", memory: 512Mi } }
routes:
  - to: wbe
  - { to: web, port: htp, path: /b }
`;

describe("loading a system", () => {
  for (const name of systemNames) {
    it(`knows ${name} by name`, async () => {
      expect((await loadSystem(name, { readFile: noFile })).name).to.equal(name);
    });
  }

  it("says which systems there are for a name it does not know", async () => {
    const problems = await problemsOf(() => loadSystem("vibebx", { readFile: noFile, setting: "groundplan:system" }));
    expect(problems).to.have.length(1);
    expect(problems[0]).to.include({ path: "groundplan:system", found: '"vibebx"', fix: "did you mean vibebox?" });
    expect(problems[0]?.allowed).to.match(/vibebox, doc-scraper/);
  });

  it("does not take what every object has for a system", async () => {
    expect(await problemsOf(() => loadSystem("constructor", { readFile: noFile }))).to.have.length(1);
  });

  it("tells paths from names", () => {
    expect(["a/b", "shop.yaml", "shop.yml", "shop.json", "..\\shop"].map(isSystemPath)).to.deep.equal([
      true,
      true,
      true,
      true,
      true,
    ]);
    expect(["vibebox", "doc-scraper"].map(isSystemPath)).to.deep.equal([false, false]);
  });

  it("reads YAML and JSON alike", async () => {
    const text = JSON.stringify(shop);
    const system = await loadSystem("shop.json", { readFile: async () => text });
    expect(resolveSystem(system, { model: "distributed", environment: "dev", placement: "main" }).name).to.equal(
      "shop",
    );
  });

  it("reports a file that is not there without a stack trace", async () => {
    const problems = await problemsOf(() => loadSystem("./shop.yaml", { readFile: noFile }));
    expect(problems.map(({ found }) => found)).to.deep.equal(['"./shop.yaml": no such file']);
  });

  it("reports malformed YAML with its line", async () => {
    const problems = await problemsOf(() => parseSystem("a: [1\nb: 2\n", "shop.yaml"));
    expect(problems.map(({ source, allowed }) => [source, allowed])).to.deep.include([
      "shop.yaml:2",
      "valid YAML or JSON",
    ]);
  });

  it("reports an alias of nothing, and an anchor within itself", async () => {
    for (const text of ["name: *nobody", "name: &name [*name]"]) {
      const problems = await problemsOf(() => parseSystem(text, "shop.yaml"));
      expect(problems.map(({ path, source }) => [path, source])).to.deep.equal([["(file)", "shop.yaml"]]);
    }
  });

  it("reports an empty file, and a list", async () => {
    for (const text of ["", "- a"]) {
      const problems = await problemsOf(() => parseSystem(text, "shop.yaml"));
      expect(problems.map(({ path, allowed }) => [path, allowed])).to.deep.equal([["(top level)", "a mapping"]]);
    }
  });

  it("gives twelve mistakes of fields and between fields in one run, each with its line and a fix", async () => {
    const problems = await problemsOf(() => parseSystem(BROKEN, "shop.yaml"));
    expect(problems.map(({ path, source }) => `${path} ${source}`).sort()).to.deep.equal([
      "routes[0].to shop.yaml:27",
      "routes[1].port shop.yaml:28",
      "services.api.image shop.yaml:17",
      "services.api.kind shop.yaml:18",
      "services.api.resources shop.yaml:17",
      "services.web.port shop.yaml:8",
      "services.web.resources.requests.cpu shop.yaml:11",
      "services.web.scaling.replicas shop.yaml:16",
      "services.web.uses[0] shop.yaml:14",
      "services.web.uses[1].env.CACHE shop.yaml:15",
      "stores.cache.mode shop.yaml:22",
      "stores.cache.resources.requests.memory shop.yaml:25",
    ]);
    expect(problems.filter(({ fix, allowed }) => fix === "" || allowed === "")).to.deep.equal([]);
    expect(problems.find(({ path }) => path === "services.web.port")?.fix).to.equal("did you mean ports?");
    expect(problems.find(({ path }) => path === "services.api.kind")?.fix).to.equal("did you mean deployment?");
    expect(problems.find(({ path }) => path === "routes[0].to")?.fix).to.equal("did you mean web?");
  });

  it("sees past a kind that is none: what else is wrong there, and what talks to it", async () => {
    for (const kind of ["deploymnt", "lambda"]) {
      const broken = {
        ...shop,
        services: {
          ...shop.services,
          web: {
            ...shop.services.web,
            kind,
            ports: { http: { port: 99_999 }, admin: { port: 9090 } },
            uses: ["nobody"],
          },
        },
      };
      const problems = await problemsOf(() => parseSystem(stringify(broken), "shop.yaml"));
      expect(problems.map(({ path }) => path)).to.deep.equal([
        "services.web.kind",
        "services.web.ports.http.port",
        "services.web.uses[0]",
      ]);
    }
  });

  it("checks what each model's overlay makes of the system", async () => {
    const broken = {
      ...shop,
      models: { standalone: { services: { web: { scaling: { replicas: 3 } } }, stores: { files: null } } },
    };
    const problems = await problemsOf(() => parseSystem(JSON.stringify(broken, null, 1), "shop.json"));
    expect(problems.map(({ path }) => path)).to.deep.equal([
      "models.standalone.services.web.scaling.replicas",
      "models.standalone.services.worker.uses[1].to",
      "models.standalone.backups.daily.bucket",
    ]);
  });
});
