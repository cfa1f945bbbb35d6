import type { Backend } from "./backend";
import { jsonOf, type RunProgram, runProgram } from "./processes";

/** Whether a backend keeps old versions of its state, so that one spoilt by an accident can be had back. */
export interface VersioningVerdict {
  readonly status: "on" | "off" | "unknown" | "not-needed";
  readonly detail: string;
  /** What to do where it is off or unknown. */
  readonly fix?: string;
}

/**
 * Asks a bucket whether it keeps versions, by its cloud's own command line. Where that is not installed, or may not ask,
 * the verdict says so instead of guessing.
 */
export async function checkVersioning(backend: Backend, run: RunProgram = runProgram): Promise<VersioningVerdict> {
  switch (backend.kind) {
    case "local":
      return {
        status: "not-needed",
        detail: "local files keep the last state as .bak; back the directory up yourself",
      };
    case "pulumi-cloud":
      return { status: "not-needed", detail: "the service keeps every version" };
    case "s3": {
      // A store that only speaks S3's protocol is asked at its own address.
      const endpoint = backend.parameters?.endpoint;
      return ask(run, {
        program: "aws",
        args: [
          ...["s3api", "get-bucket-versioning", "--bucket", backend.bucket.split("/")[0] ?? "", "--output", "json"],
          ...(backend.region === undefined ? [] : ["--region", backend.region]),
          ...(endpoint === undefined ? [] : ["--endpoint-url", withScheme(endpoint)]),
        ],
        isOn: (answer) => answer.Status === "Enabled",
        bucket: `s3://${backend.bucket}`,
        turnOn: `aws s3api put-bucket-versioning --bucket ${backend.bucket} --versioning-configuration Status=Enabled`,
      });
    }
    case "gcs":
      return ask(run, {
        program: "gcloud",
        // In the form of the API; gcloud's own names have changed.
        args: ["storage", "buckets", "describe", `gs://${backend.bucket.split("/")[0]}`, "--raw", "--format=json"],
        isOn: (answer) => (answer.versioning as { enabled?: unknown } | undefined)?.enabled === true,
        bucket: `gs://${backend.bucket}`,
        turnOn: `gcloud storage buckets update gs://${backend.bucket} --versioning`,
      });
    case "azure":
      return backend.account === undefined
        ? { status: "unknown", detail: "the storage account is not named", fix: "add ?storage_account=ACCOUNT" }
        : ask(run, {
            program: "az",
            args: [
              ...["storage", "account", "blob-service-properties", "show"],
              ...["--account-name", backend.account, "--output", "json"],
            ],
            isOn: (answer) => answer.isVersioningEnabled === true,
            bucket: `azblob://${backend.container}`,
            turnOn: `az storage account blob-service-properties update --account-name ${backend.account} --enable-versioning true`,
          });
    default:
      return backend satisfies never;
  }
}

interface Question {
  readonly program: string;
  readonly args: readonly string[];
  readonly isOn: (answer: Readonly<Record<string, unknown>>) => boolean;
  readonly bucket: string;
  readonly turnOn: string;
}

async function ask(run: RunProgram, { program, args, isOn, bucket, turnOn }: Question): Promise<VersioningVerdict> {
  const result = await run(program, args);
  if (result.code === undefined) {
    return {
      status: "unknown",
      detail: `whether ${bucket} keeps versions could not be checked: ${program} is not installed`,
      fix: `check it where ${program} is: ${program} ${args.join(" ")}`,
    };
  }
  const answer = jsonOf(result);
  if (typeof answer !== "object" || answer === null) {
    const reason = result.stderr.trim().split("\n").at(-1) || "no answer";
    return {
      status: "unknown",
      detail: `whether ${bucket} keeps versions could not be checked: ${reason}`,
      fix: `let the deployer ask: ${program} ${args.join(" ")}`,
    };
  }
  return isOn(answer as Readonly<Record<string, unknown>>)
    ? { status: "on", detail: `${bucket} keeps versions` }
    : { status: "off", detail: `${bucket} keeps no versions: a state that is lost stays lost`, fix: turnOn };
}

function withScheme(endpoint: string): string {
  return /^https?:\/\//.test(endpoint) ? endpoint : `https://${endpoint}`;
}
