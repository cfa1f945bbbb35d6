import { expect } from "chai";
import { InputError, type Problem } from "../../components/errors";
import { startOrder } from "../../stacks/startOrder";
import { at, connections, Manifests, type PlanArgs, pinned } from "./kubernetesManifests";

const KUBERNETES = { sharedStorageClass: "nfs", storageClass: "fast-ssd" };

async function problemsOf(args: PlanArgs): Promise<readonly Problem[]> {
  try {
    await Manifests.plan(args);
  } catch (error) {
    if (InputError.is(error)) {
      return error.problems;
    }
    throw error;
  }
  throw new Error("the plan was accepted");
}

describe("systems on Kubernetes", () => {
  for (const system of ["vibebox", "doc-scraper"]) {
    for (const model of ["standalone", "single-server", "distributed"] as const) {
      for (const mode of ["preview", "simulate"] as const) {
        it(`plans ${system}, ${model}, in ${mode} mode, without a default provider`, async () => {
          const plan = await Manifests.plan({
            system,
            environment: "staging",
            model,
            mode,
            settings: { kubernetes: KUBERNETES },
          });
          expect(plan.all.filter(({ urn }) => /pulumi:providers:\w+::default/.test(urn))).to.deep.equal([]);
          expect(JSON.stringify(plan.outputs)).to.not.contain("password");
        });
      }
    }
  }

  it("deploys the whole of a global system to each cluster", async () => {
    const plan = await Manifests.plan({
      system: "doc-scraper",
      environment: "staging",
      model: "global",
      settings: { kubernetes: KUBERNETES, regions: ["east", "west"] },
    });
    const apis = plan.all.filter(({ kind, inputs }) => kind === "Deployment" && at(inputs, "metadata.name") === "api");
    expect(apis.map(({ name }) => name)).to.have.members(["east-api-deployment", "west-api-deployment"]);
    expect(Object.keys(at(plan.outputs, "placements") as object)).to.have.members(["east", "west"]);
  });

  describe("stores in production", () => {
    let plan: Manifests;
    before(async () => {
      plan = await Manifests.plan({
        system: "doc-scraper",
        environment: "production",
        model: "distributed",
        settings: { kubernetes: KUBERNETES, images: { services: pinned("api", "worker") } },
      });
    });

    it("runs PostgreSQL as three instances that fail over, without a superuser, over TLS only", () => {
      const spec = at(plan.get("Cluster", "doc-scraper/database"), "spec");
      expect(spec).to.deep.include({ instances: 3, enableSuperuserAccess: false, enablePDB: true });
      expect(at(spec, "storage")).to.deep.equal({ size: "100Gi", resizeInUseVolumes: true, storageClass: "fast-ssd" });
      expect(at(spec, "postgresql.pg_hba")).to.deep.equal([
        "hostssl all all all scram-sha-256",
        "hostnossl all all all reject",
      ]);
      expect(at(spec, "postgresql.synchronous")).to.deep.equal({
        method: "any",
        number: 1,
        dataDurability: "preferred",
      });
    });

    it("waits with its clients until the database answers, and with the database until the operator is there", () => {
      const cluster = plan.all.find(({ kind, name }) => kind === "Cluster" && name === "main-database-cluster");
      expect(at(cluster?.inputs, "metadata.annotations")).to.deep.equal({
        "pulumi.com/waitFor": "condition=Ready",
        "pulumi.com/timeoutSeconds": "900",
      });
      expect(cluster?.dependencies.map((urn) => urn.split("::").at(-1))).to.include(
        "main-cluster-add-ons-cloudnative-pg",
      );
    });

    it("runs Redis as three servers and three sentinels, on hosts of their own", () => {
      for (const name of ["doc-scraper/redis", "doc-scraper/redis-sentinel"]) {
        const set = plan.get("StatefulSet", name);
        expect(at(set, "spec.replicas")).to.equal(3);
        expect(
          at(
            set,
            "spec.template.spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution.0.topologyKey",
          ),
        ).to.equal("kubernetes.io/hostname");
        expect(at(plan.get("PodDisruptionBudget", name), "spec.maxUnavailable")).to.equal(1);
      }
    });

    it("lets KEDA read the queue's length, and nobody else but the clients", () => {
      const clients = connections(plan.get("NetworkPolicy", "doc-scraper/redis-sentinel"), "ingress");
      expect(clients).to.have.members([
        "doc-scraper/api:26379",
        "doc-scraper/worker:26379",
        "keda/keda-operator:26379",
        "doc-scraper/redis-sentinel:26379",
        "doc-scraper/redis:26379",
      ]);
    });

    it("protects what holds data", () => {
      for (const kind of ["Cluster", "RandomPassword"]) {
        const stateful = plan.all.filter(
          (manifest) => manifest.kind === kind && !manifest.urn.includes("groundplan:cluster:Cluster::"),
        );
        expect(stateful, kind).to.not.be.empty;
        expect(
          stateful.every(({ protect }) => protect),
          kind,
        ).to.equal(true);
      }
    });
  });

  it("shards a Redis in cluster mode and joins its servers once", async () => {
    const plan = await Manifests.plan({
      system: "vibebox",
      environment: "dev",
      model: "distributed",
      settings: {
        kubernetes: KUBERNETES,
        overrides: { stores: { redis: { mode: "cluster", shards: 3, replicas: 1 } } },
      },
    });
    expect(at(plan.get("StatefulSet", "database/redis"), "spec.replicas")).to.equal(6);
    expect(at(plan.get("ConfigMap", "database/redis-config"), "data"))
      .to.have.property("join.sh")
      .that.contains("--cluster-replicas 1");
    expect(at(plan.get("Job", "database/redis-join"), "spec.template.spec.containers.0.command")).to.deep.equal([
      "sh",
      "/etc/redis/join.sh",
    ]);
  });

  it("keeps an HPA and a ScaledObject apart, and no count where either owns it", async () => {
    const plan = await Manifests.plan({
      system: "doc-scraper",
      environment: "staging",
      model: "distributed",
      settings: { kubernetes: KUBERNETES },
    });
    expect(Object.keys(plan.ofKind("HorizontalPodAutoscaler"))).to.deep.equal(["doc-scraper/api"]);
    expect(Object.keys(plan.ofKind("ScaledObject"))).to.deep.equal(["doc-scraper/worker"]);
    for (const deployment of Object.values(plan.ofKind("Deployment"))) {
      expect(at(deployment, "spec")).to.not.have.property("replicas");
    }
  });

  it("makes no claim on add-ons the settings do without", async () => {
    const none = Object.fromEntries(
      ["metrics-server", "keda", "cert-manager", "kube-prometheus-stack", "cloudnative-pg"].map((name) => [
        name,
        "none",
      ]),
    );
    const plan = await Manifests.plan({
      system: "vibebox",
      environment: "staging",
      model: "distributed",
      settings: { kubernetes: { ...KUBERNETES, addOns: { ...none, ingress: "existing" } } },
    });
    for (const kind of [
      "Release",
      "ScaledObject",
      "HorizontalPodAutoscaler",
      "ServiceMonitor",
      "ClusterIssuer",
      "Cluster",
    ]) {
      expect(Object.keys(plan.ofKind(kind)), kind).to.deep.equal([]);
    }
    const features = plan.degraded.map(({ feature }) => feature);
    expect(features).to.include.members([
      "autoscaling of backend",
      "replication and failover of postgres",
      "certificates",
      "alerts BackendAbsent, WebSocketsNearLimit",
    ]);
  });

  describe("what cannot be", () => {
    it("names the field where no class gives shared files", async () => {
      const [problem] = await problemsOf({ system: "vibebox", environment: "dev", model: "standalone" });
      expect(problem?.path).to.equal("groundplan:kubernetes.sharedStorageClass");
    });

    it("names the layers a stack cannot own by themselves", async () => {
      const [problem] = await problemsOf({
        system: "doc-scraper",
        environment: "dev",
        model: "standalone",
        settings: { layers: ["infrastructure"] },
      });
      expect(problem?.path).to.equal("groundplan:layers");
    });
  });

  it("starts migrations first, users after what they use, smoke tests last", () => {
    const job = (phase: string, uses: readonly string[] = []) => ({ kind: "job", phase, uses });
    const run = (...uses: string[]) => ({ kind: "deployment", uses });
    const services = {
      smoke: job("smoke-test", ["web"]),
      web: run("api"),
      api: run("worker", "web"),
      worker: run(),
      migrate: job("migration"),
    };
    expect(startOrder({ services } as unknown as Parameters<typeof startOrder>[0])).to.deep.equal([
      "migrate",
      "worker",
      "api",
      "web",
      "smoke",
    ]);
  });
});
