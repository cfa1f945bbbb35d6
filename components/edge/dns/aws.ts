import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../../component";

/** Where one placement answers. */
export interface Answer {
  readonly placement: string;
  readonly region: string;
  /** Name and zone of its load balancer. */
  readonly dnsName: pulumi.Input<string>;
  readonly zoneId: pulumi.Input<string>;
}

/** Where a placement on another cloud answers: an address, and the records that prove the hosts to be ours there. */
export interface ForeignAnswer {
  readonly placement: string;
  /** Region of AWS by which its distance is measured. */
  readonly region: string;
  readonly address: pulumi.Input<string>;
  /** Path of each host that answers while the service behind it is well. */
  readonly healthPaths: ReadonlyMap<string, string>;
  readonly validations: readonly {
    readonly host: string;
    readonly name: pulumi.Input<string>;
    readonly value: pulumi.Input<string>;
  }[];
}

export interface DnsArgs extends ComponentArgs {
  /** Full host names. */
  readonly hosts: readonly string[];
  /** Hosted zone that takes the records. */
  readonly zoneId: string;
  /** One per placement. */
  readonly answers: readonly Answer[];
  /** What answers on another cloud, for all its placements. @default nothing */
  readonly foreign?: ForeignAnswer;
  readonly transform?: { readonly [role: `health-${string}`]: Transform<aws.route53.HealthCheckArgs> };
}

/**
 * Names the public asks for, answered by the nearest region that is well. A region is left out while its load balancer
 * has no healthy target, or cannot be reached from outside; when all are, Route 53 answers with every one of them.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-complex-configs.html
 */
export class Dns extends Component {
  private readonly args: DnsArgs;

  constructor(name: string, args: DnsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:edge:Dns", name, args, opts);
    this.args = args;
    const records: aws.route53.Record[] = args.answers.flatMap((answer) =>
      this.makeRecords(answer, this.makeHealthCheck(answer)),
    );
    if (args.foreign) {
      records.push(...this.makeForeign(args.foreign));
    }
    this.finish({ hosts: [...args.hosts], records: records.map((record) => record.fqdn) });
  }

  /**
   * Asks the load balancer's own port. Its name is in no certificate and no rule, so that a request would be answered
   * with 404; whether pods are well is what the alias records ask of the load balancer itself.
   */
  private makeHealthCheck({ placement, dnsName }: Answer): aws.route53.HealthCheck {
    return this.make(aws.route53.HealthCheck, `health-${placement}`, {
      type: "TCP",
      fqdn: dnsName,
      port: 443,
      requestInterval: 30,
      failureThreshold: 3,
      tags: { ...this.context.tags, Name: `${this.context.system} in ${placement}` },
    });
  }

  private makeRecords(answer: Answer, health: aws.route53.HealthCheck): readonly aws.route53.Record[] {
    const { hosts, zoneId } = this.args;
    return hosts.map((host) =>
      this.make(aws.route53.Record, `record-${host.replaceAll(".", "-")}-${answer.placement}`, {
        zoneId,
        name: host,
        type: "A",
        setIdentifier: answer.placement,
        latencyRoutingPolicies: [{ region: answer.region }],
        healthCheckId: health.id,
        aliases: [{ name: answer.dnsName, zoneId: answer.zoneId, evaluateTargetHealth: true }],
      }),
    );
  }

  /** The same names on another cloud: nothing tells Route 53 how its targets are, so it asks the address itself. */
  private makeForeign(foreign: ForeignAnswer): readonly aws.route53.Record[] {
    const { hosts, zoneId } = this.args;
    const { placement, region, address, validations, healthPaths } = foreign;
    const records = hosts.map((host) => {
      const key = host.replaceAll(".", "-");
      const health = this.make(aws.route53.HealthCheck, `health-${placement}-${key}`, {
        type: "HTTPS",
        fqdn: host,
        ipAddress: address,
        port: 443,
        enableSni: true,
        resourcePath: healthPaths.get(host) ?? "/",
        requestInterval: 30,
        failureThreshold: 3,
        tags: { ...this.context.tags, Name: `${this.context.system} in ${placement}` },
      });
      return this.make(aws.route53.Record, `record-${key}-${placement}`, {
        zoneId,
        name: host,
        type: "A",
        ttl: 60,
        setIdentifier: placement,
        latencyRoutingPolicies: [{ region }],
        healthCheckId: health.id,
        records: [address],
      });
    });
    for (const { host, name, value } of validations) {
      this.make(aws.route53.Record, `validation-${host.replaceAll(".", "-")}-${placement}`, {
        zoneId,
        name,
        type: "CNAME",
        ttl: 300,
        records: [value],
      });
    }
    return records;
  }
}
