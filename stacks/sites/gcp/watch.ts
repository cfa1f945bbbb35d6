import type * as pulumi from "@pulumi/pulumi";
import type { Context } from "../../../components/context";
import type { Watched, WatchedCache, WatchedDatabase } from "../../../components/gcp/monitoring/alerts";
import { planInstance } from "../../../components/gcp/redis/sizes";
import { Audit } from "../../../components/observability/audit/gcp";
import { type AlertReceivers, Monitoring } from "../../../components/observability/monitoring/gcp";
import type { ResolvedSystem } from "../../../systems/resolve";
import type { StoreOf } from "../../../systems/spec";
import { healthPaths, type planExposures } from "../../exposures";
import type { ProgramSettings } from "../../settings";

/** Days audit logs are kept where no setting says: a year. */
const AUDIT_DAYS = 365;

/** What of a placement Cloud Monitoring can see, as it is made. */
export class Watch {
  readonly databases: WatchedDatabase[] = [];
  readonly caches: WatchedCache[] = [];
  readonly shares = new Map<string, pulumi.Output<string>>();

  /** The instances of a database: a primary before its replicas, or replicas of one that is elsewhere. */
  database(
    store: string,
    spec: StoreOf<"postgres">,
    primary: pulumi.Output<string> | undefined,
    replicas: readonly pulumi.Output<string>[],
  ): void {
    const common = { store, ...(spec.maxConnections === undefined ? {} : { maxConnections: spec.maxConnections }) };
    if (primary) {
      this.databases.push({ ...common, instance: "primary", name: primary, replica: false });
    }
    for (const [index, name] of replicas.entries()) {
      this.databases.push({ ...common, instance: `replica-${index + 1}`, name, replica: true });
    }
  }

  cache(store: string, spec: StoreOf<"redis">, name: pulumi.Output<string>, multiZone: boolean): void {
    this.caches.push({
      store,
      name,
      clusterMode: spec.mode === "cluster",
      replicas: spec.mode === "cluster" ? spec.replicas : planInstance(spec, multiZone).replicas,
      refusesWrites: spec.eviction === "noeviction",
    });
  }
}

interface Watching {
  readonly context: Context;
  readonly settings: ProgramSettings;
  readonly system: ResolvedSystem;
}

/** Alerts on a placement. */
export function makeMonitoring(
  name: string,
  { context, settings, system }: Watching,
  watched: Watched,
  options: pulumi.ComponentResourceOptions,
): void {
  // What others follow is not stopped.
  const stopped = sleeps({ context, settings }) && settings.placements.length === 1;
  const databases = watched.databases.map((database) => {
    const followed = watched.databases.some(({ store, replica }) => store === database.store && replica);
    return stopped && !followed ? { ...database, sleeps: true } : database;
  });
  new Monitoring(
    name,
    { context, watched: { ...watched, databases }, receivers: receiversOf(settings, system) },
    options,
  );
}

/** Whether a placement is away for some hours of the day. */
function sleeps({ context, settings }: Pick<Watching, "context" | "settings">): boolean {
  return settings.compute.schedule !== undefined && context.environment !== "production";
}

/** Checks of the public's hosts from outside, and alerts on the load balancer before them. */
export function makeEdgeMonitoring(
  name: string,
  { context, settings, system }: Watching,
  edge: {
    readonly balancer: pulumi.Output<string>;
    readonly exposures: ReturnType<typeof planExposures>;
    readonly domain: string;
  },
  options: pulumi.ComponentResourceOptions,
): void {
  new Monitoring(
    name,
    {
      context,
      watched: { databases: [], caches: [], shares: new Map(), balancer: edge.balancer },
      sleeps: sleeps({ context, settings }),
      uptime: [...healthPaths(edge.exposures, edge.domain)].map(([host, path]) => ({ host, path })),
      receivers: receiversOf(settings, system),
    },
    options,
  );
}

/** What the settings and the spec ask of the project a placement is in. */
export function makeAudit(
  name: string,
  { context, settings, system }: Watching,
  wholeProject: boolean,
  options: pulumi.ComponentResourceOptions,
): void {
  const { budget } = settings.alerts;
  const { billingAccount } = settings.access.gcp;
  new Audit(
    name,
    {
      context,
      security: system.security,
      wholeProject,
      // Who asked a bucket for what is told by one of two records: by the buckets' own, or by the project's.
      bucketAccess:
        settings.retention.bucketLogs !== true &&
        Object.values(system.stores).some((store) => store.kind === "bucket" && store.local === undefined),
      auditDays: settings.retention.auditDays ?? AUDIT_DAYS,
      ...(budget ? { budget } : {}),
      ...(billingAccount === undefined ? {} : { billingAccount }),
    },
    options,
  );
}

function receiversOf({ alerts, secretValue }: ProgramSettings, { notify }: ResolvedSystem): AlertReceivers {
  return {
    emails: alerts.email?.to ?? [],
    ...(alerts.pagerduty ? { pagerduty: secretValue(alerts.pagerduty.routingKey) } : {}),
    unreached: notify.filter((receiver) => receiver === "slack" || receiver === "webhook"),
  };
}
