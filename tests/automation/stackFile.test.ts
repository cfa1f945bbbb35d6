import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { readStackFile, toPulumiConfig, UNKNOWN_CONFIG_VALUE } from "../../automation/stackFile";
import { InputError, type Problem } from "../../components/errors";

describe("stack file", () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "groundplan-"));
    await writeFile(join(directory, "Pulumi.yaml"), "name: groundplan\nruntime: nodejs\n");
  });

  afterEach(() => rm(directory, { recursive: true }));

  async function stackFile(text: string): Promise<void> {
    await writeFile(join(directory, "Pulumi.test.yaml"), text);
  }

  async function problemsOf(stack: string): Promise<readonly Problem[]> {
    try {
      await readStackFile(directory, stack);
    } catch (error) {
      expect(InputError.is(error)).to.equal(true);
      return (error as InputError).problems;
    }
    throw new Error("the file was accepted");
  }

  it("gives keys without a namespace the project's, as Pulumi does", async () => {
    await stackFile("config:\n  system: vibebox\n  aws:region: eu-west-1\n");
    expect((await readStackFile(directory, "test")).values).to.deep.equal({
      "groundplan:system": "vibebox",
      "aws:region": "eu-west-1",
    });
  });

  it("keeps secure values secret and unknown, in any depth, without their key", async () => {
    await stackFile(
      "config:\n  groundplan:token:\n    secure: AAABcipher\n  groundplan:secrets:\n    openai:\n      apiKey:\n        secure: AAABother\n",
    );
    const file = await readStackFile(directory, "test");
    expect(file.secretKeys).to.deep.equal(["groundplan:token", "groundplan:secrets"]);
    expect(file.values).to.deep.equal({
      "groundplan:token": UNKNOWN_CONFIG_VALUE,
      "groundplan:secrets": { openai: { apiKey: UNKNOWN_CONFIG_VALUE } },
    });
    expect(JSON.stringify(file)).not.to.include("cipher");
  });

  it("hands structured values to the SDK as JSON and drops what is absent", () => {
    expect(toPulumiConfig({ a: "text", b: 3, c: true, d: ["x"], e: null, f: undefined })).to.deep.equal({
      a: "text",
      b: "3",
      c: "true",
      d: '["x"]',
    });
  });

  it("names the stacks there are when one is missing", async () => {
    await stackFile("config: {}\n");
    expect(await problemsOf("tset")).to.deep.equal([
      {
        path: "--stack",
        found: '"tset"',
        allowed: "a stack with a file in the project: test",
        fix: "create Pulumi.tset.yaml, or name one of those",
      },
    ]);
  });

  it("reports malformed YAML with its line, and no stack trace", async () => {
    await stackFile("config:\n  a: [1, 2\n  b: }\n");
    const problems = await problemsOf("test");
    expect(problems).to.not.have.lengthOf(0);
    expect(problems[0]?.source).to.match(/^Pulumi\.test\.yaml:\d+:\d+$/);
  });

  it("refuses an alias of nothing, and an anchor within itself", async () => {
    for (const text of ["config: *nobody\n", "config: &all { a: *all }\n"]) {
      await stackFile(text);
      expect((await problemsOf("test")).map(({ path }) => path)).to.deep.equal(["Pulumi.test.yaml"]);
    }
  });

  it("refuses a config that is not a map", async () => {
    await stackFile("config: [1]\n");
    expect(await problemsOf("test")).to.deep.equal([
      {
        path: "Pulumi.test.yaml: config",
        found: "[1]",
        allowed: "a map of keys to values",
        fix: "indent the keys below config:",
      },
    ]);
  });

  it("says where to run from when there is no project", async () => {
    await rm(join(directory, "Pulumi.yaml"));
    expect((await problemsOf("test"))[0]).to.include({ path: "Pulumi.yaml: name", found: "no such file" });
  });
});
