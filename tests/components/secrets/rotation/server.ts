import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asServer, giveToServer, missingPrograms, runAsServer, serverPath } from "../../../localPostgres";
import { makeCertificate } from "./certificate";

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** Programs the server needs and the machine has not. */
export function missingForServer(): readonly string[] {
  return missingPrograms(["initdb", "pg_ctl", "psql", "openssl", "setpriv"]);
}

/** The machine's PostgreSQL as RDS has it: nothing but TLS and passwords, and here a log of every statement. */
export class DatabaseServer {
  private constructor(
    private readonly root: string,
    readonly port: number,
    /** The authority of its certificate. */
    readonly ca: string,
  ) {}

  static async start(): Promise<DatabaseServer> {
    const root = mkdtempSync(join(tmpdir(), "groundplan-rotation-"));
    mkdirSync(join(root, "run"));
    const made = makeCertificate(root);
    if (made === undefined) {
      throw new Error("openssl made no certificate");
    }
    const server = new DatabaseServer(root, await freePort(), made.certificate);
    chmodSync(made.keyFile, 0o600);
    giveToServer(root);
    const data = join(root, "server");
    server.run("initdb", ["--pgdata", data, "--username=owner", "--auth=trust", "--no-sync"]);
    const access = "local all owner trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n";
    writeFileSync(join(data, "pg_hba.conf"), access);
    const settings = {
      listen_addresses: "127.0.0.1",
      port: server.port,
      unix_socket_directories: join(root, "run"),
      fsync: "off",
      ssl: "on",
      ssl_cert_file: made.certificateFile,
      ssl_key_file: made.keyFile,
      log_statement: "all",
      log_min_messages: "debug1",
    };
    const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
    const log = join(root, "server.log");
    server.run("pg_ctl", ["--pgdata", data, "--log", log, "--wait", "-o", options.join(" "), "start"]);
    return server;
  }

  stop(): void {
    const stop = ["--pgdata", join(this.root, "server"), "--mode=immediate", "stop"];
    spawnSync(...asServer(this.root, "pg_ctl", stop, this.environment()));
    rmSync(this.root, { recursive: true, force: true });
  }

  /** All it has logged. */
  get log(): string {
    return readFileSync(join(this.root, "server.log"), "utf8");
  }

  /** Runs statements as the superuser, whom RDS keeps for itself. */
  sql(database: string, ...statements: readonly string[]): string {
    const commands = statements.flatMap((statement) => ["--command", statement]);
    const args = ["--no-psqlrc", "--quiet", "--tuples-only", "--username=owner", `--dbname=${database}`];
    return this.run("psql", [...args, ...commands]);
  }

  /** Runs a script as a user who comes over TLS. */
  script(database: string, text: string, user: string, password: string, env: Readonly<Record<string, string>>): void {
    const file = join(this.root, "script.sql");
    writeFileSync(file, text);
    const way = { PGUSER: user, PGHOST: "localhost", PGPASSWORD: password, PGSSLMODE: "require" };
    this.run("psql", ["--no-psqlrc", "--quiet", `--dbname=${database}`, "--file", file], { ...way, ...env });
  }

  private environment(env: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
    return { PATH: serverPath(), PGHOST: join(this.root, "run"), PGPORT: String(this.port), ...env };
  }

  private run(program: string, args: readonly string[], env?: Readonly<Record<string, string>>): string {
    return runAsServer(this.root, program, args, this.environment(env));
  }
}
