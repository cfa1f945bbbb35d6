import { status } from "@grpc/grpc-js";
import { expect } from "chai";
import type { Fault } from "../../../engine/sandbox/faults";
import { failure, initFailure, Plugin, type PluginSettings } from "./client";

const role = (name: string) => `urn:pulumi:dev::shop::aws:iam/role:Role::${name}`;
const DEPLOYMENT = "urn:pulumi:dev::shop::kubernetes:apps/v1:Deployment::web";
const RELEASE = "urn:pulumi:dev::shop::kubernetes:helm.sh/v3:Release::keda";

describe("engine: sandbox faults", () => {
  const plugins: Plugin[] = [];
  const start = (settings: PluginSettings) => {
    const plugin = new Plugin(settings);
    plugins.push(plugin);
    return plugin.start();
  };
  const aws = (...faults: Fault[]) => start({ package: "aws", faults });
  afterEach(() => {
    for (const plugin of plugins.splice(0)) {
      plugin.stop();
    }
  });

  it("fails the nth create of a run, whichever process is asked, and no other", async () => {
    const faults: Fault[] = [{ fault: "fail", nth: 3, message: "quota exceeded" }];
    const first = await start({ package: "aws", faults });
    const second = await start({ package: "aws", faults, directory: first.directory });
    await first.create(role("a"), { name: "a" });
    await second.create(role("b"), { name: "b" });
    expect(await failure(first.create(role("c"), { name: "c" }))).to.deep.equal({
      code: status.UNKNOWN,
      message: "quota exceeded",
    });
    await second.create(role("c"), { name: "c" });
    expect(first.store.list().map(({ name }) => name)).to.deep.equal(["a", "b", "c"]);

    // A new run counts from the start.
    const next = await start({ package: "aws", faults, directory: first.directory, run: "next" });
    await next.create(role("d"), { name: "d" });
  });

  it("strikes only what its patterns fit, and never a preview", async () => {
    const plugin = await aws({ fault: "fail", on: ["update"], type: "aws:iam/*", name: "a*" });
    const made = [];
    for (const name of ["ab", "ba"]) {
      made.push(await plugin.create(role(name), { name }));
    }
    const [ab, ba] = made;
    expect((await plugin.update(role("ab"), "ab", ab?.outputs ?? {}, { name: "ab", path: "/x/" }, true)).path).to.equal(
      "/x/",
    );
    expect(
      await failure(plugin.update(role("ab"), "ab", ab?.outputs ?? {}, { name: "ab", path: "/x/" })),
    ).to.deep.equal({
      code: status.UNKNOWN,
      message: "simulated failure: update of ab [aws:iam/role:Role]",
    });
    expect((await plugin.update(role("ba"), "ba", ba?.outputs ?? {}, { name: "ba", path: "/x/" })).path).to.equal(
      "/x/",
    );
    expect((await plugin.read(role("ab"), "ab")).outputs.path).to.equal(ab?.outputs.path);
  });

  it("slows calls down, and ends the wait where the engine cancels", async () => {
    const plugin = await aws({ fault: "slow", milliseconds: 60 }, { fault: "slow", milliseconds: 60_000, nth: 2 });
    const began = performance.now();
    await plugin.create(role("a"), { name: "a" });
    expect(performance.now() - began).to.be.within(55, 2000);
    const waiting = failure(plugin.create(role("b"), { name: "b" }));
    await plugin.cancel();
    expect(await waiting).to.deep.equal({ code: status.CANCELLED, message: "cancelled while it waited" });
    expect(plugin.store.list().map(({ name }) => name)).to.deep.equal(["a"]);
  });

  it("answers late: the cloud has done its part by then, and a cancelled wait still tells of it", async () => {
    const plugin = await aws({ fault: "slow", milliseconds: 60_000, when: "after" });
    const waiting = plugin.create(role("a"), { name: "a" });
    while (plugin.store.list().length === 0) {
      await new Promise((resume) => setTimeout(resume, 5));
    }
    await plugin.cancel();
    expect((await waiting).id).to.equal("a");
  });

  it("lets so many calls a second through, and fails those that asked too often", async () => {
    const plugin = await aws({ fault: "throttle", perSecond: 2, attempts: 1 });
    const names = ["a", "b", "c", "d", "e", "f", "g"];
    const calls = await Promise.allSettled(names.map((name) => plugin.create(role(name), { name })));
    const failed = calls.flatMap((call) => (call.status === "rejected" ? [(call.reason as Error).message] : []));
    // The calls may fall into two seconds.
    expect(failed.length).to.be.within(3, 5);
    expect(new Set(failed)).to.deep.equal(new Set(["2 UNKNOWN: ThrottlingException: Rate exceeded (1 attempts)"]));
    expect(plugin.store.list()).to.have.lengthOf(names.length - failed.length);
  });

  it("dies before the cloud is asked: nothing was made, and nothing more is", async () => {
    const plugin = await aws({ fault: "slow", milliseconds: 50, name: "late" }, { fault: "kill", name: "fatal" });
    const late = failure(plugin.create(role("late"), { name: "late" }));
    const fatal = await failure(plugin.create(role("fatal"), { name: "fatal" }));
    expect([plugin.deaths, fatal.code, (await late).code]).to.deep.equal([1, status.CANCELLED, status.CANCELLED]);
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(plugin.store.list()).to.deep.equal([]);
  });

  it("dies after the cloud did its part: the object is there, and nobody was told", async () => {
    const plugin = await aws({ fault: "kill", when: "after" });
    expect((await failure(plugin.create(role("a"), { name: "a" }))).code).to.equal(status.CANCELLED);
    expect([plugin.deaths, plugin.store.list().map(({ id }) => id)]).to.deep.equal([1, ["a"]]);
  });

  it("keeps what does not become ready, so that the engine can mend it", async () => {
    const inputs = { metadata: { name: "web", namespace: "shop" } };
    const faults: Fault[] = [{ fault: "unready", package: "kubernetes", on: ["create"] }];
    const plugin = await start({ package: "kubernetes", faults });
    const failed = await initFailure(plugin.create(DEPLOYMENT, inputs));
    expect(failed.id).to.equal("shop/web");
    expect(failed.reasons).to.deep.equal(["web [kubernetes:apps/v1:Deployment] did not become ready in time"]);
    const { outputs } = await plugin.read(DEPLOYMENT, "shop/web");
    expect(outputs).to.deep.equal(failed.outputs);
    await plugin.update(DEPLOYMENT, "shop/web", outputs, inputs);
    await plugin.delete(DEPLOYMENT, "shop/web", outputs, inputs);
    expect(plugin.store.list()).to.deep.equal([]);
  });

  it("fails every call of a provider that cannot reach its cloud, and of no other", async () => {
    const faults: Fault[] = [{ fault: "unreachable", provider: "us" }];
    const us = await start({ package: "aws", name: "us", faults, config: { region: "us-east-1" } });
    const eu = await start({ package: "aws", name: "eu", faults, directory: us.directory });
    const refused = {
      code: status.UNKNOWN,
      message: "request send failed: dial tcp 203.0.113.1:443: connect: connection refused",
    };
    expect(await failure(us.create(role("a"), { name: "a" }))).to.deep.equal(refused);
    expect(await failure(us.read(role("a"), "a"))).to.deep.equal(refused);
    expect(await failure(us.update(role("a"), "a", {}, {}))).to.deep.equal(refused);
    expect(await failure(us.delete(role("a"), "a", {}, {}))).to.deep.equal(refused);
    expect(await failure(us.invoke("aws:index/getRegion:getRegion", {}))).to.deep.equal(refused);
    expect((await us.create(role("a"), { name: "a" }, true)).id).to.equal("");
    expect((await eu.create(role("a"), { name: "a" })).id).to.equal("a");
  });

  describe("a cluster out of reach", () => {
    const HINT =
      "If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation with the " +
      'PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"';
    const faults: Fault[] = [{ fault: "unreachable", package: "kubernetes" }];
    const inputs = { metadata: { name: "web", namespace: "shop" } };

    it("keeps its objects in the stack, and says how to forget them", async () => {
      const cluster = await start({ package: "kubernetes", faults });
      expect((await failure(cluster.create(DEPLOYMENT, inputs))).message).to.match(
        /^configured Kubernetes cluster is unrea/,
      );
      expect((await failure(cluster.read(DEPLOYMENT, "shop/web"))).message).to.equal(
        `failed to read resource state due to unreachable cluster. ${HINT}`,
      );
      expect((await failure(cluster.delete(DEPLOYMENT, "shop/web", {}, inputs))).message).to.equal(
        `configured Kubernetes cluster is unreachable. ${HINT}`,
      );
    });

    for (const [how, settings] of [
      ["by its provider's deleteUnreachable", { config: { deleteUnreachable: "true" } }],
      ["by PULUMI_K8S_DELETE_UNREACHABLE", { deleteUnreachable: true }],
    ] as const) {
      it(`is forgotten ${how}`, async () => {
        const well = await start({ package: "kubernetes" });
        await well.create(DEPLOYMENT, inputs);
        const cluster = await start({ package: "kubernetes", faults, directory: well.directory, ...settings });
        expect((await cluster.read(DEPLOYMENT, "shop/web", {}, inputs)).id).to.equal("");
        await cluster.delete(DEPLOYMENT, "shop/web", {}, inputs);
        // The stack forgets; what is in a cluster nobody reaches stays there.
        expect(well.store.list().map(({ id }) => id)).to.deep.equal(["shop/web"]);
        // The real provider forgets a release when it is read, and refuses to delete it.
        expect((await cluster.read(RELEASE, "keda/keda")).id).to.equal("");
        expect((await failure(cluster.delete(RELEASE, "keda/keda", {}, {}))).message).to.match(
          /^can't delete Helm Release with unreachable cluster/,
        );
      });
    }
  });
});
