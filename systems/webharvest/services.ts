import type { SystemInput } from "../spec";
import { api, worker } from "./programs";

type Services = SystemInput["services"];

/**
 * The production pattern's three groups of workers. Its counts are of machines and size the node pools; the five
 * replicas of the Kubernetes manifest are pods, of the general group. The source scales workers by CPU and memory in
 * one diagram and by their queue in the other: one autoscaler holds all three targets, so that two never fight.
 */
export const services: Services = {
  "open-webui": {
    kind: "deployment",
    // A tag that moves, as the source names it; the images setting pins it by digest.
    image: "open-webui:main",
    ports: { http: { port: 3000 } },
    resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: "1000m", memory: "2Gi" } },
    scaling: {
      replicas: 1,
      alone: "Its users and chats are an embedded database on its volume, which one replica at a time may write",
    },
    probes: {
      startup: { path: "/health", failureThreshold: 30 },
      liveness: { path: "/health", periodSeconds: 15 },
      readiness: { path: "/health/db", periodSeconds: 10 },
    },
    uses: [{ to: "api", port: "http", env: { OPENAI_API_BASE_URL: "url" } }],
    env: { PORT: "3000", DATA_DIR: "/app/backend/data", HOME: "/tmp" },
    // Without the first it would write a key beside its own files, which cannot be changed.
    secretEnv: { WEBUI_SECRET_KEY: "webui-secret", OPENAI_API_KEY: "api-keys" },
    scratch: [{ path: "/tmp", size: "256Mi" }],
    volumes: [{ name: "openwebui-data", path: "/app/backend/data", size: "10Gi" }],
  },
  api: {
    ...api,
    resources: { requests: { cpu: "500m", memory: "1Gi" }, limits: { cpu: "1500m", memory: "4Gi" } },
    // Three, then "instance N": the source gives no last one, and no targets but those of its workers.
    scaling: { min: 3, max: 12, start: 3, cpuPercent: 70, memoryPercent: 80, vertical: "recommend" },
    nodePool: "api",
  },
  worker: {
    ...worker("general"),
    resources: { requests: { cpu: "1000m", memory: "2Gi" }, limits: { cpu: "2000m", memory: "4Gi" } },
    scaling: {
      min: 5,
      max: 18,
      start: 5,
      cpuPercent: 70,
      memoryPercent: 80,
      queue: { store: "broker", library: "celery", queue: "general", lengthPerReplica: 10 },
    },
    nodePool: "general",
  },
  "worker-heavy": {
    ...worker("heavy"),
    // One to a machine of eight vCPU: a heavy crawl keeps every core busy.
    resources: { requests: { cpu: "6000m", memory: "10Gi" }, limits: { cpu: "8000m", memory: "14Gi" } },
    scaling: {
      min: 5,
      max: 10,
      start: 5,
      queue: { store: "broker", library: "celery", queue: "heavy", lengthPerReplica: 5 },
    },
    nodePool: "heavy",
  },
  "worker-browser": {
    ...worker("browser"),
    // One to a machine of two vCPU: browsers take what memory there is.
    resources: {
      requests: { cpu: "1000m", memory: "4Gi", ephemeralStorage: "1Gi" },
      limits: { cpu: "2000m", memory: "6Gi", ephemeralStorage: "4Gi" },
    },
    scaling: {
      min: 10,
      max: 20,
      start: 10,
      queue: { store: "broker", library: "celery", queue: "browser", lengthPerReplica: 2 },
    },
    // A browser session cannot be resumed elsewhere, so this group stays off spot capacity.
    interruptible: false,
    nodePool: "browser",
  },
  "smoke-test": {
    kind: "job",
    phase: "smoke-test",
    image: "webharvest-api:1.0.0",
    command: ["python", "-c"],
    args: ["import os, urllib.request; urllib.request.urlopen(os.environ['API_URL'] + '/health/ready', timeout=10)"],
    resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "250m", memory: "256Mi" } },
    uses: [{ to: "api", port: "http", access: "read", env: { API_URL: "url" } }],
    timeout: "5m",
  },
};
