import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Context } from "../../context";
import type { Make } from "../../make";
import { allowEgress, allowIngress, makeSecurityGroup } from "../../networking/securityGroup";
import type { HostNetwork } from "./network";

export interface FirewallArgs {
  readonly context: Context;
  readonly network: HostNetwork;
  /** Whether the public comes in. */
  readonly published: boolean;
  /** Ports of services somebody else runs. */
  readonly externalPorts: readonly number[];
}

const WORLD = { cidrBlock: "0.0.0.0/0" };

/** HTTP and HTTPS come in, nothing else: people come by Session Manager, which the host opens itself. */
export function makeFirewall(make: Make, args: FirewallArgs): aws.ec2.SecurityGroup {
  const { context, network, published, externalPorts } = args;
  const group = makeSecurityGroup(make, "firewall", {
    context,
    vpcId: network.vpcId,
    description: `The host of ${context.system}`,
  });
  for (const port of published ? [80, 443] : []) {
    const what = port === 80 ? "HTTP: redirects and certificate challenges" : "HTTPS";
    allowIngress(make, `from-world-${port}`, {
      context,
      groupId: group.id,
      peer: WORLD,
      ports: port,
      description: `${what} from the internet`,
    });
  }
  for (const port of new Set([80, 443, ...externalPorts])) {
    allowEgress(make, `to-world-${port}`, {
      context,
      groupId: group.id,
      peer: WORLD,
      ports: port,
      description: `Port ${port} of package archives, registries, AWS and external services`,
    });
  }
  return group;
}

export interface AddressArgs {
  readonly context: Context;
  readonly network: HostNetwork;
  readonly firewall: aws.ec2.SecurityGroup;
  /** Names the public uses. */
  readonly hosts: readonly string[];
  /** Hosted zone they are written to. @default none */
  readonly zoneId?: pulumi.Input<string> | undefined;
}

/**
 * A public address, and the names that lead to it. An interface of its own keeps the address through replacements, and
 * gives it to the machine from its first second.
 */
export function makeAddress(make: Make, { context, network, firewall, hosts, zoneId }: AddressArgs) {
  const port = make(aws.ec2.NetworkInterface, "interface", {
    subnetId: network.subnetId,
    securityGroups: [firewall.id],
    description: `The host of ${context.system}`,
    tags: context.tags,
  });
  const address = make(
    aws.ec2.Eip,
    "address",
    { domain: "vpc", networkInterface: port.id, tags: context.tags },
    { protect: context.redundancy.protect, dependsOn: [...network.ready] },
  );
  if (zoneId !== undefined) {
    for (const host of hosts) {
      make(aws.route53.Record, `record-${host}`, {
        zoneId,
        name: host,
        type: "A",
        ttl: 300,
        records: [address.publicIp],
      });
    }
  }
  return { port, address };
}
