import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { runCommand } from "../../cli/run";
import { recordingTerminal } from "./terminal";

const EXAMPLES = join(__dirname, "..", "..", "examples");

describe("groundplan import", function () {
  this.timeout(60_000);
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "groundplan-import-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  async function command(args: readonly string[]) {
    const { terminal, out, err } = recordingTerminal();
    return { code: await runCommand(args, terminal, directory), out: out(), err: err() };
  }
  const run = (...args: readonly string[]) => command(["import", ...args]);

  /** Runs what the import says to try, and gives the last one's answer. */
  async function tried(said: string) {
    const commands = [...said.matchAll(/npx groundplan (.+)/g)].map(([, words = ""]) => words.split(" "));
    expect(commands.map(([name]) => name)).to.deep.equal(["init", "plan"]);
    const [init = [], plan = []] = commands;
    const first = await command(init);
    expect(first.code, first.err).to.equal(0);
    return command(plan);
  }

  it("prints the system, and what does not carry over beside it", async () => {
    writeFileSync(join(directory, "compose.yaml"), "services:\n  web: { image: web:1, privileged: true }\n");
    const { code, out, err } = await run("compose", "compose.yaml", "--name", "shop");
    expect(code).to.equal(0);
    expect(out).to.match(/^# yaml-language-server: \$schema=https:\/\/groundplan\.dev\/schema\/system\.json\n/);
    expect(out).to.include("\nname: shop\n").and.not.include(directory);
    expect(err).to.include("note compose.yaml:2: web: containers are not privileged");
  });

  it("reads files beside the imported one, and none outside its directory", async () => {
    writeFileSync(join(directory, "plain.env"), "COLOR=blue\n");
    writeFileSync(
      join(directory, "compose.yaml"),
      "services:\n  web:\n    image: web:1\n    env_file: [plain.env, ../../etc/hostname]\n",
    );
    const { code, err } = await run("compose", "compose.yaml", "--out", "system.yaml");
    expect(code).to.equal(0);
    expect(readFileSync(join(directory, "system.yaml"), "utf8")).to.include("COLOR: blue");
    expect(err).to.include("../../etc/hostname is not there");
  });

  it("exits 2 with file and line of all that is wrong, and writes nothing", async () => {
    writeFileSync(join(directory, "compose.yaml"), "services:\n  db: { image: mysql:8 }\n  web: { ports: [x] }\n");
    const { code, out, err } = await run("compose", "compose.yaml", "--out", "system.yaml");
    expect(code).to.equal(2);
    expect(out).to.equal("");
    expect(err).to.include("services.db.image (compose.yaml:2)").and.include("services.web.ports[0] (compose.yaml:3)");
    expect(err).not.to.match(/^\s+at /m);
    expect((await run("score", "nowhere.yaml")).code).to.equal(2);
  });

  it("says what to run next, which passes where nothing stands in the way", async () => {
    writeFileSync(join(directory, "Pulumi.yaml"), "name: groundplan\nruntime: nodejs\n");
    writeFileSync(join(directory, "Pulumi.shop.yaml"), "config: {}\n");
    writeFileSync(
      join(directory, "compose.yaml"),
      "services:\n  web:\n    build: .\n    ports: [8080:80]\n    environment: { DATABASE_URL: postgres://a:b@db/a }\n  db: { image: postgres }\n",
    );
    const { out } = await run("compose", "compose.yaml", "--name", "shop", "--out", "my shop.yaml");
    expect(out.split("\n")).to.deep.equal([
      "System  my shop.yaml",
      "Try it  npx groundplan init --stack shop-2 --system 'my shop.yaml' --environment dev --model standalone --cloud kubernetes --domain shop.example.com",
      "        npx groundplan plan --stack shop-2",
      "",
    ]);
    const answer = await run("compose", "compose.yaml", "--name", "shop", "--out", "shop.yaml");
    const planned = await tried(answer.out);
    expect(planned.code, planned.out).to.equal(0);
    expect(readFileSync(join(directory, "shop.yaml"), "utf8")).to.include("image: shop-web:0.1.0");
  });

  it("says what the policies refuse of it, as they say it themselves", async () => {
    writeFileSync(join(directory, "Pulumi.yaml"), "name: groundplan\nruntime: nodejs\n");
    writeFileSync(
      join(directory, "compose.yaml"),
      "services:\n  web: { image: nginx, expose: [80] }\n  worker: { image: acme/worker:2 }\n",
    );
    const { out, err } = await run("compose", "compose.yaml", "--name", "shop", "--out", "shop.yaml");
    const refused = [...out.matchAll(/^ {2}(\w+\/[\w-]+): (.+)$/gm)].map(([, rule, message]) => [rule, message]);
    expect(refused).to.deep.equal([
      ["containers/container-liveness-probe", 'container "worker": has no livenessProbe'],
      ["containers/container-readiness-probe", 'container "worker": has no readinessProbe'],
      ["containers/image-fixed-tag", 'container "web": image "nginx" has no tag'],
      ["containers/image-trusted-registry", 'container "worker": image "acme/worker:2" is not from a trusted registry'],
    ]);
    expect(out).to.include("of which the policies refuse 4 things. Mend shop.yaml first:");
    expect(err).to.include("nginx may be another image tomorrow").and.include("worker has neither a health check nor");
    const planned = await tried(out);
    expect(planned.code).to.equal(1);
    for (const [rule = "", message = ""] of refused) {
      expect(planned.out).to.include(rule).and.include(message);
    }
    expect(planned.out).to.include("4 failed");
  });

  it("says where to try it when this is no project", async () => {
    writeFileSync(join(directory, "score.yaml"), readFileSync(join(EXAMPLES, "from-score", "score.yaml")));
    const { out } = await run("score", "score.yaml", "--out", "orders.yaml");
    expect(out.split("\n").slice(1, 3)).to.deep.equal([
      "Try it  in Groundplan's own directory, with the path from there",
      "        npx groundplan init --stack orders --system orders.yaml --environment dev --model standalone --cloud kubernetes --domain orders.example.com",
    ]);
    expect(readdirSync(directory).sort()).to.deep.equal(["orders.yaml", "score.yaml"]);
  });
});
