import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { EdgeSpec } from "../../../systems/spec";
import type { Make } from "../../aws/make";
import { makeSecretEntry } from "../../aws/secret";
import { Component, type ComponentArgs, type Transform } from "../../component";
import type { Context } from "../../context";
import { InputError } from "../../errors";
import { NAME_RULES, uniqueName } from "../../naming";
import type { NetworkContract } from "../../networking/contract";
import { allowIngress, makeSecurityGroup } from "../../networking/securityGroup";
import type { KeysContract } from "../../secrets/keys/contract";
import { LOG_PREFIXES, type LogBucket } from "../../storage/bucket/logBucket";
import { ORIGIN_HEADER } from "../cdn/plan";
import { makeCertificate } from "./certificate";
import { loadBalancerProblems } from "./constraints";
import type { LoadBalancerContract, LoadBalancerRoute } from "./contract";
import { DEFAULT_RATE_LIMIT, makeWebFirewall } from "./firewall";
import { planHeaders, planRules, planTargets, sslPolicyFor } from "./routes";
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

  private readonly args: LoadBalancerArgs;
  private readonly hosts: readonly string[];
  private readonly makeChild: Make;

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:edge:LoadBalancer", name, args, opts);
    this.args = args;
    this.hosts = [...new Set(args.routes.map((route) => route.host))];
    this.makeChild = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    const problems = loadBalancerProblems(args.routes, args.edge);
    if (problems.length > 0) {
      throw new InputError(problems);
    }
    const group = this.makeGroup();
    const balancer = this.makeBalancer(group);
    this.makeRedirect(balancer);
    const listener = this.makeHttps(balancer);
    this.originToken = this.makeToken();
    this.makeRules(listener, group);
    this.protectBalancer(balancer);
    const records = this.makeRecords(balancer);

    this.dnsName = balancer.dnsName;
    this.hostedZoneId = balancer.zoneId;
    this.arnSuffix = balancer.arnSuffix;
    this.urls = Object.fromEntries(this.hosts.map((host) => [host, pulumi.output(`https://${host}`)]));
    this.finish({ dnsName: balancer.dnsName, hosts: this.hosts, records: records.map((record) => record.fqdn) });
  }

  private makeGroup(): aws.ec2.SecurityGroup {
    const { context, args } = this;
    const group = makeSecurityGroup(this.makeChild, "group", {
      context,
      vpcId: args.network.vpcId,
      description: "Public load balancer",
    });
    for (const [port, description] of [
      [443, "HTTPS from anywhere"],
      [80, "HTTP from anywhere, answered with a redirect to HTTPS"],
    ] as const) {
      const peer = { cidrBlock: "0.0.0.0/0" };
      allowIngress(this.makeChild, `from-world-${port}`, {
        context,
        groupId: group.id,
        peer,
        ports: port,
        description,
      });
    }
    return group;
  }

  private makeBalancer(group: aws.ec2.SecurityGroup): aws.lb.LoadBalancer {
    const { context, args } = this;
    return this.make(
      aws.lb.LoadBalancer,
      "balancer",
      {
        name: loadBalancerName(context),
        loadBalancerType: "application",
        internal: false,
        subnets: [...args.network.publicSubnetIds],
        securityGroups: [group.id],
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

  private makeHttps(balancer: aws.lb.LoadBalancer): aws.lb.Listener {
    const { context, args, hosts } = this;
    const zone = args.zoneId === undefined ? {} : { zoneId: args.zoneId };
    const { arn } = makeCertificate(this.makeChild, { context, hosts, ...zone });
    const { attributes, unsupported } = planHeaders(args.edge.headers);
    if (unsupported.length > 0 && !args.cdn) {
      this.degrade({
        feature: `response headers ${unsupported.join(", ")}`,
        reason: "an application load balancer sets a fixed list of headers, these are not among them",
        remedy: "set them in the application, or put a CDN before the load balancer",
      });
    }
    return this.make(aws.lb.Listener, "https", {
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
    for (const rule of planRules(args.routes)) {
      const target = groups.get(rule.target);
      if (target) {
        this.make(aws.lb.ListenerRule, `rule-${rule.key}`, {
          listenerArn: listener.arn,
          priority: rule.priority,
          conditions: [
            { hostHeader: { values: [rule.host] } },
            { pathPattern: { values: [...rule.paths] } },
            ...(this.originToken === undefined
              ? []
              : [{ httpHeader: { httpHeaderName: ORIGIN_HEADER, values: [this.originToken] } }]),
          ],
          actions: [{ type: "forward", targetGroupArn: target.arn }],
          tags: context.tags,
        });
      }
    }
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
  const parts = [context.system, context.environment, context.placement];
  const name = uniqueName(NAME_RULES.awsLoadBalancer, parts);
  return name.startsWith("internal-") ? uniqueName(NAME_RULES.awsLoadBalancer, ["lb", ...parts]) : name;
}
