import type { BindingValue, EndpointRole, SecretSource } from "../../binding";
import { databaseUser, POSTGRES_PORT } from "./contract";

/** What a client of a database is given by the names an edge uses; the user too may be another one tomorrow. */
export function clientValues(
  entry: { source(property: string): SecretSource },
  client: string,
  database: string,
  endpoint: EndpointRole,
  { alternating = false }: { readonly alternating?: boolean } = {},
): Readonly<Record<string, BindingValue>> {
  const replica = endpoint === "replica" ? "replica-" : "";
  const secret = (property: string): BindingValue => ({ kind: "secret", source: entry.source(property) });
  return {
    url: secret(`${replica}url`),
    host: secret(`${replica}host`),
    port: { kind: "plain", value: String(POSTGRES_PORT) },
    user: alternating ? secret("user") : { kind: "plain", value: databaseUser(client) },
    password: secret("password"),
    database: { kind: "plain", value: database },
    name: { kind: "plain", value: database },
  };
}
