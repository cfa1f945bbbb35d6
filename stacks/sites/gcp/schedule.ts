import type * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../../../components/cluster/gcp";
import type { Postgres } from "../../../components/data/postgres/gcp";
import { Schedule } from "../../../components/operations/schedule/gcp";
import { runsAsService } from "../inCluster";
import type { SiteRequest } from "../site";

export interface ScheduleRequest {
  readonly request: SiteRequest;
  readonly hours: { readonly stop: string; readonly start: string };
  readonly cluster: Cluster;
  /** Databases of this placement, by store. */
  readonly databases: ReadonlyMap<string, Postgres>;
}

/** The hours a placement sleeps, for everything in it that can. */
export function makeSchedule(name: string, args: ScheduleRequest, options: pulumi.ComponentResourceOptions): void {
  const { request, hours, cluster, databases } = args;
  const { context, settings, system } = request;
  const followed = settings.placements.length > 1;
  new Schedule(
    name,
    {
      context,
      ...hours,
      clusterName: cluster.cluster.name,
      pools: cluster.pools,
      databases: [...databases].map(([store, database]) => ({
        store,
        instance: database.instanceName,
        replicated: followed || database.replicaNames.length > 0,
      })),
      awake: Object.entries(system.stores).flatMap(([store, spec]) =>
        spec.kind === "redis" || spec.kind === "file-share" || runsAsService(request, store, spec) ? [store] : [],
      ),
    },
    options,
  );
}
