import type * as pulumi from "@pulumi/pulumi";
import type { Binding } from "../../../components/binding";
import type { PostgresArgs } from "../../../components/data/postgres/aws";
import { PostgresFollower } from "../../../components/data/postgres/follower";
import { InputError } from "../../../components/errors";
import type { Peering } from "../../../components/networking/peering";
import type { Lead, SharedParts } from "./shared";
import type { Watch } from "./watch";

export interface FollowerArgs extends PostgresArgs {
  readonly lead: Lead;
  readonly peering: Peering;
  readonly shared: SharedParts;
  readonly watch: Watch;
}

/** A database that follows the primary placement's of the same name. */
export function makeFollower(name: string, args: FollowerArgs, opts: pulumi.ComponentResourceOptions): Binding {
  const { lead, shared, watch, followed: _, transform: __, ...rest } = args;
  const primary = shared.databases.get(args.store);
  if (!primary) {
    const { placement } = args.context;
    throw new InputError([
      {
        path: `placements.${lead.placementSettings.name}.stores.${args.store}`,
        found: "nothing",
        allowed: `the database that ${args.store} of ${placement} follows`,
        fix: "let every placement on aws have the same databases, and name existing ones for all or none",
      },
    ]);
  }
  const { binding, replicaIdentifiers, rotation } = new PostgresFollower(
    name,
    { ...rest, primary: primary.database, primaryCidrBlocks: lead.network.dataCidrBlocks },
    opts,
  );
  watch.database(args.store, args.spec, undefined, replicaIdentifiers);
  watch.rotation(args.store, rotation);
  return { ...binding, ready: [...binding.ready, ...primary.ready] };
}
