import { isRunning } from "../../components/workload/container";
import type { ServiceSpec, StoreSpec } from "../../systems/spec";
import { type Unread, when } from "./place";

/** Fields that one machine alone does not read. */
export const UNREAD_BY_HOSTS: readonly Unread[] = [
  {
    where: ({ host }) => host,
    asked: ({ services }) =>
      Object.entries(services).flatMap(([name, service]) => when(scales(service), `services.${name}.scaling`)),
    feature: "replicas that come and go",
    reason: "one machine runs as many as are fixed, and one where they are not",
    remedy: "set groundplan:model to distributed, or scaling.replicas in this model",
  },
  {
    where: ({ host }) => host,
    asked: ({ services }) =>
      Object.entries(services).flatMap(([name, service]) => unasked(`services.${name}`, service)),
    feature: "checks beside the one of liveness",
    reason: "Docker asks a container one question; the check of the start decides how long a wrong answer is forgiven",
    remedy: "set groundplan:model to distributed",
  },
  {
    where: ({ host }) => host,
    asked: ({ services }) => Object.entries(services).flatMap(([name, service]) => limitsOfRuns(name, service)),
    feature: "limits of a job's runs",
    reason: "a host starts a job at its hour and leaves it alone: what fails is tried again at the next one",
    remedy: "let the job end itself in time, or set groundplan:model to distributed",
  },
  {
    where: ({ host }) => host,
    asked: ({ stores }) => Object.entries(stores).flatMap(([name, store]) => servers(`stores.${name}`, store)),
    feature: "more servers than one of a store",
    reason: "they would be on one machine, and lost with it",
    remedy: "set groundplan:model to distributed",
  },
  {
    where: ({ host }) => host,
    asked: ({ stores }) =>
      Object.entries(stores).flatMap(([name, store]) =>
        store.kind === "postgres" && !store.embedded
          ? [
              ...when(store.backupRetentionDays !== 7, `stores.${name}.backupRetentionDays`),
              ...when(store.backupWindow !== "03:00-04:00", `stores.${name}.backupWindow`),
            ]
          : [],
      ),
    feature: "automatic backups of a database",
    reason: "snapshots of the volume, and the system's own dumps, take their place",
    remedy: "write a dump in backups, with its schedule and retention",
  },
  {
    where: ({ host }) => host,
    asked: ({ edge }) => [
      ...when(edge.proxy && edge.proxy.certificates !== "ssl-certs", "edge.proxy.certificates"),
      ...when(edge.proxy?.segment, "edge.proxy.segment"),
    ],
    feature: "a network and a volume the proxy names",
    reason: "it joins the networks of what it leads to, and keeps certificates on the data volume",
    remedy: "remove them: nothing else has to know of either",
  },
  {
    where: ({ host }) => host,
    asked: ({ external }) =>
      Object.entries(external).flatMap(([name, { hosts }]) => when(!hosts.includes("*"), `external.${name}.hosts`)),
    feature: "a way out to named hosts alone",
    reason: "a machine's firewall knows addresses, not names: its containers reach any public host",
    remedy: "send them through a proxy that filters by name",
  },
];

/** What a store says of servers beside its first. */
function servers(at: string, store: StoreSpec): readonly string[] {
  switch (store.kind) {
    case "postgres":
      return [...when(store.instances > 1, `${at}.instances`), ...when(store.readReplicas > 0, `${at}.readReplicas`)];
    case "redis":
      return [
        ...when(store.mode !== "single", `${at}.mode`),
        ...when(store.shards > 1, `${at}.shards`),
        ...when(store.replicas > 0, `${at}.replicas`),
      ];
    case "vector":
      return [
        ...when(store.instances > 1, `${at}.instances`),
        ...when(store.replicationFactor > 1, `${at}.replicationFactor`),
      ];
    case "memcached":
    case "search":
      return when(store.instances > 1, `${at}.instances`);
    default:
      return [];
  }
}

/** What a job's runs may take, where it says something else than every job does. */
function limitsOfRuns(name: string, service: ServiceSpec): readonly string[] {
  if (isRunning(service)) {
    return [];
  }
  const late = service.kind === "cronjob" && service.deadlineSeconds !== 300;
  return [
    ...when(late, `services.${name}.deadlineSeconds`),
    ...when(service.timeout !== (service.kind === "cronjob" ? "1h" : "15m"), `services.${name}.timeout`),
    ...when(service.retries !== 2, `services.${name}.retries`),
  ];
}

function scales(service: ServiceSpec): boolean {
  if (!isRunning(service)) {
    return false;
  }
  const { max, queue, metrics, vertical } = service.scaling;
  return max !== undefined || queue !== undefined || metrics.length > 0 || vertical !== "off";
}

/** Checks of a container that Docker does not ask for. */
function unasked(at: string, service: ServiceSpec): readonly string[] {
  const { startup, liveness, readiness } = isRunning(service) ? service.probes : {};
  return [
    ...when(startup?.path ?? startup?.command ?? startup?.port, `${at}.probes.startup`),
    ...when(startup && liveness && liveness.initialDelaySeconds > 0, `${at}.probes.liveness.initialDelaySeconds`),
    ...when(liveness && readiness, `${at}.probes.readiness`),
  ];
}
