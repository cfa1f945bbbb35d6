import type { Binding, ObjectStore } from "../binding";
import type { PodDemand } from "../cluster/namespace/demand";

/** Object storage that a store in the cluster keeps its copies in: what it is, and where its traffic goes. */
export interface Archive extends Pick<Binding, "peers" | "ports"> {
  readonly objects: ObjectStore & { readonly secretName: string };
}

/** Keys of the Secret that lets a store into its archive. */
export const ACCESS_KEY = "AWS_ACCESS_KEY_ID";
export const SECRET_KEY = "AWS_SECRET_ACCESS_KEY";

/** Folder of a store's copies; several systems and placements may share a bucket. */
export function archiveFolder(system: string, placement: string): string {
  return `${system}/${placement}`;
}

/** Image with bash, curl and the AWS command line. */
export const CLIENT_IMAGE = "public.ecr.aws/aws-cli/aws-cli:2.37.2";

/** Seconds, minutes and hours of the spec's own clock as a cron expression: when a daily window begins. */
export function cronOfWindow(window: string): string {
  const [hour = "3", minute = "0"] = (window.split("-")[0] ?? "").split(":");
  return `${Number(minute)} ${Number(hour)} * * *`;
}

/** What runs beside every instance of a database to bring its log to the archive. */
export const SIDECAR: PodDemand["resources"] = {
  requests: { cpu: "50m", memory: "128Mi", ephemeralStorage: "64Mi" },
  limits: { cpu: "500m", memory: "512Mi", ephemeralStorage: "512Mi" },
};
