import type * as pulumi from "@pulumi/pulumi";
import { accountOf } from "../../../components/aws/account";
import type { Degraded } from "../../../components/component";
import { allocatedGiB } from "../../../components/data/postgres/constraints";
import { instanceClassFor } from "../../../components/data/postgres/instanceClass";
import { topologyOf } from "../../../components/data/redis/constraints";
import { Audit, trailStatements } from "../../../components/observability/audit/aws";
import type {
  Watched,
  WatchedCache,
  WatchedDatabase,
  WatchedRotation,
} from "../../../components/observability/monitoring/alarms";
import { type AlarmReceivers, Monitoring } from "../../../components/observability/monitoring/aws";
import type { WatchedMemcached, WatchedSearch } from "../../../components/observability/monitoring/storeAlarms";
import type { KeysContract } from "../../../components/secrets/keys/contract";
import type { Rotation } from "../../../components/secrets/rotation/work";
import { Bucket, type BucketArgs } from "../../../components/storage/bucket/aws";
import type { SecuritySpec, StoreOf } from "../../../systems/spec";
import { store } from "../../../systems/spec/stores";
import type { SiteRequest } from "../site";
import { operationsVerdicts } from "./operationsVerdicts";
import { bucketIn } from "./shared";

/** Days audit logs are kept where no setting says: a year. */
const AUDIT_DAYS = 365;

/** What of a placement CloudWatch can see, as it is made. */
export class Watch {
  readonly databases: WatchedDatabase[] = [];
  readonly caches: WatchedCache[] = [];
  readonly searches: WatchedSearch[] = [];
  readonly memcached: WatchedMemcached[] = [];
  readonly rotations: WatchedRotation[] = [];

  /** The instances of a database: a primary before its replicas, or replicas of one that is elsewhere. */
  database(
    name: string,
    spec: StoreOf<"postgres">,
    primary: pulumi.Output<string> | undefined,
    replicas: readonly pulumi.Output<string>[],
    proxyName?: pulumi.Output<string>,
  ): void {
    const common = {
      store: name,
      instanceClass: instanceClassFor(spec) ?? "",
      storageGiB: allocatedGiB(spec.storage),
      ...(spec.maxConnections === undefined ? {} : { maxConnections: spec.maxConnections }),
    };
    if (primary) {
      const proxy = proxyName === undefined ? {} : { proxyName };
      this.databases.push({
        ...common,
        instance: "primary",
        identifier: primary,
        replica: false,
        backedUp: true,
        ...proxy,
      });
    }
    for (const [index, identifier] of replicas.entries()) {
      // The first that follows a primary elsewhere has backups of its own.
      const backedUp = primary === undefined && index === 0;
      this.databases.push({ ...common, instance: `replica-${index + 1}`, identifier, replica: true, backedUp });
    }
  }

  /** What rotates the secrets of a store, or the system's own. */
  rotation(subject: string, { functionNames }: Pick<Rotation, "functionNames">): void {
    this.rotations.push(
      ...functionNames.map((functionName, index) => ({
        subject: index === 0 ? subject : `${subject}-${index + 1}`,
        functionName,
      })),
    );
  }

  cache(name: string, spec: StoreOf<"redis">, groupId: pulumi.Output<string>, multiZone: boolean): void {
    this.caches.push({
      store: name,
      groupId,
      ...topologyOf(spec, multiZone),
      refusesWrites: spec.eviction === "noeviction",
    });
  }
}

export interface WatchArgs {
  readonly request: SiteRequest;
  readonly keys: KeysContract & pulumi.Resource;
  readonly logs: BucketArgs["logs"];
  readonly replica: BucketArgs["replica"];
  readonly watched: Watched;
  /** Whether what belongs to the whole account is made with this placement. */
  readonly wholeAccount: boolean;
}

/** Alarms on a placement, and what the settings and the spec ask of the account it is in. */
export function makeWatch(named: (role: string) => string, args: WatchArgs, options: pulumi.ComponentResourceOptions) {
  const { request, keys, watched, wholeAccount } = args;
  const { context, settings } = request;
  const security = securityOf(request);
  new Monitoring(
    named("monitoring"),
    {
      context,
      keys,
      watched,
      receivers: receiversOf(request),
      asleep: settings.compute.schedule !== undefined && context.environment !== "production",
      findings: security.intrusionDetection,
      verdicts: [...operationsVerdicts(request), ...leftOut(request), ...untold(request, watched)],
    },
    options,
  );
  const { budget } = settings.alerts;
  const { detector, trail } = request.placementSettings.existing ?? {};
  const trailBucket =
    security.auditLog && wholeAccount && trail === undefined
      ? makeTrailBucket(named("audit-log"), args, options)
      : undefined;
  new Audit(
    named("audit"),
    {
      context,
      security,
      keys,
      wholeAccount,
      ...(trailBucket ? { trailBucket } : {}),
      ...(detector === undefined ? {} : { detector }),
      ...(budget ? { budget } : {}),
    },
    options,
  );
}

/** What a stack that lives for hours asks of its account: nothing that is the account's, and would be gone with it. */
function securityOf({ settings, placementSettings, system: { security } }: SiteRequest): SecuritySpec {
  const { detector, trail } = placementSettings.existing ?? {};
  return settings.ephemeral
    ? {
        ...security,
        intrusionDetection: security.intrusionDetection && detector !== undefined,
        auditLog: security.auditLog && trail !== undefined,
      }
    : security;
}

function leftOut(request: SiteRequest): readonly Degraded[] {
  const { settings, system } = request;
  const given = securityOf(request);
  const asked = [
    ...(system.security.intrusionDetection && !given.intrusionDetection ? ["intrusion detection"] : []),
    ...(system.security.auditLog && !given.auditLog ? ["the audit log"] : []),
  ];
  return settings.ephemeral && asked.length > 0
    ? [
        {
          feature: asked.join(" and "),
          reason: "an account has one of each: a stack that lives for hours would take it away when it goes",
          remedy:
            "remove groundplan:ephemeral, or name the account's own in groundplan:existing.PLACEMENT.detector and trail",
        },
      ]
    : [];
}

/** What ElastiCache says of itself alone. https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ElastiCacheSNS.html */
function untold({ placementSettings, context }: SiteRequest, { caches, memcached }: Watched): readonly Degraded[] {
  return caches.length + memcached.length > 0 && placementSettings.existing?.cacheTopic === undefined
    ? [
        {
          feature: "what ElastiCache tells of failovers, snapshots and maintenance",
          reason:
            "it publishes to no encrypted topic, and this placement's are encrypted: alarms on its nodes are there",
          remedy: `name a topic without a key in groundplan:existing.${context.placement}.cacheTopic`,
        },
      ]
    : [];
}

/** Locked for as long as it is kept: an audit log is no use if who it tells of can take it back. */
function makeTrailBucket(name: string, args: WatchArgs, options: pulumi.ComponentResourceOptions): Bucket {
  const { request, keys, logs, replica } = args;
  const { context, settings } = request;
  const days = settings.retention.auditDays ?? AUDIT_DAYS;
  const spec = store.parse({
    kind: "bucket",
    locked: true,
    retentionDays: days,
    lifecycle: { expireDays: days + 1 },
  }) as StoreOf<"bucket">;
  // Of the keys, which are made with this placement's provider: the placement itself has none, and would ask whatever
  // account the machine happens to be logged in to.
  const account = accountOf(keys);
  return new Bucket(
    name,
    {
      context,
      store: "audit-log",
      ...bucketIn(settings, spec),
      keys,
      logs,
      ...(replica ? { replica } : {}),
      statements: (bucketArn) => trailStatements(context, account, bucketArn),
    },
    options,
  );
}

function receiversOf({ settings, system }: SiteRequest): AlarmReceivers {
  const { email, webhook } = settings.alerts;
  return {
    emails: email?.to ?? [],
    ...(webhook ? { webhook: settings.secretValue(webhook.url) } : {}),
    unreached: system.notify.filter((receiver) => receiver === "slack" || receiver === "pagerduty"),
  };
}
