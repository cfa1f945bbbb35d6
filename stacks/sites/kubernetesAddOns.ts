import type { AddOnsArgs } from "../../components/cluster/addOns/addOns";
import {
  ADD_ONS,
  type AddOnMode,
  type AddOnModes,
  type AddOnName,
  CATALOG,
  type Chart,
  INGRESS_CONTROLLERS,
} from "../../components/cluster/addOns/catalog";
import { type Context, isDistributed } from "../../components/context";
import { isReplicated } from "../../components/data/postgres/cloudNativePg";
import { type DnsPlan, planDns } from "../../components/edge/dns/kubernetes";
import { LISTENER_PORTS } from "../../components/edge/loadBalancer/gatewayPlan";
import { tlsOption } from "../../components/edge/loadBalancer/traefik";
import { needsKeda } from "../../components/workload/autoscaling";
import type { ResolvedSystem } from "../../systems/resolve";
import type { PlacementSettings, Settings } from "../settings";
import { DNS_CREDENTIALS } from "../settings/kubernetes";
import { archiveOf } from "./archive";
import { watchModes, watchValues } from "./watching";

type System = Pick<ResolvedSystem, "services" | "stores" | "alerts" | "observability" | "backups" | "routes" | "edge">;

export interface AddOnRequest {
  readonly system: System;
  readonly context: Pick<Context, "model" | "redundancy">;
  readonly settings: Pick<Settings, "kubernetes" | "mesh" | "domain" | "retention">;
  readonly placement: Pick<PlacementSettings, "existing" | "vault">;
}

/** What decides how the public is let in. */
export interface RoutingRequest {
  readonly context: Pick<Context, "model">;
  readonly settings: Pick<Settings, "kubernetes">;
}

/**
 * What becomes of each add-on. On a cluster that carries a distributed system what the system needs is installed, unless
 * the settings say otherwise; a single machine's worth goes without, but for the ingress controller clusters come with.
 */
export function addOnModes(request: AddOnRequest): AddOnModes {
  const { kubernetes, mesh } = request.settings;
  const settings = kubernetes.addOns;
  const modes: Partial<Record<AddOnName, AddOnMode>> = {
    ...defaults(request),
    ...(kubernetes.dns === undefined ? {} : { "external-dns": "install" as const }),
    ...(mesh.kind === "istio" ? { istio: "existing" as const } : {}),
  };
  for (const name of ADD_ONS) {
    modes[name] = (name in settings ? settings[name as keyof typeof settings] : modes[name]) ?? "none";
  }
  if (routingOf(request) === "gateway" && modes["gateway-api"] === "none") {
    modes["gateway-api"] = modes.ingress === "install" ? "install" : "existing";
  }
  return modes;
}

/**
 * How the public is let in. The Gateway API is preferred where it is certain to be there: where this stack installs the
 * controller, or the settings say the kinds are in the cluster.
 */
export function routingOf({ context, settings }: RoutingRequest): "ingress" | "gateway" {
  const { routing, addOns, ingressClass, gatewayClass } = settings.kubernetes;
  if (routing !== undefined) {
    return routing;
  }
  // Who names a class has chosen; a class of one API says nothing in the other.
  if (ingressClass !== undefined) {
    return "ingress";
  }
  if (gatewayClass !== undefined) {
    return "gateway";
  }
  const installs = (addOns.ingress ?? (isDistributed(context.model) ? "install" : "existing")) === "install";
  const kinds = addOns["gateway-api"] ?? (installs ? "install" : "none");
  return kinds === "none" ? "ingress" : "gateway";
}

/** Class of the controller that answers, by the way the public is let in. */
export function classOf(request: RoutingRequest): string {
  const { ingressClass, gatewayClass } = request.settings.kubernetes;
  return (routingOf(request) === "gateway" ? gatewayClass : ingressClass) ?? "traefik";
}

function defaults({ system, context, placement }: AddOnRequest): AddOnModes {
  // Nothing but its operator runs Elasticsearch here, on however many nodes.
  const searches = Object.values(system.stores).some((store) => store.kind === "search");
  const operators: AddOnModes = searches ? { "eck-operator": "install" } : {};
  if (!isDistributed(context.model)) {
    return { ingress: "existing", ...operators };
  }
  const services = Object.values(system.services);
  const queued = services.some((service) => "scaling" in service && needsKeda(service.scaling));
  const replicated = Object.entries(system.stores).filter(
    ([, store]) => store.kind === "postgres" && isReplicated(store, context),
  );
  const archived = replicated.some(([name]) => archiveOf(system, placement, name) !== undefined);
  const vertical = services.some((service) => "scaling" in service && service.scaling.vertical !== "off");
  return {
    "metrics-server": "install",
    "cert-manager": "install",
    ...(system.routes.length > 0 ? { ingress: "install" as const } : {}),
    ...(queued ? { keda: "install" as const } : {}),
    ...(placement.vault ? { "external-secrets": "install" as const, reloader: "install" as const } : {}),
    ...(vertical ? { "vertical-pod-autoscaler": "install" as const } : {}),
    ...watchModes(system),
    ...(replicated.length > 0 ? { "cloudnative-pg": "install" as const } : {}),
    ...(archived ? { "barman-cloud": "install" as const } : {}),
    ...operators,
  };
}

/** What charts must be told of this cluster: how the public comes in, where traces and logs go, whose records are written. */
export function addOnValues(request: AddOnRequest, dns: DnsPlan | undefined): AddOnsArgs["values"] {
  const gateway: Partial<ReturnType<typeof gatewayValues>> =
    routingOf(request) === "gateway" ? gatewayValues(request) : {};
  return {
    ...gateway,
    ...watchValues(request, { dataClass: request.settings.kubernetes.storageClass }),
    ...meshValues(request.settings.kubernetes.platform),
    ...(dns ? { "external-dns": dns.values } : {}),
    "cert-manager": { ...gateway["cert-manager"], ...zoneIdentity(request, dns) },
  };
}

/** cert-manager writes to the zone as external-dns does, where it answers the certificate authority there. */
function zoneIdentity({ settings }: AddOnRequest, dns: DnsPlan | undefined) {
  const annotations = settings.kubernetes.dns?.serviceAccountAnnotations ?? {};
  return dns?.challenge && Object.keys(annotations).length > 0 ? { serviceAccount: { annotations } } : {};
}

/**
 * Where the network plugin of Istio's ambient mode lies, by the chart's own profile of the platform. GKE moreover takes pods
 * of the class system-node-critical only in namespaces with a quota for it: that profile brings one, and the plugin comes
 * before ztunnel, which needs it too. https://istio.io/latest/docs/ambient/install/platform-prerequisites/
 */
export function meshValues(platform: Settings["kubernetes"]["platform"]): AddOnsArgs["values"] {
  return platform === undefined ? {} : { "istio-cni": { global: { platform } } };
}

/** Another controller than the catalog's own, where the class asks for it. */
export function otherController(request: AddOnRequest): AddOnsArgs["instead"] {
  return classOf(request) === "nginx"
    ? { ingress: { ...CATALOG.ingress, namespace: "nginx-ingress", charts: [nginxController(request)] } }
    : {};
}

/** nginx takes the protocols of a port from the port's first server, which is the controller's own. */
function nginxController({ system }: AddOnRequest): Chart {
  const { controller, ...values } = INGRESS_CONTROLLERS.nginx.values as { readonly controller: object };
  const entries = { "ssl-protocols": system.edge.tlsMinimum === "1.3" ? "TLSv1.3" : "TLSv1.2 TLSv1.3" };
  return { ...INGRESS_CONTROLLERS.nginx, values: { ...values, controller: { ...controller, config: { entries } } } };
}

function gatewayValues({ system }: AddOnRequest) {
  return {
    ingress: {
      providers: {
        kubernetesCRD: { enabled: true, allowCrossNamespace: false },
        kubernetesIngress: { enabled: false },
        kubernetesGateway: { enabled: true },
      },
      // Traefik takes a listener only on a port it listens on itself; the chart's own are 8000 and 8443. The sysctl is in
      // the restricted standard's list of safe ones, and gives it the low ports without a capability.
      ports: { web: { port: LISTENER_PORTS.HTTP }, websecure: { port: LISTENER_PORTS.HTTPS } },
      podSecurityContext: { sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }] },
      // The class is the controller's; each system brings a Gateway of its own.
      gateway: { enabled: false },
      gatewayClass: { enabled: true, name: "traefik" },
      // The Gateway API has no words for it: what is called default holds for every listener.
      tlsOptions: { default: tlsOption(system.edge) },
    },
    "cert-manager": {
      config: {
        apiVersion: "controller.config.cert-manager.io/v1alpha1",
        kind: "ControllerConfiguration",
        enableGatewayAPI: true,
      },
    },
  };
}

/** Records of a placement's hosts; nothing without a domain or a provider to write to. */
export function dnsPlan(
  request: AddOnRequest & { readonly placements: number; readonly place: PlacementSettings; readonly name: string },
): DnsPlan | undefined {
  const { settings, place, placements, name } = request;
  const { dns } = settings.kubernetes;
  if (dns === undefined || settings.domain === undefined) {
    return undefined;
  }
  const healthCheck = place.existing?.healthCheck;
  return planDns({
    settings: { ...dns, credentials: DNS_CREDENTIALS[dns.provider] },
    system: name,
    placement: place.name,
    role: place.role,
    region: place.region,
    shared: placements > 1,
    domain: settings.domain,
    routing: routingOf(request),
    ...(healthCheck === undefined ? {} : { healthCheck }),
  });
}
