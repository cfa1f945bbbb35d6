import { expect } from "chai";
import fc from "fast-check";
import { parse } from "yaml";
import { importScore } from "../../../automation/import/score";
import { InputError, type Problem } from "../../../components/errors";
import { parseSystem } from "../../../systems/load";
import type { SystemInput } from "../../../systems/spec";

const WORKLOAD = `apiVersion: score.dev/v1b1
metadata:
  name: orders
  annotations: { team: sales }
service:
  ports:
    www: { port: 80, targetPort: 8080 }
containers:
  main:
    image: orders:1.2.0
    command: [/bin/orders]
    args: [--verbose]
    variables:
      DB_URL: postgres://\${resources.db.username}:\${resources.db.password}@\${resources.db.host}:\${resources.db.port}/\${resources.db.name}
      DB_HOST: \${resources.db.host}
      CACHE: \${resources.cache.connection}
      BUCKET: \${resources.files.bucket}
      TEAM: \${metadata.annotations.team}
      ORIGIN: https://\${resources.dns.host}/x
      API_TOKEN: hunter2secretvalue
    files:
      /etc/orders.conf: { content: "level = info" }
    volumes:
      /data: { source: "\${resources.disk}" }
    resources:
      limits: { cpu: 500m, memory: 256Mi }
      requests: { cpu: 100m, memory: 128Mi }
    livenessProbe: { httpGet: { path: /live, port: 8080 } }
    readinessProbe: { httpGet: { path: /ready, port: 8080 } }
resources:
  db: { type: postgres }
  cache: { type: redis }
  files: { type: s3 }
  disk: { type: volume }
  dns: { type: dns }
  route: { type: route, params: { host: "\${resources.dns.host}", path: /orders, port: 80 } }
`;

function problemsOf(text: string): readonly Problem[] {
  try {
    importScore({ text, file: "score.yaml" });
  } catch (error) {
    if (InputError.is(error)) {
      return error.problems;
    }
    throw error;
  }
  return [];
}

describe("import score", () => {
  it("gives a service with what it uses", () => {
    const { text } = importScore({ text: WORKLOAD, file: "score.yaml" });
    const system = parse(text) as SystemInput;
    expect(system.services).to.deep.equal({
      orders: {
        kind: "statefulset",
        image: "orders:1.2.0",
        command: ["/bin/orders"],
        args: ["--verbose"],
        ports: { www: { port: 8080 } },
        resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "500m", memory: "256Mi" } },
        uses: [
          { to: "db", env: { DB_URL: "url", DB_HOST: "host" } },
          { to: "cache", env: { CACHE: "url" } },
          { to: "files", env: { BUCKET: "name" } },
        ],
        env: { TEAM: "sales" },
        secretEnv: { API_TOKEN: "orders-api-token", ORIGIN: "orders-origin" },
        scratch: [{ path: "/tmp" }],
        volumes: [{ name: "disk", path: "/data", size: "10Gi" }],
        files: { "/etc/orders.conf": "level = info" },
        probes: { liveness: { path: "/live", port: "www" }, readiness: { path: "/ready", port: "www" } },
      },
    });
    expect(Object.entries(system.stores ?? {}).map(([name, { kind }]) => `${name} ${kind}`)).to.deep.equal([
      "db postgres",
      "cache redis",
      "files bucket",
    ]);
    expect(system.routes).to.deep.equal([{ path: "/orders", to: "orders" }]);
    expect(text).not.to.include("hunter2secretvalue");
  });

  it("lists what does not carry over", () => {
    const { notes } = importScore({ text: WORKLOAD, file: "score.yaml" });
    const said = notes.map(({ source, message }) => `${source} ${message}`).join("\n");
    expect(said)
      .to.include("score.yaml:14 DB_URL was put together")
      .and.include("score.yaml:19 ORIGIN")
      .and.include("set groundplan:domain");
  });

  it("refuses what cannot be, all at once, each with its line and what to do", () => {
    const text = WORKLOAD.replace("v1b1", "v9")
      .replace("type: postgres", "type: mysql")
      .replace("port: 8080 } }", "port: 1 } }")
      .replace("cpu: 500m", "cpu: lots");
    expect(
      problemsOf(text)
        .map(({ path, source }) => `${path} ${source}`)
        .sort(),
    ).to.deep.equal([
      "apiVersion score.yaml:1",
      "containers.main.livenessProbe.httpGet score.yaml:28",
      "containers.main.resources.limits.cpu score.yaml:26",
      "resources.db.type score.yaml:31",
    ]);
    for (const other of ["", "- a", "a: [", "apiVersion: score.dev/v1b1"]) {
      expect(problemsOf(other), other).to.not.have.lengthOf(0);
    }
  });

  it("loads, or is refused with problems, whatever the file says", () => {
    const word = fc.constantFrom(
      "db",
      "8080",
      "/x",
      "postgres",
      "route",
      "$" + "{resources.db.host}",
      "$" + "{x}",
      "500m",
      "",
      "é",
      "A",
      "constructor",
    );
    const value = fc.oneof(
      word,
      fc.integer(),
      fc.constant(null),
      fc.array(word, { maxLength: 2 }),
      fc.dictionary(word, word, { maxKeys: 2 }),
    );
    const keys = [
      "image",
      "command",
      "args",
      "variables",
      "files",
      "volumes",
      "resources",
      "livenessProbe",
      "readinessProbe",
      "other",
    ];
    const container = fc.record(Object.fromEntries(keys.map((key) => [key, value])), { requiredKeys: [] });
    const file = fc.record(
      {
        apiVersion: fc.constant("score.dev/v1b1"),
        metadata: fc.oneof(fc.constant({ name: "app" }), value),
        containers: fc.oneof(fc.record({ main: container }), value),
        service: fc.oneof(
          fc.record({ ports: fc.dictionary(word, fc.record({ port: fc.oneof(fc.integer(), word) }), { maxKeys: 2 }) }),
          value,
        ),
        resources: fc.oneof(
          fc.dictionary(word, fc.record({ type: word, params: value }, { requiredKeys: ["type"] }), { maxKeys: 3 }),
          value,
        ),
      },
      { requiredKeys: ["apiVersion"] },
    );
    fc.assert(
      fc.property(file, (content) => {
        try {
          parseSystem(importScore({ text: JSON.stringify(content), file: "score.yaml" }).text, "system.yaml");
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
});
