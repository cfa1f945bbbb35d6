import { type ChildProcess, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { copyFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import { listStacks, openStack } from "../../automation";
import { readKey } from "../../automation/sandbox/environment";
import { SandboxStore } from "../../engine/sandbox/store";
import type { Status } from "../../examples/preview-environments/service";
import { SandboxedProgram } from "../automation/lifecycle/program";
import { needsPulumi } from "../sandbox/pulumi";

const ROOT = join(__dirname, "..", "..");
const TOKEN = "for those who may look";
const SECRET = "shared with GitHub";
const REPOSITORY = "acme/shop";
const HOUR_MS = 3_600_000;
/** The one thing on a cluster that outlives the stack that brought it. */
const SHARED = "kube-system/gateway-api";

describe("the preview environments service as its README starts it (needs the Pulumi CLI)", function () {
  this.timeout(600_000);
  let program: SandboxedProgram;
  let service: ChildProcess;
  let address: string;
  let said = "";

  before(async function () {
    needsPulumi(this);
    program = new SandboxedProgram();
    copyFileSync(join(ROOT, "Pulumi.dev.yaml"), join(program.directory, "Pulumi.dev.yaml"));
    await start();
  });
  after(() => {
    service?.kill("SIGKILL");
    program?.dispose();
  });

  async function start(): Promise<void> {
    const port = await freePort();
    address = `http://127.0.0.1:${port}`;
    service = spawn(process.execPath, ["--import", "tsx", "examples/preview-environments/main.ts"], {
      cwd: ROOT,
      env: {
        ...process.env,
        ...program.place().env,
        WEBHOOK_SECRET: SECRET,
        API_TOKEN: TOKEN,
        REPOSITORY,
        BASE_STACK: "dev",
        PREVIEW_DOMAIN: "previews.example.org",
        IMAGE_REGISTRY: "ghcr.io/acme",
        PROJECT_DIRECTORY: program.directory,
        PORT: String(port),
      },
    });
    for (const stream of [service.stdout, service.stderr]) {
      stream?.on("data", (text) => {
        said += String(text);
      });
    }
    await until(async () => (await fetch(`${address}/healthz`).catch(() => undefined))?.ok === true);
  }

  async function end(): Promise<unknown> {
    service.kill("SIGTERM");
    return (await once(service, "exit"))[0];
  }

  async function tell(action: string, sha: string): Promise<number> {
    const body = JSON.stringify({
      action,
      number: 12,
      repository: { full_name: REPOSITORY },
      pull_request: { head: { sha, repo: { full_name: REPOSITORY } } },
    });
    const headers = {
      "x-github-event": "pull_request",
      "x-github-delivery": `${action} ${sha}`,
      "x-hub-signature-256": `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`,
    };
    return (await fetch(`${address}/webhook`, { method: "POST", body, headers })).status;
  }

  /** The environment once nothing is done to it any more; undefined where it is gone. */
  async function settled(): Promise<Status | undefined> {
    let status: Status | undefined;
    await until(async () => {
      const answer = await fetch(`${address}/environments`, { headers: { authorization: `Bearer ${TOKEN}` } });
      status = ((await answer.json()) as Record<string, Status>)["12"];
      return status?.state !== "opening" && status?.state !== "closing";
    });
    return status;
  }

  it("opens a stack for a pull request, brings it up to a commit, and leaves nothing when it is closed", async () => {
    const cloud = () => new SandboxStore(program.box, readKey(program.box)).list();
    const commits = ["a".repeat(40), "b".repeat(40)] as const;

    expect(await tell("opened", commits[0])).to.equal(202);
    const opened = await settled();
    expect(opened?.problem, said).to.equal(undefined);
    expect(opened).to.include({ name: "pr-12", state: "open", commit: commits[0] });
    expect(opened?.url).to.match(/^https:\/\/([\w-]+\.)*pr-12\.previews\.example\.org/);
    const life = Date.parse(String(opened?.expiresAt)) - Date.now();
    expect(life).to.be.within(7 * HOUR_MS, 8 * HOUR_MS);
    const stack = openStack({ ...program.place(), stack: "pr-12" });
    const { placements, environment } = await stack.outputs();
    expect(JSON.stringify(placements?.value)).to.include(opened?.url);
    expect(environment).to.deep.equal({ secret: false, value: "dev" });
    expect(JSON.stringify(cloud())).to.include(`ghcr.io/acme/${commits[0].slice(0, 12)}/`);

    expect(await tell("synchronize", commits[1])).to.equal(202);
    expect(await settled()).to.include({ state: "open", commit: commits[1] });
    expect((await stack.history()).map(({ message, result }) => `${message} ${result}`)).to.deep.equal([
      `commit ${commits[1]} succeeded`,
      `commit ${commits[0]} succeeded`,
    ]);
    await stack.close();
    expect(JSON.stringify(cloud()))
      .to.include(`/${commits[1].slice(0, 12)}/`)
      .and.not.to.include(`/${commits[0].slice(0, 12)}/`);

    // Started again, it knows from the backend what the one before it opened.
    const before = await settled();
    expect(await end()).to.equal(0);
    await start();
    await until(async () => (await settled()) !== undefined);
    expect(await settled()).to.deep.equal(before);

    expect(await tell("closed", commits[1])).to.equal(202);
    expect(await settled(), said).to.equal(undefined);
    expect(await listStacks(program.place())).to.deep.equal([]);
    expect(cloud().map(({ id }) => id)).to.satisfy((ids: string[]) => ids.every((id) => id === SHARED));

    expect(await end()).to.equal(0);
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) {
    await new Promise((resume) => setTimeout(resume, 200));
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
