import type { Binding } from "../../binding";
import { ALTERNATE_SUFFIX } from "../../secrets/rotation/work";

/** What a model may rely on, whoever runs the database. */
export interface PostgresContract {
  readonly binding: Binding;
}

/** Port every PostgreSQL listens on here. */
export const POSTGRES_PORT = 5432;

/**
 * Names a service may have and a user may not: PostgreSQL keeps `pg_`, the clouds keep their administrators' and
 * extensions' roles, the operator its own, and ours is the master user.
 * https://www.postgresql.org/docs/current/sql-createrole.html
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.html
 */
const RESERVED =
  /^(pg_.*|rds.*|cloudsql.*|postgres|streaming_replica|groundplan|public|none|current_user|session_user)$/;

/** Database user of a client: the service's name, as an identifier that needs no quotes. */
export function databaseUser(client: string): string {
  const name = client.replaceAll("-", "_");
  // Services' names begin with a letter and end in none of our underscores, so that no other one comes out alike.
  const free = name.endsWith(ALTERNATE_SUFFIX) ? `${name}_` : name;
  return RESERVED.test(free) ? `_${free}` : free;
}

/** Second user of a client, with which its secret takes turns where that rotates. */
export function alternateUser(client: string): string {
  return `${databaseUser(client)}${ALTERNATE_SUFFIX}`;
}
