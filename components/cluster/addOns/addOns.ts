import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs } from "../../component";
import { type Capabilities, PRIORITY_TIERS, type PriorityTier } from "../contract";
import { ADD_ONS, type AddOnModes, type AddOnName, CATALOG, type Chart } from "./catalog";

export interface AddOnsArgs extends ComponentArgs {
  /** What becomes of each add-on; what is not named is not there. */
  readonly modes: AddOnModes;
  /** Values laid over those of the catalog, by add-on: what only the cloud under the cluster knows. @default none */
  readonly values?: Readonly<Partial<Record<AddOnName, Readonly<Record<string, pulumi.Input<unknown>>>>>>;
  /** What must stand before the first release: nodes to run on, identities to act with. @default none */
  readonly after?: readonly pulumi.Resource[];
}

/** Higher goes first: a full cluster evicts interruptible work for services, and services for data. */
const PRIORITIES: Readonly<Record<PriorityTier, { readonly value: number; readonly description: string }>> = {
  data: { value: 100_000, description: "Databases, caches and brokers: everything waits for them" },
  service: { value: 10_000, description: "Services that answer the public" },
  interruptible: { value: 1_000, description: "Work that can be taken up again" },
};

/** Operators and controllers in an attached cluster, and the priority classes of the system. */
export class AddOns extends Component {
  readonly installed: Readonly<Partial<Record<keyof Capabilities, pulumi.Resource>>>;
  /** Every release, for what needs one that brings no capability, such as the ingress controller. */
  readonly releases: ReadonlyMap<string, pulumi.Resource>;
  readonly priorityClasses: Readonly<Record<PriorityTier, string>>;

  constructor(name: string, args: AddOnsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:cluster:AddOns", name, args, opts);
    this.priorityClasses = this.makePriorityClasses();
    this.releases = this.install(args);
    this.installed = Object.fromEntries(
      ADD_ONS.flatMap((addOn) => {
        const { capability } = CATALOG[addOn];
        const release = this.releases.get(addOn);
        return capability && release ? [[capability, release]] : [];
      }),
    );
    this.finish({ installed: [...this.releases.keys()] });
  }

  private makePriorityClasses(): Readonly<Record<PriorityTier, string>> {
    // Cluster-wide names: two systems in one cluster must not own each other's.
    const named = PRIORITY_TIERS.map((tier) => [tier, `${this.context.system}-${tier}`] as const);
    for (const [tier, name] of named) {
      this.make(k8s.scheduling.v1.PriorityClass, `priority-${tier}`, {
        metadata: {
          name,
          labels: { "app.kubernetes.io/part-of": this.context.system, "app.kubernetes.io/managed-by": "groundplan" },
        },
        globalDefault: false,
        preemptionPolicy: tier === "interruptible" ? "Never" : "PreemptLowerPriority",
        ...PRIORITIES[tier],
      });
    }
    return Object.fromEntries(named) as Record<PriorityTier, string>;
  }

  private install({ modes, values, after = [] }: AddOnsArgs): ReadonlyMap<string, pulumi.Resource> {
    const made = new Map<string, pulumi.Resource>();
    for (const addOn of ADD_ONS) {
      const { chart, namespace, needs = [] } = CATALOG[addOn];
      if (modes[addOn] !== "install") {
        continue;
      }
      if (chart) {
        made.set(
          addOn,
          this.release(addOn, namespace, { ...chart, values: { ...chart.values, ...values?.[addOn] } }, [
            ...after,
            // The list is in order: what brings the kinds another chart uses has been made by now.
            ...needs.flatMap((need) => made.get(need) ?? []),
          ]),
        );
      } else {
        this.degrade({
          feature: `add-on ${addOn}`,
          reason: "no chart of it is pinned here",
          remedy: `install it yourself and set groundplan:kubernetes.addOns.${addOn} to existing`,
        });
      }
    }
    return made;
  }

  private release(addOn: string, namespace: string, chart: Chart, after: readonly pulumi.Resource[]): pulumi.Resource {
    return this.make(
      k8s.helm.v3.Release,
      addOn,
      {
        name: addOn,
        chart: chart.name,
        version: chart.version,
        repositoryOpts: { repo: chart.repository },
        namespace,
        createNamespace: namespace !== "kube-system",
        values: { ...chart.values },
        // A release that fails half-way is rolled back, or the next run would find it neither there nor gone.
        atomic: true,
        cleanupOnFail: true,
        timeout: 600,
      },
      { dependsOn: [...after] },
    );
  }
}
