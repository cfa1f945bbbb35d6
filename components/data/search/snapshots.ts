import type * as k8s from "@pulumi/kubernetes";
import type { PodDemand } from "../../cluster/namespace/demand";
import { ACCESS_KEY, type Archive, SECRET_KEY } from "../archive";
import { clientPod, envOfSecret } from "../clientPod";

const AUTHORITY = "/authority";

/** User that keeps the repository and its schedule, and can read no document. */
export const SNAPSHOT_USER = "snapshots";
export const SNAPSHOT_ROLES = `snapshots:
  cluster: [manage_slm, cluster:admin/repository/*, cluster:admin/snapshot/*, manage_ilm]
  indices:
    - names: ["*"]
      privileges: [monitor]
`;

/** Settings of the nodes by which they reach the archive: its keys in their keystore, its address in the open. */
export function archiveSettings({ objects: { endpoint, region, secretName } }: Archive) {
  return {
    secureSettings: [
      {
        secretName,
        entries: [
          { key: ACCESS_KEY, path: "s3.client.default.access_key" },
          { key: SECRET_KEY, path: "s3.client.default.secret_key" },
        ],
      },
    ],
    config: {
      ...(endpoint === undefined
        ? {}
        : { "s3.client.default.endpoint": endpoint, "s3.client.default.path_style_access": true }),
      ...(region === undefined ? {} : { "s3.client.default.region": region }),
    },
  };
}

export interface SnapshotSettings {
  readonly bucket: string;
  /** Folder of the store's copies in the bucket. */
  readonly folder: string;
  /** When a snapshot is taken, as a cron expression of five fields. */
  readonly schedule: string;
  /** Snapshots kept. */
  readonly keep: number;
  /** Days logs are kept; undefined where the index holds none. */
  readonly logsDays?: number;
}

/** What Elasticsearch is told, each by the path it is put to. */
export function snapshotRequests(settings: SnapshotSettings): Readonly<Record<string, unknown>> {
  const { bucket, folder, schedule, keep, logsDays } = settings;
  return {
    "_snapshot/archive": {
      type: "s3",
      settings: { bucket, base_path: folder, server_side_encryption: true },
    },
    "_slm/policy/daily": {
      // Its own cron begins with the second, and wants a question mark for one of the two kinds of day.
      schedule: quartz(schedule),
      name: "<daily-{now/d}>",
      repository: "archive",
      config: { include_global_state: false },
      retention: { min_count: Math.min(3, keep), max_count: keep },
    },
    ...(logsDays === undefined
      ? {}
      : {
          // The policy that templates of data streams for logs name.
          "_ilm/policy/logs": {
            policy: {
              phases: {
                hot: { actions: { rollover: { max_age: "1d", max_primary_shard_size: "50gb" } } },
                delete: { min_age: `${logsDays}d`, actions: { delete: {} } },
              },
            },
          },
        }),
  };
}

function quartz(cron: string): string {
  const [minute = "0", hour = "0", day = "*", month = "*", weekday = "*"] = cron.split(" ");
  // Sunday is 1 there and 0 here.
  const names = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];
  const named = weekday.replace(/\d/g, (digit) => names[Number(digit)] ?? digit);
  return weekday === "*" ? `0 ${minute} ${hour} ${day} ${month} ?` : `0 ${minute} ${hour} ? ${month} ${named}`;
}

/** Puts every file to the path its name says, and has the repository tried by every node. */
export const SETTINGS_SCRIPT = `set -euo pipefail
ask() {
  curl --fail --silent --show-error --max-time 120 --cacert ${AUTHORITY}/ca.crt \\
    --user "$SEARCH_USER:$SEARCH_PASSWORD" --header "content-type: application/json" "$@"
}
for file in /settings/*.json; do
  name=$(basename "$file" .json)
  ask --request PUT --data "@$file" "$SEARCH_URL/\${name//--//}"
  echo " $name"
done
ask --request POST "$SEARCH_URL/_snapshot/archive/_verify" > /dev/null
ask "$SEARCH_URL/_slm/policy/daily" | grep -q '"daily"'
`;

/** Files of the job: a ConfigMap's keys have no slashes. */
export function settingsFiles(settings: SnapshotSettings): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(snapshotRequests(settings)).map(([path, body]) => [
      `${path.replaceAll("/", "--")}.json`,
      `${JSON.stringify(body, undefined, 2)}\n`,
    ]),
  );
}

export const SETTINGS_RESOURCES: PodDemand["resources"] = {
  requests: { cpu: "50m", memory: "64Mi", ephemeralStorage: "64Mi" },
  limits: { cpu: "250m", memory: "256Mi", ephemeralStorage: "256Mi" },
};

export interface SettingsPodArgs {
  readonly service: string;
  readonly store: string;
  readonly url: string;
  readonly userSecret: string;
  readonly priorityClass?: string;
}

export function settingsPod(args: SettingsPodArgs): k8s.types.input.core.v1.PodSpec {
  const { service, store, url, userSecret } = args;
  return clientPod({
    service,
    name: "settings",
    script: "/settings/settings.sh",
    env: [
      { name: "SEARCH_URL", value: url },
      envOfSecret("SEARCH_USER", userSecret, "username"),
      envOfSecret("SEARCH_PASSWORD", userSecret, "password"),
    ],
    resources: SETTINGS_RESOURCES,
    volumes: [
      { name: "settings", configMap: { name: `${service}-settings`, defaultMode: 0o444 } },
      // The operator keeps its authority's certificate here, for whoever connects.
      { name: "authority", secret: { secretName: `${store}-es-http-certs-public`, defaultMode: 0o444 } },
    ],
    volumeMounts: [
      { name: "settings", mountPath: "/settings", readOnly: true },
      { name: "authority", mountPath: AUTHORITY, readOnly: true },
    ],
    ...(args.priorityClass === undefined ? {} : { priorityClass: args.priorityClass }),
  });
}
