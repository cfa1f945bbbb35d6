import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { parseSettings, readSettings } from "../../stacks/settings";
import { shop } from "../systems/fixture";
import { least, problemsOf } from "./settingsFixture";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const hook = "https://hooks.example.com/T000/secret-part";

describe("secret settings", () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "groundplan-"));
    await writeFile(join(directory, "shop.json"), JSON.stringify(shop));
  });
  after(() => rm(directory, { recursive: true }));

  const config = (change: Record<string, unknown>) => ({ ...least, "groundplan:system": "./shop.json", ...change });
  const parse = (change: Record<string, unknown>, secretKeys: readonly string[] = []) =>
    parseSettings(config(change), { stack: "test", directory, secretKeys });

  it("leave a reference in the settings, whether encrypted, unknown or decrypted by the engine", async () => {
    for (const [value, keys] of [
      [{ secure: "v1:abc" }, []],
      [UNKNOWN, []],
      ["hunter2", ["groundplan:secrets"]],
    ] as const) {
      const { secrets } = await parse({ "groundplan:secrets": { session: value, pay: { "api-key": value } } }, keys);
      expect(JSON.parse(JSON.stringify(secrets))).to.deep.equal({
        session: { secret: "secrets.session" },
        pay: { "api-key": { secret: "secrets.pay.api-key" } },
      });
    }
  });

  it("hold no value anywhere", async () => {
    const settings = await parse({ "groundplan:alerts": { slack: { channel: "#ops", webhook: hook } } }, [
      "groundplan:alerts",
    ]);
    expect(JSON.stringify(settings)).to.not.include("secret-part");
    expect(settings.alerts.slack?.webhook).to.include({ secret: "alerts.slack.webhook" });
  });

  it("reject plain text in the stack file, and do not repeat it", async () => {
    const problems = await problemsOf(() =>
      parse({ "groundplan:secrets": { session: "hunter2" }, "groundplan:alerts": { webhook: { url: hook } } }),
    );
    expect(problems.map(({ path }) => path)).to.deep.equal([
      "groundplan:alerts.webhook.url",
      "groundplan:secrets.session",
    ]);
    expect(JSON.stringify(problems)).to.not.match(/hunter2|secret-part/);
    expect(problems[1]?.fix).to.equal("pulumi config set --secret --path 'groundplan:secrets.session'");
  });

  it("do not show what was found where a secret may stand", async () => {
    const problems = await problemsOf(() => parse({ "groundplan:secrets": { session: ["hunter2"] } }));
    expect(problems.map(({ found }) => found)).to.deep.equal(["a value that may be secret (not shown)"]);
  });

  it("reject a key an external service does not have", async () => {
    const problems = await problemsOf(() =>
      parse({ "groundplan:secrets": { pay: { "api-kye": { secure: "v1:abc" } } } }),
    );
    expect(problems.map(({ path, fix }) => [path, fix])).to.deep.equal([
      ["groundplan:secrets.pay.api-kye", "did you mean api-key?"],
    ]);
  });

  it("do not take a map of the user's own for a secret", async () => {
    const { tags } = await parse({ "groundplan:tags": { secret: "garden" } });
    expect(tags).to.deep.equal({ secret: "garden" });
  });

  it("are handed to the program as tainted outputs, unknown where their key is not at hand", async () => {
    const texts = {
      ...least,
      "groundplan:placements": JSON.stringify(least["groundplan:placements"]),
      "groundplan:alerts": JSON.stringify({
        slack: { channel: "#ops", webhook: hook },
        pagerduty: { routingKey: UNKNOWN },
      }),
    };
    pulumi.runtime.setAllConfig(texts, ["groundplan:alerts"]);
    const settings = await readSettings();
    const { slack, pagerduty } = settings.alerts;
    if (!slack || !pagerduty) {
      throw new Error("both are set");
    }
    const [known, unknown] = [slack.webhook, pagerduty.routingKey].map((reference) => settings.secretValue(reference));
    expect(await Promise.all([known, unknown].map((output) => pulumi.isSecret(output ?? expect.fail())))).to.deep.equal(
      [true, true],
    );
    const values: unknown[] = [];
    known?.apply((value) => values.push(value));
    unknown?.apply((value) => values.push(value));
    await new Promise((resolve) => setImmediate(resolve));
    expect(values).to.deep.equal([hook]);
  });
});
