import { expect } from "chai";
import { redundancyOf } from "../../../components/context";
import {
  cloudNativePgCluster,
  instancesOf,
  isReplicated,
  operatorImage,
} from "../../../components/data/postgres/cloudNativePg";
import { postgresPod } from "../../../components/data/postgres/pod";
import type { StoreOf } from "../../../systems/spec";

const postgres = (change: Partial<StoreOf<"postgres">>): StoreOf<"postgres"> => ({
  kind: "postgres",
  version: "16",
  database: "app",
  resources: {
    requests: { cpu: "1", memory: "2Gi", ephemeralStorage: "128Mi" },
    limits: { cpu: "2", memory: "4Gi", ephemeralStorage: "1Gi" },
  },
  classes: {},
  storage: { size: "10Gi" },
  instances: 1,
  readReplicas: 0,
  extensions: [],
  pointInTimeRecovery: true,
  backupRetentionDays: 7,
  backupWindow: "03:00-04:00",
  maintenanceWindow: "mon:04:00-mon:05:00",
  mesh: false,
  ...change,
});

const dev = redundancyOf("dev");
const production = redundancyOf("production");

describe("PostgreSQL in the cluster", () => {
  it("fails over where it is asked to, or where losing a zone may not stop it", () => {
    expect(isReplicated(postgres({}), { model: "distributed", redundancy: dev })).to.equal(false);
    expect(isReplicated(postgres({ readReplicas: 1 }), { model: "distributed", redundancy: dev })).to.equal(true);
    expect(isReplicated(postgres({}), { model: "distributed", redundancy: production })).to.equal(true);
    expect(isReplicated(postgres({}), { model: "standalone", redundancy: production })).to.equal(false);
  });

  it("has three instances where a zone may be lost, and as many as the system asks for beyond", () => {
    expect(instancesOf(postgres({}), dev)).to.equal(2);
    expect(instancesOf(postgres({}), production)).to.equal(3);
    expect(instancesOf(postgres({ instances: 2, readReplicas: 3 }), production)).to.equal(5);
    expect(operatorImage("16")).to.equal("ghcr.io/cloudnative-pg/postgresql:16-standard-bookworm");
  });

  it("is given a quarter of its memory to keep pages in", () => {
    const { postgresql } = cloudNativePgCluster({
      store: "db",
      spec: postgres({ maxConnections: 200 }),
      image: operatorImage("16"),
      user: "app",
      secretName: "db-credentials",
      instances: 3,
      labels: {},
      synchronous: false,
    });
    expect(postgresql).to.have.property("parameters").that.deep.equals({
      shared_buffers: "512MB",
      password_encryption: "scram-sha-256",
      log_connections: "on",
      log_disconnections: "on",
      log_lock_waits: "on",
      max_connections: "200",
    });
  });

  it("runs without root, with its password in a file and its data below the volume's root", () => {
    const pod = postgresPod({
      store: "db",
      spec: postgres({ maxConnections: 200, extensions: ["vector"] }),
      image: "postgres:16-alpine",
      user: "app",
      secretName: "db-credentials",
      configMap: "db-config",
      claimName: "db-data",
    });
    expect(pod).to.deep.include({ serviceAccountName: "db", automountServiceAccountToken: false });
    expect(pod).to.have.deep.property("securityContext", {
      runAsNonRoot: true,
      runAsUser: 10_001,
      runAsGroup: 10_001,
      fsGroup: 10_001,
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
    });
    const container = (pod.containers as unknown as readonly Record<string, unknown>[])[0];
    expect(container?.args).to.include("max_connections=200");
    expect(container?.env).to.deep.include({ name: "APP_EXTENSIONS", value: "vector" });
    expect(container?.env).to.deep.include({ name: "PGDATA", value: "/var/lib/postgresql/data/pgdata" });
    expect(container?.env).to.deep.include({
      name: "POSTGRES_PASSWORD_FILE",
      value: "/run/credentials/admin-password",
    });
    expect(container).to.have.nested.property("readinessProbe.exec.command").that.includes("127.0.0.1");
  });
});
