import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { DUMP_SCRIPTS, RESTORE_SCRIPTS } from "../../../components/operations/backup/scripts";
import { asServer, giveToServer, missingPrograms, serverPath } from "../../localPostgres";
import { skipSuiteBecause } from "../../skipBecause";

const PROGRAMS = ["initdb", "pg_ctl", "pg_dump", "pg_restore", "psql", "gpg", "gzip", "setpriv"];

/** A bucket that is a directory, with the few commands the scripts use of the real client. */
const AWS = `#!/bin/bash
set -euo pipefail
path() { [[ "$1" == s3://* ]] && echo "$BUCKETS/\${1#s3://}" || echo "$1"; }
option() { local name="$1"; shift; while [[ $# -gt 0 ]]; do [[ "$1" == "$name" ]] && { echo "$2"; return; }; shift; done; }
case "$1 $2" in
  "s3 cp") from="$(path "\${@: -2:1}")"; to="$(path "\${@: -1}")"; mkdir -p "$(dirname "$to")"; cp "$from" "$to"; [[ -z "\${TRUNCATE:-}" ]] || truncate -s -1 "$to" ;;
  "s3 rm") rm "$(path "\${@: -1}")" ;;
  "s3api head-object") stat -c %s "$BUCKETS/$(option --bucket "$@")/$(option --key "$@")" ;;
  "s3api list-objects-v2") cd "$BUCKETS/$(option --bucket "$@")" && find . -type f -path "./$(option --prefix "$@")*" | cut -c3- | sort ;;
  *) echo "aws $*: not known here" >&2; exit 2 ;;
esac
`;

/** PostgreSQL refuses to run as root, and as a user nobody knows the name of; in the pod /etc/passwd is ours. */

describe("the dump and its restore test, run with the machine's PostgreSQL and gpg", function () {
  this.timeout(60_000);
  let root: string;
  const today = new Date().toISOString().slice(0, 10);

  before(function () {
    const absent = missingPrograms(PROGRAMS);
    if (absent.length > 0) {
      skipSuiteBecause(this, `${absent.join(", ")} not found`);
    }
    root = mkdtempSync(join(tmpdir(), "groundplan-backup-"));
    for (const directory of ["bin", "work", "restore", "buckets/copies/db", "server", "run"]) {
      mkdirSync(join(root, directory), { recursive: true });
    }
    writeFileSync(join(root, "bin", "aws"), AWS);
    chmodSync(join(root, "bin", "aws"), 0o755);
    for (const [name, text] of Object.entries({ ...DUMP_SCRIPTS, ...RESTORE_SCRIPTS })) {
      writeFileSync(join(root, name), text);
    }
    writeFileSync(join(root, "passphrase"), "correct horse battery staple");
    writeFileSync(join(root, "wrong"), "incorrect horse");
    giveToServer(root);
    run("initdb", ["--pgdata", join(root, "server"), "--username=app", "--auth=trust", "--no-sync"]);
    run("pg_ctl", [
      "--pgdata",
      join(root, "server"),
      "--log",
      join(root, "server.log"),
      "--wait",
      "-o",
      `-c listen_addresses='' -c unix_socket_directories=${join(root, "run")} -c fsync=off`,
      "start",
    ]);
    sql(
      "CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL)",
      "INSERT INTO users SELECT i, 'u' || i FROM generate_series(1, 500) i",
    );
    sql(
      "CREATE TABLE orders (id serial PRIMARY KEY, buyer int REFERENCES users)",
      "INSERT INTO orders (buyer) VALUES (1), (2), (3)",
    );
  });

  after(() => {
    if (root !== undefined) {
      spawnSync(...command("pg_ctl", ["--pgdata", join(root, "server"), "--mode=immediate", "stop"]));
      rmSync(root, { recursive: true, force: true });
    }
  });

  function command(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const environment: Record<string, string> = {
      PATH: `${join(root, "bin")}:${serverPath()}`,
      TMPDIR: root,
      PGHOST: join(root, "run"),
      PGUSER: "app",
      PGDATABASE: "postgres",
      BUCKETS: join(root, "buckets"),
      BUCKET: "copies",
      PREFIX: "db/",
      FILE_NAME: "DATE.sql.gz.enc",
      RETENTION_DAYS: "30",
      MAX_AGE_SECONDS: "93600",
      PASSPHRASE_FILE: join(root, "passphrase"),
      WORK: join(root, "work"),
      ...env,
    };
    return asServer(root, program, args, environment);
  }

  function run(program: string, args: readonly string[], env?: Readonly<Record<string, string>>): string {
    const result = spawnSync(...command(program, args, env));
    if (result.status !== 0) {
      throw new Error(`${program} ${args.join(" ")} exits ${result.status}: ${result.stderr}`);
    }
    return result.stdout;
  }

  function script(name: string, env?: Readonly<Record<string, string>>) {
    return spawnSync(...command("bash", [join(root, name)], env));
  }

  function sql(...statements: readonly string[]): void {
    run("psql", ["--no-psqlrc", "--quiet", ...statements.flatMap((statement) => ["--command", statement])]);
  }

  const objects = () => readdirSync(join(root, "buckets", "copies", "db")).sort();

  it("encrypts and verifies a dump before it takes its name", () => {
    const result = script("dump.sh");
    expect(result.stderr).to.equal("");
    expect(result.status).to.equal(0);
    expect(JSON.parse(result.stdout)).to.include({ event: "dumped" });
    expect(existsSync(join(root, "work", "dump.partial"))).to.equal(false);
    const head = readFileSync(join(root, "work", "dump"))
      .subarray(0, 5)
      .toString("latin1");
    expect(head).to.not.equal("PGDMP");
    expect(
      run("gpg", [
        "--list-packets",
        "--batch",
        "--passphrase-file",
        join(root, "passphrase"),
        "--pinentry-mode",
        "loopback",
        join(root, "work", "dump"),
      ]),
    ).to.contain("cipher 9");
  });

  it("publishes it under its day's name, and removes what is older than the retention but nothing else", () => {
    for (const name of ["2020-01-01.sql.gz.enc", "2020-01-01.txt", "notes-2020-01-01.sql.gz.enc"]) {
      run("cp", [join(root, "passphrase"), join(root, "buckets", "copies", "db", name)]);
    }
    const result = script("upload.sh");
    expect(result.stderr).to.equal("");
    expect(objects()).to.deep.equal([`2020-01-01.txt`, `${today}.sql.gz.enc`, "notes-2020-01-01.sql.gz.enc"]);
  });

  it("restores the newest into a server of its own, and counts what came back", () => {
    const env = { WORK: join(root, "restore") };
    for (const name of ["fetch.sh", "decrypt.sh"]) {
      expect(script(name, env).stderr, name).to.equal("");
    }
    const result = script("restore.sh", { ...env, PGDATABASE: "" });
    expect(result.stderr).to.equal("");
    expect(JSON.parse(result.stdout)).to.deep.equal({ event: "restored", day: today, tables: 2, rows: 503 });
  });

  it("publishes nothing when the bucket has less than was sent", () => {
    run("rm", [join(root, "buckets", "copies", "db", `${today}.sql.gz.enc`)]);
    const result = script("upload.sh", { TRUNCATE: "1" });
    expect(result.status).to.equal(1);
    expect(result.stderr).to.match(/the bucket has \d+ bytes of \d+/);
    expect(objects()).to.not.include(`${today}.sql.gz.enc`);
  });

  it("fails, and leaves no dump, when the database cannot be reached halfway through the pipe", () => {
    run("rm", ["-f", join(root, "work", "dump")]);
    expect(script("dump.sh", { PGHOST: join(root, "nowhere") }).status).to.not.equal(0);
    expect(existsSync(join(root, "work", "dump"))).to.equal(false);
  });

  it("refuses a copy that was tampered with, one of another key and one that is too old", () => {
    const work = join(root, "restore");
    const copy = () =>
      run("cp", [join(root, "buckets", "copies", "db", `${today}.sql.gz.enc.partial`), join(work, "encrypted")]);
    expect(script("dump.sh").status).to.equal(0);
    run("cp", [join(root, "work", "dump"), join(root, "buckets", "copies", "db", `${today}.sql.gz.enc.partial`)]);
    copy();
    const bytes = readFileSync(join(work, "encrypted"));
    const middle = Math.floor(bytes.length / 2);
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
    writeFileSync(join(work, "encrypted"), bytes);
    expect(script("decrypt.sh", { WORK: work }).status, "tampered").to.not.equal(0);
    copy();
    expect(script("decrypt.sh", { WORK: work, PASSPHRASE_FILE: join(root, "wrong") }).status, "key").to.not.equal(0);
    writeFileSync(join(work, "day"), "2020-01-01\n");
    expect(script("decrypt.sh", { WORK: work }).stderr).to.contain("the newest dump is of 2020-01-01");
  });
});
