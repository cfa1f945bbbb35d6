import type { EdgeSpec } from "../../../systems/spec";
import type { IngressPlan, IngressPlanArgs, PlannedIngress, PlannedRoute } from "./ingressPlan";
import { SECURITY_HEADERS } from "./traefik";

const PREFIX = "nginx.org";

/** What makes an Ingress add its paths to a host that another has: cert-manager's own answer must be one too. */
export const MINION = { [`${PREFIX}/mergeable-ingress-type`]: "minion" } as const;

/**
 * Ingresses for F5's controller. It lets one Ingress alone have a host, so a master holds each host with its TLS, and
 * minions add the paths: one per namespace and timeout.
 * https://docs.nginx.com/nginx-ingress-controller/configuration/ingress-resources/cross-namespace-configuration/
 */
export function planNginx(args: IngressPlanArgs): IngressPlan {
  const { system, routes, edge, issuer } = args;
  const hosts = [...new Set(routes.map(({ host }) => host))];
  const masters = hosts.map((host, index): PlannedIngress => {
    const [first] = routes.filter((route) => route.host === host);
    return {
      role: `master-${index}`,
      name: `${system}-master-${index}`,
      namespace: first?.namespace ?? "default",
      annotations: {
        [`${PREFIX}/mergeable-ingress-type`]: "master",
        [`${PREFIX}/redirect-to-https`]: "true",
        [`${PREFIX}/server-snippets`]: snippet(edge),
        ...(edge.maxBodySize === undefined ? {} : { [`${PREFIX}/client-max-body-size`]: bodySize(edge.maxBodySize) }),
        ...(issuer === undefined
          ? {}
          : {
              "cert-manager.io/cluster-issuer": issuer,
              // The controller refuses a host whose certificate is not there yet, and the authority's question with it.
              "cert-manager.io/issue-temporary-certificate": "true",
            }),
      },
      tls: { hosts: [host], ...(issuer === undefined ? {} : { secretName: `${system}-${index}-tls` }) },
      hosts: [host],
      routes: [],
    };
  });
  const groups = new Map<string, PlannedRoute[]>();
  for (const route of routes) {
    const key = `${hosts.indexOf(route.host)}-${route.namespace}-${route.timeoutSeconds}`;
    groups.set(key, [...(groups.get(key) ?? []), route]);
  }
  const minions = [...groups].flatMap(([key, own]): readonly PlannedIngress[] => {
    const [route] = own;
    return route
      ? [
          {
            role: `minion-${key}`,
            name: `${system}-${hosts.indexOf(route.host)}-${route.timeoutSeconds}`,
            namespace: route.namespace,
            annotations: {
              ...MINION,
              [`${PREFIX}/proxy-read-timeout`]: `${route.timeoutSeconds}s`,
              [`${PREFIX}/proxy-send-timeout`]: `${route.timeoutSeconds}s`,
              ...limits(edge),
              ...sockets(own),
            },
            hosts: [],
            routes: own,
          },
        ]
      : [];
  });
  return {
    ingresses: [...masters, ...minions],
    objects: [],
    degraded: [],
  };
}

/** What has no annotation of its own: TLS floor, ciphers and headers of every answer, errors included. */
function snippet(edge: EdgeSpec): string {
  const protocols = edge.tlsMinimum === "1.3" ? "TLSv1.3" : "TLSv1.2 TLSv1.3";
  return [
    `ssl_protocols ${protocols};`,
    ...(edge.ciphers === undefined ? [] : [`ssl_ciphers ${edge.ciphers};`]),
    ...Object.entries({ ...SECURITY_HEADERS, ...edge.headers }).map(
      ([name, value]) => `add_header ${name} ${JSON.stringify(value)} always;`,
    ),
  ].join("\n");
}

function limits(edge: EdgeSpec): Readonly<Record<string, string>> {
  const rate =
    edge.requestsPerSecond === undefined
      ? // The spec's own unit is five minutes; this controller counts in minutes.
        edge.rateLimit === undefined
        ? undefined
        : `${Math.max(1, Math.round(edge.rateLimit / 5))}r/m`
      : `${edge.requestsPerSecond}r/s`;
  const burst = edge.requestsPerSecond === undefined ? Math.ceil((edge.rateLimit ?? 0) / 10) : edge.requestsPerSecond;
  return rate === undefined
    ? {}
    : {
        [`${PREFIX}/limit-req-rate`]: rate,
        [`${PREFIX}/limit-req-key`]: `\${binary_remote_addr}`,
        [`${PREFIX}/limit-req-burst`]: String(burst),
        [`${PREFIX}/limit-req-no-delay`]: "true",
        [`${PREFIX}/limit-req-reject-code`]: "429",
      };
}

function sockets(routes: readonly PlannedRoute[]): Readonly<Record<string, string>> {
  const services = [...new Set(routes.filter(({ webSockets }) => webSockets).map(({ serviceName }) => serviceName))];
  return services.length > 0 ? { [`${PREFIX}/websocket-services`]: services.join(",") } : {};
}

/** nginx writes mebibytes as m. */
function bodySize(size: string): string {
  return size.replace(/i$/, "").toLowerCase();
}
