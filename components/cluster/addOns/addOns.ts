import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs } from "../../component";
import { type Capabilities, PRIORITY_TIERS, type PriorityTier } from "../contract";
import { ADD_ONS, type AddOn, type AddOnModes, type AddOnName, CATALOG, type Chart } from "./catalog";

export interface AddOnsArgs extends ComponentArgs {
  /** What becomes of each add-on; what is not named is not there. */
  readonly modes: AddOnModes;
  /** Values laid over those of the catalog, by release: what only the cloud under the cluster knows. @default none */
  readonly values?: Readonly<Partial<Record<string, Readonly<Record<string, pulumi.Input<unknown>>>>>>;
  /** Add-ons of this cluster that differ from the catalog's, such as another ingress controller. @default none */
  readonly instead?: Readonly<Partial<Record<AddOnName, AddOn>>>;
  /** Class of an ingress controller or gateway that must be in the cluster. @default nothing is looked for */
  readonly existingClass?: { readonly kind: "IngressClass" | "GatewayClass"; readonly name: string };
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
    if (args.existingClass) {
      this.existingClass(args.existingClass);
    }
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

  private install({ modes, values, after = [], instead }: AddOnsArgs): ReadonlyMap<string, pulumi.Resource> {
    const made = new Map<string, pulumi.Resource>();
    for (const addOn of ADD_ONS) {
      const { charts, namespace, needs = [], apis = [] } = instead?.[addOn] ?? CATALOG[addOn];
      // The list is in order: what brings the kinds another chart uses has been made by now.
      const before = [...after, ...needs.flatMap((need) => made.get(need) ?? [])];
      const mode = modes[addOn] ?? "none";
      switch (mode) {
        case "install":
          for (const chart of charts) {
            const release = chart.release ?? addOn;
            const earlier = made.get(addOn);
            made.set(
              addOn,
              this.release(release, namespace, { ...chart, values: merged(chart.values, values?.[release] ?? {}) }, [
                ...before,
                ...(earlier ? [earlier] : []),
              ]),
            );
          }
          break;
        case "existing":
          for (const api of apis) {
            made.set(addOn, this.existing(addOn, api));
          }
          break;
        case "none":
          break;
        default:
          mode satisfies never;
      }
    }
    return made;
  }

  /**
   * Reads the group's registration, which the API server keeps for every group it serves: a cluster without the add-on
   * fails here, by name, before anything that needs it is made.
   */
  private existing(addOn: string, api: string): pulumi.Resource {
    return k8s.apiregistration.v1.APIService.get(this.childName(`${addOn}-existing`), api, { parent: this });
  }

  private existingClass({ kind, name }: NonNullable<AddOnsArgs["existingClass"]>): pulumi.Resource {
    const logicalName = this.childName("existing-class");
    return kind === "IngressClass"
      ? k8s.networking.v1.IngressClass.get(logicalName, name, { parent: this })
      : k8s.apiextensions.CustomResource.get(logicalName, {
          apiVersion: "gateway.networking.k8s.io/v1",
          kind,
          id: name,
          parent: this,
        });
  }

  private release(name: string, namespace: string, chart: Chart, after: readonly pulumi.Resource[]): pulumi.Resource {
    return this.make(
      k8s.helm.v3.Release,
      name,
      {
        name,
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
        ...(holdsNull(chart.values) ? { allowNullValues: true } : {}),
      },
      { dependsOn: [...after], ...(chart.keep ? { retainOnDelete: true } : {}) },
    );
  }
}

type Values = Readonly<Record<string, unknown>>;

/** Values with others laid over them, in any depth; lists are replaced whole. */
function merged(values: Values, over: Values): Values {
  return Object.fromEntries(
    [...new Set([...Object.keys(values), ...Object.keys(over)])].map((key) => {
      const [low, high] = [values[key], over[key]];
      return [key, high === undefined ? low : isPlain(low) && isPlain(high) ? merged(low, high) : high];
    }),
  );
}

function isPlain(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !pulumi.Output.isInstance(value);
}

/** Whether values take some of the chart's own away. */
function holdsNull(value: unknown): boolean {
  return value === null || (isPlain(value) && Object.values(value).some(holdsNull));
}
