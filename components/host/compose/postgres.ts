import type { StoreOf } from "../../../systems/spec";
import { PASSWD } from "../../data/postgres/pod";
import { usersScript } from "../../data/postgres/users";
import { type HostDescription, RUN, USER_ID } from "../contract";
import { clientsOf, databaseUsersEnvironment, secretName } from "../environment";
import { bind, dataDirectory, fileOf, hardened, scratchInMemory, secretEnvFile } from "./container";
import { healthcheck } from "./health";
import { usersContainer } from "./networks";
import { container, MEBIBYTE, type StoreArgs, TIMES } from "./store";
import type { HostContainer } from "./types";

/** A database server. */
export function postgres({ name, spec, image, surroundings }: StoreArgs<StoreOf<"postgres">>): HostContainer {
  const admin = `${name}-admin`;
  const passwd = fileOf(name, "/etc/passwd");
  const parameters = [
    "password_encryption=scram-sha-256",
    "log_connections=on",
    "log_disconnections=on",
    "log_lock_waits=on",
    ...(spec.maxConnections === undefined ? [] : [`max_connections=${spec.maxConnections}`]),
  ];
  return {
    ...container(name, USER_ID),
    definition: {
      image,
      command: ["postgres", ...parameters.flatMap((parameter) => ["-c", parameter])],
      environment: {
        // A directory below the volume's own: initdb wants an empty one.
        PGDATA: "/var/lib/postgresql/data/pgdata",
        POSTGRES_DB: spec.database,
        POSTGRES_INITDB_ARGS: "--auth-host=scram-sha-256 --auth-local=scram-sha-256 --data-checksums",
        POSTGRES_PASSWORD_FILE: "/run/credentials/admin-password",
        POSTGRES_USER: "postgres",
      },
      ...hardened(USER_ID, spec.resources, surroundings),
      // Parallel queries share memory here; the runtime's own 64 MiB are too few. Counted against the limit.
      shm_size: "256M",
      tmpfs: [scratchInMemory("/tmp", 256 * MEBIBYTE), scratchInMemory("/var/run/postgresql", 16 * MEBIBYTE)],
      volumes: [
        bind(dataDirectory(name), "/var/lib/postgresql/data"),
        // initdb looks its own user up by name, and the image knows no user of our number.
        bind(passwd, "/etc/passwd", true),
        bind(`${RUN}/secrets/${admin}`, "/run/credentials/admin-password", true),
      ],
      // While the data directory is made the server listens on its socket only: TCP says that it serves.
      healthcheck: healthcheck(["CMD", "pg_isready", "--quiet", "--host=127.0.0.1", "--username=postgres"], TIMES),
      restart: "unless-stopped",
      // A clean end writes a checkpoint, which takes its time under load.
      stop_grace_period: "120s",
    },
    files: [{ path: passwd, content: PASSWD }],
    secretFiles: [{ file: admin, secret: secretName.admin(name), user: USER_ID }],
  };
}

/** Gives each client of a database its own user. Runs at every start, so that a new client or password is taken up. */
export function databaseUsers(
  { system }: HostDescription,
  { name, spec, image, surroundings }: StoreArgs<StoreOf<"postgres">>,
): HostContainer {
  const users = usersContainer(name);
  const { plain, secret } = databaseUsersEnvironment(system, name);
  const script = fileOf(users, "/etc/groundplan/users.sql");
  const resources = {
    requests: { cpu: "50m", memory: "32Mi", ephemeralStorage: "64Mi" },
    limits: { cpu: "250m", memory: "128Mi", ephemeralStorage: "128Mi" },
  };
  return {
    ...container(users, USER_ID, []),
    definition: {
      image,
      entrypoint: [
        "psql",
        "--no-psqlrc",
        "--quiet",
        `--host=${name}`,
        "--username=postgres",
        `--dbname=${spec.database}`,
        "--file=/etc/groundplan/users.sql",
      ],
      environment: { ...plain },
      env_file: [secretEnvFile(users)],
      ...hardened(USER_ID, resources, surroundings),
      tmpfs: [scratchInMemory("/tmp", 16 * MEBIBYTE)],
      volumes: [bind(script, "/etc/groundplan/users.sql", true)],
      depends_on: { [name]: { condition: "service_healthy" } },
      restart: "no",
    },
    files: [
      {
        path: script,
        content: usersScript({
          database: spec.database,
          users: clientsOf(system, name),
          extensions: spec.extensions,
        }),
      },
    ],
    secretEnv: secret,
  };
}
