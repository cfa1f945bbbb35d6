import { expect } from "chai";
import { nodeNames } from "../../../components/data/memcached/kubernetes";
import { elasticsearchVersion } from "../../../components/data/search/elasticsearch";
import { at, connections, Manifests } from "../../stacks/kubernetesManifests";

describe("the scraping platform's caches and indices in the cluster", () => {
  let plan: Manifests;
  before(async () => {
    plan = await Manifests.plan({
      system: "scraping-platform",
      environment: "staging",
      model: "distributed",
      settings: { kubernetes: { sharedStorageClass: "nfs", storageClass: "fast-ssd" } },
    });
  });

  it("runs Memcached without root, on a root it cannot write to and without a volume", () => {
    const set = plan.get("StatefulSet", "data/memcached");
    const pod = at(set, "spec.template.spec");
    expect(at(pod, "securityContext")).to.include({ runAsNonRoot: true, runAsUser: 10_001 });
    expect(at(pod, "containers.0.securityContext")).to.include({ readOnlyRootFilesystem: true, privileged: false });
    expect(pod).to.not.have.property("volumes");
    expect(at(pod, "containers.0.args")).to.include.members(["--memory-limit=819", "--udp-port=0"]);
  });

  it("lets only its clients reach Memcached, and Memcached nobody", () => {
    const policy = plan.get("NetworkPolicy", "data/memcached");
    expect(connections(policy, "ingress")).to.have.members(
      ["scraping", "processing", "analytics"].map((name) => `application/worker-${name}:11211`),
    );
    expect(connections(policy, "egress")).to.deep.equal([]);
  });

  it("names each node where clients spread keys over several", () => {
    expect(nodeNames("memcached", "data", 1)).to.deep.equal(["memcached.data.svc"]);
    expect(nodeNames("memcached", "data", 2)).to.deep.equal([
      "memcached-0.memcached.data.svc",
      "memcached-1.memcached.data.svc",
    ]);
  });

  it("has ECK run three Elasticsearch nodes, with a user that is no superuser", () => {
    const spec = at(plan.get("Elasticsearch", "data/elasticsearch"), "spec");
    expect(at(spec, "version")).to.equal(elasticsearchVersion("8"));
    expect(at(spec, "auth.disableElasticUser")).to.equal(true);
    expect(at(spec, "nodeSets.0.count")).to.equal(3);
    expect(at(spec, "nodeSets.0.volumeClaimTemplates.0.spec.storageClassName")).to.equal("fast-ssd");
    expect(at(plan.get("Secret", "data/elasticsearch-roles"), "stringData")).to.have.property("roles.yml");
  });

  it("waits with the index until its operator is there, and protects it", () => {
    const cluster = plan.all.find(({ kind }) => kind === "Elasticsearch");
    expect(cluster?.dependencies.map((urn) => urn.split("::").at(-1))).to.include("main-cluster-add-ons-eck-operator");
    expect(cluster?.protect).to.equal(true);
  });

  it("lets collectors, the operator and its own nodes reach Elasticsearch", () => {
    const policy = plan.get("NetworkPolicy", "data/elasticsearch");
    expect(connections(policy, "ingress")).to.have.members([
      "monitoring/*:9200",
      "elastic-system/*:9200",
      "data/elasticsearch:9200",
      "data/elasticsearch:9300",
    ]);
  });

  for (const model of ["standalone", "single-server", "distributed"] as const) {
    for (const mode of ["preview", "simulate"] as const) {
      it(`plans the system, ${model}, in ${mode} mode`, async () => {
        const planned = await Manifests.plan({ system: "scraping-platform", environment: "dev", model, mode });
        expect(Object.keys(planned.ofKind("Deployment"))).to.include("application/api");
      });
    }
  }
});
