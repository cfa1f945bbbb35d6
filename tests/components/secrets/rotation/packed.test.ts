import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { packageOf } from "../../../../components/secrets/rotation/package";
import { FakeSecrets, failureOf, secretArn } from "./fakes";

const OWN = ["index.cjs", "rotate.cjs", "stores.cjs", "values.cjs", "works.cjs"];
const DRIVER = [
  "cjs/package.json",
  ...["bytes", "connection", "errors", "index", "large", "query", "queue", "result", "subscribe", "types"].map(
    (file) => `cjs/src/${file}.js`,
  ),
  "package.json",
].map((file) => `node_modules/postgres/${file}`);

/** Each client keeps its region, and hands every operation on to the test. */
const SDK = (name: string) => `
exports.${name} = class {
  constructor({ region }) {
    return new Proxy({}, { get: (_, operation) => (input) => globalThis.awsCalled("${name}", region, operation, input) });
  }
};
`;
const CLIENTS = {
  "client-elasticache": "ElastiCache",
  "client-rds": "RDS",
  "client-secrets-manager": "SecretsManager",
};

function filesOf(archive: pulumi.asset.AssetArchive): Promise<Record<string, pulumi.asset.FileAsset>> {
  return archive.assets as Promise<Record<string, pulumi.asset.FileAsset>>;
}

describe("what Lambda unpacks", () => {
  it("is the function's code, and the driver where it rotates a database's passwords", async () => {
    for (const kind of ["value", "copy", "redis"] as const) {
      expect(Object.keys(await filesOf(packageOf(kind)))).to.deep.equal(OWN);
    }
    expect(Object.keys(await filesOf(packageOf("postgres")))).to.deep.equal([...OWN, ...DRIVER]);
  });

  it("is named from where the program runs, so that a plan is the same on every machine", async () => {
    const paths = await Promise.all(
      Object.values(await filesOf(packageOf("postgres"))).map(async ({ path }) => String(await path)),
    );
    expect(paths.filter(isAbsolute)).to.deep.equal([]);
    expect(paths).to.include("components/secrets/rotation/function/index.cjs");
    expect(paths).to.include("node_modules/postgres/cjs/src/index.js");
  });

  it("has every file that a file of it requires, and nothing of the SDK but what the runtime brings", async () => {
    const files = await filesOf(packageOf("postgres"));
    const strangers = await Promise.all(
      Object.entries(files)
        .filter(([name]) => /\.c?js$/.test(name))
        .map(async ([name, { path }]) => {
          const text = readFileSync(String(await path), "utf8");
          return [...text.matchAll(/require\(["']([^"']+)["']\)/g)].map(([, required = ""]) =>
            required.startsWith(".") ? join(dirname(name), required) : required,
          );
        }),
    );
    const needed = [...new Set(strangers.flat())].filter((name) => files[name] === undefined && !isBuiltin(name));
    expect(needed.sort()).to.deep.equal([
      "@aws-sdk/client-elasticache",
      "@aws-sdk/client-rds",
      "@aws-sdk/client-secrets-manager",
      "postgres",
    ]);
  });

  describe("unpacked", () => {
    let root: string;
    let calls: unknown[][];
    const environment = { AWS_REGION: process.env.AWS_REGION, ROTATION: process.env.ROTATION };
    const context = { getRemainingTimeInMillis: () => 60_000 };

    beforeEach(async () => {
      root = mkdtempSync(join(tmpdir(), "groundplan-rotation-"));
      calls = [];
      for (const [name, { path }] of Object.entries(await filesOf(packageOf("postgres")))) {
        mkdirSync(dirname(join(root, name)), { recursive: true });
        copyFileSync(String(await path), join(root, name));
      }
      for (const [name, client] of Object.entries(CLIENTS)) {
        mkdirSync(join(root, "node_modules/@aws-sdk", name), { recursive: true });
        writeFileSync(join(root, "node_modules/@aws-sdk", name, "index.js"), SDK(client));
      }
      process.env.AWS_REGION = "eu-west-1";
    });

    afterEach(() => {
      rmSync(root, { recursive: true, force: true });
      Reflect.deleteProperty(globalThis, "awsCalled");
      for (const [name, value] of Object.entries(environment)) {
        if (value === undefined) {
          delete process.env[name];
        } else {
          process.env[name] = value;
        }
      }
    });

    function handler(): (event: object, context: object) => Promise<void> {
      return (require(join(root, "index.cjs")) as { handler: (event: object, context: object) => Promise<void> })
        .handler;
    }

    it("turns a secret when Lambda calls it, in the secret's region, and a source's in the source's", async () => {
      const [here, lead] = [secretArn("key"), secretArn("key", "us-east-1")];
      const secrets = new FakeSecrets();
      secrets.add(here, "an older key");
      secrets.add(lead, "the lead's key");
      process.env.ROTATION = JSON.stringify({ kind: "copy", sources: [{ secret: here, source: lead }] });
      Reflect.set(globalThis, "awsCalled", async (...call: unknown[]) => {
        calls.push(call);
        return secrets.answer(String(call[2]), call[3] as Record<string, unknown>);
      });
      const token = secrets.begin(here);
      const info = console.info;
      const said: unknown[] = [];
      console.info = (line: unknown) => said.push(line);
      try {
        for (const Step of ["createSecret", "setSecret", "testSecret", "finishSecret"]) {
          await handler()({ Step, SecretId: here, ClientRequestToken: token }, context);
        }
      } finally {
        console.info = info;
      }
      expect(secrets.value(here, "AWSCURRENT")).to.equal("the lead's key");
      expect(said).to.have.length(4);
      expect(JSON.stringify(said)).not.to.include("key's").and.not.to.include("the lead's key");
      for (const [client, region, , input] of calls) {
        expect(client).to.equal("SecretsManager");
        expect(region).to.equal((input as { SecretId: string }).SecretId === lead ? "us-east-1" : "eu-west-1");
      }
    });

    it("loads the driver that came with it", async () => {
      const administrator = secretArn("master");
      const client = secretArn("api");
      const secrets = new FakeSecrets();
      secrets.add(administrator, JSON.stringify({ username: "groundplan", password: "MasterPassword" }));
      secrets.add(client, JSON.stringify({ user: "api", password: "ClientPassword" }));
      const settings = { kind: "postgres", host: "127.0.0.1", port: 1, database: "app", administrator };
      process.env.ROTATION = JSON.stringify({ ...settings, alternate: "_alternate" });
      Reflect.set(globalThis, "awsCalled", async (...call: unknown[]) =>
        secrets.answer(String(call[2]), call[3] as Record<string, unknown>),
      );
      const event = { Step: "testSecret", SecretId: client, ClientRequestToken: secrets.begin(client) };
      // Nothing listens there: the message is the driver's own.
      expect(await failureOf(handler()(event, context))).to.match(/^testSecret of .*ECONNREFUSED/);
      const loaded = Object.keys(require.cache).filter((path) => path.startsWith(join(root, "node_modules/postgres")));
      expect(loaded.length).to.be.greaterThan(5);
    });
  });
});
