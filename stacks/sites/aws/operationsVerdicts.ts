import type { Degraded } from "../../../components/component";
import type { SiteRequest } from "../site";
import { isSpread } from "./shared";

type Request = Pick<SiteRequest, "system" | "placementSettings"> & {
  readonly settings: Pick<SiteRequest["settings"], "backups" | "placements" | "kubernetes">;
  readonly context: Pick<SiteRequest["context"], "environment">;
};

/** What settings and spec ask of backups and logs, and this placement gives only in part. */
export function operationsVerdicts({ context, settings, system, placementSettings }: Request): readonly Degraded[] {
  const databases = Object.entries(system.stores).flatMap(([name, store]) =>
    store.kind === "postgres" && placementSettings.existing?.databases[name] === undefined ? [{ name, store }] : [],
  );
  const continuous = databases.filter(({ store }) => !store.pointInTimeRecovery).map(({ name }) => name);
  const crossRegion = settings.backups.crossRegion ?? context.environment === "production";
  const copied = Object.entries(system.stores).flatMap(([name, store]) =>
    store.kind === "bucket" && store.replication && placementSettings.existing?.buckets[name] === undefined
      ? [name]
      : [],
  );
  const { logArchive } = system.observability;
  const collector =
    settings.kubernetes.addOns["log-collector"] ??
    (placementSettings.existing?.cluster === undefined || system.observability.logs === "loki" ? "install" : "none");
  const reader = settings.kubernetes.addOns["external-secrets"] ?? "install";
  return [
    ...(placementSettings.existing?.cluster === undefined || reader !== "existing"
      ? []
      : [
          {
            feature: "the right to read this placement's secrets",
            reason:
              "the External Secrets that is there has a role of its owner's, and its service account takes no second one",
            remedy:
              "let its owner allow that role secretsmanager:GetSecretValue and secretsmanager:DescribeSecret on them, and kms:Decrypt with their key, or set groundplan:kubernetes.addOns.external-secrets to install",
          },
        ]),
    ...(collector === "install"
      ? []
      : [
          {
            feature: "logs of the containers in CloudWatch",
            reason: "the collector that sends them there is not this stack's",
            remedy: "set groundplan:kubernetes.addOns.log-collector to install",
          },
        ]),
    ...(continuous.length > 0
      ? [
          {
            feature: `going without point-in-time recovery of ${continuous.join(", ")}`,
            reason: "RDS has it wherever it keeps backups, at no price of its own",
            remedy: "remove pointInTimeRecovery: false",
          },
        ]
      : []),
    ...(crossRegion && databases.length > 0 && !isSpread(settings)
      ? [
          {
            feature: `copies in another region of the backups RDS keeps of ${databases.map(({ name }) => name).join(", ")}`,
            reason: "only buckets are copied there, and with them the dumps of backups whose bucket has replication",
            remedy: "give the bucket of the dumps replication, or set groundplan:model to global",
          },
        ]
      : []),
    ...(settings.backups.crossRegion === false && (copied.length > 0 || isSpread(settings))
      ? [
          {
            feature: "backups in one region alone",
            reason: `${isSpread(settings) ? "every bucket of a system in several regions" : copied.join(", ")} is copied to another, dumps included`,
            remedy: "remove stores.NAME.replication by groundplan:overrides, or groundplan:backups.crossRegion",
          },
        ]
      : []),
    ...(logArchive === undefined
      ? []
      : [
          {
            feature: `old logs in ${logArchive}`,
            reason: "the collectors write to the index alone, and have no role that may write to a bucket",
            remedy: "register the bucket as a snapshot repository of the index, with a role for its service account",
          },
        ]),
  ];
}
