import type { EdgeSpec } from "../../../systems/spec";
import type { Degraded } from "../../component";
import type { IngressRoute } from "./kubernetes";
import { SECURITY_HEADERS } from "./traefik";

/** An object of the Gateway API, without labels. */
export interface GatewayObject {
  readonly role: string;
  /** @default the Gateway API's own */
  readonly apiVersion?: string;
  readonly kind: "Gateway" | "HTTPRoute" | "GCPBackendPolicy" | "HealthCheckPolicy";
  readonly name: string;
  readonly namespace: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface GatewayPlanArgs {
  readonly system: string;
  readonly gatewayClass: string;
  readonly routes: readonly Omit<IngressRoute, "ready">[];
  readonly edge: EdgeSpec;
  /** Name of a Middleware of Traefik's in every namespace, where one limits requests. */
  readonly rateLimit?: string;
}

/** Namespace of the Gateway and of its certificates: that of the first route. */
export function gatewayNamespace(routes: readonly Pick<IngressRoute, "namespace">[]): string {
  return routes[0]?.namespace ?? "default";
}

/** Secret of a host's certificate: one each, so that a host is added without touching the others. */
export function certificateSecret(system: string, host: string): string {
  return `${system}-${host.replaceAll(".", "-")}-tls`;
}

/** The Gateway, and per namespace the routes that serve and those that only send to HTTPS. */
export function planGateway(args: GatewayPlanArgs): readonly GatewayObject[] {
  const namespaces = [...new Set(args.routes.map((route) => route.namespace))];
  return [
    gateway(args, namespaces),
    ...namespaces.flatMap((namespace) => routesOf(args, namespace)),
    ...(timeoutsOf(args.gatewayClass) === "policies" ? googlePolicies(args) : []),
  ];
}

/** Where the public knocks, and so the ports of every Gateway. */
export const LISTENER_PORTS = { HTTP: 80, HTTPS: 443 } as const;

/** Where a class is told of timeouts: by its routes, by policies of its own, or nowhere. */
function timeoutsOf(gatewayClass: string): "routes" | "policies" | "nowhere" {
  return gatewayClass.startsWith("gke-") ? "policies" : gatewayClass.startsWith("traefik") ? "nowhere" : "routes";
}

/** What the class cannot be told of the routes' timeouts. */
export function timeoutVerdicts(
  gatewayClass: string,
  routes: readonly Pick<IngressRoute, "timeoutSeconds">[],
): readonly Degraded[] {
  const seconds = [...new Set(routes.map(({ timeoutSeconds }) => timeoutSeconds))].sort((a, b) => a - b).join(", ");
  return timeoutsOf(gatewayClass) === "nowhere"
    ? [
        {
          feature: `cutting requests that idle for ${seconds} s`,
          reason: "Traefik waits for an answer as long as its client does",
          remedy: "use a gateway class with timeouts, the ingress class nginx, or rely on the services' own timeouts",
        },
      ]
    : [];
}

/**
 * Policies of GKE's gateways, which read neither timeouts of routes nor probes of pods: one pair per Service.
 * https://docs.cloud.google.com/kubernetes-engine/docs/how-to/configure-gateway-resources
 */
function googlePolicies({ routes }: GatewayPlanArgs): readonly GatewayObject[] {
  const services = [...new Map(routes.map((route) => [`${route.namespace}/${route.serviceName}`, route])).values()];
  return services.flatMap(({ namespace, serviceName, healthPath }): readonly GatewayObject[] => {
    const own = routes.filter((route) => route.namespace === namespace && route.serviceName === serviceName);
    const targetRef = { group: "", kind: "Service", name: serviceName };
    const object = { apiVersion: "networking.gke.io/v1", name: serviceName, namespace };
    return [
      {
        ...object,
        role: `${namespace}-${serviceName}-backend`,
        kind: "GCPBackendPolicy",
        spec: {
          default: {
            timeoutSec: Math.max(...own.map(({ timeoutSeconds }) => timeoutSeconds)),
            connectionDraining: { drainingTimeoutSec: 30 },
            logging: { enabled: true, sampleRate: 1_000_000 },
          },
          targetRef,
        },
      },
      {
        ...object,
        role: `${namespace}-${serviceName}-health`,
        kind: "HealthCheckPolicy",
        spec: {
          default: { config: { type: "HTTP", httpHealthCheck: { requestPath: healthPath } } },
          targetRef,
        },
      },
    ];
  });
}

function gateway({ system, gatewayClass, routes }: GatewayPlanArgs, namespaces: readonly string[]): GatewayObject {
  const hosts = [...new Set(routes.map((route) => route.host))];
  const allowedRoutes = {
    kinds: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute" }],
    // Nobody else's routes: another team's could take over a host.
    namespaces: {
      from: "Selector",
      selector: {
        matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: [...namespaces] }],
      },
    },
  };
  return {
    role: "gateway",
    kind: "Gateway",
    name: system,
    namespace: gatewayNamespace(routes),
    spec: {
      gatewayClassName: gatewayClass,
      listeners: hosts.flatMap((hostname, index) => [
        { name: `http-${index}`, hostname, port: LISTENER_PORTS.HTTP, protocol: "HTTP", allowedRoutes },
        {
          name: `https-${index}`,
          hostname,
          port: LISTENER_PORTS.HTTPS,
          protocol: "HTTPS",
          tls: { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: certificateSecret(system, hostname) }] },
          allowedRoutes,
        },
      ]),
    },
  };
}

function routesOf(args: GatewayPlanArgs, namespace: string): readonly GatewayObject[] {
  const { system, routes } = args;
  const hosts = [...new Set(routes.map((route) => route.host))];
  const own = routes.filter((route) => route.namespace === namespace);
  return [...new Set(own.map((route) => route.host))].flatMap((host): readonly GatewayObject[] => {
    const index = hosts.indexOf(host);
    const parent = (listener: string) => [
      { kind: "Gateway", name: system, namespace: gatewayNamespace(routes), sectionName: `${listener}-${index}` },
    ];
    const name = `${system}-${index}`;
    return [
      {
        role: `${namespace}-route-${index}`,
        kind: "HTTPRoute",
        name,
        namespace,
        spec: {
          parentRefs: parent("https"),
          hostnames: [host],
          rules: own
            .filter((route) => route.host === host)
            .map(({ path, serviceName, servicePort, timeoutSeconds, webSockets }) => ({
              matches: [{ path: { type: "PathPrefix", value: path } }],
              filters: filters(args),
              backendRefs: [{ kind: "Service", name: serviceName, port: servicePort }],
              // Of a connection that stays open no answer ever ends.
              ...(timeoutsOf(args.gatewayClass) === "routes" && !webSockets
                ? { timeouts: { backendRequest: `${timeoutSeconds}s` } }
                : {}),
            })),
        },
      },
      {
        role: `${namespace}-redirect-${index}`,
        kind: "HTTPRoute",
        name: `${name}-redirect`,
        namespace,
        spec: {
          parentRefs: parent("http"),
          hostnames: [host],
          rules: [{ filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }] }],
        },
      },
    ];
  });
}

function filters({ edge, rateLimit }: GatewayPlanArgs) {
  const headers = Object.entries({ ...SECURITY_HEADERS, ...edge.headers });
  return [
    {
      type: "ResponseHeaderModifier",
      responseHeaderModifier: { set: headers.map(([name, value]) => ({ name, value })) },
    },
    ...(rateLimit === undefined
      ? []
      : [{ type: "ExtensionRef", extensionRef: { group: "traefik.io", kind: "Middleware", name: rateLimit } }]),
  ];
}
