import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { StoreOf } from "../../../systems/spec";
import type { Binding } from "../../binding";
import type { ClusterContract } from "../../cluster/contract";
import { Component, type ComponentArgs } from "../../component";
import { InputError } from "../../errors";
import { objectLabels, SKIP_AWAIT } from "../../workload/labels";
import { claimSpec } from "../../workload/volumes";

export interface KubernetesFileShareArgs extends ComponentArgs {
  /** Name of the store: of the claim too. */
  readonly store: string;
  readonly spec: StoreOf<"file-share">;
  readonly namespace: string;
  readonly cluster: ClusterContract;
}

/** A file system that several pods write to, from the cluster's own shared storage class. */
export class KubernetesFileShare extends Component {
  readonly binding: Binding;

  constructor(name: string, args: KubernetesFileShareArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:storage:FileShare", name, args, opts);
    const { store, spec, namespace, cluster, context } = args;
    const storageClass = cluster.storageClasses.shared ?? spec.storageClass;
    if (storageClass === undefined) {
      throw new InputError([noSharedClass(store)]);
    }
    const claim = this.make(
      k8s.core.v1.PersistentVolumeClaim,
      "claim",
      {
        metadata: {
          name: store,
          namespace,
          labels: { ...objectLabels(context, store, "database") },
          annotations: SKIP_AWAIT,
        },
        spec: claimSpec(spec.size, "ReadWriteMany", storageClass),
      },
      { protect: context.redundancy.protect },
    );
    this.binding = {
      values: () => ({}),
      peers: [],
      ports: [],
      grants: () => [],
      volume: { namespace, claim: store },
      ready: [claim],
    };
    this.finish({ store, namespace });
  }
}

function noSharedClass(store: string) {
  return {
    path: "groundplan:kubernetes.sharedStorageClass",
    found: "nothing",
    allowed: `a storage class of the cluster whose volumes several nodes can mount (ReadWriteMany): file share ${store} needs one`,
    fix: "name the class, such as nfs-client; `kubectl get storageclass` lists what there is",
  };
}
