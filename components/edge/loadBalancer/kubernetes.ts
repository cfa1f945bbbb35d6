import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { EdgeSpec } from "../../../systems/spec";
import type { ClusterContract } from "../../cluster/contract";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { ingressPeer, networkPolicySpec } from "../../workload/networkPolicy";
import { issuerName, issuerSpec, SOLVER_LABELS, SOLVER_PORT } from "./issuer";
import { TLS_OPTION_NAME, type TraefikObject, tlsOption, traefikAnnotations, traefikObjects } from "./traefik";

/** One path of a host, answered by a Service. */
export interface IngressRoute {
  readonly host: string;
  readonly path: string;
  readonly namespace: string;
  readonly serviceName: string;
  readonly servicePort: number;
  readonly ready: readonly pulumi.Resource[];
}

export interface KubernetesLoadBalancerArgs extends ComponentArgs {
  readonly routes: readonly IngressRoute[];
  readonly edge: EdgeSpec;
  readonly ingressClass: string;
  readonly cluster: ClusterContract;
  /** Controller and whatever else must stand before its kinds can be made. */
  readonly controller: readonly pulumi.Resource[];
  /** Whether the hosts are names on the internet, which a certificate authority can check. */
  readonly publicHosts: boolean;
  readonly transform?: { readonly ingress?: Transform<k8s.networking.v1.IngressArgs> };
}

/** How the public reaches services of the cluster: Ingress objects for the controller that is there. */
export class KubernetesLoadBalancer extends Component {
  /** URL by host. */
  readonly urls: Readonly<Record<string, pulumi.Output<string>>>;
  private readonly args: KubernetesLoadBalancerArgs;

  constructor(name: string, args: KubernetesLoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:edge:LoadBalancer", name, args, opts);
    this.args = args;
    const issuer = this.issuer();
    const namespaces = [...new Set(args.routes.map((route) => route.namespace))];
    // Traefik ignores the options of a host whose routers name different ones, so all namespaces refer to one.
    const [tlsNamespace = ""] = namespaces;
    const tls = this.isTraefik
      ? [this.traefikObject("tls", "TLSOption", TLS_OPTION_NAME, tlsNamespace, tlsOption(args.edge))]
      : [];
    for (const namespace of namespaces) {
      this.expose(namespace, tlsNamespace, [...tls, ...(issuer ? [issuer] : []), ...args.controller]);
    }
    this.verdicts();
    this.urls = Object.fromEntries(args.routes.map(({ host }) => [host, pulumi.output(`https://${host}`)]));
    this.finish({ urls: Object.keys(this.urls).map((host) => `https://${host}`) });
  }

  private get isTraefik(): boolean {
    return this.args.ingressClass.startsWith("traefik");
  }

  private get hasIssuer(): boolean {
    return this.args.cluster.capabilities.certManager && this.args.publicHosts;
  }

  /** The ACME issuer of the system; its name holds the system's, as issuers are shared by the whole cluster. */
  private issuer(): pulumi.Resource | undefined {
    const { cluster, edge, ingressClass } = this.args;
    if (!this.hasIssuer) {
      return undefined;
    }
    const installed = cluster.installed?.certManager;
    const name = this.issuerName();
    return this.make(
      k8s.apiextensions.CustomResource,
      "issuer",
      {
        apiVersion: "cert-manager.io/v1",
        kind: "ClusterIssuer",
        metadata: { name, labels: this.labels() },
        spec: issuerSpec(name, edge, { ingressClass }),
      },
      { dependsOn: installed ? [installed] : [] },
    );
  }

  private expose(namespace: string, tlsNamespace: string, before: readonly pulumi.Resource[]): void {
    const routes = this.args.routes.filter((route) => route.namespace === namespace);
    const objects = this.isTraefik ? traefikObjects(this.args.edge) : [];
    const made = objects.map(({ role, kind, name, spec }: TraefikObject) =>
      this.traefikObject(`${namespace}-${role}`, kind, name, namespace, spec),
    );
    const annotations = traefikAnnotations(namespace, objects, tlsNamespace);
    const certified = this.hasIssuer;
    const dependsOn = [...made, ...before, ...routes.flatMap((route) => route.ready)];
    const hosts = [...new Set(routes.map((route) => route.host))];
    const tls = [{ hosts, ...(certified ? { secretName: `${this.context.system}-tls` } : {}) }];
    this.ingress(`${namespace}-ingress`, this.context.system, namespace, routes, dependsOn, {
      annotations: {
        ...(this.isTraefik ? annotations.serving : {}),
        ...(certified ? { "cert-manager.io/cluster-issuer": this.issuerName() } : {}),
      },
      tls,
    });
    if (this.isTraefik) {
      this.ingress(`${namespace}-redirect`, `${this.context.system}-redirect`, namespace, routes, dependsOn, {
        annotations: annotations.redirect,
        tls,
      });
    }
    if (certified) {
      this.solverPolicy(namespace);
    }
  }

  private ingress(
    role: string,
    name: string,
    namespace: string,
    routes: readonly IngressRoute[],
    dependsOn: readonly pulumi.Resource[],
    more: {
      readonly annotations: Readonly<Record<string, string>>;
      readonly tls?: k8s.types.input.networking.v1.IngressTLS[];
    },
  ): void {
    const hosts = [...new Set(routes.map((route) => route.host))];
    const rules = hosts.map((host) => ({
      host,
      http: {
        paths: routes
          .filter((route) => route.host === host)
          .map(({ path, serviceName, servicePort }) => ({
            path,
            pathType: "Prefix",
            backend: { service: { name: serviceName, port: { number: servicePort } } },
          })),
      },
    }));
    this.make(
      k8s.networking.v1.Ingress,
      role,
      {
        // Without a controller there is no address to wait for; the pods behind it have been awaited already.
        metadata: {
          name,
          namespace,
          labels: this.labels(),
          annotations: { ...more.annotations, "pulumi.com/skipAwait": "true" },
        },
        spec: { ingressClassName: this.args.ingressClass, ...(more.tls ? { tls: more.tls } : {}), rules },
      },
      { dependsOn: [...dependsOn] },
    );
  }

  private traefikObject(
    role: string,
    kind: "Middleware" | "TLSOption",
    name: string,
    namespace: string,
    spec: Readonly<Record<string, unknown>>,
  ): pulumi.Resource {
    return this.make(
      k8s.apiextensions.CustomResource,
      role,
      { apiVersion: "traefik.io/v1alpha1", kind, metadata: { name, namespace, labels: this.labels() }, spec },
      { dependsOn: [...this.args.controller] },
    );
  }

  /** cert-manager answers the authority's question from a pod in this namespace, which is closed to the controller else. */
  private solverPolicy(namespace: string): void {
    this.make(k8s.networking.v1.NetworkPolicy, `${namespace}-solver`, {
      metadata: { name: "acme-solver", namespace, labels: this.labels() },
      spec: networkPolicySpec({
        selector: SOLVER_LABELS,
        ingress: [{ peers: this.args.cluster.ingressSources.map(ingressPeer), ports: [SOLVER_PORT] }],
        egress: [],
        dns: false,
      }),
    });
  }

  private verdicts(): void {
    const { edge, cluster, ingressClass, publicHosts } = this.args;
    if (!this.isTraefik) {
      this.degrade({
        feature: "security headers, rate limit, TLS floor and redirect at the ingress",
        reason: `they are written in a controller's own terms, and ingress class ${ingressClass} is none this program knows`,
        remedy: "use the ingress class traefik, or set them in the controller's own configuration",
      });
    }
    if (!publicHosts) {
      this.degrade({
        feature: "a certificate browsers trust",
        reason: "no domain is set, so the hosts are names of this machine only",
        remedy: "set groundplan:domain",
      });
    } else if (!cluster.capabilities.certManager) {
      this.degrade({
        feature: "certificates",
        reason: "cert-manager is not in the cluster: the controller's default certificate answers",
        remedy: "set groundplan:kubernetes.addOns.cert-manager to install or existing",
      });
    }
    if (edge.waf || edge.cdn) {
      this.degrade({
        feature: [edge.waf ? "web application firewall" : "", edge.cdn ? "CDN" : ""].filter(Boolean).join(" and "),
        reason: "a cluster you already have brings neither",
        remedy: "put a CDN with a firewall before the ingress, or use a placement on aws",
      });
    }
  }

  private issuerName(): string {
    return issuerName(this.context.system, this.args.edge);
  }

  private labels() {
    return {
      "app.kubernetes.io/part-of": this.context.system,
      "app.kubernetes.io/managed-by": "groundplan",
      "app.kubernetes.io/component": "network",
    };
  }
}
