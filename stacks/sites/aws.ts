import * as pulumi from "@pulumi/pulumi";
import { accountOf } from "../../components/aws/account";
import type { Binding, BindingValue, Client } from "../../components/binding";
import { AddOns } from "../../components/cluster/addOns/addOns";
import { capabilitiesOf } from "../../components/cluster/addOns/catalog";
import { Cluster, DATA_STORAGE_CLASS } from "../../components/cluster/aws";
import type { ClusterContract } from "../../components/cluster/contract";
import type { PodDemand } from "../../components/cluster/namespace/demand";
import { Namespace } from "../../components/cluster/namespace/namespace";
import { mergeClients } from "../../components/data/clients";
import { Postgres, type PostgresArgs } from "../../components/data/postgres/aws";
import { bindExistingDatabase } from "../../components/data/postgres/existing";
import { Redis } from "../../components/data/redis/aws";
import { LoadBalancer } from "../../components/edge/loadBalancer/aws";
import { InputError } from "../../components/errors";
import { NAME_RULES, uniqueName } from "../../components/naming";
import { Network } from "../../components/networking/aws";
import { Peering } from "../../components/networking/peering";
import { KubernetesAlerting } from "../../components/observability/alerting/kubernetes";
import type { PlannedBackup } from "../../components/operations/backup/contract";
import { KubernetesBackup } from "../../components/operations/backup/kubernetes";
import { Keys } from "../../components/secrets/keys/aws";
import { CONCERNS } from "../../components/secrets/keys/contract";
import { SecretStore } from "../../components/secrets/secretStore/aws";
import { Bucket, type BucketArgs } from "../../components/storage/bucket/aws";
import { LogBucket } from "../../components/storage/bucket/logBucket";
import { FileShare } from "../../components/storage/fileShare/aws";
import type { StoreSpec } from "../../systems/spec";
import { alertRoutes } from "../alertRoutes";
import { defaultNamespace, namespaceOf } from "../demands";
import { imageOf } from "../settings";
import {
  addOnModes,
  EXTERNAL_SECRETS,
  externalSecretsGrants,
  LOAD_BALANCER_CONTROLLER,
  loadBalancerGrants,
} from "./aws/controllers";
import { makeDatabaseUsers, USERS_RESOURCES } from "./aws/databaseUsers";
import { dnsOf, hasEdge, makeEdge } from "./aws/edge";
import { makeFollower } from "./aws/follower";
import { makeProviders } from "./aws/providers";
import { makeSchedule } from "./aws/schedule";
import { settingsProblems } from "./aws/settingsProblems";
import {
  bucketIn,
  copyRegionOf,
  isLast,
  isSpread,
  type Lead,
  peerOf,
  type SharedParts,
  sharedParts,
} from "./aws/shared";
import { unsupportedProblems } from "./aws/supported";
import { makeWatch, Watch } from "./aws/watch";
import { makeInCluster, storeDemands } from "./inCluster";
import { secretInputs } from "./secretInputs";
import type { Exposure, NamespaceRequest, Site, SiteRequest } from "./site";

/** One region of AWS, as a model sees it. */
export function openAwsSite(request: SiteRequest): Site {
  const { system, placementSettings, settings } = request;
  const problems = [...unsupportedProblems(system, placementSettings, settings), ...settingsProblems(system, settings)];
  if (problems.length > 0) {
    throw new InputError(problems);
  }
  return new AwsSite(request);
}

class AwsSite implements Site {
  readonly cluster: ClusterContract;

  private readonly request: SiteRequest;
  private readonly options: pulumi.ComponentResourceOptions;
  private readonly keys: Keys;
  private readonly network: Network;
  private readonly shared: SharedParts;
  private readonly lead: Lead;
  private readonly logs: LogBucket;
  private readonly replica: BucketArgs["replica"];
  private readonly eks: Cluster;
  private readonly addOns: AddOns;
  private readonly secrets: SecretStore;
  private readonly watch = new Watch();
  private peering: Peering | undefined;
  private readonly namespacesMade = new Map<string, Namespace>();

  constructor(request: SiteRequest) {
    this.request = request;
    const { context, placement } = request;
    const { cloud, generator } = makeProviders(request);
    const options = { parent: placement, providers: [cloud, generator] };
    const clusterName = uniqueName(NAME_RULES.awsCluster, [context.system, pulumi.getStack(), context.placement]);
    this.keys = this.makeKeys(options);
    this.network = this.makeNetwork(clusterName, options);
    this.shared = sharedParts(request.settings);
    this.lead = this.shared.join({ context, placementSettings: request.placementSettings, network: this.network });
    this.replica = this.makeReplicaPlace(options);
    const copy = isSpread(request.settings) && this.replica ? { copy: this.replica } : {};
    this.logs = new LogBucket(this.named(this.logsRole), { context, ...copy }, options);
    this.eks = this.makeCluster(clusterName, options);
    this.options = { parent: placement, providers: [cloud, generator, this.eks.kubernetes] };
    this.addOns = this.makeAddOns(clusterName);
    this.secrets = this.makeSecrets();
    this.cluster = this.contract();
  }

  namespaces(requests: readonly NamespaceRequest[]): ReadonlyMap<string, pulumi.Resource> {
    const { context, system } = this.request;
    const databases = Object.values(system.stores).filter((store) => store.kind === "postgres").length;
    const users: PodDemand = { pods: databases, resources: USERS_RESOURCES, claims: [] };
    for (const { name, podSecurity, demands: services = [] } of requests) {
      const stores = storeDemands(system, name, this.request);
      // The namespace of a store that AWS runs stays unmade: nothing would ever run there.
      if (services.length + stores.length > 0) {
        const demands = [...services, ...(services.length > 0 && databases > 0 ? [users] : []), ...stores];
        const args = { context, namespace: name, podSecurity, demands };
        this.namespacesMade.set(name, new Namespace(this.named(`namespace-${name}`), args, this.options));
      }
    }
    return new Map(
      [...this.namespacesMade].map(([name, made]): [string, pulumi.Resource] => {
        const [opened = made] = this.eks.openNamespace(name, made.ready);
        return [name, opened];
      }),
    );
  }

  store(name: string, spec: StoreSpec, users: readonly Client[]): Binding {
    const clients = mergeClients(users);
    const { context, system, placementSettings } = this.request;
    const { network, keys } = this;
    const existing = placementSettings.existing?.databases[name];
    const common = { context, store: name, network, keys, clientGroupId: this.eks.nodeSecurityGroupId, clients };
    switch (spec.kind) {
      case "postgres":
        if (existing) {
          const password = this.request.settings.secretValue(existing.password);
          return bindExistingDatabase({ ...existing, password, database: spec.database });
        }
        return this.isLead ? this.database({ ...common, spec }) : this.follower({ ...common, spec });
      case "redis": {
        const { binding, replicationGroupId } = new Redis(this.named(name), { ...common, spec }, this.options);
        this.watch.cache(name, spec, replicationGroupId, context.redundancy.multiZone);
        return binding;
      }
      case "bucket":
        return new Bucket(
          this.named(name),
          {
            context,
            store: name,
            ...bucketIn(this.request.settings, spec),
            keys,
            logs: this.logs,
            ...(this.replica ? { replica: this.replica } : {}),
          },
          this.options,
        ).binding;
      case "file-share": {
        const namespace = namespaceOf(system, spec);
        return new FileShare(
          this.named(name),
          {
            ...{ context, store: name, spec, namespace, network, keys },
            nodeGroupId: this.eks.nodeSecurityGroupId,
            mountable: [...this.eks.ready, ...this.readyOf(namespace)],
          },
          this.options,
        ).binding;
      }
      case "memcached":
      case "search":
      case "vector":
        return makeInCluster(
          this.named(name),
          { request: this.request, store: name, spec, cluster: this.cluster, clients },
          {
            ...this.options,
            dependsOn: this.readyOf(namespaceOf(system, spec), ...clients.map((client) => client.namespace)),
          },
        );
      default:
        return spec satisfies never;
    }
  }

  secret(name: string): BindingValue {
    return this.secrets.value(name);
  }

  operate(ready: readonly pulumi.Resource[], backups: readonly PlannedBackup[]): void {
    const { context, system, settings } = this.request;
    const { schedule } = settings.compute;
    if (backups.length > 0) {
      const namespaces = backups.flatMap(({ namespace }) => this.namespacesMade.get(namespace)?.ready ?? []);
      new KubernetesBackup(
        this.named("backup"),
        { context, backups, cluster: this.cluster },
        { ...this.options, dependsOn: [...namespaces, ...this.secrets.ready] },
      );
    }
    if (schedule && context.environment !== "production") {
      const databases = this.isLead ? this.shared.databases : new Map();
      makeSchedule(
        this.named("schedule"),
        { request: this.request, hours: schedule, nodeGroups: this.eks.nodeGroups, databases },
        this.options,
      );
    }
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

  expose(exposures: readonly Exposure[]): Readonly<Record<string, pulumi.Output<string>>> {
    const balancer = this.balance(exposures);
    const { keys, logs, replica, request } = this;
    const { databases, caches } = this.watch;
    const { natGatewayIds } = this.network;
    const watched = { databases, caches, balancers: balancer ? [balancer] : [], natGatewayIds };
    makeWatch(
      (role) => this.named(role),
      { request, keys, logs, replica, watched, wholeAccount: this.isLead },
      this.options,
    );
    return balancer?.urls ?? {};
  }

  private balance(exposures: readonly Exposure[]): LoadBalancer | undefined {
    const { context, settings, system, placementSettings } = this.request;
    const { domain } = settings;
    if (exposures.length === 0 || domain === undefined) {
      return undefined;
    }
    const controller = this.addOns.releases.get("aws-load-balancer-controller");
    const balancer = new LoadBalancer(
      this.named("edge"),
      {
        context,
        routes: exposures.map(({ route, namespace, serviceName, servicePort, targetPort, healthPath, ready }) => ({
          host: route.host === "@" ? domain : `${route.host}.${domain}`,
          path: route.path,
          service: serviceName,
          namespace,
          servicePort,
          targetPort,
          healthPath,
          timeoutSeconds: route.timeoutSeconds,
          ready,
        })),
        edge: system.edge,
        network: this.network,
        keys: this.keys,
        logs: this.logs,
        podGroupId: this.eks.nodeSecurityGroupId,
        kubernetes: this.eks.kubernetes,
        controller: controller ? [controller] : [],
        ...dnsOf(settings, this.isLead, system.edge, this.shared.balancers[0]?.balancer),
      },
      this.options,
    );
    const { lead, shared } = this;
    shared.balancers.push({ placement: context.placement, region: context.region, balancer });
    if (hasEdge(settings, system.edge) && isLast(placementSettings, settings)) {
      const timeoutSeconds = Math.max(...exposures.map(({ route }) => route.timeoutSeconds));
      const hosts = Object.keys(balancer.urls);
      makeEdge({ settings, lead, edge: system.edge, hosts, timeoutSeconds, balancers: shared.balancers });
    }
    return balancer;
  }

  private makeKeys(options: pulumi.ComponentResourceOptions): Keys {
    const { context, placementSettings } = this.request;
    const key = placementSettings.existing?.kmsKey;
    const existing =
      key === undefined ? {} : { existing: Object.fromEntries(CONCERNS.map((concern) => [concern, key])) };
    return new Keys(this.named("keys"), { context, ...existing }, options);
  }

  private makeNetwork(clusterName: string, options: pulumi.ComponentResourceOptions): Network {
    const { context, placementSettings } = this.request;
    const { cidrBlock, cidrIndex } = placementSettings;
    const range =
      cidrBlock === undefined
        ? { cidrIndex }
        : { cidrIndex: 0, baseCidrBlock: cidrBlock, networkPrefix: Number(cidrBlock.split("/")[1]) };
    return new Network(
      this.named("network"),
      { context, ...range, clusterName, logsKeyArn: this.keys.arn("logs") },
      options,
    );
  }

  /** One log bucket in the region that copies go to serves them all. */
  private makeReplicaPlace(options: pulumi.ComponentResourceOptions): BucketArgs["replica"] {
    const { context, settings, system } = this.request;
    const region = copyRegionOf(this.request.placementSettings, settings);
    const wanted =
      isSpread(settings) || Object.values(system.stores).some((store) => store.kind === "bucket" && store.replication);
    return wanted && region !== undefined
      ? { region, logs: new LogBucket(this.named("replica-logs"), { context, region }, options) }
      : undefined;
  }

  private makeCluster(clusterName: string, options: pulumi.ComponentResourceOptions): Cluster {
    const { context, settings, system } = this.request;
    const { profile, roleArn } = settings.access.aws;
    const { from, cidrBlocks } = settings.access.deployer;
    const { architecture, fargateNamespaces } = settings.compute;
    return new Cluster(
      this.named("cluster"),
      {
        context,
        clusterName,
        network: this.network,
        keys: this.keys,
        nodePools: system.nodePools,
        publicAccessCidrBlocks: from === "cidrs" ? cidrBlocks : [],
        login: { ...(profile === undefined ? {} : { profile }), ...(roleArn === undefined ? {} : { roleArn }) },
        sharedStorage: Object.values(system.stores).some((store) => store.kind === "file-share"),
        externalPorts: Object.values(system.external).map((external) => external.port),
        fargateNamespaces,
        ...(architecture === undefined ? {} : { architecture }),
      },
      options,
    );
  }

  private makeAddOns(clusterName: string): AddOns {
    const { context, settings, system } = this.request;
    const account = accountOf(this.eks);
    const identities = [
      { ...LOAD_BALANCER_CONTROLLER, grants: loadBalancerGrants(context, account) },
      { ...EXTERNAL_SECRETS, grants: externalSecretsGrants(context, account, system, this.keys.arn("secrets")) },
    ].flatMap(({ name, namespace, grants }) => this.eks.identity(name, namespace, name, grants)?.ready ?? []);
    return new AddOns(
      this.named("add-ons"),
      {
        context,
        modes: addOnModes(system, settings.kubernetes.addOns),
        values: {
          // Nothing here may ask the node's metadata service, which is one hop too far for a pod.
          "aws-load-balancer-controller": { clusterName, region: context.region, vpcId: this.network.vpcId },
        },
        after: [...this.eks.ready, ...identities],
      },
      this.options,
    );
  }

  private makeSecrets(): SecretStore {
    const { context, settings, system } = this.request;
    const release = this.addOns.installed.externalSecrets;
    const namespaces = new Set(Object.values(system.services).map((service) => namespaceOf(system, service)));
    return new SecretStore(
      this.named("secrets"),
      {
        context,
        ...secretInputs(system, settings),
        keys: this.keys,
        reader: { kubernetes: this.eks.kubernetes, ready: release ? [release] : [], namespaces: [...namespaces] },
      },
      this.options,
    );
  }

  private contract(): ClusterContract {
    const { context, settings, system } = this.request;
    const modes = addOnModes(system, settings.kubernetes.addOns);
    return {
      kubernetes: this.eks.kubernetes,
      capabilities: { ...capabilitiesOf(modes), metricsServer: true },
      installed: this.addOns.installed,
      storageClasses: { data: DATA_STORAGE_CLASS },
      ingressSources: [{ kind: "cidrs", cidrBlocks: this.network.publicCidrBlocks }],
      monitoringNamespace: settings.kubernetes.monitoringNamespace ?? "monitoring",
      secretStore: { kind: "ClusterSecretStore", name: this.secrets.storeName },
      priorityClasses: this.addOns.priorityClasses,
      ownsNodePools: true,
      identity: (service, namespace, serviceAccount, grants) =>
        this.eks.identity(`${service}-${context.environment}`, namespace, serviceAccount, grants),
    };
  }

  private get isLead(): boolean {
    return this.lead.placementSettings === this.request.placementSettings;
  }

  /** A database that follows the primary placement's; its users are made there. */
  private follower(args: PostgresArgs): Binding {
    this.peering ??= new Peering(
      this.named("peering"),
      { context: args.context, network: this.network, peer: peerOf(this.lead), clientGroupId: args.clientGroupId },
      this.options,
    );
    const { lead, peering, shared, watch, options } = this;
    return makeFollower(this.named(args.store), { ...args, lead, peering, shared, watch }, options);
  }

  /** The database, and the job that gives its clients their users before any of them starts. */
  private database(args: PostgresArgs): Binding {
    const { settings } = this.request;
    const { context, store, spec, clients } = args;
    const database = new Postgres(this.named(store), { ...args, followed: isSpread(settings) }, this.options);
    const { binding } = database;
    this.watch.database(store, spec, database.identifier, database.replicaIdentifiers);
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
            cluster: this.cluster,
            namespace: client.namespace,
            image: imageOf(settings.images, "stores", store, spec.image ?? `postgres:${spec.version}-alpine`),
          },
          {
            ...this.options,
            dependsOn: [...(this.namespacesMade.get(client.namespace)?.ready ?? []), ...this.secrets.ready],
          },
        )
      : [];
    const ready = [...binding.ready, ...users];
    this.shared.databases.set(store, { database, ready });
    return { ...binding, ready };
  }

  /** Name of the bucket the others write their logs to, beside a store that the system calls logs. */
  private get logsRole(): string {
    return this.request.system.stores.logs ? "access-logs" : "logs";
  }

  private readyOf(...namespaces: readonly string[]): pulumi.Resource[] {
    return [...new Set(namespaces)].flatMap((namespace) => [...(this.namespacesMade.get(namespace)?.ready ?? [])]);
  }

  private named(role: string): string {
    return `${this.request.placementSettings.name}-${role}`;
  }
}
