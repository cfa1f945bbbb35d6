import { join } from "node:path";
import { expect } from "chai";
import { externalSecrets } from "../../automation/externalSecrets";
import { planStack } from "../../automation/plan";
import type { Plan, PlanResource, RunResult } from "../../engine";
import { componentFiles } from "../../engine/render/componentFiles";
import { named, ofType } from "./awsPlan";
import { at, PROJECT } from "./gcpPlan";

const ROOT = join(__dirname, "..", "..");
const ADDRESS = "https://vault.example.com:8200";
const VAULT = { address: ADDRESS, auth: { role: "webclone" } };
const CLOUDS = ["aws", "gcp", "kubernetes"] as const;
type Cloud = (typeof CLOUDS)[number];

interface Asked {
  /** Undefined: the placements are set. */
  readonly cloud: Cloud | undefined;
  readonly mode?: "preview" | "simulate";
  readonly model?: "distributed" | "global";
  readonly vault?: Readonly<Record<string, unknown>> | undefined;
  /** Whether the settings give what only third parties have. @default false */
  readonly given?: boolean;
  readonly set?: readonly { readonly path: string; readonly value: unknown }[];
  readonly onRun?: (run: RunResult) => void;
}

const plans = new Map<string, Promise<Plan>>();

/** WebClone Pro, which has a secret made up and eight of other companies; equal requests share one run. */
function planned(asked: Asked): Promise<Plan> {
  const { cloud, mode = "simulate", model = "distributed", vault, given = false, set = [], onRun } = asked;
  const key = JSON.stringify({ cloud, mode, model, vault, given, set });
  const known = onRun ? undefined : plans.get(key);
  const plan =
    known ??
    Promise.allSettled(plans.values()).then(async () =>
      planStack({
        directory: ROOT,
        stack: "dev",
        mode,
        today: "2026-11-01",
        selection: {
          system: "webclone-pro",
          ...(cloud ? { cloud, model } : {}),
          set: [...(vault ? [{ path: "secretStore", value: { vault } }] : []), ...set],
        },
        ...(given ? { secrets: await externalSecrets("webclone-pro", "secret") } : {}),
        ...(onRun ? { onRun } : {}),
      }),
    );
  plans.set(key, plan);
  return plan;
}

function objects(plan: Plan, kind: string): readonly PlanResource[] {
  return plan.resources.filter(({ inputs }) => inputs.kind === kind);
}

function one(plan: Plan, kind: string, name: string): PlanResource {
  const [found, ...others] = objects(plan, kind).filter(({ inputs }) => at(inputs, "metadata.name") === name);
  if (!found || others.length > 0) {
    throw new Error(`${others.length + (found ? 1 : 0)} objects ${kind} ${name}`);
  }
  return found;
}

const THIRD_PARTIES = [
  "liveblocks-secret-key",
  "openai-api-key",
  "sentry-dsn",
  "stripe-secret-key",
  "stripe-webhook-secret",
  "supabase-anon-key",
  "supabase-project-url",
  "supabase-service-role-key",
];
const LABELS = {
  "app.kubernetes.io/part-of": "webclone-pro",
  "app.kubernetes.io/managed-by": "groundplan",
  "groundplan.dev/environment": "dev",
};
const metadata = (name: string) => ({ name, namespace: "webclone-pro", labels: LABELS });

describe("Vault as the store of a system's own secrets", function () {
  this.timeout(240_000);

  for (const cloud of CLOUDS) {
    describe(`on ${cloud}`, () => {
      let plan: Plan;
      let without: Plan;
      let main: string;
      before(async () => {
        plan = await planned({ cloud, vault: VAULT });
        without = await planned({ cloud, given: true });
        main = plan.placements[0]?.name ?? "";
      });

      it("is a store of the namespace that signs in as a service account there, and another that writes", () => {
        for (const [store, account, role] of [
          ["vault", "vault-reader", "webclone"],
          ["vault-writer", "vault-writer", "webclone-writer"],
        ] as const) {
          expect(one(plan, "SecretStore", store).inputs).to.deep.equal({
            apiVersion: "external-secrets.io/v1",
            kind: "SecretStore",
            metadata: metadata(store),
            spec: {
              provider: {
                vault: {
                  server: ADDRESS,
                  path: "secret",
                  version: "v2",
                  auth: {
                    kubernetes: {
                      mountPath: "kubernetes",
                      role,
                      serviceAccountRef: { name: account, audiences: ["vault"] },
                    },
                  },
                },
              },
            },
          });
          expect(one(plan, "ServiceAccount", account).inputs).to.deep.equal({
            apiVersion: "v1",
            kind: "ServiceAccount",
            metadata: metadata(account),
            automountServiceAccountToken: false,
          });
        }
        expect(objects(plan, "SecretStore")).to.have.lengthOf(2);
      });

      it("is given what was made up, once, and never loses it", () => {
        expect(one(plan, "PushSecret", "vault-session").inputs).to.deep.equal({
          apiVersion: "external-secrets.io/v1alpha1",
          kind: "PushSecret",
          metadata: metadata("vault-session"),
          spec: {
            refreshInterval: "1h",
            secretStoreRefs: [{ kind: "SecretStore", name: "vault-writer" }],
            updatePolicy: "IfNotExists",
            deletionPolicy: "None",
            selector: { secret: { name: "vault-values" } },
            data: [
              {
                match: {
                  secretKey: "session",
                  remoteRef: { remoteKey: "webclone-pro/dev/session", property: "value" },
                },
              },
            ],
          },
        });
        // A cloud's own store keeps what opens copies of backups: its own copy outlives a region.
        const pushed = objects(plan, "PushSecret").map(({ inputs }) => at(inputs, "metadata.name"));
        expect(pushed).to.have.members([
          "vault-session",
          ...(cloud === "kubernetes" ? ["vault-backup-daily-passphrase"] : []),
        ]);
        const source = one(plan, "Secret", "vault-values");
        expect(at(source.inputs, "stringData.$")).to.equal("secret");
        expect(one(plan, "PushSecret", "vault-session").dependencies).to.include.members([
          source.urn,
          one(plan, "SecretStore", "vault-writer").urn,
        ]);
      });

      it("is where pods have their secrets from, and databases keep theirs where they were", () => {
        const brought = one(plan, "ExternalSecret", "ai-env-vault");
        expect(brought.inputs.spec).to.deep.equal({
          refreshInterval: "1h",
          secretStoreRef: { kind: "SecretStore", name: "vault" },
          target: { name: "ai-env-vault", creationPolicy: "Owner", deletionPolicy: "Retain" },
          data: [
            {
              secretKey: "OPENAI_API_KEY",
              remoteRef: { key: "webclone-pro/dev/openai-api-key", property: "value" },
            },
            { secretKey: "SENTRY_DSN", remoteRef: { key: "webclone-pro/dev/sentry-dsn", property: "value" } },
          ],
        });
        expect(brought.dependencies).to.include(one(plan, "SecretStore", "vault").urn);
        const env = (at(named(plan, `${main}-web-deployment`).inputs, "spec.template.spec.containers") as unknown[])[0];
        const sources = Object.fromEntries(
          (at(env, "env") as readonly object[]).map((each) => [at(each, "name"), at(each, "valueFrom.secretKeyRef")]),
        );
        expect(sources.SESSION_SECRET).to.deep.equal({ name: "web-env-vault", key: "SESSION_SECRET" });
        const database = Object.values(sources).filter((source) => at(source, "name") !== "web-env-vault");
        const own = cloud === "kubernetes" ? "web-env" : "web-env-external";
        expect([...new Set(database.flatMap((source) => (source ? [at(source, "name")] : [])))]).to.deep.equal([own]);
      });

      it("takes nothing away but the entries it takes the place of, and no value that was made up", () => {
        const now = new Set(plan.resources.map(({ urn }) => urn));
        const gone = without.resources.filter(({ urn }) => !now.has(urn)).map(({ name }) => name);
        const roles = { aws: ["", "-version"], gcp: ["", "-version", "-reader"], kubernetes: [] }[cloud];
        expect(gone).to.have.members(
          roles.flatMap((role) => ["session", ...THIRD_PARTIES].map((secret) => `${main}-secrets-${secret}${role}`)),
        );
        expect(ofType(plan, "random:index/randomPassword:RandomPassword").map(({ urn }) => urn)).to.have.members(
          ofType(without, "random:index/randomPassword:RandomPassword").map(({ urn }) => urn),
        );
      });

      it("is said to need policies and roles, and values of third parties", () => {
        const vault = named(plan, `${main}-vault`);
        const features = plan.degraded.filter(({ urn }) => urn === vault.urn).map(({ feature }) => feature);
        expect(features).to.have.members([
          "policies and roles in Vault",
          ...THIRD_PARTIES.map((secret) => `secret ${secret}`),
        ]);
        expect(plan.degraded.find(({ feature }) => feature === "secret sentry-dsn")).to.deep.include({
          reason:
            "it has no value in the settings: pods that use it wait until secret/webclone-pro/dev/sentry-dsn has a field value",
          remedy: "vault kv put -mount=secret webclone-pro/dev/sentry-dsn value=-, or give it in groundplan:secrets",
        });
      });

      for (const mode of ["preview", "simulate"] as const) {
        it(`passes every policy pack in ${mode} mode, whoever gives the values`, async () => {
          for (const given of [false, true]) {
            const { policies } = await planned({ cloud, mode, vault: VAULT, given });
            expect(policies.packs).to.not.deep.equal([]);
            expect(
              policies.results.filter(({ level, status }) => level === "mandatory" && status === "violation"),
            ).to.deep.equal([]);
          }
        });
      }
    });
  }

  for (const [cloud, regions] of [
    ["aws", ["us-east-1", "eu-west-1"]],
    ["gcp", ["us-central1", "europe-west1"]],
    ["kubernetes", ["one", "two"]],
  ] as const) {
    it(`passes every policy pack in several places on ${cloud}, before production`, async () => {
      const placements = regions.map((region, index) => ({
        name: index === 0 ? "main" : "other",
        cloud,
        region,
        role: index === 0 ? "primary" : "secondary",
        cidrIndex: index + (cloud === "gcp" ? 128 : 0),
        ...(cloud === "kubernetes" ? { context: region } : {}),
      }));
      const set = [
        { path: "environment", value: "staging" },
        { path: "model", value: "global" },
        { path: "placements", value: placements },
        { path: "secretStore.vault.placements", value: { other: { auth: { mountPath: "kubernetes-other" } } } },
        ...(cloud === "gcp" ? [{ path: "access", value: { gcp: { project: PROJECT } } }] : []),
      ];
      for (const mode of ["preview", "simulate"] as const) {
        const plan = await planned({ cloud: undefined, mode, vault: VAULT, set });
        expect(plan.policies.packs).to.not.deep.equal([]);
        expect(
          plan.policies.results.filter(({ level, status }) => level === "mandatory" && status === "violation"),
          mode,
        ).to.deep.equal([]);
        const stores = objects(plan, "SecretStore").map(({ inputs, name }) => [
          name,
          at(inputs, "spec.provider.vault.auth.kubernetes.mountPath"),
        ]);
        expect(stores, mode).to.have.deep.members(
          ["main", "other"].flatMap((place) =>
            ["store-webclone-pro", "writer-store"].map((role) => [
              `${place}-vault-${role}`,
              place === "main" ? "kubernetes" : "kubernetes-other",
            ]),
          ),
        );
      }
    });
  }

  it("is reached through the firewall of nodes made here, unless it runs among them", async () => {
    const inside = { ...VAULT, address: "https://vault.vault.svc:8200" };
    const aws = async (vault: object) =>
      (await planned({ cloud: "aws", vault: { ...vault } })).resources.filter(({ name }) =>
        name.endsWith("-nodes-to-world-8200"),
      );
    const [rule, ...others] = await aws(VAULT);
    expect(rule?.inputs).to.include({ cidrIpv4: "0.0.0.0/0", fromPort: 8200, toPort: 8200, ipProtocol: "tcp" });
    expect(others).to.deep.equal([]);
    expect(await aws(inside)).to.deep.equal([]);
    const gcp = async (vault: object) => {
      const plan = await planned({ cloud: "gcp", vault: { ...vault } });
      return at(plan.resources.find(({ name }) => name.endsWith("-to-world"))?.inputs, "allows.0.ports");
    };
    expect(await gcp(VAULT)).to.include("8200");
    expect(await gcp(inside)).to.not.include("8200");
  });

  it("is overwritten by the values that the settings name, as soon as they change, and says so of the others", async () => {
    const vault = { ...VAULT, overwrite: ["sentry-dsn"] };
    const plan = await planned({ cloud: "aws", vault, given: true });
    const policy = (secret: string) => at(one(plan, "PushSecret", `vault-${secret}`).inputs, "spec.updatePolicy");
    expect(policy("sentry-dsn")).to.equal("Replace");
    expect(one(plan, "PushSecret", "vault-sentry-dsn").inputs.metadata).to.have.nested.property(
      "annotations.groundplan\\.dev/values",
    );
    expect(policy("openai-api-key")).to.equal("IfNotExists");
    expect(one(plan, "PushSecret", "vault-openai-api-key").inputs.metadata).to.not.have.property("annotations");
    const others = THIRD_PARTIES.filter((secret) => secret !== "sentry-dsn");
    const said = plan.degraded.find(({ feature }) => feature.startsWith("new values of "));
    const listed = /^new values of (.*) in the settings$/.exec(said?.feature ?? "")?.[1]?.split(", ");
    expect(listed).to.have.members(others);
    expect(plan.degraded.filter(({ feature }) => feature.startsWith("secret "))).to.deep.equal([]);
  });

  it("says that nobody rotates what should be rotated, once", async () => {
    const set = [{ path: "overrides.secrets.session.rotateDays", value: 90 }];
    for (const cloud of CLOUDS) {
      const { degraded } = await planned({ cloud, vault: VAULT, set });
      const rotation = degraded.filter(({ feature }) => feature.includes("rotation of"));
      expect(
        rotation.map(({ feature }) => feature),
        cloud,
      ).to.include("rotation of session every 90 days");
      expect(
        rotation.filter(({ feature }) => feature.includes("session")),
        cloud,
      ).to.have.lengthOf(1);
    }
  });

  it("has one folder for all placements, whose clusters sign in by mounts of their own", async () => {
    const [first = "", second = ""] = (await planned({ cloud: "aws", model: "global", given: true })).placements.map(
      ({ name }) => name,
    );
    const vault = { ...VAULT, placements: { [second]: { auth: { mountPath: "kubernetes-second" } } } };
    const plan = await planned({ cloud: "aws", model: "global", vault });
    const mounts = objects(plan, "SecretStore").flatMap(({ name, inputs }) =>
      at(inputs, "metadata.name") === "vault"
        ? [[name.startsWith(first), at(inputs, "spec.provider.vault.auth.kubernetes.mountPath")]]
        : [],
    );
    expect(mounts).to.have.deep.members([
      [true, "kubernetes"],
      [false, "kubernetes-second"],
    ]);
    const keys = objects(plan, "PushSecret").map(({ inputs }) => JSON.stringify(at(inputs, "spec.data")));
    expect(keys).to.have.lengthOf(2);
    expect(new Set(keys).size).to.equal(1);
  });

  it("leaves a placement alone that has its cloud's store", async () => {
    const [, second = ""] = (await planned({ cloud: "aws", model: "global", given: true })).placements.map(
      ({ name }) => name,
    );
    const vault = { ...VAULT, placements: { [second]: { use: "cloud" } } };
    const plan = await planned({ cloud: "aws", model: "global", vault, given: true });
    const names = (prefix: string) => objects(plan, "SecretStore").filter(({ name }) => name.startsWith(prefix));
    expect(names(`${second}-vault`)).to.deep.equal([]);
    expect(named(plan, `${second}-secrets-session`, "aws:secretsmanager/secret:Secret").inputs).to.have.property(
      "kmsKeyId",
    );
    expect(objects(plan, "SecretStore")).to.have.lengthOf(2);
  });

  it("is signed in to by each namespace that has something to read, and by one to write", async () => {
    const set = [
      { path: "overrides.services.ai.namespace", value: "ai" },
      { path: "overrides.stores.jobs.namespace", value: "queues" },
    ];
    const plan = await planned({ cloud: "kubernetes", vault: VAULT, set });
    const inNamespaces = (kind: string, name: string) =>
      objects(plan, kind)
        .filter(({ inputs }) => at(inputs, "metadata.name") === name)
        .map((each) => [each.name, at(each.inputs, "metadata.namespace")]);
    const [{ name: main = "" } = {}] = plan.placements;
    expect(inNamespaces("SecretStore", "vault")).to.have.deep.members([
      [`${main}-vault-store-webclone-pro`, "webclone-pro"],
      [`${main}-vault-store-ai`, "ai"],
    ]);
    expect(inNamespaces("ServiceAccount", "vault-reader")).to.have.deep.members([
      [`${main}-vault-reader-webclone-pro`, "webclone-pro"],
      [`${main}-vault-reader-ai`, "ai"],
    ]);
    expect(inNamespaces("SecretStore", "vault-writer")).to.deep.equal([[`${main}-vault-writer-store`, "webclone-pro"]]);
    expect(inNamespaces("ServiceAccount", "vault-writer")).to.deep.equal([[`${main}-vault-writer`, "webclone-pro"]]);
    expect(inNamespaces("Namespace", "queues")).to.have.lengthOf(1);
  });

  it("has, of a cluster of somebody else's, what opens copies of backups, for the jobs that make and test them", async () => {
    const buckets = { backups: { bucket: "copies", secretName: "copies" } };
    const set = [{ path: "existing", value: { primary: { buckets } } }];
    const plan = await planned({ cloud: "kubernetes", vault: VAULT, set });
    for (const job of ["backup-daily", "restore-daily"]) {
      const name = objects(plan, "ExternalSecret").filter(({ inputs }) =>
        String(at(inputs, "metadata.name")).startsWith(`${job}-`),
      );
      expect(
        name.map(({ inputs }) => [at(inputs, "spec.secretStoreRef"), at(inputs, "spec.data.0.remoteRef")]),
        job,
      ).to.deep.equal([
        [
          { kind: "SecretStore", name: "vault" },
          { key: "webclone-pro/dev/backup-daily-passphrase", property: "value" },
        ],
      ]);
    }
  });

  it("brings External Secrets and what rolls pods to a cluster of somebody else's", async () => {
    const releases = (plan: Plan) => ofType(plan, "kubernetes:helm.sh/v3:Release").map(({ inputs }) => inputs.name);
    expect(releases(await planned({ cloud: "kubernetes", vault: VAULT }))).to.include.members([
      "external-secrets",
      "reloader",
    ]);
    expect(releases(await planned({ cloud: "kubernetes", given: true }))).to.not.include("external-secrets");
  });

  it("serves one machine's worth on a cluster that has External Secrets", async () => {
    const set = [
      { path: "placements", value: [{ name: "main", cloud: "kubernetes", region: "local" }] },
      { path: "kubernetes.addOns", value: { "external-secrets": "existing" } },
    ];
    const { resources, degraded, policies } = await planned({ cloud: undefined, vault: VAULT, set });
    const brought = resources.filter(({ inputs }) => inputs.kind === "ExternalSecret");
    expect(brought.map(({ inputs }) => at(inputs, "spec.secretStoreRef.name"))).to.deep.equal(["vault"]);
    expect(resources.filter(({ name }) => name.endsWith("-external-secrets"))).to.deep.equal([]);
    // Nothing rolls pods there.
    expect(degraded.map(({ feature }) => feature)).to.include("rotated secrets in running pods of web");
    expect(
      policies.results.filter(({ level, status }) => level === "mandatory" && status === "violation"),
    ).to.deep.equal([]);
  });

  it("has its policies and its script among what render writes, without a secret", async () => {
    let run: RunResult | undefined;
    await planned({ cloud: "kubernetes", vault: VAULT, onRun: (each) => (run = each) });
    const files = run ? componentFiles(run) : {};
    expect(Object.keys(files)).to.have.members(["vault/reader.hcl", "vault/writer.hcl", "vault/setup.sh"]);
    expect(files["vault/reader.hcl"]).to.include('path "secret/data/webclone-pro/dev/*"');
    expect(files["vault/setup.sh"]).to.include("bound_service_account_namespaces=webclone-pro ");
  });

  it("makes nothing where a system has no secrets of its own", async () => {
    const plan = await planStack({
      directory: ROOT,
      stack: "dev",
      mode: "simulate",
      packs: [],
      selection: {
        system: "doc-scraper",
        model: "distributed",
        cloud: "aws",
        set: [{ path: "secretStore", value: { vault: VAULT } }],
      },
    });
    expect(plan.resources.filter(({ name }) => /-vault|-8200$/.test(name))).to.deep.equal([]);
  });
});
