import { expect } from "chai";
import fc from "fast-check";
import { mergeClients } from "../../../components/data/clients";
import { masterPassword, maxStorageGiB, postgresProblems } from "../../../components/data/postgres/constraints";
import { alternateUser, databaseUser } from "../../../components/data/postgres/contract";
import { replicaOf } from "../../../components/data/postgres/credentials";
import { instanceClassFor } from "../../../components/data/postgres/instanceClass";
import { usersScript } from "../../../components/data/postgres/users";
import { windowsOverlap } from "../../../components/data/postgres/windows";
import { redisProblems, topologyOf } from "../../../components/data/redis/constraints";
import { nodeTypeFor } from "../../../components/data/redis/nodeType";
import type { StoreOf } from "../../../systems/spec";
import { store } from "../../../systems/spec/stores";
import { named, planAws } from "../../stacks/awsPlan";

const resources = { requests: { cpu: "1", memory: "4Gi" }, limits: { cpu: "2", memory: "8Gi" } };
const postgres = (change: object = {}) =>
  store.parse({
    kind: "postgres",
    version: "16",
    resources,
    storage: { size: "50Gi" },
    ...change,
  }) as StoreOf<"postgres">;
const redis = (change: object = {}) => store.parse({ kind: "redis", resources, ...change }) as StoreOf<"redis">;
const paths = (problems: readonly { readonly path: string }[]) => problems.map((problem) => problem.path);

describe("PostgreSQL on RDS, what AWS refuses", () => {
  const refused: readonly (readonly [string, object, string])[] = [
    ["a version RDS has not", { version: "12" }, "stores.db.version"],
    ["a class without encryption", { classes: { aws: "db.m1.large" } }, "stores.db.classes.aws"],
    ["a class that is none", { classes: { aws: "r5.large" } }, "stores.db.classes.aws"],
    ["more replicas than RDS allows", { readReplicas: 16 }, "stores.db.readReplicas"],
    ["a growth limit below the disk", { storage: { size: "50Gi", maxSize: "52Gi" } }, "stores.db.storage.maxSize"],
    ["windows that meet", { maintenanceWindow: "mon:03:30-mon:04:30" }, "stores.db.maintenanceWindow"],
  ];
  for (const [what, change, path] of refused) {
    it(`refuses ${what}`, () => {
      expect(paths(postgresProblems("db", postgres(change)))).to.deep.equal([path]);
    });
  }

  it("accepts the defaults", () => {
    expect(postgresProblems("db", postgres())).to.deep.equal([]);
  });

  it("gives a client one of the replicas by its own name, whoever else there is, and moves few when one is added", () => {
    const services = Array.from({ length: 60 }, (_, index) => `service-${index}`);
    expect(services.map((service) => replicaOf(service, 0))).to.deep.equal(services.map(() => 0));
    expect(services.map((service) => replicaOf(service, 1))).to.deep.equal(services.map(() => 0));
    for (const replicas of [2, 3, 4, 5]) {
      const [before, after] = [replicas - 1, replicas].map((count) => services.map((it) => replicaOf(it, count)));
      const moved = services.flatMap((_, index) => (before?.[index] === after?.[index] ? [] : [after?.[index]]));
      expect(new Set(moved), `${replicas}`).to.deep.equal(new Set([replicas - 1]));
      expect(moved.length, `${replicas}`).to.be.within(1, (2 * services.length) / replicas);
      expect(new Set(after).size, `${replicas}`).to.equal(replicas);
    }
  });

  it("lets RDS manage the master password, except with read replicas", () => {
    expect(masterPassword(postgres())).to.equal("managed");
    expect(masterPassword(postgres({ readReplicas: 1 }))).to.equal("generated");
  });

  it("sees windows that meet over midnight", () => {
    expect(windowsOverlap("23:30-00:30", "mon:00:00-mon:01:00")).to.equal(true);
    expect(windowsOverlap("03:00-04:00", "mon:04:00-mon:05:00")).to.equal(false);
  });

  it("never lets the disk's limit fall below what RDS asks for", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30_000 }), (size) => {
        expect(maxStorageGiB(postgres({ storage: { size: `${size}Gi` } }).storage)).to.be.at.least(Math.min(20, size));
      }),
    );
  });

  it("takes the smallest class that holds the request, or the spec's own", () => {
    expect(instanceClassFor(postgres())).to.equal("db.t4g.medium");
    expect(instanceClassFor(postgres({ classes: { aws: "db.r5.xlarge" } }))).to.equal("db.r5.xlarge");
  });
});

describe("clients of a store", () => {
  it("are one per service, with the wider access", () => {
    const client = { service: "api", namespace: "app", labels: {}, ports: [5432] };
    const merged = mergeClients([
      { ...client, access: "write" },
      { ...client, access: "read" },
    ]);
    expect(merged).to.deep.equal([{ ...client, access: "write" }]);
  });
});

describe("database users", () => {
  const script = usersScript({
    database: "app",
    extensions: ["vector"],
    users: [
      { client: "web-api", access: "write" },
      { client: "reports", access: "read" },
    ],
  });

  it("gives a reader no right to write", () => {
    expect(script).to.contain('GRANT _app_read TO "reports";');
    expect(script).to.not.contain('GRANT _app_write TO "reports"');
    expect(script).to.contain('GRANT _app_write TO "web_api";');
  });

  it("holds no password, only the variables psql reads them from", () => {
    expect(script.match(/PASSWORD .*/g)).to.deep.equal(["PASSWORD :'password';", "PASSWORD :'password';"].map(String));
    expect(script).to.contain("\\getenv password PASSWORD_WEB_API");
  });

  it("keeps services apart from the roles that own rights, and from names the servers keep", () => {
    const names = ["app-write", "app-read", "groundplan", "postgres", "pg-stats", "rdsadmin", "cloudsqlsuperuser"];
    const users = names.map((client) => ({ client, access: "read" as const }));
    const made = usersScript({ database: "app", extensions: [], users }).match(/(?<=CREATE ROLE ")[^"]+/g);
    expect(made).to.deep.equal([
      "_app_write",
      "_app_read",
      "app_write",
      "app_read",
      "_groundplan",
      "_postgres",
      "_pg_stats",
      "_rdsadmin",
      "_cloudsqlsuperuser",
    ]);
  });

  it("never gives two services one user, nor one of a pair", () => {
    const name = fc
      .tuple(
        fc.stringMatching(/^(pg|rds)?[a-z]([-a-z0-9]{0,20}[a-z0-9])?$/),
        fc.constantFrom("", "-alternate", "-alternate-alternate"),
      )
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 2, maxLength: 12 }), (services) => {
        const users = new Set([...services.flatMap((each) => [databaseUser(each), alternateUser(each)]), "_app_write"]);
        expect(users.size).to.equal(2 * services.length + 1);
      }),
    );
    expect(["api", "api-alternate"].map(databaseUser)).to.deep.equal(["api", "api_alternate_"]);
    // What a rotation takes for the second of a pair.
    expect(databaseUser("api-alternate").endsWith("_alternate")).to.equal(false);
  });

  it("keeps both users of the longest name within what PostgreSQL keeps of one", () => {
    const longest = `backup-${"a".repeat(30)}-alternate`;
    expect(longest.length).to.equal("backup-".length + 40);
    expect(alternateUser(longest).length).to.be.at.most(63);
  });

  it("gives each client a second user where its secret takes turns, and the password to the one it names", () => {
    const lines = usersScript({
      database: "app",
      extensions: [],
      users: [{ client: "web-api", access: "write" }],
      alternating: true,
    }).split("\n");
    expect(lines.slice(lines.indexOf("\\getenv password PASSWORD_WEB_API"))).to.deep.equal([
      "\\getenv password PASSWORD_WEB_API",
      "\\getenv user USER_WEB_API",
      ...["web_api", "web_api_alternate"].map(
        (user) =>
          `SELECT 'CREATE ROLE "${user}"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${user}') \\gexec`,
      ),
      "ALTER ROLE :\"user\" LOGIN PASSWORD :'password';",
      ...["web_api", "web_api_alternate"].flatMap((user) => [
        `GRANT _app_write TO "${user}";`,
        `SELECT 'REVOKE _app_read FROM "${user}"' WHERE EXISTS (SELECT FROM pg_auth_members WHERE roleid = '_app_read'::regrole AND member = '"${user}"'::regrole) \\gexec`,
        `ALTER ROLE "${user}" IN DATABASE "app" SET role = '_app_write';`,
      ]),
      "",
    ]);
  });

  it("closes the database to everyone else and makes the extensions", () => {
    expect(script).to.contain('REVOKE ALL ON DATABASE "app" FROM PUBLIC;');
    expect(script).to.contain('CREATE EXTENSION IF NOT EXISTS "vector";');
  });
});

describe("Redis on ElastiCache, what AWS refuses", () => {
  it("refuses versions, broker clusters and clusters too large, by field", () => {
    expect(paths(redisProblems("r", redis({ version: "5" }), false))).to.deep.equal(["stores.r.version"]);
    expect(paths(redisProblems("r", redis({ mode: "cluster", purpose: "broker" }), false))).to.deep.equal([
      "stores.r.mode",
    ]);
    expect(paths(redisProblems("r", redis({ mode: "cluster", shards: 60, replicas: 1 }), false))).to.deep.equal([
      "stores.r.shards",
    ]);
  });

  it("adds a replica where losing a zone may not stop the system", () => {
    expect(topologyOf(redis(), true)).to.deep.equal({ clusterMode: false, shards: 1, replicas: 1 });
    expect(topologyOf(redis(), false)).to.deep.equal({ clusterMode: false, shards: 1, replicas: 0 });
  });

  it("takes the smallest node that holds the memory", () => {
    expect(nodeTypeFor(redis())).to.equal("cache.m6g.large");
  });
});

describe("stores of doc-scraper on aws", function () {
  this.timeout(60_000);

  it("runs PostgreSQL as the document says, encrypted, private and watched", async () => {
    const { plan } = await planAws("simulate");
    expect(named(plan, "main-database-primary").inputs).to.deep.include({
      instanceClass: "db.r5.xlarge",
      engineVersion: "15",
      multiAz: true,
      storageEncrypted: true,
      publiclyAccessible: false,
      backupRetentionPeriod: 7,
      backupWindow: "03:00-04:00",
      maintenanceWindow: "mon:04:00-mon:05:00",
      skipFinalSnapshot: false,
      iamDatabaseAuthenticationEnabled: true,
      autoMinorVersionUpgrade: true,
      copyTagsToSnapshot: true,
      monitoringInterval: 60,
      performanceInsightsEnabled: true,
      enabledCloudwatchLogsExports: ["postgresql", "upgrade"],
    });
    expect(named(plan, "main-database-parameters").inputs).to.deep.include({
      family: "postgres15",
      parameters: [{ name: "rds.force_ssl", value: "1" }],
    });
  });

  it("runs Redis with TLS, a token, failover and snapshots, dropping nothing from the queue", async () => {
    const { plan } = await planAws("simulate");
    expect(named(plan, "main-redis-group").inputs).to.deep.include({
      nodeType: "cache.r5.large",
      numCacheClusters: 3,
      automaticFailoverEnabled: true,
      multiAzEnabled: true,
      atRestEncryptionEnabled: true,
      transitEncryptionEnabled: true,
      transitEncryptionMode: "required",
      snapshotRetentionLimit: 7,
    });
    expect(named(plan, "main-redis-parameters").inputs.parameters).to.deep.equal([
      { name: "maxmemory-policy", value: "noeviction" },
    ]);
  });
});
