import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { credentials } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/analyzer_pb";
import { expect } from "chai";
import { type AnalyzerPack, evaluatePacks, type PolicyRequest, type RecordedResource, startPack } from "../../engine";
import { analyzeRequest, struct } from "../../engine/analyzerMessages";
import { startAnalyzer } from "../../engine/analyzerProcess";
import { decodeStruct } from "../../engine/decode";
import { policySubjects } from "../../engine/policySubjects";
import { resourcesFromState } from "../../engine/stateFile";
import { packs } from "../../policies";

const ROOT = resolve(__dirname, "../..");
const URN = "urn:pulumi:dev::shop::";

function resource(type: string, name: string, inputs: Readonly<Record<string, unknown>>): RecordedResource {
  const [made] = resourcesFromState([{ urn: `${URN}${type}::${name}`, type, custom: true, id: name, inputs }]);
  if (made === undefined) throw new Error("no resource");
  return made;
}

const key = resource("aws:kms/key:Key", "legacy", { description: "data", tags: { team: "shop" } });
const pod = resource("kubernetes:core/v1:Pod", "web", {
  spec: { containers: [{ name: "web", image: "docker.io/acme/web:1.0" }] },
});

function packNamed(name: string) {
  const pack = packs.find((each) => each.name === name);
  if (pack === undefined) throw new Error(`no pack ${name}`);
  return pack;
}

describe("conformance: what a pack's server refuses, mends and reads", function () {
  this.timeout(120_000);
  let home: string;
  let containers: AnalyzerPack;

  before(async () => {
    home = mkdtempSync(join(realpathSync(tmpdir()), "groundplan-server-"));
    const shell = process.env.PWD;
    try {
      // The program of the last test: its folder is where the shell is, not where the pack is.
      process.env.PWD = join(home, "program");
      containers = await startPack(join(ROOT, "policies/containers"));
    } finally {
      if (shell !== undefined) process.env.PWD = shell;
    }
  });
  after(async () => {
    await containers.close();
    rmSync(home, { recursive: true, force: true });
  });

  const under = (settings: Readonly<Record<string, unknown>>): PolicyRequest => ({
    mode: "simulate",
    config: { containers: { "image-trusted-registry": settings } },
  });

  for (const [what, settings, said] of [
    ["of the wrong type", { registries: "docker.io" }, 'image-trusted-registry.registries is "docker.io"'],
    ["with a property no rule has", { registry: [] }, "image-trusted-registry.registry is []"],
    [
      "with an exemption whose day does not exist",
      { exemptions: [{ resource: "web", reason: "It is mirrored soon", expires: "2026-02-30" }] },
      'image-trusted-registry.exemptions[0].expires is "2026-02-30"',
    ],
    [
      "with an exemption for another rule",
      { exemptions: [{ rule: "x", resource: "web", reason: "It is mirrored soon", expires: "2027-01-01" }] },
      'image-trusted-registry.exemptions[0].rule is "x"',
    ],
  ] as const) {
    it(`fails on a configuration ${what}, naming the rule and the path, here and there`, async () => {
      const request = under(settings);
      const there = await containers.analyze([pod], request);
      const here = await evaluatePacks([packNamed("containers")], [pod], request);
      for (const report of [there, here]) {
        const failed = report.results.filter(({ message }) => message.includes("wrong configuration"));
        expect(failed.map(({ rule, level, status }) => ({ rule, level, status }))).to.deep.equal([
          { rule: "image-trusted-registry", level: "mandatory", status: "violation" },
        ]);
        expect(failed[0]?.message).to.include("image-trusted-registry").and.to.include(said);
      }
    });
  }

  it("fails on an exemption whose day has passed, whether or not its rule is broken", async () => {
    const exemptions = [{ resource: "web", reason: "It is mirrored soon", expires: "2026-01-31" }];
    for (const [registries, message] of [
      [
        ["docker.io/acme"],
        "holds, but its exemption (It is mirrored soon) expired on 2026-01-31: remove the exemption",
      ],
      [["ghcr.io"], "(its exemption (It is mirrored soon) expired on 2026-01-31)"],
    ] as const) {
      const { results } = await containers.analyze([pod], under({ registries, exemptions, today: "2026-06-15" }));
      const own = results.filter(({ rule }) => rule === "image-trusted-registry");
      expect(own.map(({ status, level }) => `${level} ${status}`)).to.deep.equal(["mandatory violation"]);
      expect(own[0]?.message).to.include(message);
    }
  });

  it("fails on a rule that throws, naming it, and on a pack that does not load, naming its folder", async () => {
    const folder = (name: string, code: string): string => {
      const own = join(home, name);
      mkdirSync(own);
      writeFileSync(join(own, "PulumiPolicy.yaml"), "runtime: nodejs\nmain: index.js\n");
      writeFileSync(join(own, "package.json"), JSON.stringify({ name, version: "1.0.0", main: "index.js" }));
      writeFileSync(join(own, "index.js"), code);
      return own;
    };
    symlinkSync(join(ROOT, "node_modules"), join(home, "node_modules"));
    const throwing = await startPack(
      folder(
        "throwing",
        `new (require("@pulumi/policy").PolicyPack)("throwing", { policies: [{ name: "always-throws", description: "d",
           enforcementLevel: "advisory", validateResource() { throw new TypeError("of undefined"); } }] });`,
      ),
    );
    try {
      const { results } = await throwing.analyze([key], { mode: "simulate" });
      expect(results.map(({ rule, level, status }) => ({ rule, level, status }))).to.deep.equal([
        { rule: "always-throws", level: "mandatory", status: "violation" },
      ]);
      expect(results[0]?.message).to.match(/policy 'always-throws' from policy pack 'throwing@v1\.0\.0'.*of undefined/);
    } finally {
      await throwing.close();
    }
    const error = await startPack(folder("broken", `throw new Error("no such setting");`)).then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error?.message).to.match(/the policy pack in .*\/broken ended with code .*no such setting/s);
  });

  it("mends inputs where a rule's level is remediate, and nowhere else", async () => {
    const server = await startAnalyzer(join(ROOT, "policies/encryption"));
    const client = new AnalyzerClient(server.address, credentials.createInsecure());
    const ask = <T>(call: (done: (error: Error | null, response: T) => void) => unknown): Promise<T> =>
      new Promise((done, fail) => {
        call((error, response) => (error ? fail(error) : done(response)));
      });
    const [subject] = policySubjects([key]);
    if (subject === undefined) throw new Error("no subject");
    const remedies = async (): Promise<readonly unknown[]> => {
      const response = await ask<proto.RemediateResponse>((done) => client.remediate(analyzeRequest(subject), done));
      return response
        .getRemediationsList()
        .map((mended) => ({ rule: mended.getPolicyname(), inputs: decodeStruct(mended.getProperties()) }));
    };
    const configure = (
      level: proto.EnforcementLevel,
      properties: Parameters<typeof struct>[0] = {},
    ): Promise<unknown> => {
      const message = new proto.ConfigureAnalyzerRequest();
      const config = new proto.PolicyConfig();
      config.setEnforcementlevel(level);
      config.setProperties(struct(properties));
      message.getPolicyconfigMap().set("kms-key-rotates", config);
      return ask((done) => client.configure(message, done));
    };
    const mended = { rule: "kms-key-rotates", inputs: { ...key.inputs, enableKeyRotation: true } };
    const exemptions = [{ resource: "legacy", reason: "Retired this quarter", expires: "2026-12-31" }];
    try {
      expect(await remedies(), "by default").to.deep.equal([]);
      await configure(proto.EnforcementLevel.MANDATORY);
      expect(await remedies(), "mandatory").to.deep.equal([]);
      await configure(proto.EnforcementLevel.REMEDIATE);
      expect(await remedies(), "remediate").to.deep.equal([mended]);
      await configure(proto.EnforcementLevel.REMEDIATE, { exemptions, today: "2026-06-15" });
      expect(await remedies(), "exempt").to.deep.equal([]);
      await configure(proto.EnforcementLevel.REMEDIATE, { exemptions, today: "2027-01-01" });
      expect(await remedies(), "exempt no more").to.deep.equal([mended]);
    } finally {
      client.close();
      server.kill();
      await server.ended;
    }
  });

  it("reads a manifest from the program's folder, which is not its own", async () => {
    const program = join(home, "program");
    mkdirSync(join(program, "src", "manifests"), { recursive: true });
    writeFileSync(join(program, "Pulumi.yaml"), "name: shop\nruntime: nodejs\nmain: src/\n");
    const manifest = { kind: "Pod", spec: { containers: [{ name: "web", securityContext: { privileged: true } }] } };
    writeFileSync(join(program, "src", "manifests", "pod.yaml"), JSON.stringify(manifest));
    writeFileSync(join(program, "pod.yaml"), JSON.stringify({ ...manifest, metadata: { name: "root" } }));
    const files = ["manifests/*.yaml", "pod.yaml", "missing.yaml"];
    const group = resource("kubernetes:yaml/v2:ConfigGroup", "app", { files });
    const { results } = await containers.analyze([group], { mode: "simulate" });
    const said = (rule: string) =>
      results.filter((each) => each.rule === rule).map(({ message }) => message.split("\n")[1]);
    expect(said("container-not-privileged")).to.deep.equal([
      'pod.yaml item 0 (Pod root): container "web": securityContext.privileged is true',
      'pod.yaml item 0 (Pod unnamed): container "web": securityContext.privileged is true',
    ]);
    expect(said("manifest-files-at-hand")).to.deep.equal([
      '"missing.yaml" names no file here; no rule judged what it holds',
    ]);
  });
});
