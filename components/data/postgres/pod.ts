import type * as k8s from "@pulumi/kubernetes";
import type { StoreOf } from "../../../systems/spec";
import { containerResources, pullPolicy, RESTRICTED } from "../../workload/container";
import { GROUP_ID } from "../../workload/podSpec";

const USER_ID = 10_001;
const CREDENTIALS = "/run/credentials";

/** initdb looks its own user up by name, and the image knows no user of our number. */
export const PASSWD = `root:x:0:0:root:/root:/sbin/nologin\npostgres:x:${USER_ID}:${GROUP_ID}::/var/lib/postgresql:/bin/sh\n`;

/**
 * Runs once, when the data directory is new: the role and database of the services, and the extensions, which only a
 * superuser may create. Values come in by environment, so none shows in a process list.
 */
export const BOOTSTRAP = `#!/bin/sh
set -eu
APP_PASSWORD="$(cat ${CREDENTIALS}/password)"
export APP_PASSWORD
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\\getenv role APP_USER
\\getenv password APP_PASSWORD
\\getenv database APP_DATABASE
CREATE ROLE :"role" LOGIN PASSWORD :'password';
CREATE DATABASE :"database" OWNER :"role";
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
SQL
for extension in $APP_EXTENSIONS; do
  psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$APP_DATABASE" \\
    --command "CREATE EXTENSION IF NOT EXISTS \\"$extension\\""
done
`;

export interface PostgresPodArgs {
  readonly store: string;
  readonly spec: StoreOf<"postgres">;
  readonly image: string;
  readonly user: string;
  readonly secretName: string;
  readonly configMap: string;
  readonly claimName: string;
  readonly priorityClass?: string;
}

/** The pod of a single server, made to run without root and on a root it cannot write to. */
export function postgresPod(args: PostgresPodArgs): k8s.types.input.core.v1.PodSpec {
  const { spec } = args;
  return {
    serviceAccountName: args.store,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(args.priorityClass === undefined ? {} : { priorityClassName: args.priorityClass }),
    // SIGINT, the image's stop signal, ends sessions and writes a checkpoint, which takes its time under load.
    terminationGracePeriodSeconds: 120,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER_ID,
      runAsGroup: GROUP_ID,
      fsGroup: GROUP_ID,
      // Always would open the data directory to the group, and the server refuses to start on one.
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [
      {
        name: args.store,
        image: args.image,
        imagePullPolicy: pullPolicy(args.image),
        args: ["postgres", ...parameters(spec).flatMap((parameter) => ["-c", parameter])],
        ports: [{ name: "postgres", containerPort: 5432, protocol: "TCP" }],
        env: [
          { name: "APP_DATABASE", value: spec.database },
          { name: "APP_EXTENSIONS", value: spec.extensions.join(" ") },
          { name: "APP_USER", value: args.user },
          // A directory below the volume's root: that holds lost+found, and initdb wants an empty one.
          { name: "PGDATA", value: "/var/lib/postgresql/data/pgdata" },
          {
            name: "POSTGRES_INITDB_ARGS",
            value: "--auth-host=scram-sha-256 --auth-local=scram-sha-256 --data-checksums",
          },
          { name: "POSTGRES_PASSWORD_FILE", value: `${CREDENTIALS}/admin-password` },
          { name: "POSTGRES_USER", value: "postgres" },
        ],
        resources: containerResources(spec.resources),
        // While the data directory is made the server listens on its socket only: TCP says that it serves.
        // Half an hour: ended while it recovers from a crash, it would begin again and never get through.
        startupProbe: { ...ready("127.0.0.1"), periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 360 },
        livenessProbe: { ...ready("/var/run/postgresql"), periodSeconds: 20, timeoutSeconds: 5, failureThreshold: 6 },
        readinessProbe: { ...ready("127.0.0.1"), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
        securityContext: { ...RESTRICTED, runAsUser: USER_ID },
        volumeMounts: [
          { name: "data", mountPath: "/var/lib/postgresql/data" },
          { name: "run", mountPath: "/var/run/postgresql" },
          { name: "tmp", mountPath: "/tmp" },
          { name: "shm", mountPath: "/dev/shm" },
          { name: "credentials", mountPath: CREDENTIALS, readOnly: true },
          { name: "config", mountPath: "/etc/passwd", subPath: "passwd", readOnly: true },
          {
            name: "config",
            mountPath: "/docker-entrypoint-initdb.d/10-app.sh",
            subPath: "bootstrap.sh",
            readOnly: true,
          },
        ],
      },
    ],
    volumes: [
      { name: "data", persistentVolumeClaim: { claimName: args.claimName } },
      { name: "run", emptyDir: { sizeLimit: "16Mi" } },
      { name: "tmp", emptyDir: { sizeLimit: "256Mi" } },
      // Parallel queries share memory here; the runtime's own 64Mi are too few. Counted against the limit.
      { name: "shm", emptyDir: { medium: "Memory", sizeLimit: "256Mi" } },
      { name: "credentials", secret: { secretName: args.secretName, defaultMode: 0o440 } },
      { name: "config", configMap: { name: args.configMap, defaultMode: 0o555 } },
    ],
  };
}

function ready(host: string): k8s.types.input.core.v1.Probe {
  return { exec: { command: ["pg_isready", "--quiet", "--host", host, "--username", "postgres"] } };
}

function parameters(spec: StoreOf<"postgres">): readonly string[] {
  return [
    "password_encryption=scram-sha-256",
    "log_connections=on",
    "log_disconnections=on",
    "log_lock_waits=on",
    ...(spec.maxConnections === undefined ? [] : [`max_connections=${spec.maxConnections}`]),
  ];
}
