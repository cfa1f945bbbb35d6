import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { EdgeSpec } from "../../../systems/spec";
import type { ClusterContract } from "../../cluster/contract";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { ingressPeer, networkPolicySpec } from "../../workload/networkPolicy";
import { type DnsPlan, NO_RECORDS, unansweredVerdict } from "../dns/kubernetes";
import { gatewayNamespace, planGateway, timeoutVerdicts } from "./gatewayPlan";
import { issuerName, issuerSpec, SOLVER_LABELS, SOLVER_PORT } from "./issuer";
import type { IngressRoute } from "./kubernetes";
import { traefikObjects } from "./traefik";

export interface KubernetesGatewayArgs extends ComponentArgs {
  readonly routes: readonly IngressRoute[];
  readonly edge: EdgeSpec;
  /** Class of the Gateway: which controller answers. */
  readonly gatewayClass: string;
  readonly cluster: ClusterContract;
  /** Controller and whatever else must stand before its kinds can be made. */
  readonly controller: readonly pulumi.Resource[];
  /** Whether the hosts are names on the internet, which a certificate authority can check. */
  readonly publicHosts: boolean;
  /** Annotations that get the hosts their DNS records. @default nothing writes records */
  readonly dns?: Pick<DnsPlan, "annotations" | "degraded" | "challenge">;
  /** Whether the controller was told of the spec's TLS floor when it was installed. @default false */
  readonly ownsController?: boolean;
  readonly transform?: { readonly gateway?: Transform<k8s.apiextensions.CustomResourceArgs> };
}

/** How the public reaches services of the cluster by the Gateway API: a Gateway, and routes beside the services. */
export class KubernetesGateway extends Component {
  /** URL by host. */
  readonly urls: Readonly<Record<string, pulumi.Output<string>>>;
  private readonly args: KubernetesGatewayArgs;

  constructor(name: string, args: KubernetesGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:edge:LoadBalancer", name, args, opts);
    this.args = args;
    const before = [...args.controller, ...this.issuer(), ...this.rateLimits()];
    this.objects(before);
    if (this.certified && !args.dns?.challenge) {
      this.solverPolicy();
    }
    this.verdicts();
    this.urls = Object.fromEntries(args.routes.map(({ host }) => [host, pulumi.output(`https://${host}`)]));
    this.finish({ urls: Object.keys(this.urls).map((host) => `https://${host}`) });
  }

  private get certified(): boolean {
    return this.args.cluster.capabilities.certManager && this.args.publicHosts;
  }

  /** Limits are no part of the standard; Traefik's own kind gives them. */
  private get limit() {
    const isTraefik = this.args.gatewayClass.startsWith("traefik");
    return isTraefik ? traefikObjects(this.args.edge).find((object) => object.role === "rate-limit") : undefined;
  }

  private issuer(): readonly pulumi.Resource[] {
    const { cluster, edge, routes, dns } = this.args;
    if (!this.certified) {
      return [];
    }
    const { system } = this.context;
    const name = issuerName(system, edge);
    const installed = cluster.installed?.certManager;
    const issuer = this.make(
      k8s.apiextensions.CustomResource,
      "issuer",
      {
        apiVersion: "cert-manager.io/v1",
        kind: "ClusterIssuer",
        metadata: { name, labels: this.labels() },
        spec: issuerSpec(
          name,
          edge,
          dns?.challenge ? { zone: dns.challenge } : { gateway: system, namespace: gatewayNamespace(routes) },
        ),
      },
      { dependsOn: installed ? [installed] : [] },
    );
    return [issuer];
  }

  private rateLimits(): readonly pulumi.Resource[] {
    const { limit } = this;
    const namespaces = [...new Set(this.args.routes.map((route) => route.namespace))];
    return limit
      ? namespaces.map((namespace) =>
          this.make(
            k8s.apiextensions.CustomResource,
            `${namespace}-${limit.role}`,
            {
              apiVersion: "traefik.io/v1alpha1",
              kind: limit.kind,
              metadata: { name: limit.name, namespace, labels: this.labels() },
              spec: limit.spec,
            },
            { dependsOn: [...this.args.controller] },
          ),
        )
      : [];
  }

  private objects(before: readonly pulumi.Resource[]): void {
    const { routes, edge, gatewayClass, dns } = this.args;
    const { system } = this.context;
    const annotations: Record<string, string> = this.certified
      ? { "cert-manager.io/cluster-issuer": issuerName(system, edge) }
      : {};
    const planned = planGateway({ system, gatewayClass, routes, edge, rateLimit: this.limit?.name });
    const ready = routes.flatMap((route) => route.ready);
    for (const { role, apiVersion = "gateway.networking.k8s.io/v1", kind, name, namespace, spec } of planned) {
      this.make(
        k8s.apiextensions.CustomResource,
        role,
        {
          apiVersion,
          kind,
          metadata: {
            name,
            namespace,
            labels: this.labels(),
            // Records are of a route's hosts, at the address of its Gateway.
            ...(kind === "Gateway"
              ? { annotations }
              : kind === "HTTPRoute" && dns
                ? { annotations: { ...dns.annotations } }
                : {}),
          },
          spec,
        },
        { dependsOn: [...before, ...(kind === "Gateway" ? [] : ready)] },
      );
    }
  }

  /** cert-manager answers the authority's question from a pod beside the Gateway. */
  private solverPolicy(): void {
    const { routes, cluster } = this.args;
    const namespace = gatewayNamespace(routes);
    this.make(k8s.networking.v1.NetworkPolicy, `${namespace}-solver`, {
      metadata: { name: "acme-solver", namespace, labels: this.labels() },
      spec: networkPolicySpec({
        selector: SOLVER_LABELS,
        ingress: [{ peers: cluster.ingressSources.map(ingressPeer), ports: [SOLVER_PORT] }],
        egress: [],
        dns: false,
      }),
    });
  }

  private verdicts(): void {
    const { edge, publicHosts, gatewayClass, dns, ownsController } = this.args;
    for (const verdict of dns?.degraded ?? (publicHosts ? [NO_RECORDS] : [])) {
      this.degrade(verdict);
    }
    if (this.certified && this.context.role === "secondary" && !dns?.challenge) {
      this.degrade(unansweredVerdict(this.context.placement));
    }
    for (const verdict of timeoutVerdicts(gatewayClass, this.args.routes)) {
      this.degrade(verdict);
    }
    if (!ownsController && gatewayClass.startsWith("traefik")) {
      this.degrade({
        feature: "listeners of the Gateway on ports 80 and 443",
        reason:
          "Traefik takes a listener only on a port it listens on itself, and its chart has it listen on 8000 and 8443",
        remedy: "set ports.web.port to 80 and ports.websecure.port to 443 in the values of the Traefik that is there",
      });
    }
    if (!ownsController) {
      this.degrade({
        feature: `TLS ${edge.tlsMinimum} as the lowest version${edge.ciphers === undefined ? "" : ", and its ciphers"}`,
        reason: "the Gateway API leaves both to the controller",
        remedy: `set them in the configuration of the controller of class ${gatewayClass}, or use an ingress of class traefik`,
      });
    }
    if (!this.limit && (edge.requestsPerSecond ?? edge.rateLimit) !== undefined) {
      this.degrade({
        feature: "rate limit at the gateway",
        reason: `the Gateway API has none, and class ${gatewayClass} is none this program knows`,
        remedy: "use the gateway class traefik, or set it in the controller's own terms",
      });
    }
    if (edge.maxBodySize !== undefined) {
      this.degrade({
        feature: `refusing requests over ${edge.maxBodySize}`,
        reason: "the Gateway API sets no limit to the size of a request",
        remedy: "limit it in the application, or use an ingress of class traefik or nginx",
      });
    }
    if (!this.certified) {
      this.degrade({
        feature: "a certificate browsers trust",
        reason: publicHosts
          ? "cert-manager is not in the cluster: the gateway waits for Secrets with certificates"
          : "no domain is set, so the hosts are names of this machine only",
        remedy: publicHosts
          ? "set groundplan:kubernetes.addOns.cert-manager to install or existing"
          : "set groundplan:domain",
      });
    }
    if (edge.waf || edge.cdn) {
      this.degrade({
        feature: [edge.waf ? "web application firewall" : "", edge.cdn ? "CDN" : ""].filter(Boolean).join(" and "),
        reason: "a cluster you already have brings neither",
        remedy: "put a CDN with a firewall before the gateway, or use a placement on aws",
      });
    }
  }

  private labels() {
    return {
      "app.kubernetes.io/part-of": this.context.system,
      "app.kubernetes.io/managed-by": "groundplan",
      "app.kubernetes.io/component": "network",
    };
  }
}
