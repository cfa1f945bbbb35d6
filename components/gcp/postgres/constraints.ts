import type { StoreOf } from "../../../systems/spec";
import type { Problem } from "../../errors";
import { gibibytes } from "../../quantities";
import { type Constraint, problemsOf, when } from "../constraints/constraint";
import { EXTENSIONS } from "./extensions";
import { tierFor, tierMistakes } from "./tier";

type Postgres = StoreOf<"postgres">;

const DOCS = "https://docs.cloud.google.com/sql/docs/postgres";
const MAJOR_VERSIONS = ["14", "15", "16", "17", "18"];
const DISK_GIB = { min: 10, max: 65_536 };
const MOST_REPLICAS = 10;
/** Days of transaction logs, which point-in-time recovery goes back by. https://docs.cloud.google.com/sql/docs/postgres/backup-recovery/pitr */
const MOST_LOG_DAYS = 7;
const RESERVED_DATABASES = ["postgres", "template0", "template1", "cloudsqladmin"];

/** GB Cloud SQL may grow the disk to. */
export function maxStorageGiB(storage: Postgres["storage"]): number {
  return storage.maxSize === undefined ? 2 * allocatedGiB(storage) : gibibytes(storage.maxSize);
}

export function allocatedGiB(storage: Postgres["storage"]): number {
  return Math.max(DISK_GIB.min, gibibytes(storage.size));
}

/** Days any moment of which can be restored; beyond them there are the daily backups. */
export function logRetentionDays(backupRetentionDays: number): number {
  return Math.min(MOST_LOG_DAYS, backupRetentionDays);
}

/** Cloud SQL's maintenance window: a day, Monday the first, and the hour it begins, UTC. */
export function maintenanceWindowOf(window: string): { readonly day: number; readonly hour: number } {
  return { day: 1 + DAYS.indexOf(window.slice(0, 3)), hour: Number(window.slice(4, 6)) };
}

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** What Cloud SQL would refuse at apply. */
export function postgresProblems(name: string, store: Postgres): readonly Problem[] {
  return problemsOf(POSTGRES_CONSTRAINTS, store, `stores.${name}`);
}

/** A mistake of a tier, by the field that names it, or by what was asked for where none does. */
function tier(id: keyof ReturnType<typeof tierMistakes>): Constraint<Postgres>["check"] {
  return (store) => {
    const chosen = tierFor(store);
    const allowed = chosen === undefined ? undefined : tierMistakes(chosen)[id];
    return allowed === undefined
      ? []
      : [{ field: "classes.gcp", found: chosen, allowed, fix: "correct the tier, or leave it out" }];
  };
}

export const POSTGRES_CONSTRAINTS: readonly Constraint<Postgres>[] = [
  {
    id: "sql-version",
    what: "versions of PostgreSQL",
    limit: MAJOR_VERSIONS.join(", "),
    link: `${DOCS}/db-versions`,
    check: ({ version }) =>
      when(
        !MAJOR_VERSIONS.includes(version),
        "version",
        version,
        `a version Cloud SQL offers: ${MAJOR_VERSIONS.join(", ")}`,
        "choose one of them",
      ),
  },
  {
    id: "sql-database",
    what: "databases Cloud SQL keeps for itself",
    limit: `none of ${RESERVED_DATABASES.join(", ")}`,
    link: `${DOCS}/create-manage-databases`,
    check: ({ database }) =>
      when(
        RESERVED_DATABASES.includes(database),
        "database",
        database,
        "a name Cloud SQL does not use itself",
        "use a name such as app",
      ),
  },
  {
    id: "sql-size",
    what: "the largest instance of the Enterprise edition",
    limit: "96 vCPU and 624 GiB",
    link: `${DOCS}/machine-series-overview`,
    check: (store) =>
      when(
        tierFor(store) === undefined,
        "resources.requests",
        store.resources.requests,
        "at most 96 CPU and 624Gi",
        "set classes.gcp of the store, such as db-perf-optimized-N-128",
      ),
  },
  {
    id: "sql-tier",
    what: "names of tiers",
    limit: "db-custom-CPU-MIB or db-perf-optimized-N-CPU",
    link: `${DOCS}/create-instance#machine-types`,
    check: tier("form"),
  },
  {
    id: "sql-tier-cpu",
    what: "vCPU of a custom tier",
    limit: "1, or an even number up to 96",
    link: `${DOCS}/create-instance#machine-types`,
    check: tier("cpu"),
  },
  {
    id: "sql-tier-memory",
    what: "memory of a custom tier",
    limit: "steps of 256 MiB from 3840",
    link: `${DOCS}/create-instance#machine-types`,
    check: tier("memory"),
  },
  {
    id: "sql-tier-ratio",
    what: "memory per vCPU of a custom tier",
    limit: "0.9 to 6.5 GiB",
    link: `${DOCS}/create-instance#machine-types`,
    check: tier("ratio"),
  },
  {
    id: "sql-tier-optimized",
    what: "sizes of the Enterprise Plus edition",
    limit: "2, 4, 8, 16, 32, 48, 64, 80, 96 or 128 vCPU",
    link: `${DOCS}/machine-series-overview#n2`,
    check: tier("optimized"),
  },
  {
    id: "sql-replicas",
    what: "read replicas of an instance",
    limit: String(MOST_REPLICAS),
    link: "https://docs.cloud.google.com/sql/docs/quotas#fixed-limits",
    check: ({ readReplicas }) =>
      when(
        readReplicas > MOST_REPLICAS,
        "readReplicas",
        readReplicas,
        `at most ${MOST_REPLICAS}`,
        "use fewer replicas",
      ),
  },
  {
    id: "sql-disk",
    what: "the disk of an instance",
    limit: `${DISK_GIB.max} GiB`,
    link: "https://docs.cloud.google.com/sql/docs/quotas#metrics_collection_limit",
    check: ({ storage }) =>
      when(
        allocatedGiB(storage) > DISK_GIB.max,
        "storage.size",
        storage.size,
        `at most ${DISK_GIB.max}Gi`,
        "use a smaller disk",
      ),
  },
  {
    id: "sql-disk-growth",
    what: "the size a disk grows to by itself",
    limit: "at least its size: a disk never shrinks",
    link: `${DOCS}/instance-settings#automatic-storage-increase-2ndgen`,
    check: ({ storage }) =>
      when(
        maxStorageGiB(storage) < allocatedGiB(storage),
        "storage.maxSize",
        storage.maxSize,
        `at least the size, ${allocatedGiB(storage)}Gi`,
        "raise maxSize or leave it out",
      ),
  },
  {
    id: "sql-disk-growth-end",
    what: "the largest size a disk grows to",
    limit: `${DISK_GIB.max} GiB`,
    link: `${DOCS}/instance-settings#automatic-storage-increase-limit-2ndgen`,
    check: ({ storage }) =>
      when(
        storage.maxSize !== undefined && gibibytes(storage.maxSize) > DISK_GIB.max,
        "storage.maxSize",
        storage.maxSize,
        `at most ${DISK_GIB.max}Gi`,
        `use ${DISK_GIB.max}Gi`,
      ),
  },
  {
    id: "sql-window",
    what: "the maintenance window",
    limit: "one hour, from the full hour",
    link: `${DOCS}/maintenance#maintenance-window`,
    check: ({ maintenanceWindow }) =>
      when(
        maintenanceWindow.slice(7, 9) !== "00",
        "maintenanceWindow",
        maintenanceWindow,
        "a window that begins on the hour, such as mon:04:00-mon:05:00",
        "move it to the hour",
      ),
  },
  {
    id: "sql-recovery",
    what: "recovery to a moment",
    limit: "on: switched on later it reaches back to that moment only",
    link: `${DOCS}/backup-recovery/pitr`,
    check: ({ pointInTimeRecovery }) =>
      when(
        !pointInTimeRecovery,
        "pointInTimeRecovery",
        false,
        "true: Cloud SQL's logs cost little",
        "remove pointInTimeRecovery: false",
      ),
  },
  {
    id: "sql-extensions",
    what: "extensions of PostgreSQL",
    limit: `the ${EXTENSIONS.length} Cloud SQL brings`,
    link: `${DOCS}/extensions`,
    check: ({ extensions }) => {
      const unknown = extensions.filter((extension) => !EXTENSIONS.includes(extension));
      return when(
        unknown.length > 0,
        "extensions",
        unknown,
        "extensions Cloud SQL brings, such as vector, postgis, pg_trgm or pg_cron",
        "remove them, or name a database of your own in groundplan:existing",
      );
    },
  },
];
