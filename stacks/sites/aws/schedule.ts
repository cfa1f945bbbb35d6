import type * as pulumi from "@pulumi/pulumi";
import type { ClusterNodeGroup } from "../../../components/cluster/aws";
import type { Postgres } from "../../../components/data/postgres/aws";
import { Schedule } from "../../../components/operations/schedule/aws";
import { daysOf } from "../../../components/secrets/rotation/choice";
import type { SiteRequest } from "../site";
import { rotationOf } from "./rotation";

export interface ScheduleRequest {
  readonly request: SiteRequest;
  readonly hours: { readonly stop: string; readonly start: string };
  readonly nodeGroups: readonly ClusterNodeGroup[];
  /** Databases of this placement, by store. */
  readonly databases: ReadonlyMap<string, Postgres>;
}

/** The hours a placement sleeps, for everything in it that can. */
export function makeSchedule(name: string, args: ScheduleRequest, options: pulumi.ComponentResourceOptions): void {
  const { request, hours, nodeGroups, databases } = args;
  const { context, settings, system } = request;
  const followed = settings.placements.length > 1;
  const rotates = daysOf(rotationOf(request)) !== undefined;
  const stores = Object.entries(system.stores);
  new Schedule(
    name,
    {
      context,
      ...hours,
      nodes: nodeGroups.flatMap(({ name: pool, min, max, resource }) =>
        resource ? [{ name: pool, group: resource, min, max }] : [],
      ),
      databases: [...databases].map(([store, database]) => {
        const spec = system.stores[store];
        const replicated = followed || (spec?.kind === "postgres" && spec.readReplicas > 0);
        return { store, identifier: database.identifier, arn: database.source, replicated, rotates };
      }),
      awake: stores.flatMap(([store, { kind }]) => (kind === "redis" ? [store] : [])),
    },
    options,
  );
}
