import { expect } from "chai";
import fc from "fast-check";
import { disruptionBudget } from "../../../components/workload/disruption";
import { networkPolicySpec } from "../../../components/workload/networkPolicy";
import { planProbes } from "../../../components/workload/probes";
import { fileKey, planVolumes } from "../../../components/workload/volumes";
import { type ServiceSpec, systemSchema } from "../../../systems/spec";

const RESOURCES = { requests: { cpu: "100m", memory: "64Mi" }, limits: { cpu: "1", memory: "128Mi" } };

/** A service with the schema's own defaults filled in. */
function service(spec: Record<string, unknown>): ServiceSpec {
  const system = systemSchema.parse({
    name: "test",
    title: "Test",
    description: "A system of one service",
    services: { web: { kind: "deployment", image: "web:1", resources: RESOURCES, ...spec } },
  });
  const [first] = Object.values(system.services);
  if (!first) {
    throw new Error("the schema dropped the service");
  }
  return first;
}

function volumes(spec: Record<string, unknown>, maxReplicas: number, shared?: string) {
  return planVolumes({
    service: "web",
    spec: service(spec),
    maxReplicas,
    storageClasses: { data: "fast", shared },
    uses: [],
    shares: {},
    configMap: "web-files",
  });
}

const PORTS = { http: { port: 8080, protocol: "http" as const } };
const PROBE = { initialDelaySeconds: 0, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 };

describe("pods on Kubernetes", () => {
  describe("probes", () => {
    it("opens the first port where the spec says nothing, liveness slower than readiness", () => {
      const { livenessProbe, readinessProbe, startupProbe } = planProbes({}, PORTS);
      for (const probe of [livenessProbe, readinessProbe, startupProbe]) {
        expect(probe).to.have.deep.property("tcpSocket", { port: "http" });
      }
      expect(livenessProbe?.failureThreshold).to.equal(6);
      expect(readinessProbe?.failureThreshold).to.equal(3);
    });

    it("slows liveness down where the spec asks both alike", () => {
      const same = { ...PROBE, path: "/health" };
      const { livenessProbe, readinessProbe } = planProbes({ liveness: same, readiness: same }, PORTS);
      expect(readinessProbe).to.deep.equal({ httpGet: { path: "/health", port: "http" }, ...PROBE });
      expect(livenessProbe).to.deep.equal({ ...readinessProbe, periodSeconds: 20, failureThreshold: 6 });
    });

    it("takes both as written where they differ in time only", () => {
      const liveness = { ...PROBE, path: "/health", initialDelaySeconds: 30 };
      const { livenessProbe } = planProbes({ liveness, readiness: { ...PROBE, path: "/health" } }, PORTS);
      expect(livenessProbe).to.include({ initialDelaySeconds: 30, periodSeconds: 10, failureThreshold: 3 });
    });

    it("asks nothing of a worker without port or command", () => {
      expect(planProbes({}, {})).to.deep.equal({});
    });
  });

  describe("volumes", () => {
    it("gives every pod a /tmp of bounded size", () => {
      const { volumes: made, mounts } = volumes({}, 1);
      expect(made).to.deep.equal([{ name: "scratch-tmp", emptyDir: { sizeLimit: "64Mi" } }]);
      expect(mounts).to.deep.equal([{ name: "scratch-tmp", mountPath: "/tmp" }]);
    });

    it("claims a disk for a single replica, which then cannot overlap with the next", () => {
      const plan = volumes({ volumes: [{ name: "data", path: "/data", size: "5Gi" }] }, 1);
      expect(plan.exclusive).to.equal(true);
      expect(plan.claims).to.deep.equal([
        {
          role: "data",
          name: "web-data",
          spec: {
            accessModes: ["ReadWriteOnce"],
            resources: { requests: { storage: "5Gi" } },
            storageClassName: "fast",
          },
        },
      ]);
    });

    it("claims shared storage for several replicas, and says so where there is none", () => {
      const spec = { volumes: [{ name: "data", path: "/data", size: "5Gi" }] };
      expect(volumes(spec, 3, "nfs").claims[0]?.spec).to.deep.include({
        accessModes: ["ReadWriteMany"],
        storageClassName: "nfs",
      });
      const without = volumes(spec, 3);
      expect(without.claims).to.deep.equal([]);
      expect(without.degraded.map(({ feature }) => feature)).to.deep.equal(["volume data of web"]);
    });

    it("names files by keys a ConfigMap accepts", () => {
      fc.assert(fc.property(fc.stringMatching(/^\/[!-~]{1,80}$/), (path) => /^[-._a-zA-Z0-9]+$/.test(fileKey(path))));
    });
  });

  describe("network policies", () => {
    it("lets nothing in or out but DNS without edges", () => {
      expect(networkPolicySpec({ selector: { app: "web" }, ingress: [], egress: [] })).to.deep.equal({
        podSelector: { matchLabels: { app: "web" } },
        policyTypes: ["Ingress", "Egress"],
        ingress: [],
        egress: [
          {
            to: [
              ...["kube-dns", "node-local-dns"].map((app) => ({
                namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
                podSelector: { matchLabels: { "k8s-app": app } },
              })),
              { ipBlock: { cidr: "169.254.20.10/32" } },
            ],
            ports: [
              { protocol: "UDP", port: 53 },
              { protocol: "TCP", port: 53 },
            ],
          },
        ],
      });
    });

    it("keeps a host by name away from private addresses", () => {
      const flow = { peers: [{ kind: "hosts" as const, hosts: ["api.openai.com"] }], ports: [443] };
      const { egress } = networkPolicySpec({ selector: {}, ingress: [], egress: [flow], dns: false });
      expect(egress).to.deep.equal([
        {
          to: [
            {
              ipBlock: {
                cidr: "0.0.0.0/0",
                except: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"],
              },
            },
          ],
          ports: [{ protocol: "TCP", port: 443 }],
        },
      ]);
    });
  });

  it("gives a budget only to what may lose a pod", () => {
    expect(disruptionBudget({ app: "web" }, 1)).to.equal(undefined);
    expect(disruptionBudget({ app: "web" }, 2)).to.deep.equal({
      selector: { matchLabels: { app: "web" } },
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    });
  });
});
