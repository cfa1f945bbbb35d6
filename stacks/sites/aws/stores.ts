import type * as pulumi from "@pulumi/pulumi";
import { accountOf } from "../../../components/aws/account";
import type { Binding, Client } from "../../../components/binding";
import type { ClusterContract } from "../../../components/cluster/contract";
import type { AwsCluster } from "../../../components/cluster/existing";
import { mergeClients } from "../../../components/data/clients";
import { Memcached } from "../../../components/data/memcached/aws";
import { Postgres, type PostgresArgs } from "../../../components/data/postgres/aws";
import { bindExistingDatabase } from "../../../components/data/postgres/existing";
import { Redis, type RedisArgs } from "../../../components/data/redis/aws";
import { Search } from "../../../components/data/search/aws";
import { diskGiB } from "../../../components/data/search/opensearch";
import { originReads } from "../../../components/edge/cdn/origin";
import type { AwsNetwork } from "../../../components/networking/existing";
import { Peering } from "../../../components/networking/peering";
import type { Keys } from "../../../components/secrets/keys/aws";
import { Bucket, type BucketArgs } from "../../../components/storage/bucket/aws";
import { bindExistingBucket } from "../../../components/storage/bucket/existing";
import type { LogBucket } from "../../../components/storage/bucket/logBucket";
import { FileShare } from "../../../components/storage/fileShare/aws";
import type { StoreOf, StoreSpec } from "../../../systems/spec";
import { namespaceOf } from "../../demands";
import { imageOf } from "../../settings";
import { makeDatabaseUsers } from "../databaseUsers";
import { makeInCluster } from "../inCluster";
import { childOf, type SiteRequest } from "../site";
import { delivererOf, deliveryOf, isDeliveredLater, openTo } from "./delivery";
import { makeFollower } from "./follower";
import { rotationOf } from "./rotation";
import { bucketIn, isSpread, type Lead, peerOf, requireFounder, SharedCache, type SharedParts } from "./shared";
import type { Watch } from "./watch";

export interface StoresArgs {
  readonly request: SiteRequest;
  readonly network: AwsNetwork;
  readonly keys: Keys;
  readonly logs: LogBucket;
  readonly replica: BucketArgs["replica"];
  readonly eks: AwsCluster;
  readonly cluster: ClusterContract;
  readonly lead: Lead;
  readonly isLead: boolean;
  readonly shared: SharedParts;
  readonly watch: Watch;
  /** What reads the secrets that clients connect with. */
  readonly secretsReady: readonly pulumi.Resource[];
  /** What must stand before anything runs in these namespaces. */
  readonly readyOf: (...namespaces: readonly string[]) => pulumi.Resource[];
}

/** The stores of one placement: by a service of AWS where it has one, in the cluster where not. */
export class Stores {
  private peering: Peering | undefined;

  constructor(
    private readonly args: StoresArgs,
    private readonly options: pulumi.ComponentResourceOptions,
  ) {}

  make(store: string, spec: StoreSpec, users: readonly Client[]): Binding {
    const clients = mergeClients(users);
    switch (spec.kind) {
      case "postgres":
        return this.postgres(store, spec, clients);
      case "redis":
        return this.redis(store, spec, clients);
      case "bucket":
        return this.bucket(store, spec);
      case "file-share":
        return this.fileShare(store, spec);
      case "memcached":
        return this.isManaged(store) ? this.memcached(store, spec, clients) : this.inCluster(store, spec, clients);
      case "search":
        return this.isManaged(store) ? this.search(store, spec, clients) : this.inCluster(store, spec, clients);
      case "vector":
        return this.inCluster(store, spec, clients);
      default:
        return spec satisfies never;
    }
  }

  private isManaged(store: string): boolean {
    return this.args.request.settings.compute.managedStores.includes(store);
  }

  private inCluster(
    store: string,
    spec: StoreOf<"memcached" | "search" | "vector">,
    clients: readonly Client[],
  ): Binding {
    const { request, cluster, readyOf } = this.args;
    return makeInCluster(
      this.named(store),
      { request, store, spec, cluster, clients },
      {
        ...this.options,
        dependsOn: readyOf(namespaceOf(request.system, spec), ...clients.map((client) => client.namespace)),
      },
    );
  }

  private memcached(store: string, spec: StoreOf<"memcached">, clients: readonly Client[]): Binding {
    const { watch } = this.args;
    const args = { ...this.common(store, clients), spec, ...this.cacheTopic };
    const { binding, clusterId } = new Memcached(this.named(store), args, this.options);
    watch.memcached.push({ store, clusterId, nodes: spec.instances });
    return binding;
  }

  private search(store: string, spec: StoreOf<"search">, clients: readonly Client[]): Binding {
    const { keys, watch } = this.args;
    const args = { ...this.common(store, clients), keys, spec };
    const { binding, domainName } = new Search(this.named(store), args, this.options);
    watch.searches.push({ store, domainName, account: accountOf(keys).id, diskGiB: diskGiB(spec) });
    return binding;
  }

  private postgres(store: string, spec: StoreOf<"postgres">, clients: readonly Client[]): Binding {
    const { placementSettings, settings } = this.args.request;
    const existing = placementSettings.existing?.databases[store];
    if (existing) {
      const password = settings.secretValue(existing.password);
      return bindExistingDatabase({ ...existing, password, database: spec.database });
    }
    const upgraded = settings.compute.upgradedDatabases.includes(store);
    const pooled = settings.compute.pooledDatabases.includes(store);
    const args = { ...this.common(store, clients), spec, upgraded, pooled, ...this.rotation };
    return this.args.isLead ? this.database(args) : this.follower(args);
  }

  /** A database that follows the primary placement's; its users are made there. */
  private follower(args: PostgresArgs): Binding {
    const { lead, shared, watch } = this.args;
    const peering = this.peeringOf(args);
    return makeFollower(this.named(args.store), { ...args, lead, peering, shared, watch }, this.options);
  }

  /** The database, and the job that gives its clients their users before any of them starts. */
  private database(args: PostgresArgs): Binding {
    const { request, cluster, secretsReady, shared, watch, readyOf } = this.args;
    const { settings } = request;
    const { context, store, spec, clients } = args;
    const database = new Postgres(this.named(store), { ...args, followed: isSpread(settings) }, this.options);
    const { binding } = database;
    watch.database(store, spec, database.identifier, database.replicaIdentifiers, database.proxyName);
    const [client] = clients;
    const users = client
      ? makeDatabaseUsers(
          this.named(`${store}-users`),
          {
            context,
            store,
            spec,
            database,
            clients,
            alternating: true,
            cluster,
            namespace: client.namespace,
            image: imageOf(settings.images, "stores", store, spec.image ?? `postgres:${spec.version}-alpine`),
          },
          { ...this.options, dependsOn: [...readyOf(client.namespace), ...secretsReady] },
        )
      : [];
    watch.rotation(store, database.rotate(users));
    const ready = [...binding.ready, ...users];
    shared.databases.set(store, { database, ready });
    shared.ownDatabases.set(store, database);
    return { ...binding, ready };
  }

  private redis(store: string, spec: StoreOf<"redis">, clients: readonly Client[]): Binding {
    const { request, watch } = this.args;
    const args = { ...this.common(store, clients), spec, ...this.rotation, ...this.cacheTopic };
    const founder = request.settings.compute.globalCaches[store];
    const cache =
      founder === undefined ? new Redis(this.named(store), args, this.options) : this.commonCache(args, founder);
    watch.cache(store, spec, cache.replicationGroupId, request.context.redundancy.multiZone);
    watch.rotation(store, cache.rotation);
    return cache.binding;
  }

  /** A cache all placements have in common: one founds it, the primary takes what is written, whoever founded it. */
  private commonCache(args: Omit<RedisArgs, "datastore">, founder: string): Redis {
    const { request, isLead, lead, shared } = this.args;
    requireFounder(request.settings, args.store, founder);
    const common = shared.caches.get(args.store) ?? new SharedCache();
    shared.caches.set(args.store, common);
    const founds = request.placementSettings.name === founder;
    const leading = isLead ? undefined : common.lead;
    const cidrBlocks = lead.network.dataCidrBlocks;
    const datastore = {
      ...(founds ? {} : { joined: { id: common.id.value, token: common.token.value } }),
      ...(leading ? { lead: { ...leading, cidrBlocks, peering: this.peeringOf(args) } } : {}),
    };
    const cache = new Redis(this.named(args.store), { ...args, datastore }, this.options);
    if (founds && cache.datastoreId) {
      common.id.give(cache.datastoreId);
      common.token.give(cache.token);
    }
    if (isLead) {
      common.lead = { host: cache.host, groupId: cache.groupId };
    }
    return cache;
  }

  private get cacheTopic(): { readonly notificationTopicArn?: string } {
    const topic = this.args.request.placementSettings.existing?.cacheTopic;
    return topic === undefined ? {} : { notificationTopicArn: topic };
  }

  private peeringOf({ context, clientGroupId }: Pick<PostgresArgs, "context" | "clientGroupId">): Peering {
    const { lead, network } = this.args;
    this.peering ??= new Peering(
      this.named("peering"),
      { context, network, peer: peerOf(lead), clientGroupId },
      this.options,
    );
    return this.peering;
  }

  private bucket(store: string, spec: StoreOf<"bucket">): Binding {
    const { request, keys, logs, replica, eks } = this.args;
    const { context, settings, placementSettings } = request;
    const existing = placementSettings.existing?.buckets[store];
    if (existing !== undefined) {
      const { bucket, region = context.region } = typeof existing === "string" ? { bucket: existing } : existing;
      const { partition } = accountOf(eks);
      return bindExistingBucket({ store, bucket, region, partition, keyArn: placementSettings.existing?.kmsKey });
    }
    const copy = replica ? { replica } : {};
    const delivered = deliveryOf(settings, request.system, placementSettings, store, spec);
    const { binding, bucket } = new Bucket(
      this.named(store),
      {
        ...{ context, store, ...bucketIn(settings, spec), keys, logs, ...copy },
        ...(delivered === undefined ? {} : { delivered }),
        ...(delivered === true ? this.admitted(store) : {}),
      },
      this.options,
    );
    if (delivered === true) {
      const { delivered: all } = this.args.shared;
      all.set(context.placement, (all.get(context.placement) ?? new Map()).set(store, bucket.bucketRegionalDomainName));
    }
    return binding;
  }

  /** What lets the CDN in: the one distribution, as soon as it is known. */
  private admitted(store: string): Pick<BucketArgs, "statements" | "later" | "open"> {
    const { request, keys } = this.args;
    const { settings } = request;
    const account = accountOf(keys);
    const reads = (arn: pulumi.Output<string>) => [originReads(arn, account, delivererOf(settings, account))];
    const open = openTo(settings, store);
    return { ...(isDeliveredLater(settings) ? { later: reads } : { statements: reads }), ...(open ? { open } : {}) };
  }

  private fileShare(store: string, spec: StoreOf<"file-share">): Binding {
    const { request, network, keys, eks, readyOf } = this.args;
    const { context, system } = request;
    const namespace = namespaceOf(system, spec);
    return new FileShare(
      this.named(store),
      {
        ...{ context, store, spec, namespace, network, keys },
        nodeGroupId: eks.nodeSecurityGroupId,
        mountable: [...eks.ready, ...readyOf(namespace)],
      },
      this.options,
    ).binding;
  }

  private common(store: string, clients: readonly Client[]) {
    const { request, network, keys, eks } = this.args;
    return { context: request.context, store, network, keys, clientGroupId: eks.nodeSecurityGroupId, clients };
  }

  private get rotation() {
    const rotation = rotationOf(this.args.request);
    return rotation === undefined ? {} : { rotation };
  }

  private named(role: string): string {
    return childOf(this.args.request, role);
  }
}
