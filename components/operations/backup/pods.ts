import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { BackupSpec, ResourcesSpec } from "../../../systems/spec";
import type { ObjectStore } from "../../binding";
import { CLIENT_IMAGE } from "../../data/archive";
import { PASSWD } from "../../data/postgres/pod";
import { bytes, formatBytes, seconds } from "../../quantities";
import { containerResources, pullPolicy, RESTRICTED, type SecretKeyRef } from "../../workload/container";
import { GROUP_ID } from "../../workload/podSpec";
import type { DumpImages, DumpTargets } from "./contract";
import { longestGapSeconds } from "./schedule";
import { DUMP_SCRIPTS, GCS_DUMP_SCRIPTS, GCS_RESTORE_SCRIPTS, RESTORE_SCRIPTS } from "./scripts";

type Container = k8s.types.input.core.v1.Container;
type EnvVar = k8s.types.input.core.v1.EnvVar;
type PodSpec = k8s.types.input.core.v1.PodSpec;
type Volume = k8s.types.input.core.v1.Volume;

const USER_ID = 10_001;
const PASSPHRASE = "/run/passphrase";
const MIB = 2 ** 20;

export interface JobPodArgs {
  /** Name of the service account. */
  readonly service: string;
  readonly spec: BackupSpec;
  readonly configMap: string;
  readonly passphrase: SecretKeyRef;
  readonly objects: ObjectStore;
  readonly images: DumpImages;
  readonly scratchSize: string;
  readonly priorityClass?: string;
}

export interface DumpPodArgs extends JobPodArgs {
  /** How the database is reached. */
  readonly database: {
    readonly plain: Readonly<Record<string, pulumi.Input<string>>>;
    readonly secret: Readonly<Record<string, SecretKeyRef>>;
  };
}

/** What one of the jobs' containers asks for; they run one after the other. */
export function jobResources(scratchSize: string, kind: "dump" | "restore"): ResourcesSpec {
  const storage = bytes(scratchSize) * (kind === "restore" ? 2 : 1);
  // The scratch directory counts against the container that fills it, with room for its logs.
  const limit = formatBytes(storage + 256 * MIB);
  const request = formatBytes(Math.ceil(storage / 4 / MIB) * MIB);
  const memory = kind === "restore" ? ["512Mi", "2Gi"] : ["256Mi", "1Gi"];
  return {
    requests: { cpu: "250m", memory: memory[0] ?? "", ephemeralStorage: request },
    limits: { cpu: "1000m", memory: memory[1] ?? "", ephemeralStorage: limit },
  };
}

/** Files of both jobs: their scripts, and the user file PostgreSQL's programs look their own user up in. */
export function jobFiles(
  kind: "dump" | "restore",
  protocol: ObjectStore["protocol"] = "s3",
): Readonly<Record<string, string>> {
  const [dump, restore] =
    protocol === "gcs" ? [GCS_DUMP_SCRIPTS, GCS_RESTORE_SCRIPTS] : [DUMP_SCRIPTS, RESTORE_SCRIPTS];
  return kind === "dump" ? { ...dump } : { ...restore, passwd: PASSWD };
}

/** Oldest the newest copy may be before its restore test says so. */
export function maximumAgeSeconds(spec: Pick<BackupSpec, "schedule" | "overdueAfter">): number {
  return longestGapSeconds(spec.schedule) + seconds(spec.overdueAfter);
}

/** Where objects lie: every prefix ends in one slash. */
export function objectPrefix({ prefix }: Pick<BackupSpec, "prefix">): string {
  return prefix === "" ? "" : `${prefix.replace(/\/+$/, "")}/`;
}

/** Dumps, encrypts and verifies; then, in a container that knows neither database nor passphrase, uploads. */
export function dumpPod(args: DumpPodArgs): PodSpec {
  const { plain, secret } = args.database;
  const resources = jobResources(args.scratchSize, "dump");
  return pod(args, {
    initContainers: [
      container("dump", args.images.dump, "dump.sh", resources, {
        env: [
          ...plainEnv({ ...plain, RETENTION_DAYS: String(args.spec.retentionDays) }),
          ...secretEnv(secret),
          passphraseFile,
        ],
        volumeMounts: [passphraseMount],
      }),
    ],
    containers: [container("upload", args.images.upload, "upload.sh", resources, { env: objectEnv(args) })],
    volumes: volumes(args, args.scratchSize),
  });
}

/** Fetches the newest copy, decrypts it, and restores it into a server of its own. */
export function restorePod(args: JobPodArgs): PodSpec {
  const resources = jobResources(args.scratchSize, "restore");
  const age = { MAX_AGE_SECONDS: String(maximumAgeSeconds(args.spec)) };
  return pod(args, {
    initContainers: [
      container("fetch", args.images.upload, "fetch.sh", resources, { env: objectEnv(args) }),
      container("decrypt", args.images.dump, "decrypt.sh", resources, {
        env: [...plainEnv(age), passphraseFile],
        volumeMounts: [passphraseMount],
      }),
    ],
    containers: [
      container("restore", args.images.restore, "restore.sh", resources, {
        // initdb looks its own user up by name, and the image knows no user of our number.
        volumeMounts: [{ name: "scripts", mountPath: "/etc/passwd", subPath: "passwd", readOnly: true }],
      }),
    ],
    volumes: volumes(args, formatBytes(bytes(args.scratchSize) * 2)),
  });
}

const passphraseFile: EnvVar = { name: "PASSPHRASE_FILE", value: `${PASSPHRASE}/passphrase` };
const passphraseMount = { name: "passphrase", mountPath: PASSPHRASE, readOnly: true };

function pod(args: JobPodArgs, parts: Pick<PodSpec, "containers" | "initContainers" | "volumes">): PodSpec {
  return {
    serviceAccountName: args.service,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: "Never",
    ...(args.priorityClass === undefined ? {} : { priorityClassName: args.priorityClass }),
    terminationGracePeriodSeconds: 30,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER_ID,
      runAsGroup: GROUP_ID,
      fsGroup: GROUP_ID,
      seccompProfile: { type: "RuntimeDefault" },
    },
    ...parts,
  };
}

function container(
  name: string,
  image: string,
  script: string,
  resources: ResourcesSpec,
  more: { readonly env?: EnvVar[]; readonly volumeMounts?: k8s.types.input.core.v1.VolumeMount[] },
): Container {
  return {
    name,
    image,
    imagePullPolicy: pullPolicy(image),
    command: ["bash", `/scripts/${script}`],
    // Neither gpg nor the AWS command line does without a home it can write to.
    env: [{ name: "HOME", value: "/tmp" }, ...(more.env ?? [])],
    resources: containerResources(resources),
    securityContext: { ...RESTRICTED, runAsUser: USER_ID },
    volumeMounts: [
      { name: "scripts", mountPath: "/scripts", readOnly: true },
      { name: "work", mountPath: "/work" },
      { name: "tmp", mountPath: "/tmp" },
      ...(more.volumeMounts ?? []),
    ],
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
}

function volumes(args: JobPodArgs, scratchSize: string): Volume[] {
  const { name, key } = args.passphrase;
  return [
    // Not a claim: one of a class that keeps what is released would leave a copy of the database behind every day.
    { name: "work", emptyDir: { sizeLimit: scratchSize } },
    { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
    { name: "scripts", configMap: { name: args.configMap, defaultMode: 0o444 } },
    { name: "passphrase", secret: { secretName: name, defaultMode: 0o440, items: [{ key, path: "passphrase" }] } },
  ];
}

function objectEnv({ objects, spec }: JobPodArgs): EnvVar[] {
  const { bucket, protocol, region, endpoint, secretName } = objects;
  if (protocol === "gcs") {
    return plainEnv({ BUCKET: bucket, PREFIX: objectPrefix(spec), FILE_NAME: spec.fileName });
  }
  const credentials = secretName === undefined ? [] : ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
  return [
    ...plainEnv({
      BUCKET: bucket,
      PREFIX: objectPrefix(spec),
      FILE_NAME: spec.fileName,
      ...(region === undefined ? {} : { AWS_REGION: region }),
      ...(endpoint === undefined ? {} : { AWS_ENDPOINT_URL_S3: endpoint }),
      // Nothing here is a node's business: without it a missing identity would be looked for in the node's.
      AWS_EC2_METADATA_DISABLED: "true",
    }),
    ...credentials.map((key) => ({ name: key, valueFrom: { secretKeyRef: { name: secretName ?? "", key } } })),
  ];
}

function plainEnv(values: Readonly<Record<string, pulumi.Input<string>>>): EnvVar[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

function secretEnv(refs: Readonly<Record<string, SecretKeyRef>>): EnvVar[] {
  return Object.entries(refs).map(([name, { name: secret, key }]) => ({
    name,
    valueFrom: { secretKeyRef: { name: secret, key } },
  }));
}

/** Space for a dump: compressed, a quarter of the database is ample; more than a node has to spare it never gets. */
export function scratchSizeOf(databaseSize: string): string {
  const GIB = 2 ** 30;
  return formatBytes(Math.min(20 * GIB, Math.max(GIB, Math.ceil(bytes(databaseSize) / 4 / GIB) * GIB)));
}

/** Google's command line, with bash. */
const GCS_CLIENT_IMAGE = "gcr.io/google.com/cloudsdktool/google-cloud-cli:500.0.0-slim";

/** Image of each step. */
export function dumpImages(
  targets: Pick<DumpTargets, "version" | "foreignExtensions">,
  given: Readonly<Partial<DumpImages>>,
  protocol: ObjectStore["protocol"] = "s3",
): DumpImages {
  // Debian's variant of the official image: it is the one with bash and gpg.
  const official = `postgres:${targets.version}-bookworm`;
  return {
    dump: given.dump ?? official,
    // The first release of AWS's command line that speaks EKS Pod Identity is 2.15.
    upload: given.upload ?? (protocol === "gcs" ? GCS_CLIENT_IMAGE : CLIENT_IMAGE),
    // The operator's build for its extensions, pgvector and pgaudit among them.
    restore:
      given.restore ??
      (targets.foreignExtensions ? `ghcr.io/cloudnative-pg/postgresql:${targets.version}-standard-bookworm` : official),
  };
}
