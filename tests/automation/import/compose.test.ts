import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { parse } from "yaml";
import { importCompose } from "../../../automation/import/compose";
import { planStack } from "../../../automation/plan";
import { InputError, type Problem } from "../../../components/errors";
import { parseSystem } from "../../../systems/load";
import type { SystemInput } from "../../../systems/spec";

const ROOT = join(__dirname, "..", "..", "..");
const EXAMPLE = join(ROOT, "examples", "from-compose");

function imported(text: string, files: Readonly<Record<string, string>> = {}) {
  const result = importCompose({ text, file: "compose.yaml", name: "shop", readFile: (path) => files[path] });
  return { ...result, system: parse(result.text) as SystemInput };
}

function problemsOf(text: string): readonly Problem[] {
  try {
    importCompose({ text, file: "compose.yaml", name: "shop" });
  } catch (error) {
    if (InputError.is(error)) {
      return error.problems;
    }
    throw error;
  }
  return [];
}

const service = (yaml: string) => `services:\n  web:\n    image: web:1\n${yaml.replace(/^/gm, "    ")}\n`;

describe("import compose", () => {
  it("gives the example's system, byte for byte", () => {
    const { text } = importCompose({
      text: readFileSync(join(EXAMPLE, "compose.yaml"), "utf8"),
      file: "examples/from-compose/compose.yaml",
      schema: "../system.schema.json",
    });
    expect(
      text,
      "npx groundplan import compose examples/from-compose/compose.yaml --out examples/from-compose/system.yaml",
    ).to.equal(readFileSync(join(EXAMPLE, "system.yaml"), "utf8"));
  });

  for (const model of ["standalone", "single-server", "distributed", "global"]) {
    it(`gives an example that plans clean on kubernetes, ${model}`, async () => {
      const plan = await planStack({
        directory: ROOT,
        stack: "dev",
        mode: "simulate",
        selection: {
          system: "examples/from-compose/system.yaml",
          model,
          cloud: "kubernetes",
          set: [{ path: "policyExemptions", value: [] }],
        },
      });
      const failing = plan.policies.results.filter(
        ({ level, status }) => level === "mandatory" && status === "violation",
      );
      expect(failing.map(({ rule, urn }) => `${rule} ${urn.split("::").at(-1)}`)).to.deep.equal([]);
    });
  }

  const images: readonly [image: string, store: object][] = [
    ["postgres:15.4-alpine", { kind: "postgres", version: "15" }],
    ["docker.io/pgvector/pgvector:0.8.0-pg17", { kind: "postgres", version: "17" }],
    ["redis:7", { kind: "redis", version: "7" }],
    ["valkey/valkey:8", { kind: "redis" }],
    ["memcached:1.6-alpine", { kind: "memcached" }],
    ["qdrant/qdrant:v1.9.2", { kind: "vector", version: "1.9.2" }],
    ["docker.elastic.co/elasticsearch/elasticsearch:8.14.0", { kind: "search" }],
    ["opensearchproject/opensearch:2", { kind: "search" }],
    ["minio/minio", { kind: "bucket" }],
  ];
  for (const [image, store] of images) {
    it(`knows ${image} for a store`, () => {
      const { system } = imported(
        `services:\n  web: { image: "web:1", depends_on: [it] }\n  it: { image: "${image}" }\n`,
      );
      expect(system.stores?.it).to.include(store);
      expect(system.services.web?.uses).to.deep.equal(["it"]);
    });
  }

  it("refuses what cannot be, all at once, each with its line and what to do", () => {
    const text = `services:
  web:
    image: web:\${TAG}
    ports: [nonsense]
    depends_on: [dbb]
    deploy: { resources: { limits: { memory: lots } } }
  db:
    image: mysql:8
  other:
    extends: { service: web }
`;
    expect(
      problemsOf(text)
        .map(({ path, source }) => `${path} ${source}`)
        .sort(),
    ).to.deep.equal([
      "services.db.image compose.yaml:8",
      "services.other compose.yaml:10",
      "services.other.extends compose.yaml:10",
      "services.web.depends_on[0] compose.yaml:5",
      "services.web.deploy.resources.limits.memory compose.yaml:6",
      "services.web.image compose.yaml:3",
      "services.web.ports[0] compose.yaml:4",
    ]);
    expect(problemsOf(text).find(({ path }) => path === "services.db.image")?.fix).to.include("PostgreSQL");
  });

  it("refuses what is no Compose file", () => {
    for (const text of ["", "- a", "a: [", "services: []", "services: {}", "a: &x [*x, *x]\nservices: 3"]) {
      expect(problemsOf(text), text).to.not.have.lengthOf(0);
    }
  });

  it("makes edges of URLs, of hosts and of what goes with them", () => {
    const { system } = imported(`services:
  web:
    image: web:1
    environment:
      DATABASE_URL: postgres://u:p@db:5432/app
      PGHOST: db
      PGPORT: 5432
      PGUSER: u
      PGPASSWORD: hunter2
      PGDATABASE: app
      API: http://api:9000
      METRICS: http://api:9001
      MAIL: smtps://u:hunter2@mail.example.com
  api: { image: "api:1", expose: [9000, 9001] }
  db: { image: "postgres:16" }
`);
    expect(system.services.web?.uses).to.deep.equal([
      {
        to: "db",
        env: {
          DATABASE_URL: "url",
          PGHOST: "host",
          PGPORT: "port",
          PGUSER: "user",
          PGPASSWORD: "password",
          PGDATABASE: "database",
        },
      },
      { to: "api", env: { API: "url" } },
      { to: "api", port: "http-9001", env: { METRICS: "url" } },
      "mail-example",
    ]);
    expect(system.external).to.deep.equal({ "mail-example": { hosts: ["mail.example.com"], port: 465 } });
    expect(system.services.web?.secretEnv).to.deep.equal({ MAIL: "web-mail" });
  });

  it("copies no secret, wherever it stands", () => {
    const secret = "hunter2secretvalue";
    const { text } = imported(
      `services:
  web:
    image: web:1
    env_file: [.env]
    environment: [API_TOKEN=${secret}, "DSN=https://${secret}@sentry.example.com/1", CARD_KEY_FILE=/run/secrets/card]
    secrets: [card]
    volumes: ["./app.ini:/etc/app.ini:ro"]
    configs: [plain]
secrets: { card: { environment: CARD } }
configs: { plain: { content: "password = ${secret}" } }
`,
      { ".env": `DB_PASSWORD=${secret}\nCOLOR=blue\n`, "./app.ini": `[db]\npassword = ${secret}\n` },
    );
    expect(text).not.to.include(secret);
    expect(parse(text)).to.have.nested.property("services.web.env.COLOR", "blue");
    expect(Object.keys((parse(text) as SystemInput).secrets ?? {}).sort()).to.deep.equal([
      "web-api-token",
      "web-card-key",
      "web-db-password",
      "web-dsn",
    ]);
  });

  it("carries volumes, shares, scratch space and configuration over", () => {
    const { system } = imported(
      `services:
  web:
    image: web:1
    volumes: ["data:/data", "both:/both", "/cache", "./app.conf:/etc/app.conf:ro", "./src:/src"]
    tmpfs: ["/run:size=64m"]
  other: { image: "other:1", volumes: ["both:/both"] }
volumes: { data: {}, both: {} }
`,
      { "./app.conf": "listen 80\n" },
    );
    expect(system.services.web).to.deep.include({
      kind: "statefulset",
      volumes: [
        { name: "data", path: "/data", size: "10Gi" },
        { name: "both", path: "/both", share: "both" },
      ],
      scratch: [{ path: "/cache" }, { path: "/run", size: "64Mi" }, { path: "/tmp" }],
      files: { "/etc/app.conf": "listen 80\n" },
    });
    expect(system.stores?.both).to.deep.equal({ kind: "file-share", size: "10Gi" });
  });

  it("lists what does not carry over, at its line and in the file", () => {
    const { notes, text } = imported(
      service('privileged: true\nlabels: [a]\nports: ["53:53/udp", "8443:443"]\nuser: root\n"x-own": 1'),
    );
    const said = notes.map(({ source, message }) => `${source} ${message}`).join("\n");
    for (const part of [
      "compose.yaml:4 web: containers are not privileged",
      "compose.yaml:5 web: labels",
      "UDP",
      "user root",
      "reached at the domain itself",
    ]) {
      expect(said).to.include(part);
    }
    expect(said).not.to.include("x-own");
    expect(text).to.include("# - line 4: web: containers are not privileged");
  });

  it("loads, or is refused with problems, whatever the file says", () => {
    const word = fc.constantFrom(
      "web",
      "db",
      "8080",
      "80:80",
      "postgres:16",
      "mysql:8",
      "redis",
      "./a:/b",
      "data:/data",
      "$X",
      "$$X",
      "http://db:1/x",
      "true",
      "512m",
      "0.5",
      "-1",
      "1m30s",
      "A=b",
      "",
      "PASSWORD=x",
      "ünï cödé",
      "a:b:c:d",
    );
    const value = fc.oneof(
      { depthSize: "small" },
      word,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(word, { maxLength: 3 }),
      fc.dictionary(word, word, { maxKeys: 3 }),
    );
    const keys = [
      "image",
      "ports",
      "expose",
      "environment",
      "env_file",
      "depends_on",
      "volumes",
      "healthcheck",
      "deploy",
      "command",
      "entrypoint",
      "secrets",
      "configs",
      "networks",
      "user",
      "scale",
      "tmpfs",
      "cpus",
      "mem_limit",
      "stop_grace_period",
      "restart",
      "links",
      "extends",
    ];
    const entry = fc
      .record(Object.fromEntries(keys.map((key) => [key, value])), { requiredKeys: [] })
      .map((record) => ({ image: "app:1", ...record }));
    const health = fc.record(
      { test: fc.oneof(word, fc.array(word, { maxLength: 3 })), interval: word, retries: fc.oneof(word, fc.integer()) },
      { requiredKeys: [] },
    );
    const deploy = fc.record(
      {
        replicas: fc.oneof(fc.integer(), word),
        mode: word,
        resources: fc.record({ limits: fc.dictionary(fc.constantFrom("cpus", "memory", "pids"), word) }),
      },
      { requiredKeys: [] },
    );
    const whole = fc.record({
      services: fc.dictionary(
        fc.constantFrom("web", "db", "my_api", "public", "é", "0"),
        fc.oneof(
          entry,
          entry.chain((base) => fc.record({ healthcheck: health, deploy }).map((more) => ({ ...base, ...more }))),
        ),
        { maxKeys: 4 },
      ),
      secrets: value,
      configs: value,
    });
    fc.assert(
      fc.property(whole, (file) => {
        try {
          const { text } = importCompose({ text: JSON.stringify(file), file: "compose.yaml" });
          parseSystem(text, "system.yaml");
        } catch (error) {
          if (!InputError.is(error)) {
            throw error;
          }
          expect(error.problems).to.not.have.lengthOf(0);
        }
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  it("gives what is built here a version, never latest", () => {
    const { system, notes } = imported(
      "services:\n  web: { build: . }\n  api: { build: ., image: acme/api:latest }\n  job: { build: ., image: acme/job:3 }\n",
    );
    expect(Object.values(system.services).map(({ image }) => image)).to.deep.equal([
      "shop-web:0.1.0",
      "acme/api:0.1.0",
      "acme/job:3",
    ]);
    const pushed = notes.flatMap(({ message }) => (message.includes("push") ? [message] : []));
    expect(pushed).to.deep.equal([
      "web is built here: push it as shop-web:0.1.0, or name it in groundplan:images",
      "api is built here: push what you build as acme/api:0.1.0",
      "job is built here: push what you build as acme/job:3",
    ]);
  });

  it("keeps an image without a version, and says so with its line", () => {
    const { system, notes } = imported(
      "services:\n  web:\n    image: nginx:latest\n  api:\n    image: nginx@sha256:0\n",
    );
    expect(system.services.web?.image).to.equal("nginx:latest");
    const said = notes.filter(({ message }) => message.includes("another image tomorrow"));
    expect(said.map(({ source }) => source)).to.deep.equal(["compose.yaml:3"]);
  });

  it("says that no edge leads to a service without ports", () => {
    const { system, notes } = imported(
      "services:\n  web:\n    image: web:1\n    links: [worker]\n    depends_on: [api]\n  worker:\n    image: worker:1\n  api: { image: api:1, expose: [80] }\n",
    );
    expect(system.services.web?.uses).to.deep.equal(["api"]);
    expect(
      notes.filter(({ message }) => message.includes("no edge")).map(({ source, message }) => [source, message]),
    ).to.deep.equal([
      [
        "compose.yaml:4",
        "web does not reach worker, which shows no port: no edge leads there, and no order is kept; expose its port if they talk",
      ],
    ]);
  });
});
