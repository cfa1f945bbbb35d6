import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { usersScript } from "../../../components/data/postgres/users";
import { asServer, giveToServer, missingPrograms, serverPath } from "../../localPostgres";
import { skipSuiteBecause } from "../../skipBecause";

const ROTATED = "NewPasswordOfTheOther";

const script = (api: "write" | "read", reports: "write" | "read") =>
  usersScript({
    database: "app",
    extensions: [],
    users: [
      { client: "web-api", access: api },
      { client: "reports", access: reports },
    ],
    alternating: true,
  });

describe("the script of database users, run with the machine's PostgreSQL", function () {
  this.timeout(60_000);
  let root: string;

  before(function () {
    const programs = ["initdb", "pg_ctl", "psql", "setpriv"];
    const absent = missingPrograms(programs);
    if (absent.length > 0) {
      skipSuiteBecause(this, `${absent.join(", ")} not found`);
    }
    root = mkdtempSync(join(tmpdir(), "groundplan-users-"));
    for (const directory of ["server", "run"]) {
      mkdirSync(join(root, directory));
    }
    writeFileSync(join(root, "users.sql"), script("write", "read"));
    writeFileSync(join(root, "swapped.sql"), script("read", "write"));
    writeFileSync(join(root, "superuser"), "OfTheSuperuser");
    chmodSync(root, 0o755);
    giveToServer(root);
    const server = join(root, "server");
    const initdb = ["--pgdata", server, "--username=postgres", "--auth=scram-sha-256", "--no-sync"];
    run("initdb", [...initdb, `--pwfile=${join(root, "superuser")}`]);
    const options = `-c listen_addresses='' -c unix_socket_directories=${join(root, "run")} -c fsync=off`;
    run("pg_ctl", ["--pgdata", server, "--log", join(root, "server.log"), "--wait", "-o", options, "start"]);
    const superuser = { PGUSER: "postgres", PGPASSWORD: "OfTheSuperuser", PGDATABASE: "postgres" };
    // What a cloud's administrator is: no superuser, and the owner of the database.
    ask("CREATE ROLE groundplan LOGIN CREATEROLE CREATEDB PASSWORD 'OfTheAdministrator'", superuser);
    ask("CREATE DATABASE app OWNER groundplan", superuser);
    ask("ALTER SCHEMA public OWNER TO groundplan", { ...superuser, PGDATABASE: "app" });
  });

  after(() => {
    if (root !== undefined) {
      spawnSync(...command("pg_ctl", ["--pgdata", join(root, "server"), "--mode=immediate", "stop"]));
      rmSync(root, { recursive: true, force: true });
    }
  });

  function command(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const environment: Record<string, string> = {
      PATH: serverPath(),
      PGHOST: join(root, "run"),
      PGUSER: "groundplan",
      PGPASSWORD: "OfTheAdministrator",
      PGDATABASE: "app",
      ...env,
    };
    return asServer(root, program, args, environment);
  }

  function run(program: string, args: readonly string[], env?: Readonly<Record<string, string>>): string {
    const result = spawnSync(...command(program, args, env));
    if (result.status !== 0) {
      throw new Error(`${program} ${args.join(" ")} exits ${result.status}: ${result.stderr}`);
    }
    return result.stdout.trim();
  }

  function ask(statement: string, env?: Readonly<Record<string, string>>): string {
    return run("psql", ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--command", statement], env);
  }

  const as = (PGUSER: string, PGPASSWORD: string) => ({ PGUSER, PGPASSWORD });
  const enters = (user: string, password: string) =>
    spawnSync(...command("psql", ["--no-psqlrc", "--command", "SELECT 1"], as(user, password))).status === 0;

  /** The job: what the clients' secrets hold when it starts. */
  function runJob(api: readonly [user: string, password: string], file = "users.sql"): void {
    run("psql", ["--no-psqlrc", "--quiet", "--file", join(root, file)], {
      USER_WEB_API: api[0],
      PASSWORD_WEB_API: api[1],
      USER_REPORTS: "reports",
      PASSWORD_REPORTS: "OfReports",
    });
  }

  it("lets in the user each secret names, and no second one that has no password yet", () => {
    runJob(["web_api", "FirstPassword"]);
    expect(enters("web_api", "FirstPassword")).to.equal(true);
    expect(enters("reports", "OfReports")).to.equal(true);
    expect(ask("SELECT rolname FROM pg_roles WHERE rolname ~ '_alternate$' AND NOT rolcanlogin ORDER BY 1")).to.equal(
      "reports_alternate\nweb_api_alternate",
    );
  });

  it("gives the second user the rights of the first: each may do what the other has made", () => {
    // What a rotation does, as the administrator.
    ask(`ALTER ROLE "web_api_alternate" LOGIN PASSWORD '${ROTATED}'`);
    ask("CREATE TABLE made (id int); INSERT INTO made VALUES (1)", as("web_api", "FirstPassword"));
    ask("ALTER TABLE made ADD COLUMN note text; UPDATE made SET note = 'x'", as("web_api_alternate", ROTATED));
    expect(ask("SELECT note FROM made", as("reports", "OfReports"))).to.equal("x");
    expect(ask("SELECT current_user", as("web_api_alternate", ROTATED))).to.equal("_app_write");
    const refused = spawnSync(
      ...command("psql", ["--no-psqlrc", "--command", "DELETE FROM made"], as("reports", "OfReports")),
    );
    expect(refused.stderr).to.contain("permission denied");
  });

  it("leaves both users good when it runs after a rotation", () => {
    runJob(["web_api_alternate", ROTATED]);
    expect(enters("web_api", "FirstPassword")).to.equal(true);
    expect(enters("web_api_alternate", ROTATED)).to.equal(true);
  });

  it("sets the password the stack puts in anew, for the user it names, and leaves the other good", () => {
    runJob(["web_api", "ReplacedPassword"]);
    expect(enters("web_api", "ReplacedPassword")).to.equal(true);
    expect(enters("web_api", "FirstPassword")).to.equal(false);
    expect(enters("web_api_alternate", ROTATED)).to.equal(true);
  });

  it("takes from both users what their client may no more, and gives both what it may now", () => {
    runJob(["web_api", "ReplacedPassword"], "swapped.sql");
    const rights = `SELECT m.member::regrole || ' in ' || m.roleid::regrole FROM pg_auth_members m
      WHERE m.member::regrole::text ~ '^(web_api|reports)' GROUP BY m.member, m.roleid ORDER BY 1`;
    expect(ask(rights).split("\n")).to.deep.equal([
      "reports in _app_write",
      "reports_alternate in _app_write",
      "web_api in _app_read",
      "web_api_alternate in _app_read",
    ]);
    expect(ask("SELECT current_user", as("reports", "OfReports"))).to.equal("_app_write");
    for (const [user, password] of [
      ["web_api", "ReplacedPassword"],
      ["web_api_alternate", ROTATED],
    ] as const) {
      expect(ask("SELECT current_user || ' ' || count(*) FROM made", as(user, password))).to.equal(`${user} 1`);
      const tried = spawnSync(...command("psql", ["--no-psqlrc", "--command", "DELETE FROM made"], as(user, password)));
      expect(tried.stderr, user).to.contain("permission denied");
    }
  });
});
