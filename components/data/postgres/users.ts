import type { Access } from "../../binding";
import { alternateUser, databaseUser } from "./contract";

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
  /**
   * Whether each client has a second user with the same rights, and the one whose password is set is the one its secret
   * names: rotation gives a new password to the other and lets the secret name that. @default false
   */
  readonly alternating?: boolean;
}

/** Roles that own rights; users only belong to them. No user's name begins so but a reserved one's. */
const WRITERS = "_app_write";
const READERS = "_app_read";

/** Environment variable that holds a client's password when the script runs. */
export function passwordVariable(client: string): string {
  return `PASSWORD_${databaseUser(client).toUpperCase()}`;
}

/** Environment variable that holds the user a client's secret names, where it has two. */
export function userVariable(client: string): string {
  return `USER_${databaseUser(client).toUpperCase()}`;
}

/**
 * A psql script that gives each client a user with no more than its access, and can run any number of times. What
 * writers make belongs to a common role, so that one service's migration does not lock the others out. It holds no
 * password: psql reads them from its environment.
 */
export function usersScript({ database, users, extensions, alternating = false }: UsersScriptArgs): string {
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
    ...users.flatMap((user) => userLines(database, user, alternating)),
  ];
  return `${lines.join("\n")}\n`;
}

function userLines(database: string, { client, access }: DatabaseUser, alternating: boolean): readonly string[] {
  const users = alternating ? [databaseUser(client), alternateUser(client)] : [databaseUser(client)];
  const [first = ""] = users;
  const [role, other] = access === "read" ? [READERS, WRITERS] : [WRITERS, READERS];
  return [
    `\\getenv password ${passwordVariable(client)}`,
    ...(alternating ? [`\\getenv user ${userVariable(client)}`] : []),
    ...users.map(createRole),
    `ALTER ROLE ${alternating ? ':"user"' : quote(first)} LOGIN PASSWORD :'password';`,
    ...users.flatMap((user) => [
      `GRANT ${role} TO ${quote(user)};`,
      // What it was before, so that a client may no more than its access says and both its users may the same.
      revokeRole(other, user),
      `ALTER ROLE ${quote(user)} IN DATABASE ${quote(database)} ${access === "read" ? "RESET role" : `SET role = '${WRITERS}'`};`,
    ]),
  ];
}

function createRole(role: string): string {
  return `SELECT 'CREATE ROLE ${quote(role)}' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') \\gexec`;
}

function revokeRole(role: string, user: string): string {
  const members = `SELECT FROM pg_auth_members WHERE roleid = '${role}'::regrole AND member = '${quote(user)}'::regrole`;
  return `SELECT 'REVOKE ${role} FROM ${quote(user)}' WHERE EXISTS (${members}) \\gexec`;
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
