import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { StoreOf } from "../../../systems/spec";
import type { Binding } from "../../binding";
import type { ClusterContract } from "../../cluster/contract";
import { Component, type ComponentArgs } from "../../component";
import { localDirectoryClaim } from "../../storage/localDirectory";
import { objectLabels } from "../../workload/labels";
import type { PostgresContract } from "./contract";

export interface EmbeddedDatabaseArgs extends ComponentArgs {
  readonly store: string;
  readonly spec: StoreOf<"postgres">;
  readonly embedded: NonNullable<StoreOf<"postgres">["embedded"]>;
  /** Namespace of its clients: they mount its directory. */
  readonly namespace: string;
  readonly cluster: ClusterContract;
}

/** A database within the process of its client (SQLite): a directory that survives, and no server. */
export class EmbeddedDatabase extends Component implements PostgresContract {
  readonly binding: Binding;

  constructor(name: string, args: EmbeddedDatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:data:Postgres", name, args, opts);
    const { store, spec, embedded, namespace, cluster, context } = args;
    const claim = this.make(
      k8s.core.v1.PersistentVolumeClaim,
      "claim",
      localDirectoryClaim({
        store,
        namespace,
        size: spec.storage.size,
        labels: objectLabels(context, store, "database"),
        storageClasses: cluster.storageClasses,
      }),
      { protect: context.redundancy.protect },
    );
    this.binding = {
      values: () => ({ url: { kind: "plain", value: embedded.url }, name: { kind: "plain", value: spec.database } }),
      peers: [],
      ports: [],
      grants: () => [],
      volume: { namespace, claim: store, path: embedded.path },
      ready: [claim],
    };
    this.finish({ store, namespace, embedded: true });
  }
}
