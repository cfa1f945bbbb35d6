import type * as pulumi from "@pulumi/pulumi";
import type { BindingValue, SecretSource } from "../binding";
import type { SecretPlan } from "./secretObjects";

/** Where a queue's Redis answers. */
export interface QueueAddress {
  readonly host: pulumi.Input<string>;
  readonly port: pulumi.Input<string>;
  /** Whether the connection is encrypted. */
  readonly tls: boolean;
  /** Name sentinels know the master by, where host and port are theirs. */
  readonly sentinelMaster?: pulumi.Input<string>;
  /** Name of the TriggerAuthentication that holds the password; none where the store has no password. */
  readonly authentication?: string;
}

/** Secrets KEDA signs in to the queue with, by what they are. */
type QueueSecrets = Readonly<Record<string, SecretSource>>;

/** Where a queue is found, and what signs in there; nothing where a binding has no address. */
export function planQueueAddress(
  values: Readonly<Record<string, BindingValue>>,
): { readonly address: QueueAddress; readonly sources?: QueueSecrets } | undefined {
  const { host, port, password, tls, ca, sentinelMaster } = values;
  if (host?.kind !== "plain" || port?.kind !== "plain") {
    return undefined;
  }
  const address = {
    host: host.value,
    port: port.value,
    tls: tls?.kind === "plain" && tls.value === "true",
    ...(sentinelMaster?.kind === "plain" ? { sentinelMaster: sentinelMaster.value } : {}),
  };
  if (password?.kind !== "secret") {
    return { address };
  }
  // A cloud that signs with an authority of its own hands its certificate out beside the password.
  return { address, sources: { password: password.source, ...(ca?.kind === "secret" ? { ca: ca.source } : {}) } };
}

/** What a TriggerAuthentication reads, and from where. */
export function secretTargets({ sentinelMaster }: QueueAddress, refs: SecretPlan["refs"]) {
  // Sentinels and servers share the store's one password.
  const parameters = sentinelMaster ? ["password", "sentinelPassword"] : ["password"];
  return [
    ...parameters.map((parameter) => ({ parameter, ...refs.password })),
    ...(refs.ca ? [{ parameter: "ca", ...refs.ca }] : []),
  ];
}
