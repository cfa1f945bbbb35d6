import type * as pulumi from "@pulumi/pulumi";
import type { Binding, BindingValue } from "../components/binding";
import type { Context } from "../components/context";
import type { DnsRecords } from "../components/edge/loadBalancer/contract";
import { Placement } from "../components/placement";
import { isRunning } from "../components/workload/container";
import type { BoundUse } from "../components/workload/environment";
import { selectorLabels } from "../components/workload/labels";
import { MESH_PORT, type MeshTraffic } from "../components/workload/mesh";
import { type Flow, ingressPeer } from "../components/workload/networkPolicy";
import { Workload } from "../components/workload/workload";
import { normalizeUse, sendsTraces } from "../systems/edges";
import type { ResolvedSystem } from "../systems/resolve";
import type { ServiceSpec } from "../systems/spec";
import { type BackupsRequest, backupDemands, planBackups } from "./backups";
import { collectorBinding, externalBinding, pushGatewayBinding, serviceBinding } from "./bindings";
import { clientOf, scalesOn, storeClients } from "./clients";
import { crowdedDatabases } from "./connections";
import { contextOf, systemIn } from "./context";
import { namespaceOf, serviceDemand, serviceOf } from "./demands";
import { discarded } from "./discarded";
import type { DeployedEdge } from "./edge";
import { unrouted } from "./edgeNeeds";
import { planExposures } from "./exposures";
import { handoversOf } from "./handover";
import { imageOf, type PlacementSettings, type ProgramSettings } from "./settings";
import { openSite } from "./sites";
import { withGenerated } from "./sites/commonSecrets";
import type { Exposure, NamespaceRequest, Site } from "./sites/site";
import { startOrder } from "./startOrder";
import { placeOf, unread } from "./unread";
import { unreadSettings } from "./unread/settings";

/** What a placement gives back: nothing secret. */
export interface Deployed {
  readonly cloud: string;
  readonly region: string;
  readonly role: string;
  readonly urls: Readonly<Record<string, pulumi.Output<string>>>;
  /** Repository the system's images can be pushed to, where the settings ask for one. */
  readonly registry?: pulumi.Output<string>;
  /** Address the public comes to, where it is one of the placement's own and known as such. */
  readonly address?: pulumi.Output<string>;
  /** DNS records that whoever runs the zone must add. */
  readonly records?: DnsRecords;
}

/** What a model gives back. */
export interface DeployedSystem {
  readonly placements: Readonly<Record<string, Deployed>>;
  /** What all placements of a cloud have in common. */
  readonly edge?: DeployedEdge;
}

/** Deploys the whole system to one placement. */
export async function deploy(settings: ProgramSettings, placementSettings: PlacementSettings): Promise<Deployed> {
  const system = systemIn(settings, placementSettings);
  const context = contextOf(settings, placementSettings, system);
  const place = placeOf(settings, context);
  const degraded = [
    ...unread(system, place),
    ...unreadSettings(settings, place),
    ...crowdedDatabases(system, settings, placementSettings, context.cloud === "kubernetes"),
    ...discarded(settings, placementSettings),
    ...unrouted(settings, placementSettings),
  ];
  const placement = new Placement(placementSettings.name, { context, edges: system.edges, degraded });
  const site = await openSite(placementSettings.cloud, { context, settings, placementSettings, system, placement });
  return new Deployment(settings, system, context, placement, site, {
    system,
    settings,
    placement: placementSettings,
  }).run();
}

class Deployment {
  private readonly stores = new Map<string, Binding>();
  private readonly workloads = new Map<string, Workload>();

  constructor(
    private readonly settings: ProgramSettings,
    private readonly system: ResolvedSystem,
    private readonly context: Context,
    private readonly placement: Placement,
    private readonly site: Site,
    private readonly backups: BackupsRequest,
  ) {}

  run(): Deployed {
    const { site, system, context } = this;
    const namespaces = site.namespaces(this.namespaceRequests());
    for (const [name, spec] of Object.entries(system.stores)) {
      this.stores.set(
        name,
        site.store(name, spec, storeClients(this.backups, name, { keda: site.cluster.capabilities.keda })),
      );
    }
    for (const service of startOrder(system)) {
      this.workloads.set(service, this.workload(service, namespaces));
    }
    const ready = [...this.workloads.values()].flatMap((workload) => workload.ready);
    site.operate?.(
      ready,
      planBackups(this.backups, this.stores, (name, description) => site.secret(name, { description })),
    );
    const urls = site.expose(this.exposures());
    const handover = withGenerated(this.settings, this.backups.placement, site.handover?.());
    if (handover && this.settings.layers.includes("infrastructure")) {
      handoversOf(this.settings).tell(context.placement, handover);
    }
    const { registry } = site;
    const records = this.settings.layers.includes("infrastructure") ? site.records : undefined;
    const place = { cloud: context.cloud, region: context.region, role: context.role };
    return {
      ...place,
      urls,
      ...(registry === undefined ? {} : { registry }),
      ...(records === undefined ? {} : { records }),
    };
  }

  private namespaceRequests(): readonly NamespaceRequest[] {
    const { system } = this;
    const services = Object.values(system.services);
    const stores = Object.values(system.stores).flatMap((store) =>
      store.kind === "bucket" ? [] : [namespaceOf(system, store)],
    );
    const names = [...new Set([...services.map((service) => namespaceOf(system, service)), ...stores])];
    return names.map((name) => {
      const inside = services.filter((service) => namespaceOf(system, service) === name);
      return {
        name,
        podSecurity: weakest(inside),
        demands: [
          ...inside.map((service) =>
            serviceDemand(service, system.nodePools, this.site.cluster.ownsNodePools !== false),
          ),
          ...backupDemands(this.backups, name),
        ],
      };
    });
  }

  private workload(service: string, namespaces: ReadonlyMap<string, pulumi.Resource>): Workload {
    const { context, settings, system, site } = this;
    const spec = serviceOf(system, service);
    const namespace = namespaceOf(system, spec);
    const uses = this.usesOf(service, spec);
    const queue = scalesOn(spec);
    const ready = namespaces.get(namespace);
    return new Workload(
      `${this.context.placement}-${service}`,
      {
        context,
        service,
        spec,
        namespace,
        image: imageOf(settings.images, "services", service, spec.image),
        cluster: site.cluster,
        uses,
        ingress: this.ingressOf(service),
        secrets: this.secretsOf(spec),
        queue:
          uses.find((use) => use.target === queue) ??
          (queue === undefined ? undefined : this.use(queue, { access: "read" })),
        ...(this.joinsMesh(service) ? { mesh: this.meshTraffic(service) } : {}),
        exposed: system.routes.some(({ to }) => to === service),
        poolTainted: spec.nodePool !== undefined && system.nodePools[spec.nodePool]?.tainted === true,
      },
      {
        parent: this.placement,
        providers: [site.cluster.kubernetes],
        dependsOn: [...(ready ? [ready] : []), ...this.before(spec)],
      },
    );
  }

  /** What must have run before a service starts: the migrations, and for a smoke test everything else. */
  private before(spec: ServiceSpec): readonly pulumi.Resource[] {
    const isMigration = (name: string) => {
      const other = this.system.services[name];
      return other?.kind === "job" && other.phase === "migration";
    };
    if (spec.kind === "job" && spec.phase === "migration") {
      return [];
    }
    const smokeTest = spec.kind === "job";
    return [...this.workloads].flatMap(([name, workload]) => (smokeTest || isMigration(name) ? workload.ready : []));
  }

  private usesOf(service: string, spec: ServiceSpec): readonly BoundUse[] {
    const direct = spec.uses.map((entry) => {
      const use = normalizeUse(entry);
      const bound = this.use(use.to, use);
      return { ...bound, ports: this.meshPorts(service, use.to, bound.ports) };
    });
    const mounted = spec.volumes.flatMap(({ share }) =>
      share !== undefined && !direct.some((use) => use.target === share) ? [this.use(share, {})] : [],
    );
    return [
      ...direct,
      ...mounted,
      ...(spec.pushMetrics ? [this.pushGateway()] : []),
      ...(sendsTraces(this.system, spec) ? [this.collector(service)] : []),
    ];
  }

  /** The names are OpenTelemetry's own: its libraries read them without a word in the code. */
  private collector(service: string): BoundUse {
    const { monitoringNamespace, capabilities } = this.site.cluster;
    const binding = collectorBinding(monitoringNamespace, service, this.system.name);
    const env: BoundUse["env"] = capabilities.traces
      ? {
          OTEL_EXPORTER_OTLP_ENDPOINT: "url",
          OTEL_EXPORTER_OTLP_PROTOCOL: "protocol",
          OTEL_SERVICE_NAME: "name",
          OTEL_RESOURCE_ATTRIBUTES: "attributes",
        }
      : {};
    return { target: "collector", binding, access: "write", endpoint: "primary", env, ports: binding.ports };
  }

  private pushGateway(): BoundUse {
    const { monitoringNamespace, capabilities } = this.site.cluster;
    const binding = pushGatewayBinding(monitoringNamespace);
    const env: BoundUse["env"] = capabilities.pushGateway ? { PUSHGATEWAY_URL: "url" } : {};
    return { target: "push-gateway", binding, access: "write", endpoint: "primary", env, ports: binding.ports };
  }

  private use(
    target: string,
    use: Partial<Pick<BoundUse, "access" | "endpoint" | "env">> & { readonly port?: string },
  ): BoundUse {
    const { access = "write", endpoint = "primary", env = {}, port } = use;
    const binding = this.bindingOf(target, port);
    return { target, binding, access, endpoint, env, ports: binding.ports };
  }

  private bindingOf(target: string, port: string | undefined): Binding {
    const { system, site } = this;
    const store = this.stores.get(target);
    if (store) {
      return store;
    }
    const external = system.external[target];
    if (external) {
      return externalBinding(external, (key, description) => site.secret(`${target}-${key}`, { description }));
    }
    const spec = serviceOf(system, target);
    return serviceBinding({
      service: target,
      spec,
      namespace: namespaceOf(system, spec),
      labels: selectorLabels(system.name, target),
      port,
      ready: this.workloads.get(target)?.ready ?? [],
    });
  }

  private ingressOf(service: string): readonly Flow[] {
    const { cluster } = this.site;
    return this.system.edges
      .filter((edge) => edge.to.kind === "service" && edge.to.name === service)
      .map((edge): Flow => {
        const ports = edge.port === undefined ? [] : [edge.port];
        switch (edge.from.kind) {
          case "public":
            return { peers: cluster.ingressSources.map(ingressPeer), ports };
          case "monitoring":
            return { peers: [{ kind: "pods", namespace: cluster.monitoringNamespace, labels: {} }], ports };
          case "service": {
            const { namespace, labels } = clientOf(this.system, edge.from.name);
            return {
              peers: [{ kind: "pods", namespace, labels }],
              ports: this.meshPorts(edge.from.name, service, ports),
            };
          }
          case "store":
          case "external":
            throw new Error(`an edge begins at ${edge.from.kind} ${edge.from.name}, which opens no connections`);
          default:
            return edge.from.kind satisfies never;
        }
      });
  }

  private joinsMesh(service: string): boolean {
    const spec = this.system.services[service];
    return this.settings.mesh.kind === "istio" && spec !== undefined && isRunning(spec) && spec.mesh;
  }

  /** Ports between two services; within the mesh their nodes carry the connection on a port of its own as well. */
  private meshPorts(from: string, to: string, ports: readonly number[]): readonly number[] {
    const meshed = this.joinsMesh(from) && this.joinsMesh(to) && this.site.cluster.capabilities.istio;
    return meshed ? [...ports, MESH_PORT] : ports;
  }

  private meshTraffic(service: string): MeshTraffic {
    const edges = this.system.edges.filter((edge) => edge.to.kind === "service" && edge.to.name === service);
    const inside = edges.filter((edge) => edge.from.kind === "service" && this.joinsMesh(edge.from.name));
    const ports = (list: typeof edges) => list.flatMap((edge) => edge.port ?? []);
    return {
      callers: inside.map((edge) => ({ ...clientOf(this.system, edge.from.name), ports: ports([edge]) })),
      openPorts: ports(edges.filter((edge) => !inside.includes(edge))),
    };
  }

  private secretsOf(spec: ServiceSpec): Readonly<Record<string, BindingValue>> {
    const { system, site } = this;
    return Object.fromEntries(
      Object.entries(spec.secretEnv).flatMap(([variable, secret]) => {
        const secretSpec = system.secrets[secret];
        return secretSpec ? [[variable, site.secret(secret, secretSpec)] as const] : [];
      }),
    );
  }

  private exposures(): readonly Exposure[] {
    return planExposures(this.system).map((planned) => ({
      ...planned,
      ready: this.workloads.get(planned.route.to)?.ready ?? [],
    }));
  }
}

function weakest(services: readonly ServiceSpec[]): NamespaceRequest["podSecurity"] {
  const levels = ["privileged", "baseline", "restricted"] as const;
  return levels.find((level) => services.some((service) => service.security.podSecurity === level)) ?? "restricted";
}
