import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { EdgeSpec } from "../../../systems/spec";
import { Component, type ComponentArgs, type Degraded, type Transform } from "../../component";
import { InputError } from "../../errors";
import { makeBackend } from "../../gcp/edge/backends";
import { makeCertificates, mapReference, type Validation } from "../../gcp/edge/certificates";
import { loadBalancerProblems } from "../../gcp/edge/constraints";
import type { Endpoints } from "../../gcp/edge/endpoints";
import { makeWebFirewall } from "../../gcp/edge/firewall";
import { type HostRedirect, matcherName, planHosts } from "../../gcp/edge/urlMap";
import { labelsOf } from "../../gcp/labels";
import type { Make } from "../../make";
import type { DnsRecords, LoadBalancerContract, LoadBalancerRoute } from "./contract";
import { planTargets } from "./routes";

export interface LoadBalancerArgs extends ComponentArgs {
  readonly routes: readonly LoadBalancerRoute[];
  readonly redirects: readonly HostRedirect[];
  readonly edge: EdgeSpec;
  /** Pods of every placement. */
  readonly endpoints: readonly Pick<Endpoints, "targets">[];
  /** Managed zone that takes the records, by its name. @default none: whoever runs the zone adds them */
  readonly zoneName?: string;
  /** Placement whose settings name that zone. */
  readonly zoneOf: string;
  /** Whether somebody else in this program adds them. @default false */
  readonly recordsElsewhere?: boolean;
  readonly transform?: {
    readonly firewall?: Transform<gcp.compute.SecurityPolicyArgs>;
    readonly "tls-policy"?: Transform<gcp.compute.SSLPolicyArgs>;
    readonly routes?: Transform<gcp.compute.URLMapArgs>;
  };
}

type Backends = ReadonlyMap<string, gcp.compute.BackendService>;

/** One address for all regions: a global load balancer before the pods, with TLS by the spec's floor, firewall and CDN. */
export class LoadBalancer extends Component implements LoadBalancerContract {
  readonly urls: Readonly<Record<string, pulumi.Output<string>>>;
  readonly address: pulumi.Output<string>;
  /** Records that prove the hosts to be ours. */
  readonly validations: readonly Validation[];
  /** What whoever runs the zone adds. Undefined: somebody in this program does. */
  readonly recordsToAdd: DnsRecords | undefined;
  /** Name of the URL map, by which its metrics go. */
  readonly urlMapName: pulumi.Output<string>;

  private readonly args: LoadBalancerArgs;
  private readonly hosts: readonly string[];
  private readonly makeChild: Make;

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:edge:LoadBalancer", name, args, opts);
    this.args = args;
    this.hosts = [...new Set([...args.routes, ...args.redirects].map(({ host }) => host))];
    this.makeChild = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    const zones = args.endpoints.reduce(
      (sum, { targets }) => sum + Math.max(0, ...[...targets.values()].map(({ groups }) => groups.length)),
      0,
    );
    const problems = loadBalancerProblems({ routes: args.routes, headers: args.edge.headers, zones });
    if (problems.length > 0) {
      throw new InputError(problems);
    }
    const address = this.makeAddress();
    const backends = this.makeBackends();
    const routes = this.makeRoutes(backends);
    this.validations = this.makeHttps(address, routes);
    this.makeRedirect(address);
    this.makeRecords(address);
    for (const verdict of unsupported(args.edge)) {
      this.degrade(verdict);
    }

    this.address = address.address;
    this.recordsToAdd =
      args.zoneName === undefined && !args.recordsElsewhere
        ? recordsOf(this.hosts, address.address, this.validations)
        : undefined;
    this.urlMapName = routes.name;
    this.urls = Object.fromEntries(
      [...new Set(args.routes.map(({ host }) => host))].map((host) => [host, pulumi.output(`https://${host}`)]),
    );
    this.finish({ address: address.address, hosts: this.hosts });
  }

  /** Records elsewhere point to it, so it outlives whatever stands behind it. */
  private makeAddress(): gcp.compute.GlobalAddress {
    const { context } = this;
    return this.make(
      gcp.compute.GlobalAddress,
      "address",
      {
        description: `Edge of ${context.system} (${context.environment})`,
        addressType: "EXTERNAL",
        ipVersion: "IPV4",
        labels: labelsOf(context.tags),
      },
      { protect: context.redundancy.protect },
    );
  }

  private makeBackends(): Backends {
    const { context, args } = this;
    const firewall = args.edge.waf ? makeWebFirewall(this.makeChild, context, args.edge) : undefined;
    return new Map(
      planTargets(args.routes).map((target) => {
        const own = args.routes.filter(
          ({ service, targetPort }) => service === target.route.service && targetPort === target.route.targetPort,
        );
        const backend = makeBackend(this.makeChild, {
          context,
          edge: args.edge,
          target,
          timeoutSeconds: Math.max(...own.map(({ timeoutSeconds }) => timeoutSeconds)),
          endpoints: args.endpoints.flatMap(({ targets }) => targets.get(target.key) ?? []),
          ...(firewall ? { firewall } : {}),
        });
        return [target.key, backend] as const;
      }),
    );
  }

  private makeRoutes(backends: Backends): gcp.compute.URLMap {
    const { args, context } = this;
    const hosts = planHosts(args.routes);
    const [any] = [...backends.values()];
    const notFound = any ? { defaultRouteAction: refusal(any) } : {};
    return this.make(gcp.compute.URLMap, "routes", {
      description: `Hosts of ${context.system} (${context.environment})`,
      // A host nobody routes, such as the bare address scanners use.
      ...notFound,
      hostRules: [...hosts, ...args.redirects].map(({ host }) => ({ hosts: [host], pathMatcher: matcherName(host) })),
      pathMatchers: [
        ...hosts.map(({ name, root, paths }) => ({
          name,
          ...(root === undefined ? notFound : { defaultService: idOf(backends, root) }),
          pathRules: paths.map((rule) => ({ paths: [...rule.paths], service: idOf(backends, rule.target) })),
        })),
        ...args.redirects.map(({ host, to, permanent }) => ({
          name: matcherName(host),
          defaultUrlRedirect: {
            hostRedirect: to,
            httpsRedirect: true,
            redirectResponseCode: permanent ? "MOVED_PERMANENTLY_DEFAULT" : "FOUND",
            stripQuery: false,
          },
        })),
      ],
    });
  }

  private makeHttps(address: gcp.compute.GlobalAddress, routes: gcp.compute.URLMap): readonly Validation[] {
    const { context, args, hosts } = this;
    const zone = args.zoneName === undefined ? {} : { zoneName: args.zoneName };
    const certificates = makeCertificates(this.makeChild, { context, hosts, ...zone });
    const policy = this.make(gcp.compute.SSLPolicy, "tls-policy", {
      description: `TLS of ${context.system} (${context.environment})`,
      minTlsVersion: args.edge.tlsMinimum === "1.3" ? "TLS_1_3" : "TLS_1_2",
      profile: "RESTRICTED",
    });
    const proxy = this.make(gcp.compute.TargetHttpsProxy, "https", {
      urlMap: routes.id,
      certificateMap: mapReference(certificates.map),
      sslPolicy: policy.id,
      // Data sent before the handshake ends can be sent again by whoever saw it.
      tlsEarlyData: "DISABLED",
    });
    this.forward("https-rule", proxy.id, address, "443");
    return certificates.validations;
  }

  private makeRedirect(address: gcp.compute.GlobalAddress): void {
    const redirect = this.make(gcp.compute.URLMap, "redirect", {
      description: "Every plain request to HTTPS",
      defaultUrlRedirect: {
        httpsRedirect: true,
        redirectResponseCode: "MOVED_PERMANENTLY_DEFAULT",
        stripQuery: false,
      },
    });
    const proxy = this.make(gcp.compute.TargetHttpProxy, "http", { urlMap: redirect.id });
    this.forward("http-rule", proxy.id, address, "80");
  }

  private forward(
    role: string,
    target: pulumi.Output<string>,
    address: gcp.compute.GlobalAddress,
    portRange: string,
  ): void {
    this.make(gcp.compute.GlobalForwardingRule, role, {
      target,
      ipAddress: address.id,
      ipProtocol: "TCP",
      portRange,
      loadBalancingScheme: "EXTERNAL_MANAGED",
      networkTier: "PREMIUM",
      labels: labelsOf(this.context.tags),
    });
  }

  private makeRecords(address: gcp.compute.GlobalAddress): void {
    const { zoneName, recordsElsewhere = false } = this.args;
    if (recordsElsewhere) {
      return;
    }
    if (zoneName === undefined) {
      this.degrade({
        feature: `DNS records of ${this.hosts.join(", ")}`,
        reason:
          "no managed zone is named: certificates are issued, and hosts answer, once their records are added elsewhere",
        remedy: `set groundplan:existing.${this.args.zoneOf}.zone`,
      });
      return;
    }
    for (const host of this.hosts) {
      this.make(gcp.dns.RecordSet, `record-${matcherName(host)}`, {
        managedZone: zoneName,
        name: `${host}.`,
        type: "A",
        ttl: 300,
        rrdatas: [address.address],
      });
    }
  }
}

/** Answers 404 without asking anybody: a backend must be named, and is never reached. */
function refusal(backend: gcp.compute.BackendService): gcp.types.input.compute.URLMapDefaultRouteAction {
  return {
    weightedBackendServices: [{ backendService: backend.id, weight: 100 }],
    faultInjectionPolicy: { abort: { httpStatus: 404, percentage: 100 } },
  };
}

function idOf(backends: Backends, target: string): pulumi.Output<string> {
  const backend = backends.get(target);
  if (!backend) {
    throw new Error(`no backend was made for ${target}`);
  }
  return backend.id;
}

function recordsOf(
  hosts: readonly string[],
  address: pulumi.Output<string>,
  validations: readonly Validation[],
): DnsRecords {
  return {
    hosts: Object.fromEntries(hosts.map((host) => [host, address])),
    certificate: pulumi.output(validations.map(({ name, value }) => ({ name, type: "CNAME", value }))),
  };
}

/** What the spec asks of its edge that this load balancer gives in part or not at all. */
function unsupported(edge: EdgeSpec): readonly Degraded[] {
  return [
    ...(edge.requestsPerSecond !== undefined && edge.waf
      ? [
          {
            feature: `a limit of ${edge.requestsPerSecond} requests per second and client`,
            reason: "Cloud Armor counts over ten seconds at least: shorter bursts pass",
            remedy: "limit bursts in the application",
          },
        ]
      : []),
    ...(!edge.waf && (edge.rateLimit ?? edge.requestsPerSecond) !== undefined
      ? [
          {
            feature: "a limit of requests per client",
            reason: "Cloud Armor counts requests, and edge.waf is off",
            remedy: "set edge.waf to true",
          },
        ]
      : []),
    ...(edge.staticPaths && edge.cdn
      ? [
          {
            feature: `keeping ${edge.staticPaths.join(", ")} for a year`,
            reason: "Cloud CDN keeps what the application says, for as long as it says",
            remedy: "send Cache-Control: public, max-age=31536000, immutable with these paths",
          },
        ]
      : []),
    ...(edge.authentication
      ? [
          {
            feature: `sign-in at the edge for ${edge.authentication.paths.join(", ")}`,
            reason: "Identity-Aware Proxy asks for an OAuth client that a person has to register",
            remedy: "switch Identity-Aware Proxy on for the backend service, or sign users in in the application",
          },
        ]
      : []),
    ...(edge.maxBodySize === undefined
      ? []
      : [
          {
            feature: `refusing requests over ${edge.maxBodySize}`,
            reason: "the load balancer sets no limit to the size of a request",
            remedy: "limit it in the application",
          },
        ]),
  ];
}
