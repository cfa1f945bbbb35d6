import type * as pulumi from "@pulumi/pulumi";
import type { Binding, BindingValue, Client } from "../../components/binding";
import type { AddOns } from "../../components/cluster/addOns/addOns";
import { capabilitiesOf } from "../../components/cluster/addOns/catalog";
import type { ClusterContract } from "../../components/cluster/contract";
import { type Cluster, DATA_STORAGE_CLASS } from "../../components/cluster/gcp";
import { Namespace } from "../../components/cluster/namespace/namespace";
import { mergeClients } from "../../components/data/clients";
import { Memcached } from "../../components/data/memcached/gcp";
import { bindExistingDatabase } from "../../components/data/postgres/existing";
import { Postgres, type PostgresArgs } from "../../components/data/postgres/gcp";
import { Redis } from "../../components/data/redis/gcp";
import { InputError } from "../../components/errors";
import { LogBucket } from "../../components/gcp/bucket/logBucket";
import { Endpoints } from "../../components/gcp/edge/endpoints";
import { AUDIT_EXTENSION } from "../../components/gcp/postgres/flags";
import type { MainRole } from "../../components/gcp/postgres/instance";
import { PostgresReplica, type PostgresReplicaArgs } from "../../components/gcp/postgres/replica";
import type { Network } from "../../components/networking/gcp";
import { KubernetesAlerting } from "../../components/observability/alerting/kubernetes";
import type { PlannedBackup } from "../../components/operations/backup/contract";
import { KubernetesBackup } from "../../components/operations/backup/kubernetes";
import type { Keys } from "../../components/secrets/keys/gcp";
import type { SecretStore } from "../../components/secrets/secretStore/gcp";
import type { VaultStore } from "../../components/secrets/secretStore/vault";
import { Bucket } from "../../components/storage/bucket/gcp";
import { FileShare } from "../../components/storage/fileShare/gcp";
import { describedNamespace } from "../../systems/resolve";
import type { StoreOf, StoreSpec } from "../../systems/spec";
import { alertRoutes } from "../alertRoutes";
import { defaultNamespace, namespaceOf } from "../demands";
import type { Handover } from "../handover";
import { leadOf } from "../parts";
import { imageOf } from "../settings";
import { makeDatabaseUsers, USERS_RESOURCES } from "./databaseUsers";
import { addOnModes } from "./gcp/controllers";
import { routeOf, urlsOf } from "./gcp/edge";
import { followed } from "./gcp/followed";
import { makeCluster, makeKeys, makeRegistry } from "./gcp/foundation";
import { handoverOf } from "./gcp/handover";
import { makeNetwork } from "./gcp/network";
import { makeAddOns, makeSecrets } from "./gcp/platform";
import { makeProviders } from "./gcp/providers";
import { makeSchedule } from "./gcp/schedule";
import { type Lead, type SharedParts, sharedBucket, sharedParts } from "./gcp/shared";
import { LOG_BUCKET, unsupportedProblems } from "./gcp/supported";
import { makeAudit, makeMonitoring, Watch } from "./gcp/watch";
import { makeInCluster, runsAsService, storeDemands } from "./inCluster";
import type { Exposure, NamespaceRequest, Site, SiteRequest } from "./site";
import { makeVault } from "./vault";
import { makeWatching } from "./watching";

/** One region of Google Cloud, as a model sees it. */
export function openGcpSite(request: SiteRequest): Site {
  const problems = unsupportedProblems(request.system, request.placementSettings, request.settings);
  if (problems.length > 0) {
    throw new InputError(problems);
  }
  return new GcpSite(request);
}

class GcpSite implements Site {
  readonly cluster: ClusterContract;
  readonly registry: pulumi.Output<string> | undefined;

  private readonly request: SiteRequest;
  private readonly options: pulumi.ComponentResourceOptions;
  private readonly shared: SharedParts;
  private readonly lead: Lead;
  private readonly network: Network;
  private readonly keys: Keys;
  private readonly gke: Cluster;
  private readonly addOns: AddOns;
  private readonly secrets: SecretStore;
  private vault: VaultStore | undefined;
  private logs: LogBucket | undefined;
  private readonly namespacesMade = new Map<string, Namespace>();
  private readonly watch = new Watch();
  private readonly bucketNames = new Map<string, pulumi.Output<string>>();

  constructor(request: SiteRequest) {
    this.request = request;
    const { context, placement } = request;
    const { cloud, generator } = makeProviders(request);
    const options = { parent: placement, providers: [cloud, generator] };
    this.shared = sharedParts(request.settings);
    const lead = followed(request);
    this.network = makeNetwork(request, lead, options);
    this.lead = lead ?? { context, placementSettings: request.placementSettings, network: this.network, options };
    this.shared.lead = this.lead;
    const enabled = { ...options, dependsOn: [...this.network.services.values()] };
    this.keys = makeKeys(request, enabled);
    this.gke = makeCluster(request, this.network, this.keys, options);
    this.registry = makeRegistry(request, this.keys, this.gke.nodeAccount, this.shared.registries, enabled)?.url;
    this.options = { parent: placement, providers: [cloud, generator, this.gke.kubernetes] };
    this.addOns = makeAddOns(request, this.gke, this.options);
    this.secrets = makeSecrets(
      request,
      { cluster: this.gke, keys: this.keys, reader: this.addOns.installed.externalSecrets },
      this.options,
    );
    this.cluster = this.contract();
  }

  namespaces(requests: readonly NamespaceRequest[]): ReadonlyMap<string, pulumi.Resource> {
    const { context, system } = this.request;
    const databases = Object.values(system.stores).filter((store) => store.kind === "postgres").length;
    const users = databases > 0 ? [{ pods: databases, resources: USERS_RESOURCES, claims: [] }] : [];
    for (const { name, podSecurity, demands: services = [] } of requests) {
      const stores = storeDemands(system, name, this.request);
      // The namespace of a store that Google runs stays unmade: nothing would ever run there.
      if (services.length + stores.length > 0) {
        const demands = [...services, ...users, ...stores];
        const args = { context, namespace: name, podSecurity, demands };
        this.namespacesMade.set(
          name,
          new Namespace(this.named(`namespace-${describedNamespace(system, name)}`), args, this.options),
        );
      }
    }
    const { cluster, secrets, namespacesMade: made } = this;
    this.vault = makeVault(this.request, { cluster, values: secrets.outgoing, namespaces: made }, this.options);
    return this.namespacesMade;
  }

  store(name: string, spec: StoreSpec, users: readonly Client[]): Binding {
    const clients = mergeClients(users);
    const { network, keys, request } = this;
    const { context, system, placementSettings } = request;
    const existing = placementSettings.existing?.databases[name];
    const nodeAccount = this.gke.nodeAccount;
    const home = { context, store: name, network, keys };
    const common = { ...home, secrets: this.secrets.home, clientAccount: nodeAccount, clients };
    switch (spec.kind) {
      case "postgres":
        if (existing) {
          const password = this.request.settings.secretValue(existing.password);
          return bindExistingDatabase({ ...existing, password, database: spec.database });
        }
        return this.isPrimary
          ? this.database(name, spec, this.postgres(name, { ...common, spec }), clients)
          : this.follower(name, { ...common, spec, mainRole: this.mainRole });
      case "redis": {
        const namespaces = this.readyOf(...clients.map((client) => client.namespace));
        const redis = new Redis(this.named(name), { ...common, spec, namespaces }, this.options);
        this.watch.cache(name, spec, redis.instanceName, context.redundancy.multiZone);
        return redis.binding;
      }
      case "bucket":
        return this.bucket(name, spec);
      case "file-share": {
        const namespace = namespaceOf(system, spec);
        const options = { ...this.options, dependsOn: this.readyOf(namespace) };
        const share = new FileShare(this.named(name), { ...home, spec, namespace, nodeAccount }, options);
        this.watch.shares.set(name, share.instanceName);
        return share.binding;
      }
      case "memcached":
        return runsAsService(request, name, spec)
          ? new Memcached(
              this.named(name),
              { context, store: name, spec, network, clientAccount: nodeAccount, clients },
              this.options,
            ).binding
          : this.inCluster(name, spec, clients);
      case "search":
      case "vector":
        return this.inCluster(name, spec, clients);
      default:
        return spec satisfies never;
    }
  }

  secret(name: string): BindingValue {
    return this.vault?.value(name) ?? this.secrets.value(name);
  }

  expose(exposures: readonly Exposure[]): Readonly<Record<string, pulumi.Output<string>>> {
    const { context, settings } = this.request;
    const { domain } = settings;
    if (exposures.length === 0 || domain === undefined) {
      return {};
    }
    const routes = exposures.map((exposure) => routeOf(exposure, domain));
    this.shared.endpoints.set(
      context.placement,
      new Endpoints(
        this.named("endpoints"),
        { context, routes, network: this.network, nodeAccount: this.gke.nodeAccount },
        this.options,
      ),
    );
    return urlsOf(routes);
  }

  handover(): Handover {
    const { shared, request } = this;
    return handoverOf({
      network: this.isFounder ? this.network : undefined,
      databases: this.isPrimary ? shared.ownDatabases : undefined,
      buckets: this.bucketNames,
      endpoints: shared.endpoints.get(request.context.placement),
    });
  }

  operate(ready: readonly pulumi.Resource[], backups: readonly PlannedBackup[]): void {
    const { context, system, settings } = this.request;
    const { schedule } = settings.compute;
    if (backups.length > 0) {
      new KubernetesBackup(
        this.named("backup"),
        { context, backups, cluster: this.cluster },
        {
          ...this.options,
          dependsOn: [...this.readyOf(...backups.map(({ namespace }) => namespace)), ...this.secrets.ready],
        },
      );
    }
    if (schedule && context.environment !== "production") {
      const databases = this.isPrimary ? this.shared.ownDatabases : new Map();
      makeSchedule(
        this.named("schedule"),
        { request: this.request, hours: schedule, cluster: this.gke, databases },
        this.enabled(),
      );
    }
    const { databases, caches, shares } = this.watch;
    const { rotationsDue } = this.secrets;
    const watched = {
      databases,
      caches,
      shares,
      cluster: this.gke.cluster.name,
      nat: this.network.natName,
      ...(rotationsDue === undefined ? {} : { rotationsDue }),
    };
    makeMonitoring(this.named("monitoring"), this.request, watched, this.enabled());
    makeAudit(this.named("audit"), this.request, this.isFounder, this.enabled());
    makeWatching(this.request, this.cluster, this.namespacesMade, this.options);
    if (Object.keys(system.alerts).length > 0) {
      const [namespace = defaultNamespace(system)] = this.namespacesMade.keys();
      new KubernetesAlerting(
        this.named("alerting"),
        {
          context,
          alerts: system.alerts,
          notify: system.notify,
          routes: alertRoutes(settings),
          namespace,
          cluster: this.cluster,
          dependsOn: ready,
        },
        this.options,
      );
    }
  }

  /** For what waits for nothing else that waits for the project's APIs. */
  private enabled(): pulumi.ComponentResourceOptions {
    return { ...this.options, dependsOn: [...this.network.services.values()] };
  }

  private contract(): ClusterContract {
    const { settings, system } = this.request;
    const modes = addOnModes(system, settings);
    return {
      kubernetes: this.gke.kubernetes,
      capabilities: { ...capabilitiesOf(modes), metricsServer: true, verticalPodAutoscaler: true },
      installed: this.addOns.installed,
      storageClasses: { data: DATA_STORAGE_CLASS },
      ingressSources: [{ kind: "cidrs", cidrBlocks: this.network.publicCidrBlocks }],
      monitoringNamespace: settings.kubernetes.monitoringNamespace ?? "monitoring",
      secretStore: { kind: "ClusterSecretStore", name: this.secrets.storeName },
      priorityClasses: this.addOns.priorityClasses,
      ownsNodePools: true,
      identity: (service, namespace, serviceAccount, grants) =>
        this.gke.identity(service, namespace, serviceAccount, grants, this.readyOf(namespace)),
    };
  }

  private get isFounder(): boolean {
    return this.lead.placementSettings === this.request.placementSettings;
  }

  /** Whether the databases are written here, and those of the other placements follow them. */
  private get isPrimary(): boolean {
    const { placementSettings, settings } = this.request;
    return leadOf(settings, "gcp")?.name === placementSettings.name;
  }

  private get mainRole(): MainRole {
    return this.isFounder ? "primary" : "replica-1";
  }

  private inCluster(
    name: string,
    spec: StoreOf<"memcached" | "search" | "vector">,
    clients: readonly Client[],
  ): Binding {
    const { request } = this;
    return makeInCluster(
      this.named(name),
      { request, store: name, spec, cluster: this.cluster, clients },
      {
        ...this.options,
        dependsOn: this.readyOf(namespaceOf(request.system, spec), ...clients.map((client) => client.namespace)),
      },
    );
  }

  /** A bucket belongs to the founder, in two regions at once; every placement uses that one. */
  private bucket(name: string, spec: StoreOf<"bucket">): Binding {
    const { context, settings } = this.request;
    const known = this.shared.buckets.get(name);
    if (known && !this.isFounder) {
      return sharedBucket(known);
    }
    if (settings.retention.bucketLogs) {
      this.logs ??= new LogBucket(this.named(LOG_BUCKET), { context, keys: this.keys }, this.enabled());
    }
    const args = { context, store: name, spec, keys: this.keys, ...(this.logs ? { logs: this.logs } : {}) };
    const { binding, bucket } = new Bucket(this.named(name), args, this.enabled());
    this.shared.buckets.set(name, binding);
    this.bucketNames.set(name, bucket.name);
    return binding;
  }

  private postgres(name: string, args: Omit<PostgresArgs, "context" | "mainRole" | "followed">): Postgres {
    const { context, settings } = this.request;
    const followed = settings.placements.filter(({ cloud }) => cloud === "gcp").length > 1;
    return new Postgres(this.named(name), { ...args, context, mainRole: this.mainRole, followed }, this.options);
  }

  /** A database that follows the primary placement's; its users are made there. */
  private follower(name: string, args: Omit<PostgresReplicaArgs, "primary">): Binding {
    const primary = this.shared.databases.get(name);
    if (!primary) {
      throw new InputError([
        {
          path: `placements.${leadOf(this.request.settings, "gcp")?.name}.stores.${name}`,
          found: "nothing",
          allowed: `the database that ${name} of ${args.context.placement} follows`,
          fix: "let every placement on gcp have the same databases",
        },
      ]);
    }
    const replica = new PostgresReplica(this.named(name), { ...args, primary: primary.database }, this.options);
    const { binding } = replica;
    this.watch.database(name, args.spec, undefined, replica.replicaNames);
    return { ...binding, ready: [...binding.ready, ...primary.ready] };
  }

  /** The database, and the job that gives its clients their users before any of them starts. */
  private database(name: string, spec: StoreOf<"postgres">, database: Postgres, clients: readonly Client[]): Binding {
    const { context, settings } = this.request;
    this.watch.database(name, spec, database.instanceName, database.replicaNames);
    const [client] = clients;
    if (!client) {
      this.shared.databases.set(name, { database, ready: database.binding.ready });
      this.shared.ownDatabases.set(name, database);
      return database.binding;
    }
    const users = makeDatabaseUsers(
      this.named(`${name}-users`),
      {
        context,
        store: name,
        spec,
        database,
        clients,
        cluster: this.cluster,
        namespace: client.namespace,
        // The audit log begins once its extension is in the database.
        extensions: [AUDIT_EXTENSION],
        image: imageOf(settings.images, "stores", name, spec.image ?? `postgres:${spec.version}-alpine`),
      },
      { ...this.options, dependsOn: [...this.readyOf(client.namespace), ...this.secrets.ready] },
    );
    const ready = [...database.binding.ready, ...users];
    this.shared.databases.set(name, { database, ready });
    this.shared.ownDatabases.set(name, database);
    return { ...database.binding, ready };
  }

  private readyOf(...namespaces: readonly string[]): pulumi.Resource[] {
    return [...new Set(namespaces)].flatMap((namespace) => this.namespacesMade.get(namespace)?.ready ?? []);
  }

  private named(role: string): string {
    return `${this.request.placementSettings.name}-${role}`;
  }
}
