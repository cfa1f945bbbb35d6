import type * as k8s from "@pulumi/kubernetes";
import type { PodDemand } from "../../cluster/namespace/demand";
import { bytes, formatBytes } from "../../quantities";
import { ACCESS_KEY, type Archive, SECRET_KEY } from "../archive";
import { clientPod, envOfSecret } from "../clientPod";

const GIB = 2 ** 30;

export interface SnapshotJobArgs {
  /** Name of the service account and of the script's ConfigMap. */
  readonly service: string;
  readonly store: string;
  readonly namespace: string;
  readonly instances: number;
  readonly port: number;
  readonly archive: Archive;
  /** Folder of the store's copies in the bucket. */
  readonly folder: string;
  /** Days a copy is kept. */
  readonly keep: number;
  readonly size: string;
  readonly priorityClass?: string;
}

/**
 * Takes a snapshot of every collection on every peer, as a peer knows its own shards alone, and uploads it: under the
 * day's folder, whole or not at all. What is older than the retention goes only after today's copies are there.
 */
export const SNAPSHOT_SCRIPT = `set -euo pipefail
ask() { curl --fail --silent --show-error --max-time 3600 --header "api-key: $QDRANT_API_KEY" "$@"; }
field() { grep -o "\\"$1\\":\\"[^\\"]*\\"" | cut -d '"' -f 4; }
today=$(date -u +%F)
for peer in $PEERS; do
  # A list apart: what fails within a loop's own words fails nothing.
  listing=$(ask "$peer/collections")
  for collection in $(field name <<< "$listing"); do
    name=$(ask --request POST "$peer/collections/$collection/snapshots?wait=true" | field name)
    test -n "$name" || { echo "$peer made no snapshot of $collection" >&2; exit 1; }
    ask --output /scratch/snapshot "$peer/collections/$collection/snapshots/$name"
    test -s /scratch/snapshot || { echo "the snapshot of $collection is empty" >&2; exit 1; }
    host=\${peer#http://}
    aws s3 cp --only-show-errors /scratch/snapshot "s3://$BUCKET/$FOLDER/$today/\${host%%.*}/$collection.snapshot"
    rm /scratch/snapshot
    ask --request DELETE "$peer/collections/$collection/snapshots/$name?wait=true" > /dev/null
    echo "kept $collection of $peer"
  done
done
oldest=$(date -u -d "-$KEEP days" +%F)
aws s3 ls "s3://$BUCKET/$FOLDER/" | { grep -oE '[0-9]{4}-[0-9]{2}-[0-9]{2}/' || true; } | tr -d / | while read -r day; do
  if [[ "$day" < "$oldest" ]]; then
    aws s3 rm --only-show-errors --recursive "s3://$BUCKET/$FOLDER/$day/"
  fi
done
`;

/** What the job asks for: room for one collection at a time, of which there may be one alone. */
export function snapshotResources(size: string): PodDemand["resources"] {
  const room = formatBytes(Math.min(bytes(size), 20 * GIB) + GIB);
  return {
    requests: { cpu: "100m", memory: "256Mi", ephemeralStorage: "1Gi" },
    limits: { cpu: "1000m", memory: "1Gi", ephemeralStorage: room },
  };
}

export function snapshotPod(args: SnapshotJobArgs): k8s.types.input.core.v1.PodSpec {
  const { store, namespace, archive, service } = args;
  const { bucket, region, endpoint, secretName } = archive.objects;
  const peers = Array.from(
    { length: args.instances },
    (_, index) => `http://${store}-${index}.${store}-headless.${namespace}.svc:${args.port}`,
  );
  const plain = {
    HOME: "/tmp",
    PEERS: peers.join(" "),
    BUCKET: bucket,
    FOLDER: args.folder,
    KEEP: String(args.keep),
    AWS_EC2_METADATA_DISABLED: "true",
    ...(region === undefined ? {} : { AWS_REGION: region }),
    ...(endpoint === undefined ? {} : { AWS_ENDPOINT_URL_S3: endpoint }),
  };
  return clientPod({
    service,
    name: "snapshot",
    script: "/scripts/snapshot.sh",
    env: [
      ...Object.entries(plain).map(([name, value]) => ({ name, value })),
      envOfSecret("QDRANT_API_KEY", `${store}-credentials`, "api-key"),
      envOfSecret(ACCESS_KEY, secretName, ACCESS_KEY),
      envOfSecret(SECRET_KEY, secretName, SECRET_KEY),
    ],
    resources: snapshotResources(args.size),
    volumes: [
      { name: "scratch", emptyDir: { sizeLimit: formatBytes(Math.min(bytes(args.size), 20 * GIB)) } },
      { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
      { name: "scripts", configMap: { name: `${service}-scripts`, defaultMode: 0o444 } },
    ],
    volumeMounts: [
      { name: "scripts", mountPath: "/scripts", readOnly: true },
      { name: "scratch", mountPath: "/scratch" },
      { name: "tmp", mountPath: "/tmp" },
    ],
    ...(args.priorityClass === undefined ? {} : { priorityClass: args.priorityClass }),
  });
}
