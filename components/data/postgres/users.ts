import type { Access } from "../../binding";
import { databaseUser } from "./contract";

export interface DatabaseUser {
  /** Name of the service. */
  readonly client: string;
  readonly access: Access;
}

export interface UsersScriptArgs {
  readonly database: string;
  readonly users: readonly DatabaseUser[];
  /** Extensions the database needs, such as vector. */
  readonly extensions: readonly string[];
}

/** Roles that own rights; users only belong to them. No user's name begins so but a reserved one's. */
const WRITERS = "_app_write";
const READERS = "_app_read";

/** Environment variable that holds a client's password when the script runs. */
export function passwordVariable(client: string): string {
  return `PASSWORD_${databaseUser(client).toUpperCase()}`;
}

/**
 * A psql script that gives each client a user with no more than its access, and can run any number of times. What
 * writers make belongs to a common role, so that one service's migration does not lock the others out. It holds no
 * password: psql reads them from its environment.
 */
export function usersScript({ database, users, extensions }: UsersScriptArgs): string {
  const lines = [
    "\\set ON_ERROR_STOP on",
    "SET password_encryption = 'scram-sha-256';",
    ...extensions.map((extension) => `CREATE EXTENSION IF NOT EXISTS ${quote(extension)};`),
    ...[WRITERS, READERS].map(createRole),
    // A role's owner needs to be in it before it may speak for it: https://www.postgresql.org/docs/16/role-membership.html
    `GRANT ${WRITERS}, ${READERS} TO CURRENT_USER;`,
    `REVOKE ALL ON DATABASE ${quote(database)} FROM PUBLIC;`,
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC;",
    `GRANT CONNECT, CREATE, TEMPORARY ON DATABASE ${quote(database)} TO ${WRITERS};`,
    `GRANT CONNECT ON DATABASE ${quote(database)} TO ${READERS};`,
    `GRANT USAGE, CREATE ON SCHEMA public TO ${WRITERS};`,
    `GRANT USAGE ON SCHEMA public TO ${READERS};`,
    // Sequences too: a dump reads where each of them stands.
    ...["TABLES", "SEQUENCES"].flatMap((kind) => [
      `GRANT SELECT ON ALL ${kind} IN SCHEMA public TO ${READERS};`,
      `ALTER DEFAULT PRIVILEGES FOR ROLE ${WRITERS} IN SCHEMA public GRANT SELECT ON ${kind} TO ${READERS};`,
    ]),
    ...users.flatMap((user) => userLines(database, user)),
  ];
  return `${lines.join("\n")}\n`;
}

function userLines(database: string, { client, access }: DatabaseUser): readonly string[] {
  const user = databaseUser(client);
  const role = access === "read" ? READERS : WRITERS;
  return [
    `\\getenv password ${passwordVariable(client)}`,
    createRole(user),
    `ALTER ROLE ${quote(user)} LOGIN PASSWORD :'password';`,
    `GRANT ${role} TO ${quote(user)};`,
    ...(access === "read" ? [] : [`ALTER ROLE ${quote(user)} IN DATABASE ${quote(database)} SET role = '${WRITERS}';`]),
  ];
}

function createRole(role: string): string {
  return `SELECT 'CREATE ROLE ${quote(role)}' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') \\gexec`;
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
