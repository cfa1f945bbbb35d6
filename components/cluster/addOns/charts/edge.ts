import { type AddOn, type Chart, large, RESTRICTED, small } from "./chart";

/** Ingress controllers that can be installed, by the class each brings. */
export const INGRESS_CONTROLLERS: Readonly<Record<"traefik" | "nginx", Chart>> = {
  traefik: {
    name: "traefik",
    version: "41.3.0",
    repository: "https://traefik.github.io/charts",
    values: {
      // Without a name the chart calls its class after the release, and no Ingress would be its own.
      ingressClass: { enabled: true, isDefaultClass: false, name: "traefik" },
      deployment: { replicas: 2 },
      podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
      // Else the node that took a connection passes it on as its own, and all clients share one limit of requests.
      service: { spec: { externalTrafficPolicy: "Local" } },
      // Routers take Middlewares from the namespaces of their Services.
      providers: {
        kubernetesCRD: { enabled: true, allowCrossNamespace: false },
        kubernetesIngress: { enabled: true },
      },
      resources: large,
      securityContext: RESTRICTED,
    },
  },
  // F5's own, https://github.com/nginx/kubernetes-ingress; the community's ingress-nginx was retired in March 2026.
  nginx: {
    name: "nginx-ingress",
    version: "2.6.4",
    repository: "https://helm.nginx.com/stable",
    values: {
      controller: {
        replicaCount: 2,
        ingressClass: { name: "nginx", create: true, setAsDefaultIngress: false },
        podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
        readOnlyRootFilesystem: true,
        // Headers of answers have no annotation of their own in this controller.
        enableSnippets: true,
        resources: large,
        initContainerResources: small,
      },
    },
  },
};

/** What lets the public in and tells the world where. */
export const EDGE = {
  // No project of its own offers these kinds as a chart; this one follows its releases. The version is the one Traefik 3.7
  // asks for. Removing the kinds would remove every gateway and route of the cluster.
  "gateway-api": {
    capability: "gatewayApi",
    namespace: "kube-system",
    apis: ["v1.gateway.networking.k8s.io"],
    charts: [
      {
        name: "gateway-api-crds",
        version: "1.5.1",
        repository: "https://wiremind.github.io/wiremind-helm-charts",
        values: {},
        keep: true,
      },
    ],
  },
  ingress: { namespace: "traefik", needs: ["gateway-api"], charts: [INGRESS_CONTROLLERS.traefik] },
  "external-dns": {
    capability: "externalDns",
    namespace: "external-dns",
    needs: ["gateway-api"],
    charts: [
      {
        name: "external-dns",
        version: "1.21.1",
        repository: "https://kubernetes-sigs.github.io/external-dns/",
        values: {
          // A record whose route is gone is removed; what others made, told apart by owner, is left alone.
          policy: "sync",
          registry: "txt",
          logFormat: "json",
          resources: small,
          securityContext: { ...RESTRICTED, privileged: false },
        },
      },
    ],
  },
} as const satisfies Readonly<Record<string, AddOn>>;
