import type { StoreOf } from "../../../systems/spec";
import { type Problem, show } from "../../errors";
import { gibibytes } from "../../quantities";
import { instanceClassFor } from "./instanceClass";

type Postgres = StoreOf<"postgres">;

/** https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html */
const MAJOR_VERSIONS = ["14", "15", "16", "17", "18"];

/** Generations without encryption at rest: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html */
const UNENCRYPTED = /^db\.(m1|m2|t1)\.|^db\.t2\.micro$/;

/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html */
const GP3_GIB = { min: 20, max: 65_536 };

/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PostgreSQL.Replication.ReadReplicas.html */
const MOST_REPLICAS = 15;

/**
 * Who makes the master user's password. RDS manages it, and rotates it, except for an instance with read replicas, be
 * they in its own region or, where it is followed, in others:
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
 */
export function masterPassword(
  store: Pick<Postgres, "readReplicas">,
  { followed = false }: { readonly followed?: boolean } = {},
): "managed" | "generated" {
  return followed || store.readReplicas > 0 ? "generated" : "managed";
}

/** GiB RDS may grow the disk to. The threshold must exceed the disk by a tenth, or RDS refuses it. */
export function maxStorageGiB(storage: Postgres["storage"]): number {
  const size = allocatedGiB(storage);
  return storage.maxSize === undefined ? 2 * size : gibibytes(storage.maxSize);
}

export function allocatedGiB(storage: Postgres["storage"]): number {
  return Math.max(GP3_GIB.min, gibibytes(storage.size));
}

/** What RDS would refuse at apply. */
export function postgresProblems(name: string, store: Postgres): readonly Problem[] {
  const problems: Problem[] = [];
  const add = (field: string, found: unknown, allowed: string, fix: string) =>
    problems.push({ path: `stores.${name}.${field}`, found: show(found), allowed, fix });

  if (!MAJOR_VERSIONS.includes(store.version)) {
    add("version", store.version, `a major version RDS offers: ${MAJOR_VERSIONS.join(", ")}`, "choose one of them");
  }
  // https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html (DBName)
  if (!/^[a-z][a-z0-9_]{0,62}$/i.test(store.database)) {
    add(
      "database",
      store.database,
      "letters, digits and underscores, starting with a letter",
      `use ${show(store.database.replaceAll("-", "_"))}`,
    );
  }
  const instanceClass = instanceClassFor(store);
  if (instanceClass === undefined) {
    add("resources.requests", store.resources.requests, "at most 64 CPU and 512Gi", `set stores.${name}.classes.aws`);
  } else if (!/^db\.[a-z0-9]+\.[a-z0-9]+$/.test(instanceClass)) {
    add("classes.aws", instanceClass, "a class such as db.m6g.large", "write the class with its db. prefix");
  } else if (UNENCRYPTED.test(instanceClass)) {
    add(
      "classes.aws",
      instanceClass,
      "a class with encryption at rest",
      "use a current generation, such as db.t4g.medium",
    );
  }
  if (store.readReplicas > MOST_REPLICAS) {
    add("readReplicas", store.readReplicas, `at most ${MOST_REPLICAS}`, "use fewer replicas");
  }
  const size = allocatedGiB(store.storage);
  if (size > GP3_GIB.max) {
    add("storage.size", store.storage.size, `at most ${GP3_GIB.max}Gi`, "use a smaller disk");
  }
  if (maxStorageGiB(store.storage) < size * 1.1) {
    add(
      "storage.maxSize",
      store.storage.maxSize,
      `at least a tenth above the size, ${Math.ceil(size * 1.1)}Gi`,
      "raise maxSize or leave it out",
    );
  }
  if (windowsOverlap(store.backupWindow, store.maintenanceWindow)) {
    // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupWindow.html
    add(
      "maintenanceWindow",
      store.maintenanceWindow,
      `a window apart from the backup window, ${store.backupWindow}`,
      "move one of the two",
    );
  }
  return problems;
}

const MINUTES_PER_DAY = 1_440;

/** Whether a daily window meets a weekly one; both may run past midnight. */
export function windowsOverlap(daily: string, weekly: string): boolean {
  const [from = "", to = ""] = daily.split("-");
  const [start = "", end = ""] = weekly.split("-").map((part) => part.slice(4));
  const day = span(from, to);
  const week = span(start, end);
  return [-MINUTES_PER_DAY, 0, MINUTES_PER_DAY].some(
    (shift) => day.from + shift < week.to && week.from < day.to + shift,
  );
}

function span(from: string, to: string): { readonly from: number; readonly to: number } {
  const [start, end] = [minuteOf(from), minuteOf(to)];
  return { from: start, to: end > start ? end : end + MINUTES_PER_DAY };
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}
