import type * as pulumi from "@pulumi/pulumi";
import type { Client } from "../binding";
import type { Context } from "../context";
import type { Make } from "../make";
import type { NetworkContract } from "../networking/contract";
import { allowEgress, allowIngress, makeSecurityGroup } from "../networking/securityGroup";

export interface OpenToClientsArgs {
  readonly context: Context;
  readonly store: string;
  /** What the group guards, as the console shows it. */
  readonly what: string;
  readonly port: number;
  readonly network: NetworkContract;
  /** Group whose members may connect. */
  readonly clientGroupId: pulumi.Input<string>;
  readonly clients: readonly Client[];
}

/** The security group of a store that AWS runs, open to its clients and nobody else. */
export function openToClients(
  make: Make,
  args: OpenToClientsArgs,
): { readonly groupId: pulumi.Output<string>; readonly rules: readonly pulumi.Resource[] } {
  const { context, store, port, clientGroupId } = args;
  const group = makeSecurityGroup(make, "security-group", {
    context,
    vpcId: args.network.vpcId,
    description: `${args.what} ${store}`,
  });
  const services = args.clients.map((client) => client.service).join(", ");
  if (services === "") {
    return { groupId: group.id, rules: [] };
  }
  const rule = { context, ports: port, description: `${services} to ${store}`.slice(0, 255) };
  return {
    groupId: group.id,
    rules: [
      allowIngress(make, "from-clients", { ...rule, groupId: group.id, peer: { groupId: clientGroupId } }),
      allowEgress(make, "clients-to", { ...rule, groupId: clientGroupId, peer: { groupId: group.id } }),
    ],
  };
}
