import { expect } from "chai";
import { at, connections, Manifests, RESOLVERS } from "./kubernetesManifests";

const DISTRIBUTED = {
  system: "vibebox",
  environment: "dev",
  model: "distributed",
  settings: { kubernetes: { sharedStorageClass: "nfs", storageClass: "fast-ssd" } },
} as const;

describe("VibeBox, distributed, on a cluster you already have", () => {
  let plan: Manifests;
  before(async () => {
    plan = await Manifests.plan(DISTRIBUTED);
  });

  describe("the table of the source", () => {
    const rows = [
      {
        kind: "Deployment",
        name: "frontend/frontend",
        image: "nginx:alpine",
        port: 80,
        cpu: ["100m", "500m"],
        memory: ["128Mi", "512Mi"],
      },
      {
        kind: "Deployment",
        name: "backend/backend",
        image: "node:20-alpine",
        port: 3000,
        cpu: ["500m", "2000m"],
        memory: ["512Mi", "2Gi"],
      },
      {
        kind: "StatefulSet",
        name: "database/postgres",
        image: "postgres:16-alpine",
        port: 5432,
        cpu: ["1000m", "4000m"],
        memory: ["2Gi", "8Gi"],
      },
      {
        kind: "StatefulSet",
        name: "database/redis",
        image: "redis:7-alpine",
        port: 6379,
        cpu: ["100m", "500m"],
        memory: ["256Mi", "1Gi"],
      },
      {
        kind: "DaemonSet",
        name: "docker/docker",
        image: "docker:dind-rootless",
        port: 2375,
        cpu: ["2000m", "8000m"],
        memory: ["4Gi", "16Gi"],
      },
    ] as const;
    for (const row of rows) {
      it(`runs ${row.name} as a ${row.kind} of ${row.image} with the table's port, CPU and memory`, () => {
        const container = at(plan.get(row.kind, row.name), "spec.template.spec.containers.0");
        expect(at(container, "image")).to.equal(row.image);
        expect(at(container, "ports.0.containerPort")).to.equal(row.port);
        expect([at(container, "resources.requests.cpu"), at(container, "resources.limits.cpu")]).to.deep.equal(row.cpu);
        expect([at(container, "resources.requests.memory"), at(container, "resources.limits.memory")]).to.deep.equal(
          row.memory,
        );
      });

      it(`offers ${row.name} on port ${row.port} of a Service inside the cluster`, () => {
        const service = plan.get("Service", row.name);
        expect(at(service, "spec.type")).to.equal("ClusterIP");
        expect(at(service, "spec.ports.0.port")).to.equal(row.port);
      });
    }

    it("runs nothing the table does not name", () => {
      const names = ["Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job"].flatMap((kind) =>
        Object.keys(plan.ofKind(kind)),
      );
      expect(names).to.have.members(rows.map((row) => row.name));
    });

    it("keeps three replicas of the frontend, one of each store, and leaves the backend's count to its autoscaler", () => {
      expect(at(plan.get("Deployment", "frontend/frontend"), "spec.replicas")).to.equal(3);
      expect(at(plan.get("StatefulSet", "database/postgres"), "spec.replicas")).to.equal(1);
      expect(at(plan.get("StatefulSet", "database/redis"), "spec.replicas")).to.equal(1);
      expect(at(plan.get("Deployment", "backend/backend"), "spec")).to.not.have.property("replicas");
    });

    const claims = [
      { name: "database/postgres-data", size: "100Gi", mode: "ReadWriteOnce", storageClass: "fast-ssd" },
      { name: "database/redis-data", size: "10Gi", mode: "ReadWriteOnce", storageClass: "fast-ssd" },
      { name: "docker/docker-volumes", size: "500Gi", mode: "ReadWriteMany", storageClass: "nfs" },
    ] as const;
    for (const claim of claims) {
      it(`claims ${claim.name} with ${claim.size}, ${claim.mode}`, () => {
        expect(at(plan.get("PersistentVolumeClaim", claim.name), "spec")).to.deep.equal({
          accessModes: [claim.mode],
          resources: { requests: { storage: claim.size } },
          storageClassName: claim.storageClass,
        });
      });
    }

    it("claims no other storage", () => {
      expect(Object.keys(plan.ofKind("PersistentVolumeClaim"))).to.have.members(claims.map((claim) => claim.name));
    });
  });

  describe("probes of the backend", () => {
    const probes = [
      ["startupProbe", "/health/startup", 0, 3, 30, 5],
      ["livenessProbe", "/health/live", 30, 10, 3, 5],
      ["readinessProbe", "/health/ready", 10, 5, 3, 5],
    ] as const;
    for (const [probe, path, initialDelaySeconds, periodSeconds, failureThreshold, timeoutSeconds] of probes) {
      it(`asks ${path} with ${initialDelaySeconds}/${periodSeconds}/${failureThreshold}/${timeoutSeconds}`, () => {
        const container = at(plan.get("Deployment", "backend/backend"), "spec.template.spec.containers.0");
        expect(at(container, probe)).to.deep.equal({
          httpGet: { path, port: "http" },
          initialDelaySeconds,
          periodSeconds,
          failureThreshold,
          timeoutSeconds,
        });
      });
    }
  });

  describe("scaling of the backend", () => {
    it("is one ScaledObject from 3 to 10 on CPU, memory and connections, a pod up per 30 s and down per 5 min", () => {
      expect(plan.ofKind("HorizontalPodAutoscaler")).to.deep.equal({});
      expect(at(plan.get("ScaledObject", "backend/backend"), "spec")).to.deep.include({
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "backend" },
        minReplicaCount: 3,
        maxReplicaCount: 10,
        triggers: [
          { type: "cpu", metricType: "Utilization", metadata: { value: "70" } },
          { type: "memory", metricType: "Utilization", metadata: { value: "70" } },
          {
            type: "prometheus",
            name: "active-websocket-connections",
            metricType: "AverageValue",
            metadata: {
              serverAddress: "http://prometheus-operated.monitoring.svc:9090",
              query: "sum(vibebox_websocket_connections_active)",
              threshold: "1000",
            },
          },
        ],
      });
      expect(
        at(plan.get("ScaledObject", "backend/backend"), "spec.advanced.horizontalPodAutoscalerConfig.behavior"),
      ).to.deep.equal({
        scaleUp: {
          stabilizationWindowSeconds: 0,
          selectPolicy: "Max",
          policies: [{ type: "Pods", value: 1, periodSeconds: 30 }],
        },
        scaleDown: {
          stabilizationWindowSeconds: 300,
          selectPolicy: "Min",
          policies: [{ type: "Pods", value: 1, periodSeconds: 300 }],
        },
      });
    });

    it("is made only once KEDA is there", () => {
      const scaler = plan.all.find((manifest) => manifest.kind === "ScaledObject");
      expect(scaler?.dependencies.map((urn) => urn.split("::").at(-1))).to.include("main-cluster-add-ons-keda");
    });
  });

  describe("edges", () => {
    const policies = [
      { name: "frontend/frontend", ingress: ["traefik/*:80"], egress: [...RESOLVERS, "backend/backend:3000"] },
      {
        name: "backend/backend",
        ingress: ["traefik/*:3000", "frontend/frontend:3000", "monitoring/*:3000"],
        egress: [
          ...RESOLVERS,
          "database/postgres:5432",
          "database/redis:6379",
          "docker/docker:2375",
          "monitoring/opentelemetry-collector:4318",
        ],
      },
      { name: "database/postgres", ingress: ["backend/backend:5432"], egress: [] },
      { name: "database/redis", ingress: ["backend/backend:6379"], egress: [] },
      { name: "docker/docker", ingress: ["backend/backend:2375"], egress: [...RESOLVERS, "0.0.0.0/0:443"] },
    ];
    for (const { name, ingress, egress } of policies) {
      it(`lets ${name} be reached from ${ingress.join(", ")} and reach ${egress.length} targets, nothing else`, () => {
        const policy = plan.get("NetworkPolicy", name);
        expect(at(policy, "spec.policyTypes")).to.deep.equal(["Ingress", "Egress"]);
        expect(connections(policy, "ingress")).to.have.members(ingress);
        expect(connections(policy, "egress")).to.have.members(egress);
      });
    }

    for (const [port, target] of [
      [5432, "postgres"],
      [6379, "redis"],
      [2375, "docker"],
    ] as const) {
      it(`denies ${target} to the frontend on both sides`, () => {
        const egress = connections(plan.get("NetworkPolicy", "frontend/frontend"), "egress");
        expect(egress.filter((entry) => entry.endsWith(`:${port}`))).to.deep.equal([]);
        const namespace = target === "docker" ? "docker" : "database";
        const ingress = connections(plan.get("NetworkPolicy", `${namespace}/${target}`), "ingress");
        expect(ingress.filter((entry) => entry.startsWith("frontend/"))).to.deep.equal([]);
      });
    }

    for (const namespace of ["frontend", "backend", "database", "docker"]) {
      it(`closes namespace ${namespace} to everything else, both ways`, () => {
        expect(at(plan.get("NetworkPolicy", `${namespace}/default-deny`), "spec")).to.deep.equal({
          podSelector: {},
          policyTypes: ["Ingress", "Egress"],
        });
      });
    }
  });

  describe("namespaces", () => {
    for (const [namespace, standard] of [
      ["frontend", "restricted"],
      ["backend", "restricted"],
      ["database", "restricted"],
      ["docker", "privileged"],
    ] as const) {
      it(`holds pods of ${namespace} to the ${standard} standard`, () => {
        expect(at(plan.get("Namespace", namespace), "metadata.labels")).to.deep.include({
          "pod-security.kubernetes.io/enforce": standard,
          "pod-security.kubernetes.io/audit": standard,
          "pod-security.kubernetes.io/warn": standard,
        });
      });
    }

    it("gives the backend's quota room for ten replicas and a group of three more during a rollout", () => {
      const hard = at(plan.get("ResourceQuota", "backend/quota"), "spec.hard");
      // 13 x 500m, 13 x 2000m, a quarter more, and a quarter core, rounded up to quarters.
      expect((hard as Record<string, string>)["requests.cpu"]).to.equal("8500m");
      expect((hard as Record<string, string>)["limits.cpu"]).to.equal("32750m");
      expect((hard as Record<string, string>).pods).to.equal("18");
    });
  });

  describe("rollouts and pods", () => {
    for (const name of ["frontend/frontend", "backend/backend"]) {
      it(`replaces ${name} without a moment of fewer replicas, with 30 s to finish`, () => {
        const deployment = plan.get("Deployment", name);
        expect(at(deployment, "spec.strategy")).to.deep.equal({
          type: "RollingUpdate",
          rollingUpdate: { maxUnavailable: 0, maxSurge: "25%" },
        });
        expect(at(deployment, "spec.template.spec.terminationGracePeriodSeconds")).to.equal(30);
        expect(at(deployment, "spec.template.spec.containers.0.lifecycle.preStop")).to.deep.equal({
          sleep: { seconds: 5 },
        });
        expect(at(plan.get("PodDisruptionBudget", name), "spec.maxUnavailable")).to.equal(1);
      });
    }

    it("lets nginx have port 80 without root by the safe sysctl", () => {
      expect(
        at(plan.get("Deployment", "frontend/frontend"), "spec.template.spec.securityContext.sysctls"),
      ).to.deep.equal([{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }]);
    });

    it("keeps each daemon's data root on its node and gives all of them the one share", () => {
      const pod = at(plan.get("DaemonSet", "docker/docker"), "spec.template.spec");
      const volumes = at(pod, "volumes") as readonly Record<string, unknown>[];
      const mounts = at(pod, "containers.0.volumeMounts") as readonly { name: string; mountPath: string }[];
      const volumeAt = (path: string) =>
        volumes.find(({ name }) => name === mounts.find((mount) => mount.mountPath === path)?.name);
      expect(volumeAt("/home/rootless/.local/share/docker")).to.have.nested.property("emptyDir.sizeLimit", "100Gi");
      expect(volumeAt("/volumes")).to.have.nested.property("persistentVolumeClaim.claimName", "docker-volumes");
      expect(at(pod, "tolerations")).to.deep.equal([
        { key: "groundplan.dev/pool", operator: "Equal", value: "docker", effect: "NoSchedule" },
      ]);
    });

    it("keeps the URL of the database out of plain variables", () => {
      const env = at(plan.get("Deployment", "backend/backend"), "spec.template.spec.containers.0.env") as readonly {
        name: string;
      }[];
      expect(env.find(({ name }) => name === "DATABASE_URL")).to.deep.equal({
        name: "DATABASE_URL",
        valueFrom: { secretKeyRef: { name: "backend-env", key: "DATABASE_URL" } },
      });
      expect(env.find(({ name }) => name === "DOCKER_HOST")).to.deep.equal({
        name: "DOCKER_HOST",
        value: "tcp://docker.docker.svc:2375",
      });
    });
  });

  it("starts stores before the backend and the backend before the frontend", () => {
    const dependencies = (name: string) =>
      plan.all.find((manifest) => manifest.name === name)?.dependencies.map((urn) => urn.split("::").at(-1)) ?? [];
    expect(dependencies("main-backend-deployment")).to.include.members([
      "main-postgres-statefulset",
      "main-redis-statefulset",
      "main-docker-daemonset",
    ]);
    expect(dependencies("main-frontend-deployment")).to.include("main-backend-deployment");
  });

  it("makes nothing in a namespace before the namespace and what guards it", () => {
    const early = plan.all.filter(({ inputs, dependencies }) => {
      const namespace = at(inputs, "metadata.namespace");
      const waits = dependencies.some((urn) => urn.endsWith(`::main-namespace-${String(namespace)}-namespace`));
      return namespace !== undefined && !waits;
    });
    expect(early.map(({ name }) => name)).to.deep.equal([]);
  });

  it("says what it gives only in part", () => {
    expect(plan.degraded.map(({ feature }) => feature)).to.have.members([
      "bucket backups: replication, versions, lifecycle and encryption of objects",
      "backup daily of postgres (0 3 * * * UTC, kept 30 days), and its restore test",
      "alert routes to pagerduty, slack",
      "alarm when alerting itself is dead",
      "web application firewall and CDN",
      "node pool docker of docker",
      "TLS to postgres",
      "TLS to redis",
      "traces that outlive a restart of Jaeger",
      "DNS records of the hosts",
      "cutting requests that idle for 60, 3600 s",
      "scanning of images (security.imageScanning)",
      "the pipeline (delivery.gitOps, delivery.stages, delivery.notify)",
    ]);
  });
});

describe("VibeBox, standalone, on a cluster you already have", () => {
  it("is one replica of each without autoscaling, in one namespace and the daemon's own", async () => {
    const plan = await Manifests.plan({ ...DISTRIBUTED, model: "standalone" });
    expect(Object.keys(plan.ofKind("Namespace"))).to.have.members(["vibebox", "docker"]);
    expect(Object.keys(plan.ofKind("Deployment"))).to.have.members(["vibebox/frontend", "vibebox/backend"]);
    for (const deployment of Object.values(plan.ofKind("Deployment"))) {
      expect(at(deployment, "spec.replicas")).to.equal(1);
    }
    for (const kind of ["HorizontalPodAutoscaler", "ScaledObject", "PodDisruptionBudget", "Release"]) {
      expect(plan.ofKind(kind), kind).to.deep.equal({});
    }
  });
});
