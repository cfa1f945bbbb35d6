import type { Access, Client } from "../binding";

const WIDTH: Readonly<Record<Access, number>> = { read: 0, write: 1, admin: 2 };

/** One client per service: a service that uses both endpoints of a store is one user of it, with the wider access. */
export function mergeClients(clients: readonly Client[]): readonly Client[] {
  const merged = new Map<string, Client>();
  for (const client of clients) {
    const known = merged.get(client.service);
    const access = known && WIDTH[known.access] > WIDTH[client.access] ? known.access : client.access;
    merged.set(client.service, { ...client, access, ports: [...new Set([...(known?.ports ?? []), ...client.ports])] });
  }
  return [...merged.values()];
}
