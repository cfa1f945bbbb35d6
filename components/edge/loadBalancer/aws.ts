import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { EdgeSpec } from "../../../systems/spec";
import { makeSecretEntry } from "../../aws/secret";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { type Context, identityOf } from "../../context";
import { InputError } from "../../errors";
import type { Make } from "../../make";
import { NAME_RULES, uniqueName } from "../../naming";
import type { NetworkContract } from "../../networking/contract";
import type { KeysContract } from "../../secrets/keys/contract";
import { LOG_PREFIXES, type LogBucket } from "../../storage/bucket/logBucket";
import { makeCertificate } from "./certificate";
import { loadBalancerProblems } from "./constraints";
import type { DnsRecords, LoadBalancerContract, LoadBalancerRoute } from "./contract";
import { makeEntry } from "./entry";
import { DEFAULT_RATE_LIMIT, makeWebFirewall } from "./firewall";
import { makeListenerRules } from "./listener";
import { planListener, type Redirect, type SessionGuard } from "./listenerRules";
import { planHeaders, planTargets, sslPolicyFor } from "./routes";
import { makeTarget, type TargetsArgs } from "./targets";

export interface LoadBalancerArgs extends ComponentArgs {
  readonly routes: readonly LoadBalancerRoute[];
  readonly edge: EdgeSpec;
  readonly network: NetworkContract;
  readonly keys: KeysContract;
  readonly logs: LogBucket;
  /** Group of the pods. */
  readonly podGroupId: pulumi.Input<string>;
  readonly kubernetes: pulumi.ProviderResource;
  /** The controller that joins pods to target groups. */
  readonly controller: readonly pulumi.Resource[];
  /** Hosted zone that takes the records. @default none: whoever runs the zone adds them */
  readonly zoneId?: string;
  /** Whether its hosts' records are made with those of other placements. @default false */
  readonly recordsElsewhere?: boolean;
  /** Hosts that only lead to others. @default none */
  readonly redirects?: readonly Redirect[];
  /** Paths that need a session. @default none */
  readonly guard?: SessionGuard;
  /** CDN it answers to alone: what it must show, made here where it is not given. @default none */
  readonly cdn?: { readonly token?: pulumi.Output<string> };
  readonly transform?: {
    readonly balancer?: Transform<aws.lb.LoadBalancerArgs>;
    readonly https?: Transform<aws.lb.ListenerArgs>;
    readonly firewall?: Transform<aws.wafv2.WebAclArgs>;
  };
}

/** An application load balancer before the pods: TLS by the spec's floor, firewall, logs, records. */
export class LoadBalancer extends Component implements LoadBalancerContract {
  readonly urls: Readonly<Record<string, pulumi.Output<string>>>;
  readonly dnsName: pulumi.Output<string>;
  /** The last part of its ARN, which its metrics carry. */
  readonly arnSuffix: pulumi.Output<string>;
  /** Zone of that name, which alias records give with it. */
  readonly hostedZoneId: pulumi.Output<string>;
  /** What its CDN must show. Undefined: it has none. */
  readonly originToken: pulumi.Output<string> | undefined;
  readonly arn: pulumi.Output<string>;
  /** Records its certificate waits for, by host. */
  readonly validations: readonly {
    readonly host: string;
    readonly name: pulumi.Output<string>;
    readonly value: pulumi.Output<string>;
  }[];
  /** What must be added where no zone is named. Undefined: nothing. */
  readonly recordsToAdd: DnsRecords | undefined;

  private readonly args: LoadBalancerArgs;
  private readonly hosts: readonly string[];
  private readonly makeChild: Make;

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:edge:LoadBalancer", name, args, opts);
    this.args = args;
    const leading = args.redirects?.map(({ host }) => host) ?? [];
    this.hosts = [...new Set([...args.routes.map((route) => route.host), ...leading])];
    this.makeChild = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    const problems = loadBalancerProblems(args.routes, args.edge);
    if (problems.length > 0) {
      throw new InputError(problems);
    }
    const groups = makeEntry(this.makeChild, {
      context: this.context,
      vpcId: args.network.vpcId,
      behindCdn: args.cdn !== undefined,
      parent: this,
    });
    const balancer = this.makeBalancer(groups);
    this.makeRedirect(balancer);
    const { listener, certificate } = this.makeHttps(balancer);
    this.originToken = this.makeToken();
    this.makeRules(listener, groups[0]);
    this.protectBalancer(balancer);
    const records = this.makeRecords(balancer);

    this.recordsToAdd =
      args.zoneId === undefined && !args.recordsElsewhere
        ? recordsOf(this.hosts, balancer.dnsName, certificate.domainValidationOptions)
        : undefined;
    this.arn = balancer.arn;
    this.validations = this.hosts.map((host) => validationOf(certificate, host));
    this.dnsName = balancer.dnsName;
    this.hostedZoneId = balancer.zoneId;
    this.arnSuffix = balancer.arnSuffix;
    this.urls = Object.fromEntries(args.routes.map(({ host }) => [host, pulumi.output(`https://${host}`)]));
    this.finish({ dnsName: balancer.dnsName, hosts: this.hosts, records: records.map((record) => record.fqdn) });
  }

  private makeBalancer(groups: readonly aws.ec2.SecurityGroup[]): aws.lb.LoadBalancer {
    const { context, args } = this;
    return this.make(
      aws.lb.LoadBalancer,
      "balancer",
      {
        name: loadBalancerName(context),
        loadBalancerType: "application",
        internal: false,
        subnets: [...args.network.publicSubnetIds],
        securityGroups: groups.map((group) => group.id),
        dropInvalidHeaderFields: true,
        desyncMitigationMode: "strictest",
        xffHeaderProcessingMode: "append",
        enableHttp2: true,
        idleTimeout: Math.max(60, ...args.routes.map((route) => route.timeoutSeconds)),
        accessLogs: { enabled: true, bucket: args.logs.bucketName, prefix: LOG_PREFIXES.loadBalancers },
        enableDeletionProtection: context.redundancy.protect,
        tags: context.tags,
      },
      // It tests whether it may write its logs when it is made.
      { protect: context.redundancy.protect, dependsOn: [...args.logs.ready] },
    );
  }

  private makeRedirect(balancer: aws.lb.LoadBalancer): void {
    this.make(aws.lb.Listener, "http", {
      loadBalancerArn: balancer.arn,
      port: 80,
      protocol: "HTTP",
      defaultActions: [{ type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } }],
      tags: this.context.tags,
    });
  }

  private makeHttps(balancer: aws.lb.LoadBalancer) {
    const { context, args, hosts } = this;
    const zone = args.zoneId === undefined ? {} : { zoneId: args.zoneId };
    const { arn, certificate } = makeCertificate(this.makeChild, { context, hosts, ...zone });
    const { attributes, unsupported } = planHeaders(args.edge.headers);
    if (unsupported.length > 0 && !args.cdn) {
      this.degrade({
        feature: `response headers ${unsupported.join(", ")}`,
        reason: "an application load balancer sets a fixed list of headers, these are not among them",
        remedy: "set them in the application, or put a CDN before the load balancer",
      });
    }
    const listener = this.make(aws.lb.Listener, "https", {
      loadBalancerArn: balancer.arn,
      port: 443,
      protocol: "HTTPS",
      sslPolicy: sslPolicyFor(args.edge.tlsMinimum),
      certificateArn: arn,
      ...attributes,
      routingHttpResponseServerEnabled: false,
      // A host nobody routes, such as the bare address scanners use.
      defaultActions: [
        {
          type: "fixed-response",
          fixedResponse: { statusCode: "404", contentType: "text/plain", messageBody: "Not found" },
        },
      ],
      tags: context.tags,
    });
    return { listener, certificate };
  }

  /** A secret between the CDN and the load balancer: without it, whoever knows the address would go around the CDN. */
  private makeToken(): pulumi.Output<string> | undefined {
    const { context, args } = this;
    if (args.cdn === undefined || args.cdn.token !== undefined) {
      return args.cdn?.token;
    }
    const token = this.make(random.RandomPassword, "origin-token", { length: 48, special: false }).result;
    makeSecretEntry(this.makeChild, "origin-secret", {
      context,
      path: "edge/origin",
      description: `What the CDN shows the load balancers of ${context.system}`,
      keyArn: args.keys.arn("secrets"),
      value: token,
    });
    return token;
  }

  private makeRules(listener: aws.lb.Listener, group: aws.ec2.SecurityGroup): void {
    const { context, args } = this;
    const targets: TargetsArgs = {
      context,
      vpcId: args.network.vpcId,
      groupId: group.id,
      podGroupId: args.podGroupId,
      kubernetes: args.kubernetes,
      controller: args.controller,
    };
    const groups = new Map(
      planTargets(args.routes).map(
        (target) => [target.key, makeTarget(this.makeChild, target, listener, targets)] as const,
      ),
    );
    makeListenerRules(this.makeChild, {
      context,
      listenerArn: listener.arn,
      rules: planListener(args.routes, args),
      targets: groups,
      ...(this.originToken === undefined ? {} : { originToken: this.originToken }),
    });
  }

  private protectBalancer(balancer: aws.lb.LoadBalancer): void {
    const { context, args } = this;
    if (args.edge.waf) {
      makeWebFirewall(this.makeChild, {
        context,
        loadBalancerArn: balancer.arn,
        logsKeyArn: args.keys.arn("logs"),
        rateLimit: args.cdn ? undefined : (args.edge.rateLimit ?? DEFAULT_RATE_LIMIT),
      });
    }
    if (args.edge.cdn && !args.cdn) {
      this.degrade({
        feature: "a CDN before the load balancer",
        reason:
          "no hosted zone is named, where CloudFront's certificate and records would go: requests reach the region",
        remedy: `set groundplan:existing.${context.placement}.zone`,
      });
    }
    this.reportLimits();
  }

  /** What the spec asks of an edge and neither a load balancer nor a CDN of AWS gives. */
  private reportLimits(): void {
    const { args } = this;
    const { authentication, maxBodySize } = args.edge;
    if (maxBodySize !== undefined) {
      this.degrade({
        feature: `a limit of ${maxBodySize} to a request`,
        reason: "load balancers pass bodies of any size, and the firewall reads only their beginning",
        remedy: "limit the size in the application",
      });
    }
    if (authentication && !args.guard) {
      const { kind, paths } = authentication;
      this.degrade({
        feature: `sign-in before ${paths.join(", ")}`,
        reason:
          kind === "oidc"
            ? "no setting names the provider, its client and its secret: the application asks by itself"
            : "the spec names no cookie or no page to sign in",
        remedy:
          kind === "oidc" ? "let the application ask who its users are" : "set edge.authentication.cookie and signIn",
      });
    }
    if (args.edge.requestsPerSecond !== undefined) {
      this.degrade({
        feature: `a limit of ${args.edge.requestsPerSecond} requests per second and client`,
        reason: "the firewall counts over five minutes: short bursts pass",
        remedy: "limit bursts in the application",
      });
    }
  }

  private makeRecords(balancer: aws.lb.LoadBalancer): readonly aws.route53.Record[] {
    const { zoneId, recordsElsewhere } = this.args;
    if (recordsElsewhere) {
      return [];
    }
    if (zoneId === undefined) {
      this.degrade({
        feature: `DNS records of ${this.hosts.join(", ")}`,
        reason:
          "no hosted zone is named: the certificate is issued, and hosts answer, once their records are added elsewhere",
        remedy: `set groundplan:existing.${this.context.placement}.zone`,
      });
      return [];
    }
    return this.hosts.map((host) =>
      this.make(aws.route53.Record, `record-${host.replaceAll(".", "-")}`, {
        zoneId,
        name: host,
        type: "A",
        aliases: [{ name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: true }],
      }),
    );
  }
}

/** AWS keeps names that begin with `internal-` for itself. */
function loadBalancerName(context: Context): string {
  const parts = [identityOf(context), context.environment, context.placement];
  const name = uniqueName(NAME_RULES.awsLoadBalancer, parts);
  return name.startsWith("internal-") ? uniqueName(NAME_RULES.awsLoadBalancer, ["lb", ...parts]) : name;
}

function validationOf(certificate: aws.acm.Certificate, host: string) {
  const option = certificate.domainValidationOptions.apply((all) => all.find((each) => each.domainName === host));
  return {
    host,
    name: option.apply((each) => each?.resourceRecordName ?? ""),
    value: option.apply((each) => each?.resourceRecordValue ?? ""),
  };
}

function recordsOf(
  hosts: readonly string[],
  dnsName: pulumi.Output<string>,
  options: aws.acm.Certificate["domainValidationOptions"],
): DnsRecords {
  return {
    hosts: Object.fromEntries(hosts.map((host) => [host, dnsName])),
    certificate: options.apply((all) =>
      all.map(({ resourceRecordName: name, resourceRecordType: type, resourceRecordValue: value }) => ({
        name,
        type,
        value,
      })),
    ),
  };
}
