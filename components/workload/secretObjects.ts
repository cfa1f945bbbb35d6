import type * as pulumi from "@pulumi/pulumi";
import type { SecretSource, SourceRotation, StoreRef } from "../binding";
import type { SecretKeyRef } from "./container";

/** Secrets of one workload, by the object each must be kept in. */
export interface SecretPlan {
  /** Values of a Secret that Pulumi writes. */
  readonly stringData: Readonly<Record<string, pulumi.Output<string>>>;
  /** ExternalSecrets, one for each store. */
  readonly external: readonly ExternalPlan[];
  /** Where each variable's value is read from. */
  readonly refs: Readonly<Record<string, SecretKeyRef>>;
}

/** What one ExternalSecret brings in. */
export interface ExternalPlan {
  /** Name of the object, and of the Secret it keeps. */
  readonly name: pulumi.Input<string>;
  /** @default the cluster's own */
  readonly store?: StoreRef;
  /** Of the entries that rotate. @default none does */
  readonly rotations?: readonly SourceRotation[];
  readonly data: readonly RemoteEntry[];
}

interface RemoteEntry {
  readonly secretKey: string;
  readonly remoteRef: { readonly key: pulumi.Input<string>; readonly property?: string };
}

/** Names of the objects secrets are kept in. */
export interface ObjectNames {
  readonly values: string;
  /** What comes from a store: undefined is the cluster's own, any other has its name. */
  external(store: string | undefined): pulumi.Input<string>;
}

/** Sorts secrets by source, and those of stores by store. */
export function planSecrets(secrets: Readonly<Record<string, SecretSource>>, names: ObjectNames): SecretPlan {
  const stringData: Record<string, pulumi.Output<string>> = {};
  const external = new Map<string | undefined, ExternalPlan>();
  const refs: Record<string, SecretKeyRef> = {};
  for (const [key, source] of Object.entries(secrets)) {
    switch (source.from) {
      case "value":
        stringData[key] = source.value;
        refs[key] = { name: names.values, key };
        break;
      case "store": {
        const of = source.store?.name;
        const known = external.get(of);
        const store = merged(known?.store, source.store);
        const name = known?.name ?? names.external(of);
        const data = [...(known?.data ?? []), remoteEntry(key, source)];
        const rotations = [...(known?.rotations ?? []), ...(source.rotation ? [source.rotation] : [])];
        external.set(of, {
          name,
          ...(store === undefined ? {} : { store }),
          ...(rotations.length === 0 ? {} : { rotations }),
          data,
        });
        refs[key] = { name, key };
        break;
      }
      case "secret":
        refs[key] = { name: source.name, key: source.key };
        break;
      default:
        source satisfies never;
    }
  }
  return { stringData, external: [...external.values()], refs };
}

function remoteEntry(secretKey: string, { key, property }: Extract<SecretSource, { from: "store" }>): RemoteEntry {
  return { secretKey, remoteRef: { key, ...(property === undefined ? {} : { property }) } };
}

/** One reference to a store that two entries name: whoever reads both waits for both. */
function merged(one: StoreRef | undefined, other: StoreRef | undefined): StoreRef | undefined {
  return one && other ? { ...other, ready: [...new Set([...one.ready, ...other.ready])] } : (other ?? one);
}
