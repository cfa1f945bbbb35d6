import type { StoreOf } from "../../../systems/spec";
import { type Problem, show } from "../../errors";
import { gibibytes } from "../../quantities";
import { tierFor, tierMistake } from "./tier";

type Postgres = StoreOf<"postgres">;

/** https://docs.cloud.google.com/sql/docs/postgres/db-versions */
const MAJOR_VERSIONS = ["14", "15", "16", "17", "18"];
/** https://docs.cloud.google.com/sql/docs/quotas#metrics_collection_limit */
const DISK_GIB = { min: 10, max: 65_536 };
/** https://docs.cloud.google.com/sql/docs/quotas#fixed-limits */
const MOST_REPLICAS = 10;
/** Days of transaction logs, which point-in-time recovery goes back by. https://docs.cloud.google.com/sql/docs/postgres/backup-recovery/pitr */
const MOST_LOG_DAYS = 7;
/** Cloud SQL keeps these for itself. https://docs.cloud.google.com/sql/docs/postgres/users */
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
  const problems: Problem[] = [];
  const add = (field: string, found: unknown, allowed: string, fix: string) =>
    problems.push({ path: `stores.${name}.${field}`, found: show(found), allowed, fix });

  if (!MAJOR_VERSIONS.includes(store.version)) {
    add("version", store.version, `a version Cloud SQL offers: ${MAJOR_VERSIONS.join(", ")}`, "choose one of them");
  }
  if (RESERVED_DATABASES.includes(store.database)) {
    add("database", store.database, "a name Cloud SQL does not use itself", "use a name such as app");
  }
  const tier = tierFor(store);
  const mistake = tier === undefined ? "at most 96 CPU and 624Gi" : tierMistake(tier);
  if (mistake !== undefined) {
    const given = store.classes.gcp !== undefined;
    add(
      given ? "classes.gcp" : "resources.requests",
      given ? tier : store.resources.requests,
      mistake,
      given ? "correct the tier, or leave it out" : `set stores.${name}.classes.gcp`,
    );
  }
  if (store.readReplicas > MOST_REPLICAS) {
    add("readReplicas", store.readReplicas, `at most ${MOST_REPLICAS}`, "use fewer replicas");
  }
  const size = allocatedGiB(store.storage);
  if (size > DISK_GIB.max) {
    add("storage.size", store.storage.size, `at most ${DISK_GIB.max}Gi`, "use a smaller disk");
  }
  if (maxStorageGiB(store.storage) < size) {
    add("storage.maxSize", store.storage.maxSize, `at least the size, ${size}Gi`, "raise maxSize or leave it out");
  }
  if (store.maintenanceWindow.slice(7, 9) !== "00") {
    // https://docs.cloud.google.com/sql/docs/postgres/maintenance#maintenance-window
    add(
      "maintenanceWindow",
      store.maintenanceWindow,
      "a window that begins on the hour, such as mon:04:00-mon:05:00",
      "move it to the hour",
    );
  }
  if (!store.pointInTimeRecovery) {
    // Switching it on later restarts nothing, but reaches back no further than that moment.
    add("pointInTimeRecovery", false, "true: Cloud SQL's logs cost little", "remove pointInTimeRecovery: false");
  }
  return problems;
}
