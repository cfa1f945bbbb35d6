import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { EdgeSpec } from "../../../systems/spec";
import type { ClusterContract } from "../../cluster/contract";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { ingressPeer, networkPolicySpec } from "../../workload/networkPolicy";
import { type DnsPlan, NO_RECORDS, unansweredVerdict } from "../dns/kubernetes";
import { type IngressPlan, type PlannedIngress, planIngresses } from "./ingressPlan";
import { issuerName, issuerSpec, SOLVER_LABELS, SOLVER_PORT } from "./issuer";
import { MINION } from "./nginxIngress";

/** One path of a host, answered by a Service. */
export interface IngressRoute {
  readonly host: string;
  readonly path: string;
  readonly namespace: string;
  readonly serviceName: string;
  readonly servicePort: number;
  /** Path that answers when the service is healthy. */
  readonly healthPath: string;
  /** Seconds until an idle request is cut. */
  readonly timeoutSeconds: number;
  /** Whether connections stay open for long. */
  readonly webSockets: boolean;
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
  /** Annotations that get the hosts their DNS records. @default nothing writes records */
  readonly dns?: Pick<DnsPlan, "annotations" | "degraded" | "challenge">;
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
    const plan = planIngresses({
      system: this.context.system,
      ingressClass: args.ingressClass,
      routes: args.routes,
      edge: args.edge,
      ...(this.hasIssuer ? { issuer: this.issuerName() } : {}),
    });
    const objects = plan.objects.map((object) => this.object(object));
    const before = [...objects, ...(issuer ? [issuer] : []), ...args.controller];
    for (const ingress of plan.ingresses) {
      this.ingress(ingress, before);
    }
    for (const namespace of this.hasIssuer && !args.dns?.challenge
      ? new Set(args.routes.map((route) => route.namespace))
      : []) {
      this.solverPolicy(namespace);
    }
    for (const verdict of [...plan.degraded, ...(args.dns?.degraded ?? [])]) {
      this.degrade(verdict);
    }
    this.verdicts();
    this.urls = Object.fromEntries(args.routes.map(({ host }) => [host, pulumi.output(`https://${host}`)]));
    this.finish({ urls: Object.keys(this.urls).map((host) => `https://${host}`) });
  }

  private get hasIssuer(): boolean {
    const { cluster, publicHosts, ingressClass } = this.args;
    // A balancer of AWS's takes its certificates from ACM alone.
    return cluster.capabilities.certManager && publicHosts && ingressClass !== "alb";
  }

  /** The ACME issuer of the system; its name holds the system's, as issuers are shared by the whole cluster. */
  private issuer(): pulumi.Resource | undefined {
    const { cluster, edge, ingressClass, dns } = this.args;
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
        spec: issuerSpec(
          name,
          edge,
          dns?.challenge
            ? { zone: dns.challenge }
            : { ingressClass, ...(ingressClass === "nginx" ? { annotations: MINION } : {}) },
        ),
      },
      { dependsOn: installed ? [installed] : [] },
    );
  }

  private ingress(planned: PlannedIngress, before: readonly pulumi.Resource[]): void {
    const { dns, ingressClass } = this.args;
    const { role, name, namespace, annotations, tls, routes } = planned;
    const hosts = [...new Set([...planned.hosts, ...routes.map((route) => route.host)])];
    const rules = hosts.map((host) => {
      const paths = routes
        .filter((route) => route.host === host)
        .map(({ path, serviceName, servicePort }) => ({
          path,
          pathType: "Prefix",
          backend: { service: { name: serviceName, port: { number: servicePort } } },
        }));
      return { host, ...(paths.length > 0 ? { http: { paths } } : {}) };
    });
    const ready = this.args.routes.filter((route) => route.namespace === namespace).flatMap((route) => route.ready);
    this.make(
      k8s.networking.v1.Ingress,
      role,
      {
        // Without a controller there is no address to wait for; the pods behind it have been awaited already.
        metadata: {
          name,
          namespace,
          labels: this.labels(),
          annotations: { ...annotations, ...dns?.annotations, "pulumi.com/skipAwait": "true" },
        },
        spec: {
          ingressClassName: ingressClass,
          ...(tls ? { tls: [{ ...tls, hosts: [...tls.hosts] }] } : {}),
          rules,
        },
      },
      { dependsOn: [...before, ...ready] },
    );
  }

  private object({ role, kind, name, namespace, spec }: IngressPlan["objects"][number]): pulumi.Resource {
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
    if (this.hasIssuer && this.context.role === "secondary" && !this.args.dns?.challenge) {
      this.degrade(unansweredVerdict(this.context.placement));
    }
    if (publicHosts && !this.args.dns) {
      this.degrade(NO_RECORDS);
    }
    if (!publicHosts) {
      this.degrade({
        feature: "a certificate browsers trust",
        reason: "no domain is set, so the hosts are names of this machine only",
        remedy: "set groundplan:domain",
      });
    } else if (!cluster.capabilities.certManager && ingressClass !== "alb") {
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
