import { expect } from "chai";
import { type ResolvedSystem, resolveSystem } from "../../systems/resolve";
import { MODELS, type RunningServiceSpec } from "../../systems/spec";
import { vibebox } from "../../systems/vibebox";

const target = { model: "distributed", environment: "staging", placement: "main" } as const;
const system = resolveSystem(vibebox, target);

function running(name: string, from: ResolvedSystem = system): RunningServiceSpec {
  const service = from.services[name];
  if (!service || !("scaling" in service)) {
    throw new Error(`${name} does not keep running`);
  }
  return service;
}

describe("vibebox", () => {
  // part, namespace, image, port, CPU and memory request/limit: the source's table.
  const table = [
    ["frontend", "frontend", "nginx:alpine", 80, "100m/500m", "128Mi/512Mi"],
    ["backend", "backend", "node:20-alpine", 3000, "500m/2000m", "512Mi/2Gi"],
    ["docker", "docker", "docker:dind-rootless", 2375, "2000m/8000m", "4Gi/16Gi"],
    ["postgres", "database", "postgres:16-alpine", undefined, "1000m/4000m", "2Gi/8Gi"],
    ["redis", "database", "redis:7-alpine", undefined, "100m/500m", "256Mi/1Gi"],
  ] as const;

  for (const [name, namespace, image, port, cpu, memory] of table) {
    it(`gives ${name} the source's image, namespace, port and resources`, () => {
      const part = system.services[name] ?? system.stores[name];
      if (!part || !("resources" in part)) {
        throw new Error(`no ${name}`);
      }
      const { requests, limits } = part.resources;
      expect(part.namespace).to.equal(namespace);
      expect(part.image).to.equal(image);
      expect([`${requests.cpu}/${limits.cpu}`, `${requests.memory}/${limits.memory}`]).to.deep.equal([cpu, memory]);
      expect("ports" in part ? Object.values(part.ports)[0]?.port : undefined).to.equal(port);
    });
  }

  it("connects what the source connects, and nothing else", () => {
    const edges = system.edges.map(
      ({ from, to, port }) => `${from.name} > ${to.name}${port === undefined ? "" : `:${port}`}`,
    );
    expect(edges).to.deep.equal([
      "public > frontend:80",
      "public > backend:3000",
      "frontend > backend:3000",
      "backend > postgres:5432",
      "backend > redis:6379",
      "backend > docker:2375",
      "monitoring > backend:3000",
      "backend > monitoring:4318",
      "docker > registries:443",
    ]);
  });

  it("probes the backend with the source's delays, periods, failures and timeouts", () => {
    const { startup, liveness, readiness } = running("backend").probes;
    const numbers = [startup, liveness, readiness].map((probe) => [
      probe?.path,
      probe?.initialDelaySeconds,
      probe?.periodSeconds,
      probe?.failureThreshold,
      probe?.timeoutSeconds,
    ]);
    expect(numbers).to.deep.equal([
      ["/health/startup", 0, 3, 30, 5],
      ["/health/live", 30, 10, 3, 5],
      ["/health/ready", 10, 5, 3, 5],
    ]);
  });

  it("scales the backend from 3 to 10 on CPU, memory and WebSocket connections", () => {
    const { min, max, cpuPercent, memoryPercent, metrics, scaleUp, scaleDown } = running("backend").scaling;
    expect({ min, max, cpuPercent, memoryPercent }).to.deep.equal({
      min: 3,
      max: 10,
      cpuPercent: 70,
      memoryPercent: 70,
    });
    expect(metrics.map(({ perReplica }) => perReplica)).to.deep.equal([1000]);
    expect([scaleUp, scaleDown]).to.deep.equal([
      { pods: 1, periodSeconds: 30 },
      { pods: 1, periodSeconds: 300 },
    ]);
    expect(running("frontend").scaling.replicas).to.equal(3);
    expect(running("backend").gracePeriodSeconds).to.equal(30);
  });

  it("keeps data on the source's volumes", () => {
    const { postgres, redis, "docker-volumes": share } = system.stores;
    expect(postgres).to.deep.include({ kind: "postgres", version: "16", instances: 1 });
    expect(postgres && "storage" in postgres && postgres.storage).to.deep.equal({
      size: "100Gi",
      class: "fast-ssd",
      volume: "postgres-data",
    });
    expect(redis && "storage" in redis && redis.storage).to.deep.equal({
      size: "10Gi",
      class: "fast-ssd",
      volume: "redis-data",
    });
    expect(share).to.deep.equal({ kind: "file-share", namespace: "docker", size: "500Gi" });
  });

  it("backs up daily at three for thirty days", () => {
    expect(system.backups.daily).to.deep.include({
      store: "postgres",
      schedule: "0 3 * * *",
      retentionDays: 30,
      fileName: "DATE.sql.gz.enc",
      overdueAfter: "2h",
    });
    expect(system.stores.backups).to.deep.include({ bucketName: "vibebox-backups", locked: true, retentionDays: 30 });
  });

  it("runs Docker rootless, privileged with a reason, on tainted nodes, with a data root of its own", () => {
    const docker = running("docker");
    expect(docker.kind).to.equal("daemonset");
    expect(docker.security).to.deep.include({ podSecurity: "privileged", runAsUser: 1000 });
    expect(docker.security.reason).to.match(/Docker-in-Docker/);
    expect(system.nodePools.docker?.tainted).to.equal(true);
    expect(docker.volumes.map(({ share, size }) => [share, size])).to.deep.equal([["docker-volumes", undefined]]);
    expect(docker.scratch.map(({ path }) => path)).to.include("/home/rootless/.local/share/docker");
  });

  it("carries the mesh, the CDN, the tracing, the receivers and the pipeline the source names", () => {
    expect(
      Object.entries(system.services).flatMap(([name, service]) => ("mesh" in service && service.mesh ? [name] : [])),
    ).to.deep.equal(["frontend", "backend"]);
    expect(system.stores.postgres).to.deep.include({ mesh: true });
    expect(system.edge.cdn).to.equal(true);
    expect(system.observability).to.deep.include({ logs: "loki", logFormat: "json", traces: "jaeger" });
    expect(system.notify).to.deep.equal(["pagerduty", "slack"]);
    expect(system.delivery).to.deep.include({
      tool: "github-actions",
      gitOps: true,
      registry: "cloud",
      notify: ["slack"],
    });
  });

  it("is one replica of each without autoscaling when it stands alone, Docker still apart", () => {
    const alone = resolveSystem(vibebox, { ...target, model: "standalone" });
    for (const name of Object.keys(alone.services)) {
      const { scaling } = running(name, alone);
      expect([scaling.replicas, scaling.min, scaling.max, scaling.cpuPercent, scaling.metrics]).to.deep.equal([
        1,
        undefined,
        undefined,
        undefined,
        [],
      ]);
    }
    expect(Object.values(alone.services).map(({ namespace }) => namespace)).to.deep.equal([
      "vibebox",
      "vibebox",
      "docker",
    ]);
  });

  for (const model of MODELS) {
    it(`resolves as ${model}`, () => {
      expect(resolveSystem(vibebox, { ...target, model })).to.include({ model, name: "vibebox" });
    });
  }
});
