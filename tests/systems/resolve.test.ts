import { expect } from "chai";
import { InputError } from "../../components/errors";
import { edgesOf, normalizeUse, offeredValues, servicePort, storePorts } from "../../systems/edges";
import { discardedOverrides, resolveSystem, type Target } from "../../systems/resolve";
import { type SystemInput, systemSchema } from "../../systems/spec";
import { applyOverlay } from "../../systems/spec/overlay";
import { shop } from "./fixture";

const target: Target = { model: "distributed", environment: "dev", placement: "eu" };

function web(system: SystemInput, change: Partial<Target> = {}) {
  const service = resolveSystem(system, { ...target, ...change }).services.web;
  if (service?.kind !== "deployment") {
    throw new Error("web is a deployment");
  }
  return service;
}

describe("resolving a system", () => {
  const layered: SystemInput = {
    ...shop,
    models: { distributed: { services: { web: { image: "web:model", scaling: { max: 5 } } } } },
    placements: { eu: { services: { web: { image: "web:eu" } } }, us: { services: { web: { image: "web:us" } } } },
  };

  it("lays the model's overlay, then the placement's, then the stack's", () => {
    expect(web(layered, { model: "global" }).image).to.equal("web:eu");
    expect(web(layered, { placement: "other" }).image).to.equal("web:model");
    expect(web(layered).scaling.max).to.equal(5);
    expect(web(layered, { overrides: { services: { web: { image: "web:stack" } } } }).image).to.equal("web:stack");
  });

  it("modifies neither the system nor the overlays", () => {
    const before = structuredClone(layered);
    resolveSystem(layered, { ...target, model: "standalone" });
    expect(layered).to.deep.equal(before);
  });

  it("says what it was resolved for, and fills in every default", () => {
    const system = resolveSystem(shop, target);
    expect(system).to.include({ model: "distributed", environment: "dev", placement: "eu" });
    expect(system.services.web?.security).to.deep.equal({
      podSecurity: "restricted",
      runAsUser: 10_001,
      readOnlyRootFilesystem: true,
    });
  });

  it("throws every problem of what the overrides make of it", () => {
    const overrides = { services: { web: { scaling: { min: 9 }, uses: ["nothing"] } }, routes: [{ to: "wbe" }] };
    try {
      resolveSystem(shop, { ...target, overrides });
      expect.fail("it resolved");
    } catch (error) {
      expect(InputError.is(error) && error.problems.map(({ path }) => path)).to.deep.equal([
        "services.web.scaling.min",
        "services.web.uses[0]",
        "routes[0].to",
      ]);
    }
  });

  it("gives one replica of everything when standing alone, whatever the source scales", () => {
    const alone = resolveSystem(shop, { ...target, model: "standalone" });
    expect(web(shop, { model: "standalone" }).scaling).to.deep.include({
      replicas: 1,
      min: undefined,
      cpuPercent: undefined,
    });
    expect(alone.stores.queue).to.deep.include({ mode: "single", replicas: 0 });
    expect(alone.stores["main-db"]).to.deep.include({ instances: 1, readReplicas: 0 });
  });

  it("keeps fixed counts on a single server", () => {
    const overrides = { services: { web: { scaling: { replicas: 3, min: null, max: null, cpuPercent: null } } } };
    expect(web(shop, { model: "single-server", overrides }).scaling.replicas).to.equal(3);
  });

  it("names the overrides that a model takes back, and no others", () => {
    const overrides = {
      services: {
        web: { namespace: "front", env: { A: "b" }, scaling: { min: 3, max: 6, cpuPercent: 70 } },
        worker: { scaling: { replicas: 1, min: null, max: null, queue: null } },
      },
      stores: { "main-db": { readReplicas: 2, instances: 1 }, queue: { mode: "sentinel", replicas: 2 } },
    };
    expect(discardedOverrides(shop, { ...target, model: "standalone", overrides })).to.deep.equal([
      "services.web.namespace",
      "services.web.scaling.min",
      "services.web.scaling.max",
      "services.web.scaling.cpuPercent",
      "stores.main-db.readReplicas",
      "stores.queue.mode",
      "stores.queue.replicas",
    ]);
    const fixed = { services: { worker: { scaling: { replicas: 4, min: null, max: null, queue: null } } } };
    expect(discardedOverrides(shop, { ...target, model: "standalone", overrides: fixed })).to.deep.equal([
      "services.worker.scaling.replicas",
    ]);
    expect(discardedOverrides(shop, { ...target, model: "single-server", overrides: fixed })).to.deep.equal([]);
    expect(discardedOverrides(shop, { ...target, model: "distributed", overrides })).to.deep.equal([]);
    expect(discardedOverrides(shop, { ...target, model: "standalone" })).to.deep.equal([]);
  });
});

describe("edges", () => {
  const system = systemSchema.parse(shop);

  it("follow from routes, uses and metrics, in the spec's order", () => {
    expect(edgesOf(system).map(({ from, to, port }) => `${from.name} > ${to.kind} ${to.name}:${port}`)).to.deep.equal([
      "public > service web:8080",
      "web > store main-db:5432",
      "web > store main-db:5432",
      "web > external pay:443",
      "web > store queue:6379",
      "web > store queue:26379",
      "monitoring > service web:9090",
      "worker > store queue:6379",
      "worker > store queue:26379",
      "worker > store files:443",
      "worker > service web:8080",
      "migrate > store main-db:5432",
    ]);
  });

  it("give the variables of a target with several ports once", () => {
    const worker = edgesOf(system).filter(({ from, to }) => from.name === "worker" && to.name === "queue");
    expect(worker.map(({ env }) => env)).to.deep.equal([{ REDIS_URL: "url" }, {}]);
  });

  it("open no port to what is mounted or embedded, and keep its variables", () => {
    const changed = systemSchema.parse(
      applyOverlay<unknown>(shop, {
        stores: { "main-db": { embedded: { url: "sqlite:///a", path: "/a" } } },
        backups: null,
      }),
    );
    const edge = edgesOf(changed).find(({ from, to }) => from.name === "web" && to.name === "main-db");
    expect(edge).to.deep.include({ env: { DATABASE_URL: "url" } });
    expect(edge).to.not.have.property("port");
    expect(
      storePorts(systemSchema.parse(applyOverlay<unknown>(shop, {})).stores.shared ?? expect.fail()),
    ).to.deep.equal([]);
  });

  it("take safe defaults where only a name is written", () => {
    expect(normalizeUse("queue")).to.deep.equal({ to: "queue", access: "write", endpoint: "primary", env: {} });
  });

  it("stand for a service's first port without a name", () => {
    expect([
      servicePort(system.services.web ?? expect.fail())?.port,
      servicePort(system.services.worker ?? expect.fail()),
    ]).to.deep.equal([8080, undefined]);
  });

  it("offer what each kind of target has", () => {
    expect(offeredValues(system, "pay")).to.deep.equal(["url", "host", "port", "name", "api-key"]);
    expect(offeredValues(system, "files")).to.deep.equal(["url", "name", "region"]);
    expect(offeredValues(system, "nothing")).to.deep.equal([]);
  });
});
