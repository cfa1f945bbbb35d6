import { createHmac } from "node:crypto";
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import type { Environments, Found } from "../../examples/preview-environments/environments";
import { PreviewService, type Status } from "../../examples/preview-environments/service";

const SECRET = "shared with GitHub";
const TOKEN = "for those who may look";
const REPOSITORY = "acme/shop";
const EXPIRES = new Date("2030-01-01T08:00:00Z");
const commit = (digit: string) => digit.repeat(40);

/** Environments that are opened and closed when the test says so, and write down what was asked of them. */
class FakeEnvironments implements Environments {
  readonly calls: string[] = [];
  readonly held: (() => void)[] = [];
  found: readonly Found[] = [];
  hold = false;
  failure: Error | undefined;
  running = 0;
  mostRunning = 0;

  async open({ name, commit: sha }: { name: string; commit: string }) {
    await this.work(`open ${name} ${sha[0]}`);
    return { url: `https://${name}.example.org`, expiresAt: new Date("2030-01-01T08:00:00Z") };
  }

  close(name: string): Promise<void> {
    return this.work(`close ${name}`);
  }

  async list(): Promise<readonly Found[]> {
    return this.found;
  }

  async prune(name: string): Promise<boolean> {
    await this.work(`prune ${name}`);
    return this.found.some((environment) => environment.name === name && environment.expired);
  }

  private async work(call: string): Promise<void> {
    this.calls.push(call);
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    try {
      if (this.hold) {
        await new Promise<void>((resolve) => this.held.push(resolve));
      }
      if (this.failure) {
        throw this.failure;
      }
    } finally {
      this.running -= 1;
    }
  }
}

describe("the preview environments service", () => {
  let environments: FakeEnvironments;
  let service: PreviewService;
  let server: Server;
  let address: string;
  let deliveries = 0;

  beforeEach(async () => {
    environments = new FakeEnvironments();
    service = new PreviewService({ environments, secret: SECRET, token: TOKEN, repository: REPOSITORY });
    server = service.server().listen(0, "127.0.0.1");
    await once(server, "listening");
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.close();
  });

  const payload = (action: string, number: number, sha = commit("a"), repo = REPOSITORY) =>
    JSON.stringify({
      action,
      number,
      repository: { full_name: REPOSITORY },
      pull_request: { head: { sha, repo: { full_name: repo } } },
    });

  async function send(body: string, headers: Record<string, string> = {}) {
    deliveries += 1;
    const response = await fetch(`${address}/webhook`, {
      method: "POST",
      body,
      headers: {
        "x-github-event": "pull_request",
        "x-github-delivery": `delivery-${deliveries}`,
        "x-hub-signature-256": `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`,
        ...headers,
      },
    });
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  }

  const look = (authorization = `Bearer ${TOKEN}`) => fetch(`${address}/environments`, { headers: { authorization } });
  const listed = async () => (await (await look()).json()) as Record<string, Status>;

  it("opens a stack for a pull request and closes it with it", async () => {
    expect(await send(payload("opened", 12))).to.deep.equal({
      status: 202,
      body: { result: "open", environment: "pr-12" },
    });
    await service.queues.drained();
    expect((await listed())["12"]).to.deep.equal({
      name: "pr-12",
      state: "open",
      commit: commit("a"),
      url: "https://pr-12.example.org",
      expiresAt: "2030-01-01T08:00:00.000Z",
    });
    expect((await send(payload("closed", 12))).status).to.equal(202);
    await service.queues.drained();
    expect(environments.calls).to.deep.equal(["open pr-12 a", "close pr-12"]);
    expect(await listed()).to.deep.equal({});
  });

  it("believes no delivery that is not signed with the secret", async () => {
    const body = payload("opened", 12);
    const forged = createHmac("sha256", "guessed").update(body).digest("hex");
    for (const signature of ["", "sha256=", `sha256=${forged}`, forged]) {
      expect((await send(body, { "x-hub-signature-256": signature })).status).to.equal(401);
    }
    expect(environments.calls).to.deep.equal([]);
  });

  it("does a delivery that comes twice once, and the same commit once", async () => {
    await send(payload("opened", 12), { "x-github-delivery": "same" });
    expect((await send(payload("opened", 12), { "x-github-delivery": "same" })).body.result).to.equal("known already");
    await send(payload("synchronize", 12));
    await service.queues.drained();
    expect(environments.calls).to.deep.equal(["open pr-12 a"]);
  });

  it("lets a pull request's updates wait for each other, and only the last of them wait", async () => {
    environments.hold = true;
    await send(payload("opened", 12));
    await send(payload("synchronize", 12, commit("b")));
    await send(payload("synchronize", 12, commit("c")));
    expect(environments.calls).to.deep.equal(["open pr-12 a"]);
    environments.hold = false;
    environments.held.forEach((release) => {
      release();
    });
    await service.queues.drained();
    expect(environments.calls).to.deep.equal(["open pr-12 a", "open pr-12 c"]);
    expect((await listed())["12"]).to.include({ state: "open", commit: commit("c") });
  });

  it("works on two pull requests side by side and no more", async () => {
    environments.hold = true;
    for (const number of [1, 2, 3]) {
      await send(payload("opened", number));
    }
    expect(environments.calls).to.deep.equal(["open pr-1 a", "open pr-2 a"]);
    environments.hold = false;
    environments.held.forEach((release) => {
      release();
    });
    await service.queues.drained();
    expect(environments.calls).to.have.lengthOf(3);
    expect(environments.mostRunning).to.equal(2);
  });

  it("says what failed, and tries again when it is told to", async () => {
    environments.failure = new Error("the cluster is full");
    await send(payload("opened", 12));
    await service.queues.drained();
    expect((await listed())["12"]).to.include({ state: "failed", problem: "the cluster is full" });
    environments.failure = undefined;
    await send(payload("synchronize", 12));
    await service.queues.drained();
    expect((await listed())["12"]).to.include({ state: "open" });
  });

  it("has nothing to do for forks, other events, other actions and strange commits", async () => {
    const bodies = [
      payload("opened", 12, commit("a"), "stranger/shop"),
      payload("labeled", 12),
      payload("opened", 12, "main; rm -rf /"),
      payload("opened", 1.5),
    ];
    for (const body of bodies) {
      expect((await send(body)).body.result).to.equal("nothing to do");
    }
    expect((await send(payload("opened", 12), { "x-github-event": "push" })).body.result).to.equal("nothing to do");
    expect(environments.calls).to.deep.equal([]);
  });

  it("answers what is no delivery without doing anything", async () => {
    expect((await send("no JSON")).status).to.equal(400);
    expect((await send(`{"a":"${"x".repeat(1_100_000)}"}`)).status).to.equal(413);
    expect((await fetch(`${address}/nowhere`)).status).to.equal(404);
    expect((await fetch(`${address}/healthz`)).status).to.equal(200);
    expect(environments.calls).to.deep.equal([]);
  });

  it("tells nobody of its environments who does not name the token", async () => {
    await send(payload("opened", 12));
    for (const authorization of ["", TOKEN, "Bearer", "Bearer ", `Bearer ${TOKEN}x`, `Basic ${TOKEN}`]) {
      const response = await look(authorization);
      expect([response.status, response.headers.get("www-authenticate")]).to.deep.equal([401, "Bearer"]);
      expect(await response.text()).to.not.include("pr-12");
    }
    expect((await fetch(`${address}/environments`)).status).to.equal(401);
    expect((await look()).status).to.equal(200);
  });

  it("knows after a restart what there is, but for what was asked of it since", async () => {
    environments.found = [
      { name: "pr-7", expiresAt: EXPIRES, expired: false, commit: commit("b"), url: "https://pr-7.example.org" },
      {
        name: "pr-8",
        expiresAt: EXPIRES,
        expired: false,
        commit: commit("b"),
        problem: "the last update did not end well",
      },
      { name: "pr-12", expiresAt: EXPIRES, expired: false, commit: commit("b") },
      { name: "somebody-s", expiresAt: EXPIRES, expired: false },
    ];
    environments.hold = true;
    await send(payload("opened", 12));
    await service.restore();
    const expiresAt = EXPIRES.toISOString();
    expect(await listed()).to.deep.equal({
      "7": { name: "pr-7", state: "open", commit: commit("b"), url: "https://pr-7.example.org", expiresAt },
      "8": {
        name: "pr-8",
        state: "failed",
        problem: "the last update did not end well",
        commit: commit("b"),
        expiresAt,
      },
      "12": { name: "pr-12", state: "opening", commit: commit("a") },
    });
    // The commit it has is not opened again; one that failed is.
    await send(payload("synchronize", 7, commit("b")));
    await send(payload("synchronize", 8, commit("b")));
    expect(environments.calls).to.deep.equal(["open pr-12 a", "open pr-8 b"]);
    environments.hold = false;
    environments.held.forEach((release) => {
      release();
    });
    await service.queues.drained();
  });

  it("destroys what is out of time in its own line, behind what is done to it", async () => {
    environments.hold = true;
    await send(payload("opened", 7));
    environments.found = [
      { name: "pr-7", expiresAt: EXPIRES, expired: true },
      { name: "pr-8", expiresAt: EXPIRES, expired: false },
    ];
    expect(await service.prune()).to.deep.equal(["pr-7"]);
    expect(environments.calls).to.deep.equal(["open pr-7 a"]);
    environments.hold = false;
    environments.held.forEach((release) => {
      release();
    });
    await service.queues.drained();
    expect(environments.calls).to.deep.equal(["open pr-7 a", "prune pr-7"]);
    expect(await listed()).to.deep.equal({});
  });

  it("puts no prune in the place of a commit that waits, and keeps what a prune did not destroy", async () => {
    environments.hold = true;
    await send(payload("opened", 7));
    await send(payload("synchronize", 7, commit("b")));
    environments.found = [{ name: "pr-7", expiresAt: EXPIRES, expired: true }];
    await service.prune();
    environments.hold = false;
    environments.held.forEach((release) => {
      release();
    });
    await service.queues.drained();
    expect(environments.calls).to.deep.equal(["open pr-7 a", "open pr-7 b"]);
    environments.failure = new Error("the cluster does not answer");
    await service.prune();
    await service.queues.drained();
    expect(environments.calls.at(-1)).to.equal("prune pr-7");
    expect((await listed())["7"]).to.include({ state: "open", commit: commit("b") });
  });
});
