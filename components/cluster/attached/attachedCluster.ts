import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs } from "../../component";
import { AddOns, type AddOnsArgs } from "../addOns/addOns";
import { type AddOnModes, CATALOG, capabilitiesOf } from "../addOns/catalog";
import type { Capabilities, ClusterContract, IngressSource, PriorityTier, WorkloadIdentity } from "../contract";
import { makeStorage, type StorageArgs } from "./storage";

export interface AttachedClusterArgs extends ComponentArgs {
  /** Context of the kubeconfig. @default the kubeconfig's current context */
  readonly kubeContext?: string;
  /** Path or content of the kubeconfig. @default KUBECONFIG, then ~/.kube/config */
  readonly kubeconfig?: pulumi.Input<string>;
  /** What becomes of each add-on. */
  readonly addOns: AddOnModes;
  /** Values laid over those of the catalog, by release. @default none */
  readonly addOnValues?: AddOnsArgs["values"];
  /** Add-ons that differ from the catalog's. @default none */
  readonly otherAddOns?: AddOnsArgs["instead"];
  /** Class of an ingress controller or gateway that must be in the cluster. @default nothing is looked for */
  readonly existingClass?: AddOnsArgs["existingClass"];
  readonly storageClasses: ClusterContract["storageClasses"];
  /** Classes to make of the names above; made by somebody else when absent. */
  readonly makeStorage?: Omit<StorageArgs, "labels">;
  /** Whether a cluster that cannot be reached any more may be forgotten on destroy. @default false */
  readonly deleteUnreachable?: boolean;
  /** Namespace of Prometheus. @default the one its chart is installed to */
  readonly monitoringNamespace?: string;
  /** Namespace of the ingress controller's pods. @default the one its chart is installed to */
  readonly ingressNamespace?: string;
  /** Secret store that External Secrets reads. */
  readonly secretStore?: ClusterContract["secretStore"];
}

/** A cluster that somebody else runs: an explicit provider, what is in it, and what this stack adds to it. */
export class AttachedCluster extends Component implements ClusterContract {
  readonly kubernetes: k8s.Provider;
  readonly capabilities: Capabilities;
  readonly storageClasses: ClusterContract["storageClasses"];
  readonly ingressSources: readonly IngressSource[];
  readonly monitoringNamespace: string;
  readonly secretStore: ClusterContract["secretStore"];
  readonly installed: Readonly<Partial<Record<keyof Capabilities, pulumi.Resource>>>;
  readonly priorityClasses: Readonly<Record<PriorityTier, string>>;
  readonly ownsNodePools = false;
  readonly addOns: AddOns;

  constructor(name: string, args: AttachedClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:cluster:Cluster", name, args, opts);
    this.kubernetes = this.provider(args);
    this.addOns = new AddOns(
      this.childName("add-ons"),
      {
        context: args.context,
        modes: args.addOns,
        ...(args.addOnValues ? { values: args.addOnValues } : {}),
        ...(args.otherAddOns ? { instead: args.otherAddOns } : {}),
        ...(args.existingClass ? { existingClass: args.existingClass } : {}),
      },
      { parent: this, providers: [this.kubernetes] },
    );
    const snapshots = this.addOns.releases.get("snapshot-controller");
    makeStorage(
      (resource, role, childArgs, opts) =>
        this.make(resource, role, childArgs, {
          ...opts,
          provider: this.kubernetes,
          ...(snapshots ? { dependsOn: [snapshots] } : {}),
        }),
      {
        labels: { "app.kubernetes.io/part-of": this.context.system, "app.kubernetes.io/managed-by": "groundplan" },
        ...args.makeStorage,
      },
    );
    this.capabilities = capabilitiesOf(args.addOns);
    this.installed = this.addOns.installed;
    this.priorityClasses = this.addOns.priorityClasses;
    this.storageClasses = args.storageClasses;
    const ingress = args.otherAddOns?.ingress ?? CATALOG.ingress;
    this.ingressSources = [{ kind: "namespace", namespace: args.ingressNamespace ?? ingress.namespace }];
    this.monitoringNamespace = args.monitoringNamespace ?? CATALOG["kube-prometheus-stack"].namespace;
    this.secretStore = args.secretStore;
    this.finish({ capabilities: this.capabilities });
  }

  /** An attached cluster lends no identity in any cloud's API. */
  identity(): WorkloadIdentity | undefined {
    return undefined;
  }

  private provider(args: AttachedClusterArgs): k8s.Provider {
    return this.make(k8s.Provider, "kubernetes", {
      ...(args.kubeContext === undefined ? {} : { context: args.kubeContext }),
      ...(args.kubeconfig === undefined ? {} : { kubeconfig: args.kubeconfig }),
      // Said to be false, it would keep the variable PULUMI_K8S_DELETE_UNREACHABLE from being asked.
      ...(args.deleteUnreachable === true ? { deleteUnreachable: true } : {}),
      enableServerSideApply: true,
    });
  }
}
