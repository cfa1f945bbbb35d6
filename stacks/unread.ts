import type { Degraded } from "../components/component";
import { type Context, isDistributed } from "../components/context";
import { normalizeUse } from "../systems/edges";
import type { ResolvedSystem } from "../systems/resolve";
import type { Settings } from "./settings";
import { UNREAD_BY_HOSTS } from "./unread/host";
import { attached, everywhere, managed, type Place, type Unread, when } from "./unread/place";

export type { Place } from "./unread/place";

/** The one table of fields that some place does not read. What a component cannot give, it says itself. */
const UNREAD: readonly Unread[] = [
  {
    where: everywhere,
    asked: ({ stores }) =>
      Object.entries(stores).flatMap(([name, store]) =>
        when(store.kind === "redis" && store.deadLetter, `stores.${name}.deadLetter`),
      ),
    feature: "an alert on the depth of the queue of failed tasks",
    reason: "nothing exports the length of an application's queues",
    remedy: "export it from the application and write the alert in alerts",
  },
  {
    where: managed,
    asked: ({ stores }) =>
      Object.entries(stores).flatMap(([name, store]) =>
        when(store.kind === "bucket" && !store.local && !store.versioning, `stores.${name}.versioning`),
      ),
    feature: "a bucket without old versions",
    reason: "versions are kept all the same: they are what brings an overwritten object back",
    remedy: "shorten lifecycle.expireDays",
  },
  {
    where: managed,
    asked: ({ stores }) =>
      Object.entries(stores).flatMap(([name, store]) =>
        when(store.kind === "postgres" && !store.embedded && store.instances > 2, `stores.${name}.instances`),
      ),
    feature: "more than one standby",
    reason: "a managed database keeps one, in another zone, where the environment asks for it",
    remedy: "add readReplicas, which can be promoted",
  },
  {
    where: (place) => !attached(place),
    asked: (system) => classes(system, undefined),
    feature: "a storage class of a store's own",
    reason: "classes are of a cluster you have; disks made here are the cloud's SSDs, encrypted with the system's key",
    remedy: "remove it, or use a placement on kubernetes",
  },
  {
    where: attached,
    asked: (system, { storageClasses }) => classes(system, storageClasses),
    feature: "a storage class of a store's own",
    reason: "the stack's settings name one for all volumes: the system does not know what a cluster offers",
    remedy: "remove groundplan:kubernetes.storageClass or sharedStorageClass where the system's own class is there",
  },
  {
    where: ({ cloud, host }) => host || cloud !== "aws",
    asked: ({ observability }) => when(observability.logArchive, "observability.logArchive"),
    feature: "old logs in a bucket",
    reason: "logs are kept where they are collected, for as long as groundplan:retention.logsDays says",
    remedy: "raise groundplan:retention.logsDays, or export them where an audit asks for more",
  },
  {
    where: managed,
    asked: ({ stores }) =>
      Object.entries(stores).flatMap(([name, store]) =>
        store.kind === "postgres"
          ? when(store.embedded, `stores.${name}.embedded`)
          : when(store.kind === "bucket" && store.local, `stores.${name}.local`),
      ),
    feature: "a store in a directory of its service",
    reason:
      "a database or bucket of the cloud is made in its place: replicas on several nodes cannot share a directory",
    remedy: "remove embedded or local in this model, or use a placement on kubernetes or a model of one machine",
  },
  {
    where: ({ cloud, host }) => host || cloud !== "aws",
    asked: ({ stores }) =>
      Object.entries(stores).flatMap(([name, store]) =>
        store.kind === "bucket" && store.cdn
          ? [`stores.${name}.cdn`, ...when(store.cdnPath, `stores.${name}.cdnPath`)]
          : [],
      ),
    feature: "objects delivered by a CDN",
    reason: "CloudFront alone is told of buckets; anywhere else the services answer every path",
    remedy: "let a service deliver them, or use a placement on aws in distributed or global",
  },
  {
    where: everywhere,
    asked: (system, place) => rights(system, place),
    feature: "rights of a client's own",
    reason: "what it uses knows one user, who may do all; a policy decides who reaches it",
    remedy: "let the application keep to it, or use a database or bucket on aws or gcp",
  },
  {
    where: ({ repository }) => !repository,
    asked: ({ security }) => when(security.imageScanning, "security.imageScanning"),
    feature: "scanning of images",
    reason: "the registry the images come from is no part of the stack",
    remedy: "set groundplan:images.repository on aws or gcp, or switch scanning on at the registry",
  },
  {
    where: everywhere,
    asked: ({ security }) => when(security.complianceReport, "security.complianceReport"),
    feature: "a compliance report kept with each deployment",
    reason: "a deployment keeps no files",
    remedy: "run groundplan report in the pipeline and keep what it writes",
  },
  {
    where: ({ host }) => host,
    asked: guards,
    feature: "guarding the account and the network",
    reason: "a stack of one machine makes nothing of an account beside it",
    remedy: "set groundplan:model to distributed, or switch them on for the account",
  },
  {
    where: attached,
    asked: guards,
    feature: "guarding the account and the network",
    reason: "account, network and control plane of an attached cluster belong to somebody else",
    remedy: "ask whoever runs the cluster, or use a placement on aws or gcp",
  },
  {
    where: ({ cloud, host, vault }) => !vault && (host || cloud === "kubernetes"),
    asked: ({ secrets }) =>
      Object.entries(secrets).flatMap(([name, { rotateDays }]) => when(rotateDays, `secrets.${name}.rotateDays`)),
    feature: "rotation of secrets",
    reason: "only whoever uses a secret can change it on both sides; nothing here does so by itself",
    remedy: "give it a new value when it is due",
  },
  {
    where: attached,
    asked: ({ edge }) => when(edge.redirects?.length, "edge.redirects"),
    feature: "hosts answered by a redirect",
    reason: "the ingress is given the hosts of routes alone",
    remedy: "route the host to a service that redirects, or use a placement on aws or gcp",
  },
  {
    where: ({ cloud, host }) => host || cloud === "kubernetes",
    asked: ({ edge }) => when(edge.requestsPerSecond !== undefined && edge.rateLimit !== undefined, "edge.rateLimit"),
    feature: "a limit over five minutes beside the one per second",
    reason: "a proxy counts at one rate, and the one per second is asked for too",
    remedy: "remove one of edge.requestsPerSecond and edge.rateLimit, or use a placement on aws or gcp in distributed",
  },
  {
    where: (place) => attached(place) && !/^(traefik|nginx)/.test(place.ingressClass),
    asked: ({ edge }) => when(edge.maxBodySize, "edge.maxBodySize"),
    feature: "refusing larger requests",
    reason: "the load balancer sets no limit to the size of a request",
    remedy: "limit it in the application, or use an ingress class of nginx or traefik",
  },
  {
    where: attached,
    asked: ({ edge }) => when(edge.authentication, "edge.authentication"),
    feature: "sign-in at the edge",
    reason: "the load balancer lets everybody pass: it has no session to ask for",
    remedy: "ask for the user in the application, as it must behind any edge",
  },
  {
    where: ({ cloud, host }) => host || cloud === "kubernetes",
    asked: ({ edge }) => when(edge.cdnRegions && !edge.cdn, "edge.cdnRegions"),
    feature: "regions of a CDN",
    reason: "there is none",
    remedy: "set edge.cdn on a placement on aws or gcp",
  },
  {
    where: everywhere,
    asked: ({ delivery }) => [
      ...when(delivery.gitOps, "delivery.gitOps"),
      ...when(delivery.strategy !== "rolling", "delivery.strategy"),
      ...when(delivery.tool !== "github-actions", "delivery.tool"),
      ...when(delivery.registry !== "cloud", "delivery.registry"),
      ...when(delivery.stages.length, "delivery.stages"),
      ...when(delivery.checks.length, "delivery.checks"),
      ...when(delivery.approval.join() !== "production", "delivery.approval"),
      ...when(delivery.triggers, "delivery.triggers"),
      ...when(!delivery.rollback, "delivery.rollback"),
      ...when(delivery.notify.length, "delivery.notify"),
    ],
    feature: "the pipeline",
    reason: "a stack makes no pipeline and no registry; its deployments replace pods one after the other",
    remedy: "write it in the repository: groundplan check, plan and up are its steps",
  },
  {
    where: ({ cloud, host }) => cloud === "gcp" && !host,
    asked: ({ nodePools }) =>
      Object.entries(nodePools).flatMap(([name, { alternatives }]) =>
        when(alternatives?.gcp?.length, `nodePools.${name}.alternatives.gcp`),
      ),
    feature: "further machine types of a node pool",
    reason: "a pool of GKE has one machine type",
    remedy: "describe a second pool with the other type",
  },
  ...UNREAD_BY_HOSTS,
];

/** What a system asks for in fields that its place does not read. */
export function unread(system: ResolvedSystem, place: Place): readonly Degraded[] {
  return UNREAD.flatMap(({ where, asked, feature, reason, remedy }) => {
    const paths = where(place) ? asked(system, place) : [];
    return paths.length === 0 ? [] : [{ feature: `${feature} (${paths.join(", ")})`, reason, remedy }];
  });
}

/** The place a placement is. */
export function placeOf(
  { kubernetes, images, placements }: Pick<Settings, "kubernetes" | "images" | "placements">,
  { cloud, model, placement }: Context,
): Place {
  const ingressClass = kubernetes.ingressClass ?? "traefik";
  return {
    cloud,
    host: cloud !== "kubernetes" && !isDistributed(model),
    ingressClass,
    storageClasses: { data: kubernetes.storageClass, shared: kubernetes.sharedStorageClass },
    repository: images.repository ?? false,
    vault: placements.find(({ name }) => name === placement)?.vault !== undefined,
  };
}

/** Classes of stores that nothing reads: on a cloud all of them, on a cluster those the settings name another for. */
function classes({ stores }: ResolvedSystem, set: Place["storageClasses"] | undefined): readonly string[] {
  return Object.entries(stores).flatMap(([name, store]) => {
    if (store.kind === "file-share") {
      return when(
        isOther(store.storageClass, set && (set.shared ?? store.storageClass)),
        `stores.${name}.storageClass`,
      );
    }
    const asked = "storage" in store ? store.storage?.class : undefined;
    return when(isOther(asked, set && (set.data ?? asked)), `stores.${name}.storage.class`);
  });
}

function isOther(asked: string | undefined, given: string | undefined): boolean {
  return asked !== undefined && asked !== given;
}

/** Uses that ask for other rights than to write, of something that tells no users apart. */
function rights({ services, stores }: ResolvedSystem, place: Place): readonly string[] {
  return Object.entries(services).flatMap(([service, { uses }]) =>
    uses.flatMap((written, index) => {
      const { to, access, endpoint } = normalizeUse(written);
      const store = stores[to];
      const apart = store?.kind === "bucket" || (store?.kind === "postgres" && (managed(place) || store.embedded));
      // A replica takes no writes from anybody; one machine has none.
      const readOnly = access === "read" && endpoint === "replica" && !place.host;
      return when(store && !apart && !readOnly && access !== "write", `services.${service}.uses[${index}].access`);
    }),
  );
}

/** What guards the account and the network around a system. */
function guards({ security }: ResolvedSystem): readonly string[] {
  return Object.entries({
    ddos: security.ddos === "advanced",
    intrusionDetection: security.intrusionDetection,
    trafficInspection: security.trafficInspection,
    vpnGateway: security.vpnGateway,
    auditLog: security.auditLog,
    forensicSnapshots: security.forensicSnapshots,
  }).flatMap(([field, asked]) => when(asked, `security.${field}`));
}
