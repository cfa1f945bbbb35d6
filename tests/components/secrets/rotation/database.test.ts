import { expect } from "chai";
import { usersScript } from "../../../../components/data/postgres/users";
import { ALTERNATE_SUFFIX } from "../../../../components/secrets/rotation/work";
import { skipSuiteBecause } from "../../../skipBecause";
import { Bench, failureOf, secretArn, type Target, type Tools } from "./fakes";
import { DatabaseServer, missingForServer } from "./server";

const stores = require("../../../../components/secrets/rotation/function/stores.cjs") as {
  readonly asUser: (target: Target & { ca?: string }, work: Parameters<Tools["asUser"]>[1]) => Promise<unknown>;
  readonly isRefused: (error: unknown) => boolean;
};

const MASTER = secretArn("database/master");
const API = secretArn("database/api");
const MASTER_PASSWORD = "MasterMasterMasterMaster";
const API_PASSWORD = "ApiApiApiApiApiApiApiApi";
const OTHER_PASSWORD = "OtherOtherOtherOther";

describe("rotation of a database's passwords, with the machine's PostgreSQL over TLS", function () {
  this.timeout(60_000);
  let server: DatabaseServer | undefined;
  let ca: string;
  let port: number;

  before(async function () {
    const absent = missingForServer();
    if (absent.length > 0) {
      skipSuiteBecause(this, `${absent.join(", ")} not found`);
    }
    server = await DatabaseServer.start();
    ({ ca, port } = server);
  });

  after(() => server?.stop());

  /** A database whose administrator is no superuser, as on RDS, with both users of two clients as the job makes them. */
  beforeEach(() => {
    sql("postgres", "DROP DATABASE IF EXISTS app WITH (FORCE)");
    const users = ["api", "other"].flatMap((user) => [user, `${user}${ALTERNATE_SUFFIX}`]);
    const roles = [...users, "_app_write", "_app_read", "groundplan"];
    sql("postgres", ...roles.map((role) => `DROP ROLE IF EXISTS ${role}`));
    sql(
      "postgres",
      `CREATE ROLE groundplan LOGIN CREATEROLE CREATEDB PASSWORD '${MASTER_PASSWORD}'`,
      "CREATE DATABASE app OWNER groundplan",
    );
    sql("app", "ALTER SCHEMA public OWNER TO groundplan");
    makeUsers("api", API_PASSWORD);
    sql("app", "CREATE TABLE things (id int)", "ALTER TABLE things OWNER TO _app_write");
  });

  /** What the users' job does: it sets the password of the user that a client's secret names. */
  function makeUsers(user: string, password: string): void {
    const clients = ["api", "other"].map((client) => ({ client, access: "write" }) as const);
    const script = usersScript({ database: "app", users: clients, extensions: [], alternating: true });
    server?.script("app", script, "groundplan", MASTER_PASSWORD, {
      USER_API: user,
      PASSWORD_API: password,
      USER_OTHER: "other",
      PASSWORD_OTHER: OTHER_PASSWORD,
    });
  }

  const sql = (database: string, ...statements: readonly string[]) => server?.sql(database, ...statements) ?? "";

  function bench(settings: Readonly<Record<string, unknown>> = {}): Bench {
    const made = new Bench({
      kind: "postgres",
      host: "localhost",
      port,
      database: "app",
      administrator: MASTER,
      alternate: ALTERNATE_SUFFIX,
      ...settings,
    });
    made.secrets.add(MASTER, JSON.stringify({ username: "groundplan", password: MASTER_PASSWORD }));
    made.secrets.add(
      API,
      JSON.stringify({
        url: `postgresql://api:${API_PASSWORD}@localhost:${port}/app?sslmode=require`,
        "replica-url": `postgresql://api:${API_PASSWORD}@replica:${port}/app?sslmode=require`,
        host: "localhost",
        user: "api",
        username: "api",
        password: API_PASSWORD,
        database: "app",
      }),
    );
    made.asUser = (target, work) => stores.asUser({ ...target, ca }, work);
    // RDS changes the password by itself, some time after it was asked.
    made.rds = (operation, input) => {
      expect(operation).to.equal("modifyDBInstance");
      sql("postgres", `ALTER ROLE groundplan PASSWORD '${input.MasterUserPassword}'`);
      return {};
    };
    return made;
  }

  const works = (user: string, password: string, statement = "SELECT 1"): Promise<unknown> =>
    stores.asUser({ host: "localhost", port, database: "app", user, password, ca }, (query) => query(statement));

  it("gives the client's other user a new password, and leaves the one in use as it is", async () => {
    const made = bench();
    await made.turn(API);
    const { user, username, password, url, ...rest } = made.secrets.fields(API);
    expect([user, username]).to.deep.equal(["api_alternate", "api_alternate"]);
    expect(password)
      .to.match(/^[A-Za-z0-9]{24}$/)
      .and.not.equal(API_PASSWORD);
    expect(url).to.equal(`postgresql://api_alternate:${password}@localhost:${port}/app?sslmode=require`);
    expect(rest).to.deep.equal({
      "replica-url": `postgresql://api_alternate:${password}@replica:${port}/app?sslmode=require`,
      host: "localhost",
      database: "app",
    });
    await works("api", API_PASSWORD);
    await works("api_alternate", password ?? "");
    expect(await failureOf(works("api_alternate", OTHER_PASSWORD))).to.match(/password authentication failed/);
  });

  it("comes back to the first user, whose former password is then good for nothing", async () => {
    const made = bench();
    await made.turn(API);
    const second = made.secrets.fields(API).password ?? "";
    await made.turn(API);
    const { user, password } = made.secrets.fields(API);
    expect(user).to.equal("api");
    await works("api", password ?? "");
    await works("api_alternate", second);
    expect(await failureOf(works("api", API_PASSWORD))).to.match(/password authentication failed/);
  });

  it("stands when the users' job runs again, whichever user the secret names", async () => {
    const made = bench();
    for (const user of ["api_alternate", "api"]) {
      await made.turn(API);
      const { password = "" } = made.secrets.fields(API);
      makeUsers(user, password);
      await works(user, password, "INSERT INTO things VALUES (1)");
    }
  });

  it("lets both users own alike what either makes", async () => {
    const made = bench();
    await works("api", API_PASSWORD, "CREATE TABLE mine (id int)");
    await made.turn(API);
    const password = made.secrets.fields(API).password ?? "";
    await works("api_alternate", password, "ALTER TABLE mine ADD COLUMN name text");
    await works("api_alternate", password, "INSERT INTO things VALUES (1)");
  });

  it("is repeated without harm, wherever it stopped", async () => {
    const whole = bench();
    await whole.turn(API);
    expect(whole.attempts).to.be.greaterThan(12);
    // To stop before an attempt leaves what stopping after the one before it leaves.
    for (let at = 0; at < whole.attempts; at++) {
      const made = bench();
      sql("postgres", `ALTER ROLE api_alternate PASSWORD '${OTHER_PASSWORD}'`);
      made.failure = { at, when: "after" };
      await made.turn(API);
      const { user, password } = made.secrets.fields(API);
      await works(user ?? "", password ?? "");
      await works("api", API_PASSWORD);
    }
  });

  it("waits for RDS to take the administrator's next password, and repeats that without harm", async () => {
    const settings = { instance: "shop-database" };
    const whole = bench(settings);
    await whole.turn(MASTER);
    const rds = whole.calls.filter(({ service }) => service === "rds");
    expect(rds.map(({ operation, input }) => [operation, input])).to.deep.equal([
      [
        "modifyDBInstance",
        {
          DBInstanceIdentifier: "shop-database",
          MasterUserPassword: whole.secrets.fields(MASTER).password,
          ApplyImmediately: true,
        },
      ],
    ]);
    for (let at = 0; at < whole.attempts; at++) {
      sql("postgres", `ALTER ROLE groundplan PASSWORD '${MASTER_PASSWORD}'`);
      const made = bench(settings);
      made.failure = { at, when: "after" };
      await made.turn(MASTER);
      expect(made.secrets.fields(MASTER).username).to.equal("groundplan");
      await works("groundplan", made.secrets.fields(MASTER).password ?? "");
    }
  });

  it("asks RDS again while the instance is being changed", async () => {
    const made = bench({ instance: "shop-database" });
    const { rds } = made;
    let busy = 2;
    made.rds = (operation, input) => {
      if (busy-- > 0) {
        throw Object.assign(new Error("the instance is modifying"), { name: "InvalidDBInstanceStateFault" });
      }
      return rds(operation, input);
    };
    await made.turn(MASTER);
    await works("groundplan", made.secrets.fields(MASTER).password ?? "");
    expect(made.patience).to.equal(900_000 - 10_000);
  });

  it("turns a client's password while the administrator's is half turned", async () => {
    const made = bench({ instance: "shop-database" });
    const token = made.secrets.begin(MASTER);
    await made.step("createSecret", MASTER, token);
    await made.step("setSecret", MASTER, token);
    await made.turn(API);
    await works("api_alternate", made.secrets.fields(API).password ?? "");
  });

  it("reaches the database as the administrator when rotation is configured, and changes nothing", async () => {
    const made = bench();
    await made.step("testSecret", API, made.secrets.begin(API));
    await works("api", API_PASSWORD);
    expect(sql("app", "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'api_alternate'").trim()).to.equal("f");
    const wrong = bench();
    sql("postgres", "ALTER ROLE groundplan PASSWORD 'changed by hand'");
    expect(await failureOf(wrong.step("testSecret", API, wrong.secrets.begin(API)))).to.match(
      /password authentication failed for user "groundplan"/,
    );
  });

  it("stops before the label moves where the other user is missing, may less, or is no client", async () => {
    sql("postgres", "REVOKE _app_write FROM api_alternate");
    const lesser = bench();
    expect(await failureOf(lesser.turn(API))).to.match(/permission denied for database "app"/);
    expect(lesser.secrets.fields(API).user).to.equal("api");

    sql("postgres", "GRANT _app_write TO api_alternate");
    sql("postgres", "ALTER ROLE api_alternate IN DATABASE app RESET role");
    expect(await failureOf(bench().turn(API))).to.match(/api_alternate may not do what api may/);

    sql("postgres", "ALTER ROLE api_alternate CREATEROLE");
    const mighty = bench();
    expect(await failureOf(mighty.turn(API))).to.match(/api_alternate is no client: it may make roles/);

    sql("postgres", "DROP OWNED BY api_alternate", "DROP ROLE api_alternate");
    const missing = bench();
    expect(await failureOf(missing.turn(API))).to.match(/there is no user api_alternate: the job that makes the users/);
    await works("api", API_PASSWORD);
  });

  it("sets the password of no user but the other of the current one", async () => {
    const made = bench();
    const token = made.secrets.begin(API);
    const next = { ...made.secrets.fields(API), user: "other", password: "AnothersPassword" };
    made.secrets.answer("putSecretValue", {
      SecretId: API,
      ClientRequestToken: token,
      SecretString: JSON.stringify(next),
      VersionStages: ["AWSPENDING"],
    });
    expect(await failureOf(made.step("setSecret", API, token))).to.match(/the next value is of an older current one/);
    await works("other", OTHER_PASSWORD);
  });

  it("trusts no certificate but one of an authority it knows", async () => {
    const made = bench();
    made.asUser = stores.asUser;
    expect(await failureOf(made.step("testSecret", API, made.secrets.begin(API)))).to.match(/self[- ]signed/);
  });

  it("leaves no password in a log of its own or of the server, which keeps every statement", async () => {
    const made = bench();
    await made.turn(API);
    const { password = "" } = made.secrets.fields(API);
    const log = server?.log ?? "";
    expect(log).to.include('ALTER ROLE "api_alternate" LOGIN PASSWORD');
    expect(log).not.to.include(password);
    const said = JSON.stringify(made.said);
    expect(said).not.to.include(password).and.not.to.include(MASTER_PASSWORD);
    expect(said).not.to.include(API_PASSWORD);
  });
});
