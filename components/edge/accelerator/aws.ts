import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs } from "../../component";

export interface AcceleratorArgs extends ComponentArgs {
  /** Load balancers behind it, one per region. */
  readonly balancers: readonly {
    readonly placement: string;
    readonly region: string;
    readonly arn: pulumi.Input<string>;
  }[];
}

/**
 * Two addresses that never change before load balancers that have none: what a zone that knows addresses alone can
 * answer with, and ask how they are. It sends requests to the nearest region whose load balancer has healthy targets.
 * https://docs.aws.amazon.com/global-accelerator/latest/dg/what-is-global-accelerator.html
 */
export class Accelerator extends Component {
  readonly addresses: readonly pulumi.Output<string>[];

  constructor(name: string, args: AcceleratorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:edge:Accelerator", name, args, opts);
    const { context } = this;
    const accelerator = this.make(
      aws.globalaccelerator.Accelerator,
      "accelerator",
      { ipAddressType: "IPV4", enabled: true, tags: context.tags },
      { protect: context.redundancy.protect },
    );
    const listener = this.make(aws.globalaccelerator.Listener, "listener", {
      acceleratorArn: accelerator.arn,
      protocol: "TCP",
      clientAffinity: "NONE",
      portRanges: [80, 443].map((port) => ({ fromPort: port, toPort: port })),
    });
    for (const { placement, region, arn } of args.balancers) {
      this.make(aws.globalaccelerator.EndpointGroup, `endpoints-${placement}`, {
        listenerArn: listener.arn,
        endpointGroupRegion: region,
        trafficDialPercentage: 100,
        // The firewall counts by address: behind another's it would count everybody as one.
        endpointConfigurations: [{ endpointId: arn, weight: 100, clientIpPreservationEnabled: true }],
      });
    }
    this.addresses = [0, 1].map((index) => accelerator.ipSets.apply((sets) => sets[0]?.ipAddresses[index] ?? ""));
    this.degrade({
      feature: "logs of connections through the accelerator",
      reason: "the load balancers behind it log every request, with its client's own address",
      remedy: "read the load balancers' access logs",
    });
    this.finish({ dnsName: accelerator.dnsName });
  }
}
