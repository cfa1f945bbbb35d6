import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { serializePlan } from "../../engine";
import { Component, named, plan, run, Thing, urn } from "./support";

class TestProvider extends pulumi.ProviderResource {
  constructor(name: string, args: pulumi.Inputs) {
    super("test", name, args);
  }
}

describe("engine: preview", () => {
  it("records resources with full-chain URNs, parents and the stack with its outputs", async () => {
    const result = await run(async () => {
      const outer = new Component("outer");
      const inner = new Component("inner", {}, { parent: outer });
      new Thing("leaf", { value: "x" }, { parent: inner });
      return { answer: 42 };
    });
    const leaf = named(result.resources, "leaf");
    expect(leaf.urn).to.equal(urn("test:index:Component$test:index:Component$test:index:Thing", "leaf"));
    expect(leaf.parent).to.equal(urn("test:index:Component$test:index:Component", "inner"));
    expect(named(result.resources, "project-stack").type).to.equal("pulumi:pulumi:Stack");
    expect(result.outputs).to.deep.equal({ answer: 42 });
  });

  it("leaves computed outputs unknown and echoes inputs", async () => {
    let applied = 0;
    const { outputs } = await plan(async () => {
      const thing = new Thing("thing", { value: "given" });
      thing.computed.apply(() => applied++);
      return { value: thing.value, computed: thing.computed, id: thing.id };
    });
    expect(outputs).to.deep.equal({ value: "given", computed: { $: "unknown" }, id: { $: "unknown" } });
    expect(applied).to.equal(0);
  });

  it("knows nothing of what a provider with unknown configuration would make, as the engine cannot ask it", async () => {
    const { outputs } = await plan(async () => {
      const cluster = new Thing("cluster");
      const later = new TestProvider("later", { kubeconfig: cluster.computed });
      const now = new TestProvider("now", { kubeconfig: "known" });
      return {
        later: new Thing("on-later", { value: "given" }, { provider: later }).value,
        now: new Thing("on-now", { value: "given" }, { provider: now }).value,
      };
    });
    expect(outputs).to.deep.equal({ later: { $: "unknown" }, now: "given" });
  });

  it("records property dependencies and dependsOn", async () => {
    const { resources } = await plan(async () => {
      const first = new Thing("first");
      const second = new Thing("second");
      new Thing("third", { from: first.computed }, { dependsOn: second });
    });
    const third = named(resources, "third");
    expect(third.dependencies).to.deep.equal([urn("test:index:Thing", "first"), urn("test:index:Thing", "second")]);
    expect(third.propertyDependencies).to.deep.equal({ from: [urn("test:index:Thing", "first")] });
    expect(third.inputs).to.deep.equal({ from: { $: "unknown" } });
  });

  it("records every option that was set and none that was not", async () => {
    const { resources } = await plan(async () => {
      const other = new Thing("other");
      new Thing("plain");
      new Thing(
        "optioned",
        {},
        {
          protect: true,
          deleteBeforeReplace: false,
          replaceOnChanges: ["a"],
          ignoreChanges: ["b"],
          additionalSecretOutputs: ["computed"],
          aliases: [{ name: "old" }, "urn:pulumi:stack::project::test:index:Thing::older"],
          retainOnDelete: true,
          deletedWith: other,
          customTimeouts: { create: "5m" },
          version: "1.2.3",
          pluginDownloadURL: "https://example.com",
          import: "imported-id",
          hideDiffs: ["c"],
          replaceWith: [other],
        },
      );
    });
    expect(named(resources, "plain").options).to.deep.equal({});
    expect(named(resources, "optioned").options).to.deep.equal({
      protect: true,
      deleteBeforeReplace: false,
      replaceOnChanges: ["a"],
      ignoreChanges: ["b"],
      additionalSecretOutputs: ["computed"],
      aliases: [
        { name: "old", parent: urn("pulumi:pulumi:Stack", "project-stack") },
        "urn:pulumi:stack::project::test:index:Thing::older",
      ],
      retainOnDelete: true,
      deletedWith: urn("test:index:Thing", "other"),
      customTimeouts: { create: "5m" },
      version: "1.2.3",
      pluginDownloadURL: "https://example.com",
      import: "imported-id",
      hideDiffs: ["c"],
      replaceWith: [urn("test:index:Thing", "other")],
    });
  });

  it("refers to explicit providers, and records the default ones it makes", async () => {
    const { resources } = await plan(
      async () => {
        class Provider extends pulumi.ProviderResource {}
        const provider = new Provider("test", "mine", { region: "here" });
        new Thing("explicit", {}, { provider });
        new Thing("implicit", {}, { version: "2.0.0" });
      },
      { config: { "test:region": "there" } },
    );
    expect(named(resources, "explicit").provider).to.equal(urn("pulumi:providers:test", "mine"));
    expect(named(resources, "implicit").provider).to.equal(urn("pulumi:providers:test", "default_2_0_0"));
    expect(named(resources, "default_2_0_0").inputs).to.deep.equal({ region: "there", version: "2.0.0" });
  });

  it("reads a resource that exists, with its id", async () => {
    const result = await run(async () => {
      const read = new Thing("read", { value: "state" }, { id: "existing" });
      return { id: read.id, value: read.value };
    });
    expect(named(result.resources, "read").options.readId).to.equal("existing");
    expect(result.outputs).to.deep.equal({ id: "existing", value: "state" });
  });

  it("gives programs their configuration, and secrets stay secret", async () => {
    const made = await plan(
      async () => {
        const config = new pulumi.Config("app");
        new Thing("thing", { open: config.require("open"), hidden: config.requireSecret("hidden") });
        pulumi.log.warn("the password is sesame-sesame");
      },
      { config: { "app:open": "yes", "app:hidden": "sesame-sesame" }, secretKeys: ["app:hidden"] },
    );
    expect(named(made.resources, "thing").inputs).to.deep.equal({
      open: "yes",
      hidden: { $: "secret", type: "string", known: true },
    });
    expect(made.diagnostics).to.deep.equal([{ severity: "warning", message: "the password is [secret]", urn: null }]);
    expect(serializePlan(made)).not.to.include("sesame");
  });

  it("keeps runs in one process apart", async () => {
    const program = async () => {
      new Thing("same");
      return { config: new pulumi.Config("app").get("key") ?? "none" };
    };
    const first = await run(program, { config: { "app:key": "one" } });
    const second = await run(program, { stack: "other" });
    expect(first.outputs).to.deep.equal({ config: "one" });
    expect(second.outputs).to.deep.equal({ config: "none" });
    expect(named(second.resources, "same").urn).to.equal("urn:pulumi:other::project::test:index:Thing::same");
  });

  it("carries resource references, assets and secrets nested in inputs", async () => {
    const { resources } = await plan(async () => {
      const other = new Thing("other");
      new Thing("thing", {
        nested: [{ secret: pulumi.secret(1) }],
        other,
        text: new pulumi.asset.StringAsset("hello"),
      });
    });
    const { inputs } = named(resources, "thing");
    expect(inputs.nested).to.deep.equal([{ secret: { $: "secret", type: "number", known: true } }]);
    expect(inputs.other).to.deep.equal({ $: "resource", urn: urn("test:index:Thing", "other") });
    expect(inputs.text).to.deep.include({ $: "asset", kind: "text", text: "hello" });
  });
});
