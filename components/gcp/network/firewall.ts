import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import type { Make } from "../../make";

/** Ranges from which Google's load balancers and health checks come. https://docs.cloud.google.com/load-balancing/docs/firewall-rules */
export const GOOGLE_FRONT_ENDS = ["35.191.0.0/16", "130.211.0.0/22"] as const;

export interface RuleArgs {
  readonly network: pulumi.Input<string>;
  readonly description: string;
  /** Whose traffic: machines under this service account. */
  readonly serviceAccount: pulumi.Input<string>;
  readonly ranges: readonly pulumi.Input<string>[];
  readonly protocol?: "tcp" | "udp" | "all";
  /** @default every port */
  readonly ports?: readonly number[];
}

/** After every rule that allows something, and before the two that Google adds: those let everything out, unlogged. */
const LAST = 65_534;

/** Nothing comes in or goes out but what another rule allows; what was refused is in the log. */
export function denyByDefault(make: Make, network: pulumi.Input<string>): readonly gcp.compute.Firewall[] {
  const everything = {
    network,
    priority: LAST,
    denies: [{ protocol: "all" }],
    logConfig: { metadata: "INCLUDE_ALL_METADATA" },
  };
  return [
    make(gcp.compute.Firewall, "deny-ingress", {
      ...everything,
      direction: "INGRESS",
      description: "Nothing comes in but what another rule allows",
      sourceRanges: ["0.0.0.0/0"],
    }),
    make(gcp.compute.Firewall, "deny-egress", {
      ...everything,
      direction: "EGRESS",
      description: "Nothing goes out but what another rule allows",
      destinationRanges: ["0.0.0.0/0"],
    }),
  ];
}

/** Lets ranges reach machines of a service account. */
export function allowIngress(make: Make, role: string, args: RuleArgs): gcp.compute.Firewall {
  return make(gcp.compute.Firewall, role, {
    ...allow(args),
    direction: "INGRESS",
    sourceRanges: [...args.ranges],
  });
}

/** Lets machines of a service account reach ranges. */
export function allowEgress(make: Make, role: string, args: RuleArgs): gcp.compute.Firewall {
  return make(gcp.compute.Firewall, role, {
    ...allow(args),
    direction: "EGRESS",
    destinationRanges: [...args.ranges],
  });
}

function allow({ network, description, serviceAccount, protocol = "tcp", ports }: RuleArgs) {
  return {
    network,
    description,
    priority: 1000,
    targetServiceAccounts: [serviceAccount],
    allows: [{ protocol, ...(ports === undefined ? {} : { ports: ports.map(String) }) }],
  };
}
