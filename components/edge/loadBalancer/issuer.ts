import type { EdgeSpec } from "../../../systems/spec";

/** How the certificate authority's question is answered: through an Ingress, or a route of a Gateway. */
export type Solver =
  | {
      readonly ingressClass: string;
      /** Annotations of the Ingress that answers. @default none */
      readonly annotations?: Readonly<Record<string, string>>;
    }
  | { readonly gateway: string; readonly namespace: string };

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
  const http01 =
    "gateway" in solver
      ? {
          gatewayHTTPRoute: {
            serviceType,
            parentRefs: [{ kind: "Gateway", name: solver.gateway, namespace: solver.namespace }],
          },
        }
      : {
          ingress: {
            ingressClassName: solver.ingressClass,
            serviceType,
            ...(solver.annotations ? { ingressTemplate: { metadata: { annotations: solver.annotations } } } : {}),
          },
        };
  return {
    acme: {
      server: `https://${server}.api.letsencrypt.org/directory`,
      privateKeySecretRef: { name: `${name}-account` },
      solvers: [{ http01 }],
    },
  };
}
