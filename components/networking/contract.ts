import type * as pulumi from "@pulumi/pulumi";

/** What everything placed in a network may rely on. Lists are in the order of the zones. */
export interface NetworkContract {
  readonly vpcId: pulumi.Output<string>;
  readonly cidrBlock: pulumi.Input<string>;
  readonly publicSubnetIds: readonly pulumi.Output<string>[];
  /** Ranges of the public subnets: where a load balancer's traffic to pods comes from. */
  readonly publicCidrBlocks: readonly pulumi.Input<string>[];
  readonly privateSubnetIds: readonly pulumi.Output<string>[];
  /** Subnets without a way to the internet, for managed stores. */
  readonly dataSubnetIds: readonly pulumi.Output<string>[];
  readonly dataCidrBlocks: readonly pulumi.Input<string>[];
  /** Resources that must stand before something in a private subnet can reach the outside. */
  readonly ready: readonly pulumi.Resource[];
}
