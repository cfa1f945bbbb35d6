import { small } from "../fixture";
import type { Mistake } from "./mistake";

const cron = { schedule: "0 1 * * *", kind: "cronjob", image: "x:1", resources: small };

/** Mistakes in who talks to whom. */
export const connections: readonly Mistake[] = [
  {
    name: "an edge to nothing",
    change: { services: { worker: { uses: ["quue"] } } },
    path: "services.worker.uses[0]",
    fix: "did you mean queue?",
  },
  {
    name: "an edge to the service itself",
    change: { services: { worker: { uses: ["worker"] } } },
    path: "services.worker.uses[0]",
  },
  {
    name: "an edge to a job",
    change: { services: { worker: { uses: ["migrate"] } } },
    path: "services.worker.uses[0].to",
  },
  {
    name: "an edge to a cron job",
    change: { services: { nightly: cron, worker: { uses: ["nightly"] } } },
    path: "services.worker.uses[0].to",
  },
  {
    name: "the same edge twice",
    change: { services: { worker: { uses: ["queue", "queue"] } } },
    path: "services.worker.uses[1]",
  },
  {
    name: "an edge to a port there is not",
    change: { services: { worker: { uses: [{ to: "web", port: "htpp" }] } } },
    path: "services.worker.uses[0].port",
    fix: "did you mean http?",
  },
  {
    name: "an edge to a store's port",
    change: { services: { worker: { uses: [{ to: "queue", port: "redis" }] } } },
    path: "services.worker.uses[0].port",
  },
  {
    name: "an edge to a replica a store has not",
    change: { services: { worker: { uses: [{ to: "files", endpoint: "replica", access: "read" }] } } },
    path: "services.worker.uses[0].endpoint",
  },
  {
    name: "writing to a replica",
    change: { services: { worker: { uses: [{ to: "main-db", endpoint: "replica", access: "write" }] } } },
    path: "services.worker.uses[0].access",
  },
  {
    name: "a value a bucket does not offer",
    change: { services: { worker: { uses: [{ to: "files", env: { A: "password" } }] } } },
    path: "services.worker.uses[0].env.A",
  },
  {
    name: "a value a share does not offer",
    change: { services: { worker: { uses: [{ to: "shared", env: { A: "url" } }] } } },
    path: "services.worker.uses[0].env.A",
  },
  {
    name: "a key an external service does not have",
    change: {
      services: {
        web: {
          uses: [
            { to: "main-db", endpoint: "replica", access: "read" },
            { to: "pay", env: { A: "api-kye" } },
          ],
        },
      },
    },
    path: "services.web.uses[1].env.A",
    fix: "did you mean api-key?",
  },
  {
    name: "a variable from env and an edge",
    change: { services: { worker: { env: { REDIS_URL: "redis://x" } } } },
    path: "services.worker.uses[0].env.REDIS_URL",
  },
  {
    name: "a variable from env and a secret",
    change: { services: { web: { env: { SESSION_SECRET: "x" } } } },
    path: "services.web.secretEnv.SESSION_SECRET",
  },
  {
    name: "an unknown secret",
    change: { services: { web: { secretEnv: { SESSION_SECRET: "sesion" } } } },
    path: "services.web.secretEnv.SESSION_SECRET",
    fix: "did you mean session?",
  },
  {
    name: "a migration that waits for a service",
    change: { services: { migrate: { uses: ["web"] } } },
    path: "services.migrate.uses[0]",
  },
  { name: "a route to nothing", change: { routes: [{ to: "wbe" }] }, path: "routes[0].to", fix: "did you mean web?" },
  { name: "a route to a service without ports", change: { routes: [{ to: "worker" }] }, path: "routes[0].to" },
  {
    name: "a route to a port there is not",
    change: { routes: [{ to: "web", port: "amdin" }] },
    path: "routes[0].port",
    fix: "did you mean admin?",
  },
  {
    name: "the same route twice",
    change: { routes: [{ to: "web" }, { to: "web", port: "admin" }] },
    path: "routes[1].path",
  },
];
