import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { serializePlan } from "../../engine";
import { Component, failuresOf, named, plan, run, Thing } from "./support";

async function everything() {
  pulumi.runtime.registerStackTransform(({ props, opts }) => ({ props: { ...props, stacked: true }, opts }));
  const component = new Component("component", { placement: "eu", layer: "platform" });
  const first = new Thing("first", { value: pulumi.secret("hunter22") }, { parent: component });
  const second = new Thing(
    "second",
    { list: [first.computed, 1, null, true], first },
    {
      transforms: [
        ({ props, opts }) => ({ props: { ...props, own: 1 }, opts: pulumi.mergeOptions(opts, { protect: true }) }),
      ],
    },
  );
  component.finish({
    degraded: [{ feature: "f", reason: "r", remedy: "m" }],
    edges: [{ from: "a", to: "b", port: 1, access: "read" }],
  });
  const found = await pulumi.runtime.invoke("test:index:find", { key: "k" });
  pulumi.log.warn("careful", component);
  return { found, value: first.value, second: second.computed };
}

const invokes = { "test:index:find": (args: object) => ({ ...args, found: "yes" }) };

describe("engine: transports", () => {
  for (const mode of ["preview", "simulate"] as const) {
    it(`plans the same bytes over both, and twice over one (${mode})`, async () => {
      const direct = serializePlan(await plan(everything, { mode, invokes }));
      expect(serializePlan(await plan(everything, { mode, invokes }))).to.equal(direct);
      expect(serializePlan(await plan(everything, { mode, invokes, transport: "grpc" }))).to.equal(direct);
    });
  }

  it("runs stack transforms and a resource's own through the SDK's callback server", async () => {
    const { resources } = await plan(everything, { invokes });
    const second = named(resources, "second");
    expect(second.inputs).to.deep.include({ own: 1, stacked: true });
    expect(second.options.protect).to.equal(true);
    expect(named(resources, "first").inputs).to.deep.include({ stacked: true });
  });

  it("runs invoke transforms", async () => {
    const { outputs } = await run(
      async () => {
        pulumi.runtime.registerInvokeTransform(({ args, opts }) => ({ args: { ...args, added: 1 }, opts }));
        return { found: await pulumi.runtime.invoke("test:index:find", { key: "k" }) };
      },
      { invokes },
    );
    expect(outputs).to.deep.equal({ found: { key: "k", added: 1, found: "yes" } });
  });

  it("accepts resource hooks", async () => {
    const { resources } = await plan(async () => {
      const hook = new pulumi.ResourceHook("hook", () => undefined);
      new Thing("thing", {}, { hooks: { afterCreate: [hook] } });
    });
    expect(named(resources, "thing").options.hooks).to.deep.equal({ afterCreate: ["hook"] });
  });

  it("answers calls from the same table", async () => {
    const { outputs } = await run(
      async () => ({ answer: pulumi.runtime.call<{ found: string }>("test:index:find", { key: pulumi.secret("k") }) }),
      { invokes },
    );
    expect(JSON.stringify(outputs)).to.include("yes");
  });

  const entry = resolve("tests/engine/fixtures/foreign/program.ts");
  const config = { "app:value": "v", "app:password": "sesame-sesame" };

  it("runs a foreign program in a process of its own", async () => {
    const { resources, outputs } = await plan({ entry }, { config, secretKeys: ["app:password"] });
    expect(named(resources, "first").inputs).to.deep.equal({
      value: "v",
      hidden: { $: "secret", type: "string", known: true },
    });
    expect(named(resources, "second").options).to.deep.equal({ protect: true });
    expect(outputs).to.deep.equal({ value: "v" });
  });

  it("reports a foreign program that throws, with its line", async () => {
    const failures = await failuresOf({ entry }, { config: { ...config, "app:fail": "true" } });
    expect(failures.map((failure) => failure.kind)).to.deep.equal(["foreign-program"]);
    expect(failures[0]?.message).to.equal("Error: the foreign program failed");
    expect(failures[0]?.source).to.match(/^tests\/engine\/fixtures\/foreign\/program\.ts:\d+:\d+$/);
  });

  it("reports a foreign program that waits for a promise nothing settles, long before the time is up", async () => {
    const failures = await failuresOf({ entry }, { config: { ...config, "app:wait": "true" } });
    expect(failures.map((failure) => failure.kind)).to.deep.equal(["never-settled"]);
    expect(failures[0]?.urn).to.match(/::first$/);
  });
});

describe("engine: stack references", () => {
  const stackReferences = {
    "organization/network/prod": { outputs: { vpc: "vpc-1", password: { $: "secret", type: "string", known: true } } },
  };
  const program = async () => {
    const other = new pulumi.StackReference("organization/network/prod");
    return {
      vpc: other.requireOutput("vpc"),
      password: other.getOutput("password"),
      secret: pulumi.isSecret(other.getOutput("vpc")),
    };
  };

  it("answers from plans; a secret stays secret and the rest does not become it", async () => {
    const { outputs } = await plan(program, { stackReferences });
    expect(outputs).to.deep.equal({
      vpc: "vpc-1",
      password: { $: "secret", type: "string", known: true },
      secret: false,
    });
  });

  it("answers a secret with a fake secret when simulating", async () => {
    const { outputs } = await plan(program, { stackReferences, mode: "simulate" });
    expect(outputs.password).to.deep.equal({ $: "secret", type: "string", known: true });
  });

  it("says which stack was not given", async () => {
    const failures = await failuresOf(async () => {
      new pulumi.StackReference("organization/other/dev");
    });
    expect(failures[0]?.kind).to.equal("stack-reference");
    expect(failures[0]?.message).to.include("organization/other/dev");
  });
});
