import type { EdgeSpec } from "../../../systems/spec";
import type { Degraded } from "../../component";
import { planAlb } from "./alb";
import type { IngressRoute } from "./kubernetes";
import { planNginx } from "./nginxIngress";
import { TLS_OPTION_NAME, type TraefikObject, tlsOption, traefikAnnotations, traefikObjects } from "./traefik";

export type PlannedRoute = Omit<IngressRoute, "ready">;

export interface IngressPlanArgs {
  readonly system: string;
  readonly ingressClass: string;
  readonly routes: readonly PlannedRoute[];
  readonly edge: EdgeSpec;
  /** Issuer of the hosts' certificates. @default the controller's own certificate answers */
  readonly issuer?: string;
}

/** An Ingress in the terms of its controller, without labels. */
export interface PlannedIngress {
  readonly role: string;
  readonly name: string;
  readonly namespace: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Hosts whose certificate it holds, and the Secret it lies in. */
  readonly tls?: { readonly hosts: readonly string[]; readonly secretName?: string };
  /** Hosts without a path of their own, which other Ingresses add theirs to. */
  readonly hosts: readonly string[];
  readonly routes: readonly PlannedRoute[];
}

export interface IngressPlan {
  readonly ingresses: readonly PlannedIngress[];
  /** Objects of the controller's own kinds, each with its namespace and its name among the component's children. */
  readonly objects: readonly (Omit<TraefikObject, "kind"> & {
    readonly kind: "Middleware" | "TLSOption";
    readonly namespace: string;
  })[];
  readonly degraded: readonly Degraded[];
}

/** Ingresses for the controller of a class: every setting of the edge in its own terms, or a verdict. */
export function planIngresses(args: IngressPlanArgs): IngressPlan {
  if (args.ingressClass.startsWith("traefik")) {
    return planTraefik(args);
  }
  switch (args.ingressClass) {
    case "nginx":
      return planNginx(args);
    case "alb":
      return planAlb(args);
    default:
      return {
        ingresses: perNamespace(args).map(({ namespace, routes }) => serving(args, namespace, routes, {})),
        objects: [],
        degraded: [
          {
            feature: "security headers, rate limit, timeouts, TLS floor and redirect at the ingress",
            reason: `they are written in a controller's own terms, and ingress class ${args.ingressClass} is none this program knows`,
            remedy: "use the ingress class traefik, nginx or alb, or set them in the controller's own configuration",
          },
        ],
      };
  }
}

function planTraefik(args: IngressPlanArgs): IngressPlan {
  const { system, edge } = args;
  const namespaces = perNamespace(args);
  // Traefik ignores the options of a host whose routers name different ones, so all namespaces refer to one.
  const [{ namespace: tlsNamespace } = { namespace: "default" }] = namespaces;
  const objects = traefikObjects(edge);
  return {
    objects: [
      { role: "tls", kind: "TLSOption", name: TLS_OPTION_NAME, namespace: tlsNamespace, spec: tlsOption(edge) },
      ...namespaces.flatMap(({ namespace }) =>
        objects.map((object) => ({ ...object, role: `${namespace}-${object.role}`, namespace })),
      ),
    ],
    ingresses: namespaces.flatMap(({ namespace, routes }) => {
      const annotations = traefikAnnotations(namespace, objects, tlsNamespace);
      const made = serving(args, namespace, routes, annotations.serving);
      return [
        made,
        {
          ...made,
          role: `${namespace}-redirect`,
          name: `${system}-redirect`,
          annotations: annotations.redirect,
        },
      ];
    }),
    degraded: [
      {
        feature: `cutting requests that idle for ${seconds(args.routes)} s`,
        reason: "Traefik waits for an answer as long as its client does",
        remedy: "use the ingress class nginx or alb, or rely on the services' own timeouts",
      },
    ],
  };
}

/** Routes by namespace: an Ingress reaches Services of its own alone. */
export function perNamespace({ routes }: Pick<IngressPlanArgs, "routes">) {
  return [...new Set(routes.map(({ namespace }) => namespace))].map((namespace) => ({
    namespace,
    routes: routes.filter((route) => route.namespace === namespace),
  }));
}

/** The Ingress of a namespace that serves its routes. */
function serving(
  { system, issuer }: IngressPlanArgs,
  namespace: string,
  routes: readonly PlannedRoute[],
  annotations: Readonly<Record<string, string>>,
): PlannedIngress {
  const hosts = [...new Set(routes.map(({ host }) => host))];
  return {
    role: `${namespace}-ingress`,
    name: system,
    namespace,
    annotations: { ...annotations, ...(issuer === undefined ? {} : { "cert-manager.io/cluster-issuer": issuer }) },
    tls: { hosts, ...(issuer === undefined ? {} : { secretName: `${system}-tls` }) },
    hosts: [],
    routes,
  };
}

/** Timeouts of the routes, as a person reads them. */
function seconds(routes: readonly PlannedRoute[]): string {
  return [...new Set(routes.map(({ timeoutSeconds }) => timeoutSeconds))].sort((a, b) => a - b).join(", ");
}
