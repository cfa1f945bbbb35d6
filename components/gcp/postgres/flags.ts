import type { StoreOf } from "../../../systems/spec";

export interface DatabaseFlag {
  readonly name: string;
  readonly value: string;
}

/** Who connected, who waited, and what was changed by whom. */
const AUDIT: readonly DatabaseFlag[] = [
  { name: "log_connections", value: "on" },
  { name: "log_disconnections", value: "on" },
  { name: "log_checkpoints", value: "on" },
  { name: "log_lock_waits", value: "on" },
  { name: "log_temp_files", value: "0" },
  { name: "cloudsql.enable_pgaudit", value: "on" },
  // Changes of structure and of rights; reads and writes would log the data itself.
  { name: "pgaudit.log", value: "ddl,role" },
];

/**
 * Extensions that must be switched on before they can be created; others, pgvector among them, need no flag.
 * https://docs.cloud.google.com/sql/docs/postgres/extensions
 */
const EXTENSION_FLAGS: Readonly<Record<string, string>> = {
  pg_cron: "cloudsql.enable_pg_cron",
  pglogical: "cloudsql.enable_pglogical",
  pg_bigm: "cloudsql.enable_pg_bigm",
  pg_hint_plan: "cloudsql.enable_pg_hint_plan",
  anon: "cloudsql.enable_anon",
};

/** Extension the audit log comes from; it writes nothing until it is created in the database. */
export const AUDIT_EXTENSION = "pgaudit";

/** Flags of an instance; its replicas must have the same. */
export function databaseFlags(store: Pick<StoreOf<"postgres">, "extensions" | "maxConnections">): DatabaseFlag[] {
  return [
    ...AUDIT,
    { name: "cloudsql.iam_authentication", value: "on" },
    ...store.extensions.flatMap((extension) => {
      const flag = EXTENSION_FLAGS[extension];
      return flag === undefined ? [] : [{ name: flag, value: "on" }];
    }),
    ...(store.maxConnections === undefined ? [] : [{ name: "max_connections", value: String(store.maxConnections) }]),
  ];
}
