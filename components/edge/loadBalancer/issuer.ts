import type { EdgeSpec } from "../../../systems/spec";

/** How the certificate authority's question is answered: through an Ingress, a route of a Gateway, or in the zone. */
export type Solver =
  | {
      readonly ingressClass: string;
      /** Annotations of the Ingress that answers. @default none */
      readonly annotations?: Readonly<Record<string, string>>;
    }
  | { readonly gateway: string; readonly namespace: string }
  | { readonly zone: Readonly<Record<string, unknown>> };

/** Pods cert-manager answers the authority from. */
export const SOLVER_LABELS = { "acme.cert-manager.io/http01-solver": "true" } as const;
export const SOLVER_PORT = 8_089;

/** Name of a system's issuer: issuers are shared by the whole cluster. */
export function issuerName(system: string, edge: Pick<EdgeSpec, "issuer">): string {
  return `${system}-${edge.issuer}`;
}

/** The spec of an ACME `ClusterIssuer`. */
export function issuerSpec(name: string, edge: Pick<EdgeSpec, "issuer">, solver: Solver) {
  const server = edge.issuer === "letsencrypt-prod" ? "acme-v02" : "acme-staging-v02";
  // cert-manager would make a NodePort, which namespaces' quotas have none of.
  const serviceType = "ClusterIP";
  const challenge = (): Readonly<Record<string, unknown>> => {
    if ("zone" in solver) {
      return { dns01: solver.zone };
    }
    if ("gateway" in solver) {
      const parentRefs = [{ kind: "Gateway", name: solver.gateway, namespace: solver.namespace }];
      return { http01: { gatewayHTTPRoute: { serviceType, parentRefs } } };
    }
    const { ingressClass: ingressClassName, annotations } = solver;
    const ingressTemplate = annotations ? { ingressTemplate: { metadata: { annotations } } } : {};
    return { http01: { ingress: { ingressClassName, serviceType, ...ingressTemplate } } };
  };
  return {
    acme: {
      server: `https://${server}.api.letsencrypt.org/directory`,
      privateKeySecretRef: { name: `${name}-account` },
      solvers: [challenge()],
    },
  };
}
