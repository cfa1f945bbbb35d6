import type { StoreOf } from "../../../systems/spec";
import { breaches, type Constraint } from "../../aws/constraint";
import { classFix, isClass, RDS_CLASS } from "../../aws/instanceClass";
import { type Problem, show } from "../../errors";
import { gibibytes } from "../../quantities";
import { RDS_EXTENSIONS } from "./extensions";
import { instanceClassFor } from "./instanceClass";
import { windowMinutes, windowsOverlap } from "./windows";

type Postgres = StoreOf<"postgres">;

/** A database as RDS will be asked for it. */
export interface PostgresSubject {
  /** Name of the store. */
  readonly name: string;
  readonly store: Postgres;
  /** Who makes the master user's password. @default as {@link masterPassword} says */
  readonly password?: "managed" | "generated";
  /** Whether databases in other regions follow it. @default false */
  readonly followed?: boolean;
  /** Clients that share its connections through RDS Proxy. @default none do */
  readonly pooledClients?: number;
}

const GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide";
const CREATE = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html";

const MAJOR_VERSIONS = ["14", "15", "16", "17", "18"];
/** Generations without encryption at rest. */
const UNENCRYPTED = /^db\.(m1|m2|t1)\.|^db\.t2\.micro$/;
/** Generations that no version from 14 on runs on, and what Aurora alone has. */
const OTHER_ENGINES = /^db\.(t2|m3|m4|r3|r4)\.|^db\.serverless$/;
const GP3_GIB = { min: 20, max: 65_536 };
const MOST_REPLICAS = 15;
/** Secrets of a proxy, one for each user it connects as. */
const MOST_PROXY_SECRETS = 200;
const SHORTEST_WINDOW_MINUTES = 30;
const LONGEST_MAINTENANCE_MINUTES = 1_440;

/**
 * Who makes the master user's password. RDS manages it, and rotates it, except for an instance with read replicas, be
 * they in its own region or, where it is followed, in others.
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
  return storage.maxSize === undefined ? Math.min(2 * size, GP3_GIB.max) : gibibytes(storage.maxSize);
}

export function allocatedGiB(storage: Postgres["storage"]): number {
  return Math.max(GP3_GIB.min, gibibytes(storage.size));
}

/** What RDS refuses, each with its documentation. */
export const POSTGRES_CONSTRAINTS: readonly Constraint<PostgresSubject>[] = [
  {
    id: "rds-major-version",
    limit: `major versions ${MAJOR_VERSIONS.join(", ")}`,
    source: "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html",
    find: (subject) =>
      MAJOR_VERSIONS.includes(subject.store.version)
        ? []
        : refuse(subject, "version", subject.store.version, `a major version RDS offers: ${MAJOR_VERSIONS.join(", ")}`),
  },
  {
    id: "rds-database-name",
    limit: "a database's name has letters, digits and underscores, and starts with a letter",
    source: CREATE,
    find: (subject) => {
      const { database } = subject.store;
      const allowed = "letters, digits and underscores, starting with a letter";
      return /^[a-z][a-z0-9_]{0,62}$/i.test(database)
        ? []
        : refuse(subject, "database", database, allowed, `use ${show(database.replaceAll("-", "_"))}`);
    },
  },
  {
    id: "rds-largest-class",
    limit: "64 CPU and 512 GiB in the classes known here",
    source: `${GUIDE}/Concepts.DBInstanceClass.Summary.html`,
    find: (subject) => {
      const { name, store } = subject;
      const { requests } = store.resources;
      return instanceClassFor(store) !== undefined
        ? []
        : refuse(subject, "resources.requests", requests, "at most 64 CPU and 512Gi", `set stores.${name}.classes.aws`);
    },
  },
  {
    id: "rds-class-form",
    limit: "a class is called db.FAMILY.SIZE, by a size there is",
    source: `${GUIDE}/Concepts.DBInstanceClass.Types.html`,
    find: classCheck(
      (name) => !isClass(name, RDS_CLASS),
      "a class such as db.m6g.large",
      (name) => classFix(name, RDS_CLASS, "write the class with its db. prefix, and a size the family has"),
    ),
  },
  {
    id: "rds-class-encryption",
    limit: "old generations have no encryption at rest",
    source: `${GUIDE}/Overview.Encryption.html`,
    find: classCheck(
      (name) => UNENCRYPTED.test(name),
      "a class with encryption at rest",
      "use a current generation, such as db.t4g.medium",
    ),
  },
  {
    id: "rds-class-engine",
    limit: "T2, M3, M4, R3 and R4 run no PostgreSQL from 13 on, and serverless is Aurora's",
    source: `${GUIDE}/Concepts.DBInstanceClass.Support.html`,
    find: classCheck(
      (name) => OTHER_ENGINES.test(name) && !UNENCRYPTED.test(name),
      "a class that runs the version on RDS for PostgreSQL",
      "use a current generation, such as db.t4g.medium",
    ),
  },
  {
    id: "rds-read-replicas",
    limit: `at most ${MOST_REPLICAS} read replicas`,
    source: `${GUIDE}/USER_PostgreSQL.Replication.ReadReplicas.html`,
    find: (subject) =>
      subject.store.readReplicas > MOST_REPLICAS
        ? refuse(subject, "readReplicas", subject.store.readReplicas, `at most ${MOST_REPLICAS}`, "use fewer replicas")
        : [],
  },
  {
    id: "rds-managed-password-replicas",
    limit: "RDS manages the password of no instance that has read replicas",
    source: `${GUIDE}/rds-secrets-manager.html`,
    find: (subject) => {
      const { store, followed = false } = subject;
      const { password = masterPassword(store, { followed }) } = subject;
      const allowed = "a generated master password where replicas follow the database";
      return password === "managed" && (followed || store.readReplicas > 0)
        ? refuse(subject, "readReplicas", store.readReplicas, allowed, "generate the password")
        : [];
    },
  },
  {
    id: "rds-storage-size",
    limit: `gp3 disks of ${GP3_GIB.min} to ${GP3_GIB.max} GiB`,
    source: `${GUIDE}/CHAP_Storage.html`,
    find: (subject) =>
      allocatedGiB(subject.store.storage) > GP3_GIB.max
        ? refuse(subject, "storage.size", subject.store.storage.size, `at most ${GP3_GIB.max}Gi`, "use a smaller disk")
        : [],
  },
  {
    id: "rds-storage-growth",
    limit: "the limit of growth is at least a tenth above the disk, and no larger than the largest disk",
    source: `${GUIDE}/USER_PIOPS.Autoscaling.html`,
    find: (subject) => {
      const { storage } = subject.store;
      const least = Math.ceil(allocatedGiB(storage) * 1.1);
      const limit = maxStorageGiB(storage);
      return limit < least || limit > GP3_GIB.max
        ? refuse(
            subject,
            "storage.maxSize",
            storage.maxSize,
            `${least}Gi, a tenth above the size, to ${GP3_GIB.max}Gi`,
            limit < least ? "raise maxSize or leave it out" : "lower maxSize",
          )
        : [];
    },
  },
  {
    id: "rds-backup-retention",
    limit: "automatic backups are kept 1 to 35 days",
    source: `${GUIDE}/USER_WorkingWithAutomatedBackups.BackupRetention.html`,
    find: (subject) => {
      const days = subject.store.backupRetentionDays;
      return days < 1 || days > 35
        ? refuse(subject, "backupRetentionDays", days, "1 to 35 days", "use 35, and dumps for what must be kept longer")
        : [];
    },
  },
  {
    id: "rds-backup-window-length",
    limit: `the backup window has at least ${SHORTEST_WINDOW_MINUTES} minutes`,
    source: CREATE,
    find: (subject) =>
      windowMinutes(subject.store.backupWindow) < SHORTEST_WINDOW_MINUTES
        ? refuse(subject, "backupWindow", subject.store.backupWindow, "at least 30 minutes", "widen the window")
        : [],
  },
  {
    id: "rds-maintenance-window-length",
    limit: "the maintenance window has 30 minutes to 24 hours",
    source: `${GUIDE}/USER_UpgradeDBInstance.Maintenance.html`,
    find: (subject) => {
      const { maintenanceWindow } = subject.store;
      const minutes = windowMinutes(maintenanceWindow);
      return minutes < SHORTEST_WINDOW_MINUTES || minutes > LONGEST_MAINTENANCE_MINUTES
        ? refuse(subject, "maintenanceWindow", maintenanceWindow, "30 minutes to 24 hours", "move one of its ends")
        : [];
    },
  },
  {
    id: "rds-windows-apart",
    limit: "the maintenance window does not meet the backup window",
    source: `${GUIDE}/USER_WorkingWithAutomatedBackups.BackupWindow.html`,
    find: (subject) => {
      const { backupWindow, maintenanceWindow } = subject.store;
      return windowsOverlap(backupWindow, maintenanceWindow)
        ? refuse(
            subject,
            "maintenanceWindow",
            maintenanceWindow,
            `a window apart from the backup window, ${backupWindow}`,
            "move one of the two",
          )
        : [];
    },
  },
  {
    id: "rds-extensions",
    limit: "only the extensions RDS has built in",
    source: "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-extensions.html",
    find: (subject) =>
      subject.store.extensions.flatMap((extension, index) =>
        RDS_EXTENSIONS.has(extension)
          ? []
          : refuse(
              subject,
              `extensions[${index}]`,
              extension,
              "an extension RDS offers",
              "go without it, or name an existing database that has it",
            ),
      ),
  },
  {
    id: "rds-proxy-secrets",
    limit: `a proxy connects as at most ${MOST_PROXY_SECRETS} users`,
    source: `${GUIDE}/rds-proxy.html#rds-proxy.limitations`,
    find: ({ name, pooledClients = 0 }) =>
      pooledClients > MOST_PROXY_SECRETS
        ? [
            {
              path: "groundplan:compute.pooledDatabases",
              found: `${name}, with ${pooledClients} clients`,
              allowed: `a database with at most ${MOST_PROXY_SECRETS} clients`,
              fix: `take ${name} out: its clients then connect by themselves`,
            },
          ]
        : [],
  },
];

/** What RDS would refuse at apply. */
export function postgresProblems(
  name: string,
  store: Postgres,
  more: Pick<PostgresSubject, "password" | "followed" | "pooledClients"> = {},
): readonly Problem[] {
  return breaches(POSTGRES_CONSTRAINTS, { name, store, ...more });
}

function classCheck(isWrong: (name: string) => boolean, allowed: string, fix: string | ((name: string) => string)) {
  return (subject: PostgresSubject): readonly Problem[] => {
    const instanceClass = instanceClassFor(subject.store);
    return instanceClass !== undefined && isWrong(instanceClass)
      ? refuse(subject, "classes.aws", instanceClass, allowed, typeof fix === "string" ? fix : fix(instanceClass))
      : [];
  };
}

function refuse(
  { name }: PostgresSubject,
  field: string,
  found: unknown,
  allowed: string,
  fix = "choose one of them",
): readonly Problem[] {
  return [{ path: `stores.${name}.${field}`, found: show(found), allowed, fix }];
}
