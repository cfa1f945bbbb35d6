import { expect } from "chai";
import { configHash, parsePlan, serializePlan } from "../../engine";
import { Component, named, plan, Thing, urn } from "./support";

async function program() {
  const outer = new Component("outer", { placement: "eu", layer: "platform" });
  const inner = new Component("inner", { layer: "workloads" }, { parent: outer });
  new Thing("leaf", {}, { parent: inner });
  inner.finish({ degraded: [{ feature: "egress", reason: "no host names", remedy: "a service mesh" }] });
  outer.finish({ edges: [{ from: "web", to: "db", port: 5432, access: "write", placement: "eu" }] });
}

describe("engine: plan", () => {
  it("takes placement and layer from the nearest ancestor that has them", async () => {
    const { resources } = await plan(program);
    expect(named(resources, "leaf")).to.include({ placement: "eu", layer: "workloads" });
    expect(named(resources, "outer")).to.include({ placement: "eu", layer: "platform" });
    expect(named(resources, "project-stack")).to.include({ placement: null, layer: null });
  });

  it("collects what components registered: edges and what is degraded", async () => {
    const made = await plan(program);
    expect(made.edges).to.deep.equal([{ from: "web", to: "db", port: 5432, access: "write", placement: "eu" }]);
    expect(made.degraded).to.deep.equal([
      {
        feature: "egress",
        reason: "no host names",
        remedy: "a service mesh",
        urn: urn("test:index:Component$test:index:Component", "inner"),
      },
    ]);
  });

  it("sorts resources by URN and reads back what it writes", async () => {
    const made = await plan(program);
    const urns = made.resources.map((resource) => resource.urn);
    expect(urns).to.deep.equal([...urns].sort());
    expect(serializePlan(parsePlan(serializePlan(made)))).to.equal(serializePlan(made));
  });

  it("hashes configuration without its secret values", () => {
    const hash = configHash({ a: "1", b: "secret" }, ["b"]);
    expect(configHash({ b: "other", a: "1" }, ["b"])).to.equal(hash);
    expect(configHash({ a: "2", b: "secret" }, ["b"])).not.to.equal(hash);
    expect(configHash({ a: "1", b: "secret" }, [])).not.to.equal(hash);
  });

  it("names everything that is wrong with a plan file", () => {
    expect(() => parsePlan("{")).to.throw("not JSON");
    expect(() => parsePlan('{"version":2,"resources":{},"mode":"up"}')).to.throw(/version[\s\S]*mode[\s\S]*resources/);
  });
});
