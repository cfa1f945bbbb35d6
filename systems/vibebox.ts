import type { SystemInput } from "./spec";
import { nginxConfig } from "./vibebox/nginx";

/**
 * VibeBox: coding sandboxes in the browser. The numbers are those of the `distributed` model; `standalone` is one
 * replica of each without autoscaling, which the model itself sees to.
 *
 * The source's summary ends in a total row (6.8 to 27.5 CPU, 13.4 to 53.5 Gi) that its own rows do not add up to; the
 * rows hold. Its storage total, 610 Gi, does add up.
 */
export const vibebox: SystemInput = {
  name: "vibebox",
  title: "VibeBox",
  description: "Coding sandboxes in the browser: a React front end, a Fastify API and containers it runs for its users",
  services: {
    frontend: {
      kind: "deployment",
      image: "nginx:alpine",
      namespace: "frontend",
      ports: { http: { port: 80 } },
      resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
      scaling: { replicas: 3 },
      probes: {
        // The source gives none for the front end; the two paths differ so that a slow page never restarts nginx.
        liveness: { path: "/healthz", initialDelaySeconds: 5 },
        readiness: { path: "/", periodSeconds: 5 },
      },
      uses: [{ to: "backend", port: "http", access: "read", env: { BACKEND_URL: "url" } }],
      files: { "/etc/nginx/templates/default.conf.template": nginxConfig },
      scratch: [
        // nginx runs here as a common user on a read-only root. It writes proxied bodies,
        { path: "/var/cache/nginx", size: "128Mi" },
        // its pid file,
        { path: "/var/run", size: "8Mi" },
        // what its start script renders from the template above,
        { path: "/etc/nginx/conf.d", size: "8Mi" },
        // and what any library takes for granted.
        { path: "/tmp", size: "64Mi" },
      ],
      mesh: true,
    },
    backend: {
      kind: "deployment",
      image: "node:20-alpine",
      namespace: "backend",
      ports: { http: { port: 3000 } },
      resources: { requests: { cpu: "500m", memory: "512Mi" }, limits: { cpu: "2000m", memory: "2Gi" } },
      scaling: {
        min: 3,
        max: 10,
        start: 3,
        cpuPercent: 70,
        memoryPercent: 70,
        metrics: [
          {
            name: "active-websocket-connections",
            query: "sum(vibebox_websocket_connections_active)",
            perReplica: 1000,
          },
        ],
        scaleUp: { pods: 1, periodSeconds: 30 },
        // The diagram scales down below 30 %. An autoscaler knows one target and a tolerance: holding 70 % removes a pod
        // once the rest would still be under it, which for the smallest fleets is far below 70 %.
        scaleDown: { pods: 1, periodSeconds: 300 },
      },
      probes: {
        startup: {
          path: "/health/startup",
          initialDelaySeconds: 0,
          periodSeconds: 3,
          failureThreshold: 30,
          timeoutSeconds: 5,
        },
        liveness: {
          path: "/health/live",
          initialDelaySeconds: 30,
          periodSeconds: 10,
          failureThreshold: 3,
          timeoutSeconds: 5,
        },
        readiness: {
          path: "/health/ready",
          initialDelaySeconds: 10,
          periodSeconds: 5,
          failureThreshold: 3,
          timeoutSeconds: 5,
        },
      },
      metrics: { port: "http", path: "/metrics" },
      uses: [
        { to: "postgres", env: { DATABASE_URL: "url" } },
        { to: "redis", env: { REDIS_URL: "url" } },
        { to: "docker", port: "api", access: "admin", env: { DOCKER_HOST: "url" } },
      ],
      env: { NODE_ENV: "production", HOST: "0.0.0.0", PORT: "3000", LOG_FORMAT: "json" },
      scratch: [{ path: "/tmp", size: "256Mi" }],
      gracePeriodSeconds: 30,
      mesh: true,
    },
    docker: {
      kind: "daemonset",
      // The source's docker:dind runs as root; the rootless variant is the same daemon under a common user.
      image: "docker:dind-rootless",
      namespace: "docker",
      // Plain TCP inside a policed namespace; the daemon wants to be told that this is meant.
      args: ["--tls=false"],
      ports: { api: { port: 2375, protocol: "tcp" } },
      resources: {
        requests: { cpu: "2000m", memory: "4Gi", ephemeralStorage: "50Gi" },
        limits: { cpu: "8000m", memory: "16Gi", ephemeralStorage: "120Gi" },
      },
      probes: {
        liveness: { port: "api", initialDelaySeconds: 30 },
        readiness: { command: ["docker", "info"], periodSeconds: 15, timeoutSeconds: 10 },
      },
      uses: [{ to: "registries", access: "read" }],
      env: { DOCKER_TLS_CERTDIR: "", DOCKER_HOST: "unix:///run/user/1000/docker.sock" },
      // Each daemon keeps images and containers on its own node: two daemons must never share a data root.
      scratch: [
        { path: "/home/rootless/.local/share/docker", size: "100Gi" },
        { path: "/run/user/1000", size: "64Mi" },
        { path: "/tmp", size: "1Gi" },
      ],
      volumes: [{ name: "docker-volumes", path: "/volumes", share: "docker-volumes" }],
      security: {
        podSecurity: "privileged",
        // The id the image's subordinate user ids belong to; with another the daemon cannot make user namespaces.
        runAsUser: 1000,
        readOnlyRootFilesystem: false,
        reason:
          "Docker-in-Docker makes namespaces and mounts for its users' containers, which needs a privileged pod even rootless",
      },
      nodePool: "docker",
    },
  },
  stores: {
    postgres: {
      kind: "postgres",
      version: "16",
      database: "vibebox",
      image: "postgres:16-alpine",
      namespace: "database",
      resources: { requests: { cpu: "1000m", memory: "2Gi" }, limits: { cpu: "4000m", memory: "8Gi" } },
      storage: { size: "100Gi", class: "fast-ssd", volume: "postgres-data" },
      // One primary, as the source runs it; the replication it recommends comes with the production environment.
      instances: 1,
      backupRetentionDays: 30,
      mesh: true,
    },
    redis: {
      kind: "redis",
      version: "7",
      image: "redis:7-alpine",
      namespace: "database",
      resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "500m", memory: "1Gi" } },
      storage: { size: "10Gi", class: "fast-ssd", volume: "redis-data" },
      purpose: "cache",
      // Sessions and cache share it: only what was stored with an expiry may be dropped.
      eviction: "volatile-lru",
      alone: "Its clients take one redis:// URL and ask no sentinel; sessions and cache may begin anew with its pod",
    },
    // The source provisions this share from fast-ssd as well. EBS cannot be mounted by several nodes, and its own
    // diagram draws EFS: the placement's class for shared files applies.
    "docker-volumes": { kind: "file-share", namespace: "docker", size: "500Gi" },
    backups: {
      kind: "bucket",
      bucketName: "vibebox-backups",
      lifecycle: { expireDays: 30 },
      locked: true,
      retentionDays: 30,
    },
  },
  external: {
    // Where the sandboxes' images come from: any registry their users name. Without it no daemon could pull one.
    registries: { hosts: ["*"], port: 443 },
  },
  routes: [
    { host: "@", path: "/", to: "frontend", port: "http" },
    { host: "@", path: "/api", to: "backend", port: "http", webSockets: true, timeoutSeconds: 3600 },
  ],
  edge: { cdn: true, waf: true, tlsMinimum: "1.2" },
  nodePools: {
    // A node holds one daemon up to its limits and what every node runs besides.
    docker: {
      cpu: "8",
      memory: "32Gi",
      min: 2,
      max: 6,
      diskSize: "200Gi",
      labels: { "node-type": "docker" },
      tainted: true,
    },
  },
  backups: {
    daily: {
      store: "postgres",
      schedule: "0 3 * * *",
      retentionDays: 30,
      bucket: "backups",
      fileName: "DATE.sql.gz.enc",
      overdueAfter: "2h",
    },
  },
  objectives: { recoveryOrder: ["database", "redis", "docker", "backend", "frontend", "traffic"] },
  alerts: {
    BackendAbsent: {
      expr: "absent(vibebox_websocket_connections_active)",
      for: "5m",
      severity: "critical",
      summary: "No backend pod reports metrics",
      action: "Look at the backend's pods and their startup probe; roll back the last deployment if it is new",
    },
    WebSocketsNearLimit: {
      expr: "sum(vibebox_websocket_connections_active) > 9000",
      for: "10m",
      severity: "warning",
      summary: "Active WebSocket connections near what ten backend pods carry",
      action: "Raise the backend's max replicas, or find the client that does not close its connections",
    },
  },
  notify: ["pagerduty", "slack"],
  observability: {
    logs: "loki",
    logFormat: "json",
    traces: "jaeger",
    dashboards: ["infrastructure", "application"],
    metrics: { vibebox_websocket_connections_active: "Active WebSocket connections" },
    uptime: ["frontend", "backend"],
  },
  capacity: { disk: "610 Gi" },
  delivery: {
    tool: "github-actions",
    gitOps: true,
    registry: "cloud",
    stages: ["build", "test", "push", "sync"],
    strategy: "rolling",
    notify: ["slack"],
  },
  models: {
    standalone: { capacity: { hostCpu: 8, hostMemory: "16Gi", hostDisk: "610Gi" } },
    "single-server": { capacity: { hostCpu: 8, hostMemory: "32Gi", hostDisk: "610Gi" } },
  },
};
