import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Binding, Client } from "../../components/binding";
import { AttachedCluster } from "../../components/cluster/attached/attachedCluster";
import { Namespace } from "../../components/cluster/namespace/namespace";
import { isReplicated } from "../../components/data/postgres/cloudNativePg";
import { EmbeddedDatabase } from "../../components/data/postgres/embedded";
import { bindExistingDatabase } from "../../components/data/postgres/existing";
import { KubernetesPostgres } from "../../components/data/postgres/kubernetes";
import { KubernetesRedis } from "../../components/data/redis/kubernetes";
import { KubernetesGateway } from "../../components/edge/loadBalancer/gateway";
import { KubernetesLoadBalancer } from "../../components/edge/loadBalancer/kubernetes";
import { KubernetesAlerting } from "../../components/observability/alerting/kubernetes";
import { KubernetesMonitoring } from "../../components/observability/monitoring/kubernetes";
import type { PlannedBackup } from "../../components/operations/backup/contract";
import { KubernetesBackup } from "../../components/operations/backup/kubernetes";
import { KubernetesSecrets } from "../../components/secrets/secretStore/kubernetes";
import type { VaultStore } from "../../components/secrets/secretStore/vault";
import { type ExistingBucket, KubernetesBucket } from "../../components/storage/bucket/kubernetes";
import { KubernetesFileShare } from "../../components/storage/fileShare/kubernetes";
import { describedNamespace } from "../../systems/resolve";
import type { StoreSpec } from "../../systems/spec";
import { alertRoutes } from "../alertRoutes";
import { defaultNamespace, namespaceOf } from "../demands";
import { archiveDemands, archiveOf } from "./archive";
import { commonValues, tellGenerated } from "./commonSecrets";
import { makeInCluster } from "./inCluster";
import {
  type AddOnRequest,
  addOnModes,
  addOnValues,
  classOf,
  dnsPlan,
  otherController,
  routingOf,
} from "./kubernetesAddOns";
import { hostOf, uptimeUrls } from "./kubernetesRoutes";
import { demandOf, directoryDemands, madeClasses, postgresImage, redisImage } from "./kubernetesStores";
import { secretInputs } from "./secretInputs";
import type { Exposure, NamespaceRequest, Site, SiteRequest } from "./site";
import { keptInVault, makeVault } from "./vault";
import { makeLogging } from "./watching";

/** A cluster you already have, as a model sees it. */
export function openKubernetesSite(request: SiteRequest): Site {
  return new KubernetesSite(request);
}

class KubernetesSite implements Site {
  readonly cluster: AttachedCluster;
  private readonly request: SiteRequest;
  private readonly options: pulumi.ComponentResourceOptions;
  private readonly namespacesMade = new Map<string, Namespace>();
  /** Indexes that collectors of logs must wait for. */
  private readonly indexes: pulumi.Resource[] = [];
  private readonly secrets: KubernetesSecrets;
  private vault: VaultStore | undefined;
  private readonly modes: ReturnType<typeof addOnModes>;
  private readonly dns: ReturnType<typeof dnsPlan>;

  constructor(request: SiteRequest) {
    this.request = request;
    const { context, settings, placementSettings, placement } = request;
    const { kubernetes, access } = settings;
    const addOns = this.addOnRequest;
    this.modes = addOnModes(addOns);
    this.dns = dnsPlan({
      ...addOns,
      name: context.system,
      place: placementSettings,
      placements: settings.placements.length,
    });
    this.cluster = new AttachedCluster(
      this.named("cluster"),
      {
        context,
        kubeContext: placementSettings.context,
        kubeconfig: access.kubernetes.kubeconfig,
        deleteUnreachable: access.kubernetes.deleteUnreachable,
        addOns: this.modes,
        addOnValues: addOnValues(addOns, this.dns),
        otherAddOns: otherController(addOns),
        ...(this.modes.ingress === "existing" && request.system.routes.length > 0
          ? {
              existingClass: {
                kind: routingOf(addOns) === "gateway" ? ("GatewayClass" as const) : ("IngressClass" as const),
                name: classOf(addOns),
              },
            }
          : {}),
        storageClasses: { data: kubernetes.storageClass, shared: kubernetes.sharedStorageClass },
        makeStorage: madeClasses(kubernetes),
        ingressNamespace: kubernetes.ingressNamespace,
        monitoringNamespace: kubernetes.monitoringNamespace,
      },
      { parent: placement },
    );
    const generator = new random.Provider(this.named("random"), {}, { parent: placement });
    this.options = { parent: placement, providers: [this.cluster.kubernetes, generator] };
    this.secrets = this.makeSecrets();
  }

  namespaces(requests: readonly NamespaceRequest[]): ReadonlyMap<string, pulumi.Resource> {
    const { context, system, placementSettings } = this.request;
    for (const { name, podSecurity, demands = [] } of requests) {
      const stores = Object.entries(system.stores).filter(
        ([, store]) => store.kind !== "bucket" && namespaceOf(system, store) === name,
      );
      const all = [
        ...demands,
        ...stores.flatMap(([store, spec]) => [
          ...demandOf(spec, context.redundancy),
          ...archiveDemands(spec, archiveOf(system, placementSettings, store) !== undefined, context),
        ]),
        ...directoryDemands(system, Object.keys(placementSettings.existing?.buckets ?? {}), name),
      ];
      this.namespacesMade.set(
        name,
        new Namespace(
          this.named(`namespace-${describedNamespace(system, name)}`),
          { context, namespace: name, podSecurity, demands: all },
          this.options,
        ),
      );
    }
    const { cluster, secrets, namespacesMade: made } = this;
    this.vault = makeVault(this.request, { cluster, values: secrets.outgoing, namespaces: made }, this.options);
    return this.namespacesMade;
  }

  store(name: string, spec: StoreSpec, clients: readonly Client[]): Binding {
    const { context, settings, system, placementSettings } = this.request;
    const { cluster } = this;
    const existing = placementSettings.existing?.databases[name];
    if (spec.kind === "postgres" && existing) {
      const password = settings.secretValue(existing.password);
      return bindExistingDatabase({ ...existing, password, database: spec.database });
    }
    const [client] = clients;
    const namespace =
      spec.kind === "bucket" ? (client?.namespace ?? defaultNamespace(system)) : namespaceOf(system, spec);
    const common = { context, store: name, namespace, cluster, clients };
    const options = { ...this.options, dependsOn: this.readyOf(namespace, ...clients.map((each) => each.namespace)) };
    const logicalName = this.named(name);
    const archive = archiveOf(system, placementSettings, name);
    switch (spec.kind) {
      case "postgres": {
        if (spec.embedded) {
          return new EmbeddedDatabase(
            logicalName,
            { ...common, namespace: client?.namespace ?? namespace, spec, embedded: spec.embedded },
            options,
          ).binding;
        }
        const replicated = isReplicated(spec, context) && cluster.capabilities.cloudNativePg;
        const image = postgresImage(settings, name, spec, replicated);
        return new KubernetesPostgres(
          logicalName,
          {
            ...common,
            spec,
            image,
            mesh: settings.mesh.kind === "istio",
            snapshotClass: settings.kubernetes.snapshotClass,
            ...(archive ? { archive } : {}),
            ...(settings.backups.restore[name] ? { recovery: settings.backups.restore[name] } : {}),
          },
          options,
        ).binding;
      }
      case "redis":
        return new KubernetesRedis(logicalName, { ...common, spec, image: redisImage(settings, name, spec) }, options)
          .binding;
      case "file-share":
        return new KubernetesFileShare(logicalName, { ...common, spec }, options).binding;
      case "bucket":
        return new KubernetesBucket(
          logicalName,
          { context, store: name, spec, cluster, clients, existing: existingBucket(placementSettings, name) },
          options,
        ).binding;
      case "vector":
      case "memcached":
        return makeInCluster(logicalName, { request: this.request, store: name, spec, cluster, clients }, options);
      case "search": {
        const binding = makeInCluster(
          logicalName,
          { request: this.request, store: name, spec, cluster, clients },
          options,
        );
        this.indexes.push(...binding.ready);
        return binding;
      }
      default:
        return spec satisfies never;
    }
  }

  secret(name: string) {
    return this.vault?.value(name) ?? this.secrets.binding(name);
  }

  operate(ready: readonly pulumi.Resource[], backups: readonly PlannedBackup[]): void {
    const { context, settings, system } = this.request;
    if (backups.length > 0) {
      new KubernetesBackup(
        this.named("backup"),
        { context, backups, cluster: this.cluster },
        { ...this.options, dependsOn: this.readyOf(...backups.map((backup) => backup.namespace)) },
      );
    }
    const namespace = [...this.namespacesMade.keys()][0] ?? defaultNamespace(system);
    const collectsLogs = makeLogging(
      this.named("logging"),
      {
        request: this.request,
        cluster: this.cluster,
        namespaces: [...this.namespacesMade.keys()],
        dependsOn: this.indexes,
      },
      this.options,
    );
    new KubernetesMonitoring(
      this.named("monitoring"),
      {
        context,
        title: system.title,
        observability: system.observability,
        namespace,
        namespaces: [...this.namespacesMade.keys()],
        uptime: uptimeUrls(system, this.domain),
        collectsLogs,
        cluster: this.cluster,
      },
      { ...this.options, dependsOn: this.readyOf(namespace) },
    );
    if (Object.keys(system.alerts).length > 0) {
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
        { ...this.options, dependsOn: this.readyOf(namespace) },
      );
    }
  }

  expose(exposures: readonly Exposure[]): Readonly<Record<string, pulumi.Output<string>>> {
    const { context, settings, system } = this.request;
    if (exposures.length === 0) {
      return {};
    }
    const controller = this.cluster.addOns.releases.get("ingress");
    const common = {
      context,
      routes: exposures.map(({ route, namespace, serviceName, servicePort, healthPath, ready }) => ({
        host: hostOf(route, this.domain),
        path: route.path,
        namespace,
        serviceName,
        servicePort,
        healthPath,
        timeoutSeconds: route.timeoutSeconds,
        webSockets: route.webSockets,
        ready,
      })),
      ...(this.dns ? { dns: this.dns } : {}),
      edge: system.edge,
      cluster: this.cluster,
      controller: [controller, this.cluster.addOns.releases.get("gateway-api")].flatMap((release) => release ?? []),
      publicHosts: settings.domain !== undefined,
    };
    const options = { ...this.options, dependsOn: this.readyOf(...exposures.map((exposure) => exposure.namespace)) };
    const routing = routingOf(this.addOnRequest);
    const name = classOf(this.addOnRequest);
    switch (routing) {
      case "ingress":
        return new KubernetesLoadBalancer(this.named("edge"), { ...common, ingressClass: name }, options).urls;
      case "gateway":
        return new KubernetesGateway(
          this.named("edge"),
          {
            ...common,
            gatewayClass: name,
            ownsController: controller !== undefined && this.modes.ingress === "install",
          },
          options,
        ).urls;
      default:
        return routing satisfies never;
    }
  }

  private get addOnRequest(): AddOnRequest {
    const { context, settings, placementSettings, system } = this.request;
    return { system, context, settings, placement: placementSettings };
  }

  /** Browsers resolve names below localhost to the machine itself, so a system without a domain can be tried there. */
  private get domain(): string {
    const { settings, system } = this.request;
    return settings.domain ?? `${system.name}.localhost`;
  }

  private makeSecrets(): KubernetesSecrets {
    const { context, settings, system } = this.request;
    const secrets = new KubernetesSecrets(
      this.named("secrets"),
      {
        context,
        ...secretInputs(system, settings),
        common: commonValues(this.request),
        elsewhere: keptInVault(this.request),
        cluster: this.cluster,
      },
      this.options,
    );
    tellGenerated(this.request, secrets.generated);
    return secrets;
  }

  private readyOf(...namespaces: readonly string[]): pulumi.Resource[] {
    return [...new Set(namespaces)].flatMap((namespace) => this.namespacesMade.get(namespace)?.ready ?? []);
  }

  private named(role: string): string {
    return `${this.request.placementSettings.name}-${role}`;
  }
}

/** A bucket of the settings, by name alone or written out. */
function existingBucket({ existing }: SiteRequest["placementSettings"], name: string): ExistingBucket | undefined {
  const given = existing?.buckets[name];
  return typeof given === "string" ? { bucket: given } : given;
}
