import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Context } from "../../context";
import type { Make } from "../../make";
import { allowIngress, makeSecurityGroup } from "../../networking/securityGroup";

export interface EntryArgs {
  readonly context: Context;
  readonly vpcId: pulumi.Input<string>;
  /** Whether a CDN stands before it, which alone may come in. */
  readonly behindCdn: boolean;
  readonly parent: pulumi.Resource;
}

/**
 * Who may reach the load balancer: everybody, or CloudFront and the health checks of Route 53 alone. A prefix list counts
 * as many rules as it may hold entries (55 and 25 of a group's 60), so that each has a group of its own.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/LocationsOfEdgeServers.html
 */
export function makeEntry(make: Make, args: EntryArgs): readonly [aws.ec2.SecurityGroup, ...aws.ec2.SecurityGroup[]] {
  const { context, vpcId } = args;
  const group = makeSecurityGroup(make, "group", { context, vpcId, description: "Public load balancer" });
  if (args.behindCdn) {
    const checks = makeSecurityGroup(make, "checks-group", {
      context,
      vpcId,
      description: "Health checks of the public load balancer",
    });
    fromList(make, "from-cdn", group, args, {
      list: "com.amazonaws.global.cloudfront.origin-facing",
      description: "HTTPS from CloudFront",
    });
    fromList(make, "from-checks", checks, args, {
      list: `com.amazonaws.${context.region}.route53-healthchecks`,
      description: "Health checks of Route 53",
    });
    return [group, checks];
  }
  for (const [port, description] of [
    [443, "HTTPS from anywhere"],
    [80, "HTTP from anywhere, answered with a redirect to HTTPS"],
  ] as const) {
    const peer = { cidrBlock: "0.0.0.0/0" };
    allowIngress(make, `from-world-${port}`, { context, groupId: group.id, peer, ports: port, description });
  }
  return [group];
}

function fromList(
  make: Make,
  role: string,
  group: aws.ec2.SecurityGroup,
  { context, parent }: EntryArgs,
  { list, description }: { readonly list: string; readonly description: string },
): void {
  const prefixListId = aws.ec2.getManagedPrefixListOutput({ name: list }, { parent }).id;
  allowIngress(make, role, { context, groupId: group.id, peer: { prefixListId }, ports: 443, description });
}
