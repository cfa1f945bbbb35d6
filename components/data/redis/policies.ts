import type { StoreOf } from "../../../systems/spec";
import type { Client, Peer } from "../../binding";
import type { Flow, NetworkPolicyArgs } from "../../workload/networkPolicy";
import { BUS_PORT, SENTINEL_PORT } from "./configuration";
import { REDIS_PORT } from "./contract";

type Labels = Readonly<Record<string, string>>;

export interface RedisPoliciesArgs {
  readonly store: string;
  readonly mode: StoreOf<"redis">["mode"];
  readonly namespace: string;
  readonly clients: readonly Client[];
  readonly selectors: { readonly servers: Labels; readonly sentinels: Labels; readonly joiner: Labels };
}

export interface PolicyPlan {
  readonly role: string;
  readonly name: string;
  readonly args: NetworkPolicyArgs;
}

/** Clients in; servers, sentinels and the job that joins shards among themselves; nothing else, either way. */
export function redisPolicies({
  store,
  mode,
  namespace,
  clients,
  selectors,
}: RedisPoliciesArgs): readonly PolicyPlan[] {
  const to = (labels: Labels, ...ports: number[]): Flow => ({ peers: [{ kind: "pods", namespace, labels }], ports });
  const fromClients = (port: number): Flow[] =>
    clients.map((client): Flow => ({ peers: [peerOf(client)], ports: [port] }));
  const { servers, sentinels, joiner } = selectors;
  switch (mode) {
    case "single":
      return [policy("policy", store, { selector: servers, ingress: fromClients(REDIS_PORT), egress: [], dns: false })];
    case "sentinel": {
      const replication = to(servers, REDIS_PORT);
      const question = to(sentinels, SENTINEL_PORT);
      return [
        policy("policy", store, {
          selector: servers,
          ingress: [...fromClients(REDIS_PORT), replication, to(sentinels, REDIS_PORT)],
          egress: [replication, question],
        }),
        policy("sentinel-policy", `${store}-sentinel`, {
          selector: sentinels,
          ingress: [...fromClients(SENTINEL_PORT), question, to(servers, SENTINEL_PORT)],
          egress: [question, replication],
        }),
      ];
    }
    case "cluster": {
      const gossip = to(servers, REDIS_PORT, BUS_PORT);
      return [
        policy("policy", store, {
          selector: servers,
          ingress: [...fromClients(REDIS_PORT), gossip, to(joiner, REDIS_PORT)],
          egress: [gossip],
        }),
        policy("join-policy", `${store}-join`, { selector: joiner, ingress: [], egress: [to(servers, REDIS_PORT)] }),
      ];
    }
    default:
      return mode satisfies never;
  }
}

function policy(role: string, name: string, args: NetworkPolicyArgs): PolicyPlan {
  return { role, name, args };
}

function peerOf(client: Client): Peer {
  return { kind: "pods", namespace: client.namespace, labels: client.labels };
}
