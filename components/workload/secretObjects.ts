import type * as pulumi from "@pulumi/pulumi";
import type { SecretSource } from "../binding";
import type { SecretKeyRef } from "./container";

/** Secrets of one workload, by the object each must be kept in. */
export interface SecretPlan {
  /** Values of a Secret that Pulumi writes. */
  readonly stringData: Readonly<Record<string, pulumi.Output<string>>>;
  /** Entries of an ExternalSecret's `data`. */
  readonly remote: readonly RemoteEntry[];
  /** Where each variable's value is read from. */
  readonly refs: Readonly<Record<string, SecretKeyRef>>;
}

interface RemoteEntry {
  readonly secretKey: string;
  readonly remoteRef: { readonly key: pulumi.Input<string>; readonly property?: string };
}

/** Sorts secrets by source; `values` and `external` name the two objects they are kept in. */
export function planSecrets(
  secrets: Readonly<Record<string, SecretSource>>,
  names: { readonly values: string; readonly external: pulumi.Input<string> },
): SecretPlan {
  const stringData: Record<string, pulumi.Output<string>> = {};
  const remote: RemoteEntry[] = [];
  const refs: Record<string, SecretKeyRef> = {};
  for (const [key, source] of Object.entries(secrets)) {
    switch (source.from) {
      case "value":
        stringData[key] = source.value;
        refs[key] = { name: names.values, key };
        break;
      case "store":
        remote.push({
          secretKey: key,
          remoteRef: { key: source.key, ...(source.property === undefined ? {} : { property: source.property }) },
        });
        refs[key] = { name: names.external, key };
        break;
      case "secret":
        refs[key] = { name: source.name, key: source.key };
        break;
      default:
        source satisfies never;
    }
  }
  return { stringData, remote, refs };
}
