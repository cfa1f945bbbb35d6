import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type Server } from "node:tls";
import { expect } from "chai";
import { skipBecause, skipSuiteBecause } from "../../../skipBecause";
import { type Certificate, makeCertificate } from "./certificate";
import { failureOf } from "./fakes";

const { takesToken } = require("../../../../components/secrets/rotation/function/stores.cjs") as {
  readonly takesToken: (target: { host: string; port: number; token: string; ca?: string }) => Promise<boolean>;
};

const TOKEN = "AbcdefghijKlmnopqrst0123456789";

describe("asking a cache whether it takes a token", function () {
  this.timeout(20_000);
  let root: string;
  let tls: Certificate;
  const closed: (() => unknown)[] = [];

  before(function () {
    root = mkdtempSync(join(tmpdir(), "groundplan-cache-"));
    const made = makeCertificate(root);
    if (made === undefined) {
      skipSuiteBecause(this, "openssl not found");
    }
    tls = made;
  });

  afterEach(() => {
    for (const close of closed.splice(0)) {
      close();
    }
  });

  after(() => rmSync(root, { recursive: true, force: true }));

  /** A server that answers what it is asked with one text, in pieces, and remembers what it was asked. */
  async function answering(...pieces: readonly string[]): Promise<{ port: number; asked: string[] }> {
    const asked: string[] = [];
    const server: Server = createServer({ key: tls.key, cert: tls.certificate }, (socket) => {
      socket.on("error", () => {});
      socket.on("data", (data) => {
        asked.push(String(data));
        for (const piece of pieces) {
          socket.write(piece);
        }
        socket.end();
      });
    });
    // A client that does not trust it hangs up.
    server.on("tlsClientError", () => {});
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closed.push(() => server.close());
    return { port: (server.address() as AddressInfo).port, asked };
  }

  const ask = (port: number, ca: string | undefined = tls.certificate, token = TOKEN) =>
    takesToken({ host: "localhost", port, token, ...(ca === "" ? {} : { ca }) });

  it("speaks Redis's own protocol, and reads an answer that comes in pieces", async () => {
    const { port, asked } = await answering("+O", "K\r\n");
    expect(await ask(port)).to.equal(true);
    expect(asked).to.deep.equal([`*2\r\n$4\r\nAUTH\r\n$30\r\n${TOKEN}\r\n`]);
  });

  for (const refusal of ["-WRONGPASS invalid username-password pair or user is disabled.", "-ERR invalid password"]) {
    it(`takes ${refusal.split(" ").slice(0, 2).join(" ")} for a no`, async () => {
      const { port } = await answering(`${refusal}\r\n`);
      expect(await ask(port)).to.equal(false);
    });
  }

  it("takes no other answer for a yes or a no", async () => {
    const { port } = await answering("-LOADING Redis is loading the dataset in memory\r\n");
    expect(await failureOf(ask(port))).to.equal("localhost answers -LOADING Redis is loading the dataset in memory");
    expect(await failureOf(ask((await answering()).port))).to.match(/the cache hung up/);
  });

  it("trusts no certificate but one of an authority it knows", async () => {
    const { port, asked } = await answering("+OK\r\n");
    expect(await failureOf(ask(port, ""))).to.match(/self[- ]signed/);
    expect(asked).to.deep.equal([]);
  });

  it("fails where nothing listens", async () => {
    const { port } = await answering();
    closed.splice(0).forEach((close) => {
      close();
    });
    expect(await failureOf(ask(port))).to.match(/ECONNREFUSED/);
  });

  it("is answered by a real Redis with two tokens, for either", async function () {
    if (spawnSync("redis-server", ["--version"]).status !== 0) {
      skipBecause(this, "redis-server not found");
    }
    const { port } = await answering();
    closed.splice(0).forEach((close) => {
      close();
    });
    const options = {
      port: "0",
      "tls-port": String(port),
      bind: "127.0.0.1",
      "tls-cert-file": tls.certificateFile,
      "tls-key-file": tls.keyFile,
      "tls-auth-clients": "no",
      save: "",
      dir: root,
      user: `default on >${TOKEN} >second ~* +@all`,
    };
    const args = Object.entries(options).flatMap(([name, value]) => [
      `--${name}`,
      ...(name === "user" ? value.split(" ") : [value]),
    ]);
    const server: ChildProcess = spawn("redis-server", args, { stdio: "ignore" });
    closed.push(() => server.kill("SIGKILL"));
    await listening(port);
    expect(await ask(port)).to.equal(true);
    expect(await ask(port, tls.certificate, "second")).to.equal(true);
    expect(await ask(port, tls.certificate, "third")).to.equal(false);
  });
});

/** Waits until something listens at a port. */
async function listening(port: number): Promise<void> {
  const listens = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true));
      socket.on("error", () => resolve(false));
      socket.on("connect", () => socket.destroy());
    });
  for (let attempt = 0; !(await listens()); attempt++) {
    if (attempt > 500) {
      throw new Error(`nothing listens at ${port}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
