import { expect } from "chai";
import { MODELS } from "../../systems/spec";
import { webclonePro } from "../../systems/webclonePro";
import { edgesOf, holds, poolOf, resolved, running, scalingOf, store } from "./facts";

describe("webclone-pro, distributed", () => {
  const system = resolved(webclonePro, "distributed");
  holds(system, [
    ["runs in namespace webclone-pro", ({ namespace }) => namespace, "webclone-pro"],
    ["web: image", ({ services }) => services.web?.image.split(":")[0], "webclone-pro"],
    ["web: port 3000", ({ services }) => services.web?.ports.http?.port, 3000],
    ["web: 3 replicas, HPA on CPU and memory", (s) => scalingOf(s, "web"), "3-15, from 3, cpu 70, memory 80"],
    ["web: VPA, recommending", (s) => running(s, "web").scaling.vertical, "recommend"],
    ["AI operations scale to zero on their queue", (s) => scalingOf(s, "ai"), "0-10, bullmq ai 5"],
    [
      "redis:7-alpine for sessions and cache, keeping sessions",
      (s) => {
        const { image, purpose, eviction, storage } = store(s, "redis", "redis");
        return [image, purpose, eviction, storage?.volume];
      },
      ["redis:7-alpine", "cache", "volatile-lru", "redis-data"],
    ],
    [
      "the AI queue is never evicted, and has a dead-letter queue",
      (s) => {
        const { purpose, eviction, deadLetter } = store(s, "jobs", "redis");
        return [purpose, eviction, deadLetter?.alertDepth];
      },
      ["broker", "noeviction", 1],
    ],
    [
      "postgres:15-alpine, postgres_data",
      (s) => {
        const { version, image, storage, pointInTimeRecovery } = store(s, "database", "postgres");
        return [version, image, storage.volume, pointInTimeRecovery];
      },
      ["15", "postgres:15-alpine", "postgres-data", true],
    ],
    [
      "external services and their keys, Liveblocks with the rest",
      ({ external }) =>
        Object.entries(external).map(([name, { hosts, secrets }]) => [name, hosts[0], Object.keys(secrets)]),
      [
        ["supabase", "*.supabase.co", ["project-url", "anon-key", "service-role-key"]],
        ["openai", "api.openai.com", ["api-key"]],
        ["stripe", "api.stripe.com", ["secret-key", "webhook-secret"]],
        ["liveblocks", "api.liveblocks.io", ["secret-key"]],
        ["sentry", "*.ingest.sentry.io", ["dsn"]],
      ],
    ],
    [
      "CDN for static assets, with edges in US, EU and Asia Pacific",
      ({ edge }) => [edge.cdn, edge.cdnRegions, edge.staticPaths],
      [true, ["north-america", "europe", "asia-pacific"], ["/_next/static"]],
    ],
    ["Let's Encrypt", ({ edge }) => edge.issuer, "letsencrypt-prod"],
    [
      "nginx:alpine with ssl_certificates",
      ({ edge }) => edge.proxy,
      { image: "nginx:alpine", certificates: "ssl-certificates" },
    ],
    [
      "long-lived WebSockets",
      ({ routes }) => routes.map(({ to, webSockets, timeoutSeconds }) => [to, webSockets, timeoutSeconds]),
      [["web", true, 3600]],
    ],
    ["objects behind the CDN", (s) => store(s, "assets", "bucket").cdn, true],
    [
      "preview per PR, staging from develop, production from main",
      ({ delivery }) => delivery.triggers,
      { preview: "pull-request", staging: "develop", production: "main" },
    ],
    [
      "every check of the source",
      ({ delivery }) => delivery.checks.join(", "),
      "eslint, prettier --check, tsc --noEmit, jest, playwright test, lighthouse ci, npm audit, snyk, bundle analysis, axe-core",
    ],
    [
      "stages in the source's order",
      ({ delivery }) => delivery.stages.slice(0, 6),
      ["install", "lint", "type-check", "unit-test", "e2e-test", "build"],
    ],
  ]);

  it("connects what the source connects, and nothing else", () => {
    expect(edgesOf(system)).to.deep.equal({
      public: "web:3000",
      web: "database:5432 redis:6379 redis:26379 jobs:6379 jobs:26379 assets:443 supabase:443 openai:443 stripe:443 liveblocks:443 sentry:443 monitoring:4318",
      monitoring: "web:3000 ai:9464",
      ai: "jobs:6379 jobs:26379 database:5432 assets:443 openai:443 sentry:443 monitoring:4318",
    });
  });
});

describe("webclone-pro, by region", () => {
  for (const [placement, replicas, pool, alternatives] of [
    ["us", "3-15, from 3, cpu 70, memory 80", "t3.medium 3-15", ["c5.large"]],
    ["us-east", "3-15, from 3, cpu 70, memory 80", "t3.medium 3-15", ["c5.large"]],
    ["eu", "3-10, from 3, cpu 70, memory 80", "t3.medium 3-10", undefined],
    ["eu-west", "3-10, from 3, cpu 70, memory 80", "t3.medium 3-10", undefined],
  ] as const) {
    const system = resolved(webclonePro, "global", placement);
    holds(system, [
      [`${placement}: instances`, (s) => scalingOf(s, "web"), replicas],
      [`${placement}: machines`, (s) => poolOf(s, "web"), pool],
      [`${placement}: further classes`, ({ nodePools }) => nodePools.web?.alternatives?.aws, alternatives],
    ]);
  }

  for (const model of MODELS) {
    it(`resolves as ${model} in both regions`, () => {
      expect(["us", "eu"].map((placement) => resolved(webclonePro, model, placement).model)).to.deep.equal([
        model,
        model,
      ]);
    });
  }
});

describe("webclone-pro, on one host", () => {
  const web = "database:5432 redis:6379";
  const outside = "supabase:443 openai:443 stripe:443 liveblocks:443 sentry:443";
  holds(resolved(webclonePro, "single-server"), [
    [
      "is the compose file",
      ({ services, stores }) => Object.keys({ ...services, ...stores }),
      ["web", "database", "redis", "assets", "backups"],
    ],
    ["AI operations run in the process", ({ services }) => services.web?.env.AI_QUEUE, "in-process"],
    ["edges", edgesOf, { public: "web:3000", web: `${web} assets:443 ${outside}`, monitoring: "web:3000" }],
  ]);
  holds(resolved(webclonePro, "standalone"), [
    ["assets in a directory, nothing copied", ({ stores }) => Object.keys(stores), ["database", "redis", "assets"]],
    ["edges", edgesOf, { public: "web:3000", web: `${web} assets ${outside}`, monitoring: "web:3000" }],
  ]);
});
