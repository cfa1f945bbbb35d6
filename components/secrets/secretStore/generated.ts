import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Make } from "../../make";

/** Values that every placement of a system must have in common, such as the key that signs its sessions. */
export interface CommonValues {
  /** The value another placement made up. Undefined: this one does. */
  from(secret: string): pulumi.Output<string> | undefined;
}

/** The engine's own Stash, with the static type that every other resource class has. */
class Stash extends pulumi.Stash {
  static readonly __pulumiType = "pulumi:index:Stash";
}

export interface GeneratedArgs {
  readonly secret: string;
  /** Role of the resource that makes the value up. */
  readonly role: string;
  /** Characters. */
  readonly length: number;
  /** @default the value is this placement's own */
  readonly common?: CommonValues | undefined;
  readonly opts?: Pick<pulumi.CustomResourceOptions, "protect">;
}

/**
 * A value made up once. Where placements share it, each keeps the first it was told in its own stack's state, whichever
 * of them leads later: a change of roles, or the loss of the placement that made it up, leaves it as it is.
 * https://www.pulumi.com/docs/iac/concepts/stash/
 */
export function generatedValue(
  make: Make,
  { secret, role, length, common, opts }: GeneratedArgs,
): pulumi.Output<string> {
  const own = make(random.RandomPassword, role, { length, special: false }, opts).result;
  if (common === undefined) {
    return own;
  }
  const input = pulumi.secret(common.from(secret) ?? own);
  const kept = make(Stash, `${secret}-kept`, { input }, { additionalSecretOutputs: ["output"] });
  return pulumi.secret(kept.output as pulumi.Output<string>);
}

/** Secrets of a store by whether it keeps them itself. */
export function apart<S>(
  secrets: Readonly<Record<string, S>>,
  elsewhere: ReadonlySet<string> = new Set(),
): { readonly own: Readonly<Record<string, S>>; readonly other: Readonly<Record<string, S>> } {
  const where = (kept: boolean) =>
    Object.fromEntries(Object.entries(secrets).filter(([secret]) => elsewhere.has(secret) !== kept));
  return { own: where(true), other: where(false) };
}
