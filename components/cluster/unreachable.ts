import type { Context } from "../context";

/**
 * Lets what is in a cluster of the stack's own go with it when it cannot be reached any more, as long as nothing is
 * protected: its objects hold nothing that would outlive it but disks, which a private endpoint out of reach must not make
 * a reason never to destroy the rest. Where data is protected the choice stays with whoever destroys: the provider asks
 * the variable PULUMI_K8S_DELETE_UNREACHABLE, but only while this input is absent.
 */
export function forgettable({ redundancy }: Pick<Context, "redundancy">): { readonly deleteUnreachable?: true } {
  return redundancy.protect ? {} : { deleteUnreachable: true };
}
