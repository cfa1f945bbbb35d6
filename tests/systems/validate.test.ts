import { expect } from "chai";
import { problemsAfter, shop } from "./fixture";
import { connections } from "./mistakes/connections";
import { services } from "./mistakes/services";
import { stores } from "./mistakes/stores";

describe("checks between the parts of a system", () => {
  it("find nothing in a right system", () => {
    expect(problemsAfter({})).to.deep.equal([]);
    expect(shop.services).to.have.all.keys("web", "worker", "migrate");
  });

  for (const { name, change, path, fix } of [...connections, ...services, ...stores]) {
    it(`find ${name}`, () => {
      const problems = problemsAfter(change);
      expect(problems.map((problem) => problem.path)).to.deep.equal([path]);
      expect(problems[0]?.allowed).to.not.equal("");
      expect(problems[0]?.fix).to.match(fix === undefined ? /./ : new RegExp(`^${fix.replace("?", "\\?")}$`));
    });
  }

  it("let services use each other: neither waits for the other to start", () => {
    expect(
      problemsAfter({
        services: {
          worker: { ports: { http: { port: 80 } } },
          web: { uses: ["worker", { to: "main-db", endpoint: "replica", access: "read" }] },
        },
      }),
    ).to.deep.equal([]);
  });

  it("give ten mistakes as ten problems", () => {
    const mistakes = {
      routes: [{ to: "wbe" }],
      stores: { queue: { eviction: "allkeys-lru" }, worker: { kind: "bucket" } },
      external: { files: { hosts: ["a.example"] } },
      backups: { daily: { fileName: "dump.sql", store: "main-bd" } },
      nodePools: { workers: { min: 4 } },
      services: { web: { scaling: { min: 9 }, metrics: { port: "none" }, secretEnv: { SESSION_SECRET: "none" } } },
    };
    expect(
      problemsAfter(mistakes)
        .map(({ path }) => path)
        .sort(),
    ).to.deep.equal([
      "backups.daily.fileName",
      "backups.daily.store",
      "external.files",
      "nodePools.workers.min",
      "routes[0].to",
      "services.web.metrics.port",
      "services.web.scaling.min",
      "services.web.secretEnv.SESSION_SECRET",
      "stores.queue.eviction",
      "stores.worker",
    ]);
  });
});
