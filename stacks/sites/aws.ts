import * as pulumi from "@pulumi/pulumi";
import type { Binding, BindingValue, Client } from "../../components/binding";
import type { AddOns } from "../../components/cluster/addOns/addOns";
import type { ClusterContract } from "../../components/cluster/contract";
import type { AwsCluster } from "../../components/cluster/existing";
import type { PodDemand } from "../../components/cluster/namespace/demand";
import { Namespace } from "../../components/cluster/namespace/namespace";
import type { DnsRecords } from "../../components/edge/loadBalancer/contract";
import { InputError } from "../../components/errors";
import { NAME_RULES, uniqueName } from "../../components/naming";
import type { AwsNetwork } from "../../components/networking/existing";
import { KubernetesAlerting } from "../../components/observability/alerting/kubernetes";
import type { PlannedBackup } from "../../components/operations/backup/contract";
import { KubernetesBackup } from "../../components/operations/backup/kubernetes";
import type { Keys } from "../../components/secrets/keys/aws";
import type { SecretStore } from "../../components/secrets/secretStore/aws";
import type { VaultStore } from "../../components/secrets/secretStore/vault";
import type { BucketArgs } from "../../components/storage/bucket/aws";
import type { LogBucket } from "../../components/storage/bucket/logBucket";
import { describedNamespace } from "../../systems/resolve";
import type { StoreSpec } from "../../systems/spec";
import { alertRoutes } from "../alertRoutes";
import { defaultNamespace } from "../demands";
import type { Handover } from "../handover";
import { constraintProblems } from "./aws/constraints";
import { READINESS_GATES } from "./aws/controllers";
import { makeEntrance } from "./aws/entrance";
import { makeKeys, makeLogBucket, makeNetwork, makeRegistry, makeReplicaPlace } from "./aws/foundation";
import { handoverOf } from "./aws/handover";
import { leadFor } from "./aws/lead";
import { clusterContract, makeAddOns, makeCluster, makeNodeAutoscaler, makeSecretStore } from "./aws/platform";
import { makeProviders } from "./aws/providers";
import { makeSchedule } from "./aws/schedule";
import { isSpread, type Lead, type SharedParts, sharedParts } from "./aws/shared";
import { Stores } from "./aws/stores";
import { unsupportedProblems } from "./aws/supported";
import { makeWatch, Watch } from "./aws/watch";
import { compareZone } from "./aws/zone";
import { USERS_RESOURCES } from "./databaseUsers";
import { storeDemands } from "./inCluster";
import { childOf, type Exposure, type NamespaceRequest, type Site, type SiteRequest } from "./site";
import { makeVault } from "./vault";
import { makeWatching } from "./watching";

/** One region of AWS, as a model sees it. */
export function openAwsSite(request: SiteRequest): Site {
  const { system, placementSettings, settings } = request;
  const problems = [...unsupportedProblems(system, placementSettings, settings), ...constraintProblems(request)];
  if (problems.length > 0) {
    throw new InputError(problems);
  }
  return new AwsSite(request);
}

class AwsSite implements Site {
  readonly cluster: ClusterContract;
  readonly registry: pulumi.Output<string> | undefined;

  private readonly request: SiteRequest;
  private readonly options: pulumi.ComponentResourceOptions;
  private readonly keys: Keys;
  private readonly network: AwsNetwork;
  private readonly shared: SharedParts;
  private readonly lead: Lead;
  private readonly logs: LogBucket;
  private readonly replica: BucketArgs["replica"];
  private readonly eks: AwsCluster;
  private readonly addOns: AddOns;
  private readonly secrets: SecretStore;
  private vault: VaultStore | undefined;
  private readonly stores: Stores;
  private readonly watch = new Watch();
  private readonly namespacesMade = new Map<string, Namespace>();

  constructor(request: SiteRequest) {
    this.request = request;
    const { context, placement, settings } = request;
    const { cloud, generator } = makeProviders(request);
    const options = { parent: placement, providers: [cloud, generator] };
    compareZone(settings, request.placementSettings, cloud);
    const clusterName =
      request.placementSettings.existing?.cluster ??
      uniqueName(NAME_RULES.awsCluster, [context.system, pulumi.getStack(), context.placement]);
    this.keys = makeKeys(request, options);
    this.registry = makeRegistry(request, this.keys, options)?.url;
    this.network = makeNetwork(request, { clusterName, keys: this.keys }, options);
    this.shared = sharedParts(settings);
    this.lead = leadFor(request, this.network);
    this.replica = makeReplicaPlace(request, options);
    this.logs = makeLogBucket(request, this.replica, options);
    const { keys, network, lead, replica, logs, shared, watch } = this;
    const ground = { clusterName, network, keys };
    const eks = makeCluster(request, ground, options);
    this.eks = eks;
    this.options = { parent: placement, providers: [cloud, generator, eks.kubernetes] };
    this.addOns = makeAddOns(request, { ...ground, eks }, this.options);
    makeNodeAutoscaler(request, { ...ground, eks }, this.options);
    this.secrets = makeSecretStore(
      request,
      // Of a system in several regions each has entries of its own, with the same values.
      { eks, addOns: this.addOns, keys, replicaRegion: isSpread(settings) ? undefined : replica?.region },
      this.options,
    );
    this.watch.rotation("secrets", this.secrets.rotation);
    this.cluster = clusterContract(request, { eks, addOns: this.addOns, network, secrets: this.secrets });
    this.stores = new Stores(
      {
        ...{ request, network, keys, logs, replica, eks, lead, shared, watch },
        cluster: this.cluster,
        isLead: this.isLead,
        secretsReady: this.secrets.ready,
        readyOf: (...namespaces) => this.readyOf(...namespaces),
      },
      this.options,
    );
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
        const args = { context, namespace: name, podSecurity, demands, labels: READINESS_GATES };
        this.namespacesMade.set(
          name,
          new Namespace(this.named(`namespace-${describedNamespace(system, name)}`), args, this.options),
        );
      }
    }
    const { cluster, secrets, namespacesMade: made } = this;
    this.vault = makeVault(this.request, { cluster, values: secrets.outgoing, namespaces: made }, this.options);
    return new Map(
      [...this.namespacesMade].map(([name, made]): [string, pulumi.Resource] => {
        const [opened = made] = this.eks.openNamespace(name, made.ready);
        return [name, opened];
      }),
    );
  }

  store(name: string, spec: StoreSpec, users: readonly Client[]): Binding {
    return this.stores.make(name, spec, users);
  }

  secret(name: string): BindingValue {
    return this.vault?.value(name) ?? this.secrets.value(name);
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
      const databases = this.isLead ? this.shared.ownDatabases : new Map();
      makeSchedule(
        this.named("schedule"),
        { request: this.request, hours: schedule, nodeGroups: this.eks.nodeGroups, databases },
        this.options,
      );
    }
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

  expose(exposures: readonly Exposure[]): Readonly<Record<string, pulumi.Output<string>>> {
    const { addOns, eks, isLead, keys, logs, network, replica, request, shared } = this;
    const balancer = makeEntrance(
      { request, exposures, network, keys, logs, eks, addOns, isLead, shared },
      this.options,
    );
    const { databases, caches, searches, memcached, rotations } = this.watch;
    const { natGatewayIds } = network;
    const balancers = balancer ? [balancer] : [];
    const watched = { databases, caches, searches, memcached, rotations, balancers, natGatewayIds };
    makeWatch(
      (role) => this.named(role),
      { request, keys, logs, replica, watched, wholeAccount: isLead },
      this.options,
    );
    return balancer?.urls ?? {};
  }

  /** What whoever runs the zone adds. Undefined: there is nothing, or the records are made here. */
  get records(): DnsRecords | undefined {
    return this.shared.balancers.get(this.request.context.placement)?.recordsToAdd;
  }

  handover(): Handover {
    const { network, shared, request, isLead } = this;
    const buckets = shared.delivered.get(request.context.placement);
    return handoverOf({
      network: isLead ? network : undefined,
      databases: shared.ownDatabases,
      balancer: shared.balancers.get(request.context.placement),
      ...(buckets ? { buckets } : {}),
    });
  }

  private get isLead(): boolean {
    return this.lead.placementSettings === this.request.placementSettings;
  }

  private readyOf(...namespaces: readonly string[]): pulumi.Resource[] {
    return [...new Set(namespaces)].flatMap((namespace) => [...(this.namespacesMade.get(namespace)?.ready ?? [])]);
  }

  private named(role: string): string {
    return childOf(this.request, role);
  }
}
