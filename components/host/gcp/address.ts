import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import type { Context } from "../../context";
import { labelsOf } from "../../gcp/labels";
import { allowEgress, allowIngress } from "../../gcp/network/firewall";
import type { Make } from "../../make";
import type { HostNetwork } from "./network";

export interface FirewallArgs {
  readonly context: Context;
  readonly network: HostNetwork;
  /** Whether the public comes in. */
  readonly published: boolean;
  /** Ports of services somebody else runs. */
  readonly externalPorts: readonly number[];
  /** Address of the account the host runs under: rules are for it alone. */
  readonly serviceAccount: pulumi.Input<string>;
}

/** Where tunnels of Identity-Aware Proxy come from. https://docs.cloud.google.com/iap/docs/using-tcp-forwarding#create-firewall-rule */
const IAP = "35.235.240.0/20";
const WORLD = "0.0.0.0/0";

/**
 * HTTP and HTTPS come in from the world, SSH from Identity-Aware Proxy alone: it lets in whom the project's IAM names,
 * with a second factor where asked, and logs it.
 */
export function makeFirewall(make: Make, args: FirewallArgs): readonly gcp.compute.Firewall[] {
  const { context, network, published, externalPorts, serviceAccount } = args;
  const rule = { network: network.networkId, serviceAccount };
  return [
    allowIngress(make, "from-iap", {
      ...rule,
      description: "SSH of people whom IAM lets through Identity-Aware Proxy",
      ranges: [IAP],
      ports: [22],
    }),
    ...(published
      ? [
          allowIngress(make, "from-world", {
            ...rule,
            description: "HTTPS from the internet; HTTP for redirects and certificate challenges",
            ranges: [WORLD],
            ports: [80, 443],
          }),
        ]
      : []),
    allowEgress(make, "to-world", {
      ...rule,
      description: `Package archives, registries, Google's APIs and external services of ${context.system}`,
      ranges: [WORLD],
      ports: [...new Set([80, 443, ...externalPorts])].sort((a, b) => a - b),
    }),
  ];
}

export interface AddressArgs {
  readonly context: Context;
  /** Names the public uses. */
  readonly hosts: readonly string[];
  /** Managed zone they are written to. @default none */
  readonly zoneName?: string | undefined;
}

/** A public address that outlives the machine, and the names that lead to it. Undefined where the public has no business. */
export function makeAddress(make: Make, { context, hosts, zoneName }: AddressArgs): gcp.compute.Address | undefined {
  if (hosts.length === 0) {
    return undefined;
  }
  const address = make(
    gcp.compute.Address,
    "address",
    {
      region: context.region,
      addressType: "EXTERNAL",
      networkTier: "PREMIUM",
      description: `The host of ${context.system} in ${context.placement}`,
      labels: labelsOf(context.tags),
    },
    { protect: context.redundancy.protect },
  );
  if (zoneName !== undefined) {
    for (const host of hosts) {
      make(gcp.dns.RecordSet, `record-${host}`, {
        managedZone: zoneName,
        name: `${host}.`,
        type: "A",
        ttl: 300,
        rrdatas: [address.address],
      });
    }
  }
  return address;
}
