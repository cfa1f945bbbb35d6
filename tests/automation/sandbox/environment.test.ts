import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { prepareSandbox, quote, sdkVersion } from "../../../automation/sandbox/environment";
import { faultsFromEnvironment, readFaults } from "../../../automation/sandbox/faults";
import { replaces } from "../../../automation/sandbox/immutable";
import { runCommand } from "../../../cli/run";
import { InputError } from "../../../components/errors";
import { recordingTerminal } from "../../cli/terminal";

const ROOT = resolve(__dirname, "../../..");

describe("automation: sandbox", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "groundplan-sandbox-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it("gives the CLI a home, a backend and a passphrase of its own, the same every time", () => {
    const box = join(directory, "box");
    const first = prepareSandbox({ directory: box, environment: {} });
    const second = prepareSandbox({ directory: box, environment: {} });
    expect(first).to.deep.equal({
      PULUMI_HOME: join(box, "home"),
      PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
      PULUMI_BACKEND_URL: `file://${join(box, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: readFileSync(join(box, "key"), "utf8"),
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      GROUNDPLAN_SANDBOX: box,
      GROUNDPLAN_SANDBOX_RUN: first.GROUNDPLAN_SANDBOX_RUN,
      GROUNDPLAN_SANDBOX_FAULTS: "",
    });
    expect(first.PULUMI_CONFIG_PASSPHRASE).to.match(/^[\w-]{32}$/);
    expect({ ...second, GROUNDPLAN_SANDBOX_RUN: "" }).to.deep.equal({ ...first, GROUNDPLAN_SANDBOX_RUN: "" });
    expect(second.GROUNDPLAN_SANDBOX_RUN).to.not.equal(first.GROUNDPLAN_SANDBOX_RUN);
    expect(readdirSync(join(box, "home", "plugins")).sort()).to.deep.equal(
      ["aws", "gcp", "kubernetes", "random"].map((name) => `resource-${name}-v${sdkVersion(name)}`),
    );
    expect(statSync(join(box, "key")).mode & 0o777).to.equal(0o600);
  });

  it("keeps a passphrase that is set", () => {
    const given = prepareSandbox({ directory, environment: { PULUMI_CONFIG_PASSPHRASE: "mine" } });
    expect(given.PULUMI_CONFIG_PASSPHRASE).to.equal("mine");
    const file = prepareSandbox({ directory, environment: { PULUMI_CONFIG_PASSPHRASE_FILE: "mine.txt" } });
    expect(file).to.not.have.property("PULUMI_CONFIG_PASSPHRASE");
  });

  it("replaces what providers replace, by the table diffs use", () => {
    expect(replaces("aws:rds/instance:Instance", "storageEncrypted")).to.equal(true);
    expect(replaces("aws:rds/instance:Instance", "instanceClass")).to.equal(false);
    expect(replaces("aws:ec2/subnet:Subnet", "cidrBlock")).to.equal(true);
    expect(replaces("aws:ec2/subnet:Subnet", "mapPublicIpOnLaunch")).to.equal(false);
    expect(replaces("gcp:compute/network:Network", "autoCreateSubnetworks")).to.equal(true);
    expect(replaces("gcp:compute/instance:Instance", "bootDisk.initializeParams.image")).to.equal(true);
    expect(replaces("gcp:compute/instance:Instance", "bootDisk.initializeParams.labels.owner")).to.equal(false);
    expect(replaces("gcp:compute/resourcePolicy:ResourcePolicy", "region")).to.equal(true);
    expect(replaces("gcp:compute/resourcePolicy:ResourcePolicy", "snapshotSchedulePolicy.schedule")).to.equal(false);
    expect(replaces("kubernetes:apps/v1:Deployment", "spec.selector.matchLabels.app")).to.equal(true);
    expect(replaces("kubernetes:apps/v1:Deployment", "spec.replicas")).to.equal(false);
    expect(replaces("kubernetes:keda.sh/v1alpha1:ScaledObject", "spec.maxReplicaCount")).to.equal(false);
  });

  describe("plugin", () => {
    it("starts with its port on the first line, and ends where the CLI says so", async function () {
      this.timeout(20_000);
      const { env, file } = plugin();
      const child = spawn(file, ["127.0.0.1:1"], { env });
      const [line] = (await once(child.stdout, "data")) as [Buffer];
      expect(String(line)).to.match(/^\d+\n$/);
      child.kill("SIGINT");
      expect(await once(child, "exit")).to.deep.equal([0, null]);
    });

    it("knows its engine by the connection, which the engine may close", async function () {
      this.timeout(20_000);
      const engine = createServer();
      engine.listen(0, "127.0.0.1");
      await once(engine, "listening");
      const address = engine.address();
      const { env, file } = plugin();
      const child = spawn(file, ["-v=9", `127.0.0.1:${typeof address === "object" ? address?.port : ""}`], { env });
      const [first] = (await once(engine, "connection")) as [{ destroy(): void }];
      first.destroy();
      const [second] = (await once(engine, "connection")) as [{ destroy(): void }];
      expect(child.exitCode).to.equal(null);
      second.destroy();
      engine.close();
      child.kill();
      await once(child, "exit");
    });

    it("says what is missing where no sandbox was prepared", async function () {
      this.timeout(20_000);
      const { file } = plugin();
      const child = spawn(file, [], { env: { PATH: process.env.PATH } });
      let said = "";
      child.stderr.on("data", (text) => {
        said += String(text);
      });
      expect(await once(child, "exit")).to.deep.equal([1, null]);
      expect(said).to.equal("GROUNDPLAN_SANDBOX is not set: start the CLI through groundplan sandbox\n");
    });

    function plugin() {
      const env = { ...process.env, ...prepareSandbox({ directory }) };
      return {
        env,
        file: join(directory, "home", "plugins", `resource-aws-v${sdkVersion("aws")}`, "pulumi-resource-aws"),
      };
    }
  });

  describe("faults", () => {
    const file = () => join(directory, "faults.json");
    const problemsOf = (content: unknown) => {
      writeFileSync(file(), typeof content === "string" ? content : JSON.stringify(content));
      try {
        readFaults(file());
      } catch (error) {
        return InputError.is(error) ? error.problems.map(({ path, found }) => `${path}: ${found}`) : [String(error)];
      }
      return [];
    };

    it("reads those the README shows", () => {
      const shown = /```json\n(\{\n {2}"faults".*?)```/s.exec(readFileSync(join(ROOT, "README.md"), "utf8"))?.[1] ?? "";
      writeFileSync(file(), shown);
      expect(readFaults(file()).map(({ fault }) => fault)).to.deep.equal([
        "fail",
        "unready",
        "slow",
        "throttle",
        "kill",
        "unreachable",
      ]);
    });

    it("says everything that is wrong at once", () => {
      expect(
        problemsOf({
          faults: [
            { fault: "fail", on: ["make"], nth: 0 },
            { fault: "slow" },
            { fault: "explode" },
            { fault: "kill", when: "never", package: "azure" },
            { fault: "unreachable", nht: 1 },
          ],
        }),
      ).to.deep.equal([
        'faults[0].on[0]: "make"',
        "faults[0].nth: 0",
        "faults[1].milliseconds: nothing",
        'faults[2].fault: "explode"',
        'faults[3].package: "azure"',
        'faults[3].when: "never"',
        "faults[4].nht: 1",
      ]);
      expect(problemsOf("{")).to.have.lengthOf(1);
    });

    it("takes them from the environment as a file or as JSON", () => {
      writeFileSync(file(), '{"faults":[{"fault":"unreachable"}]}');
      expect(faultsFromEnvironment(file())).to.deep.equal([{ fault: "unreachable" }]);
      expect(faultsFromEnvironment('{"faults":[{"fault":"fail"}]}')).to.deep.equal([{ fault: "fail" }]);
      expect(faultsFromEnvironment("")).to.deep.equal([]);
      expect(faultsFromEnvironment(undefined)).to.deep.equal([]);
    });
  });

  describe("command", () => {
    it("prints what to set, in words of a shell", async () => {
      const { terminal, out } = recordingTerminal();
      expect(await runCommand(["sandbox", "--dir", "it's"], terminal, directory)).to.equal(0);
      expect(out()).to.include(`export GROUNDPLAN_SANDBOX=${quote(join(directory, "it's"))}\n`);
      expect(quote("it's")).to.equal(`'it'\\''s'`);
    });

    it("runs a command in the sandbox and ends as it did", async () => {
      const { terminal } = recordingTerminal();
      const script = `process.exit(process.env.GROUNDPLAN_SANDBOX === ${JSON.stringify(join(directory, "box"))} ? 7 : 8)`;
      expect(
        await runCommand(["sandbox", "--dir", "box", "--", process.execPath, "-e", script], terminal, directory),
      ).to.equal(7);
    });

    it("refuses faults that are wrong, and a command that is not there", async () => {
      const { terminal, err } = recordingTerminal();
      writeFileSync(join(directory, "wrong.json"), '{"faults":[{"fault":"explode"}]}');
      expect(await runCommand(["sandbox", "--faults", "wrong.json"], terminal, directory)).to.equal(2);
      expect(await runCommand(["sandbox", "--faults", "none.json"], terminal, directory)).to.equal(2);
      expect(await runCommand(["sandbox", "--", "no-such-program"], terminal, directory)).to.equal(2);
      expect(err())
        .to.match(/explode/)
        .and.to.match(/none\.json: no such file/)
        .and.to.match(/no-such-program/);
    });
  });
});
