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

export interface DnsArgs extends ComponentArgs {
  /** Full host names. */
  readonly hosts: readonly string[];
  /** Hosted zone that takes the records. */
  readonly zoneId: string;
  /** One per placement. */
  readonly answers: readonly Answer[];
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
    const records = args.answers.flatMap((answer) => this.makeRecords(answer, this.makeHealthCheck(answer)));
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
}
