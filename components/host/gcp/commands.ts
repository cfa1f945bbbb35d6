import { dockerConfig } from "../boot/dockerConfig";
import { script } from "../boot/script";
import { BIN, type HostCloud, type HostFile } from "../contract";

export interface GcpCommandArgs {
  /** Project the host's metrics are written to. */
  readonly project: string;
  /** Type of the host's metrics, without the name of the metric; see {@link metricPrefix}. */
  readonly metrics: string;
  /** Registries of Google's that the machine's account may pull from; see {@link artifactRegistries}. */
  readonly registries: readonly string[];
}

/** https://docs.cloud.google.com/compute/docs/metadata/setting-custom-metadata#limitations */
const METADATA_LIMIT = 256 * 1024;
/** Where a machine asks for its own facts and tokens. */
const METADATA = "http://169.254.169.254/computeMetadata/v1/instance";
const CURL = "curl --fail --silent --show-error --retry 5 --retry-connrefused";

/**
 * What Google Cloud brings to a host. Everything goes through its REST APIs with curl and a token of the metadata server:
 * four requests in all, for which the gcloud snap would bring hundreds of megabytes and an interpreter that takes seconds
 * to start every minute. A token is read from standard input, never from an argument other users of the machine could
 * see. Containers log through Docker's own `gcplogs`, and the host reports its health itself: no agent to keep up to date.
 */
export function gcpHostCloud(args: GcpCommandArgs): HostCloud {
  return {
    commands: [
      script(
        "access-token",
        `${CURL} --header 'Metadata-Flavor: Google' ${METADATA}/service-accounts/default/token | jq --exit-status --raw-output .access_token`,
      ),
      script(
        "call-google",
        `
# The token first: a failure within a pipe's first command would send a request without one.
token="$(${BIN}/access-token)"
printf 'Authorization: Bearer %s\\n' "$token" | ${CURL} --header @- "$@"
`,
      ),
      script(
        "fetch-secret",
        `${BIN}/call-google "https://secretmanager.googleapis.com/v1/$1/versions/latest:access" | jq --exit-status --raw-output .payload.data | base64 --decode`,
      ),
      ...objectCommands(),
      publishMetric(args),
    ],
    files: args.registries.length > 0 ? registryFiles(args.registries) : [],
    packages: ["jq"],
    snaps: [],
    setup: [],
    userData: { limit: METADATA_LIMIT, compressed: false },
  };
}

/**
 * Copies to and from buckets; the XML API streams a file from disk, whatever its size. A bucket that is locked lets
 * nothing be overwritten, so what names the newest copy is a new object each time, and the last of them counts.
 * https://docs.cloud.google.com/storage/docs/bucket-lock
 */
function objectCommands(): readonly HostFile[] {
  return [
    script(
      "put-object",
      `
target="\${2#gs://}"
case "\${target##*/}" in latest-*) target="$target/$(date --utc +%Y-%m-%dT%H:%M:%SZ)" ;; esac
${BIN}/call-google --output /dev/null --upload-file "$1" "https://storage.googleapis.com/$target"
`,
    ),
    script(
      "get-object",
      `
source="\${1#gs://}"
case "\${source##*/}" in latest-*) source="$(${BIN}/newest-object "$source/")" ;; esac
${BIN}/call-google --output "$2" "https://storage.googleapis.com/$source"
`,
    ),
    script(
      "newest-object",
      `
bucket="\${1%%/*}"
prefix="\${1#*/}"
# A page holds a thousand names: forty days of hourly copies.
query="$(jq --null-input --raw-output --arg prefix "$prefix" --arg from "$prefix$(date --utc --date '40 days ago' +%Y-%m-%d)" \\
  '"prefix=\\($prefix|@uri)&startOffset=\\($from|@uri)&fields=items/name"')"
name="$(${BIN}/call-google "https://storage.googleapis.com/storage/v1/b/$bucket/o?$query" | jq --exit-status --raw-output '.items | last | .name')"
printf '%s/%s\\n' "$bucket" "$name"
`,
    ),
  ];
}

/** Type of the host's metrics: of one placement alone, as the project's other stacks have metrics of their own. */
export function metricPrefix(...parts: readonly string[]): string {
  return ["custom.googleapis.com/groundplan", ...parts.map((part) => part.replace(/[^A-Za-z0-9]/g, "_"))].join("/");
}

/** A metric's own name, and what of several it is about: a type has no hyphens, and one series per backup. */
export function splitMetric(name: string): { readonly metric: string; readonly of: string } {
  const [metric = name] = name.split("-");
  return { metric, of: name.slice(metric.length + 1) };
}

/**
 * A point of a metric. Two of one series within five seconds are refused, which the certificates of several names can
 * be; the next attempt has a later time.
 * https://docs.cloud.google.com/monitoring/quotas#custom_metrics_quotas
 */
function publishMetric({ project, metrics }: GcpCommandArgs): HostFile {
  return script(
    "publish-metric",
    `
name="\${1%%-*}"
of=""
[ "$name" = "$1" ] || of="\${1#*-}"
metadata() {
  ${CURL} --header 'Metadata-Flavor: Google' "${METADATA}/$1"
}
instance="$(metadata id)"
zone="$(metadata zone)"
for _ in 1 2 3; do
  body="$(jq --null-input --compact-output --arg type "${metrics}/$name" --arg of "$of" --arg instance "$instance" \\
    --arg zone "\${zone##*/}" --arg time "$(date --utc +%Y-%m-%dT%H:%M:%SZ)" --argjson value "$2" '{timeSeries: [{
      metric: {type: $type, labels: {of: $of}},
      resource: {type: "gce_instance", labels: {project_id: "${project}", instance_id: $instance, zone: $zone}},
      points: [{interval: {endTime: $time}, value: {doubleValue: $value}}]
    }]}')"
  ${BIN}/call-google --output /dev/null --header 'Content-Type: application/json' --data "$body" \\
    https://monitoring.googleapis.com/v3/projects/${project}/timeSeries && exit 0
  sleep 6
done
exit 1
`,
  );
}

const REGISTRY = /^(?:[a-z0-9-]+-docker\.pkg\.dev|(?:[a-z]+\.)?gcr\.io)$/;

/** Registries of Google's among those of the images. */
export function artifactRegistries(images: readonly string[]): readonly string[] {
  const hosts = images.map((image) => image.split("/")[0] ?? "").filter((host) => REGISTRY.test(host));
  return [...new Set(hosts)].sort();
}

/**
 * Docker's credential helper for Google's registries, with the machine's own token: a login would end with it, within
 * the hour. https://docs.docker.com/reference/cli/docker/login/#credential-helper-protocol
 */
function registryFiles(registries: readonly string[]): readonly HostFile[] {
  return [
    dockerConfig(registries, "metadata"),
    {
      // On the path of every unit.
      path: "/usr/local/bin/docker-credential-metadata",
      content: `#!/bin/bash
set -euo pipefail
[ "$1" = get ] || exit 0
registry="$(cat)"
${BIN}/access-token | jq --raw-input --arg registry "$registry" '{ServerURL: $registry, Username: "oauth2accesstoken", Secret: .}'
`,
      permissions: "0755",
    },
  ];
}
