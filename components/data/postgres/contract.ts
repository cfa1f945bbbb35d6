import type { Binding } from "../../binding";

/** What a model may rely on, whoever runs the database. */
export interface PostgresContract {
  readonly binding: Binding;
}

/** Port every PostgreSQL listens on here. */
export const POSTGRES_PORT = 5432;

/** Database user of a client: the service's name, as an identifier that needs no quotes. */
export function databaseUser(client: string): string {
  return client.replaceAll("-", "_");
}
