import type { Degraded } from "../../component";
import type { Rotation } from "./work";

/** Why something does not rotate, and what would make it. */
export type Unmet = Pick<Degraded, "reason" | "remedy">;

/** Whether the credentials of a store rotate: every so many days, or not and why. */
export type RotationChoice = { readonly days: number } | { readonly unmet: Unmet };

/** Days between copies of what another region rotates: the least there is. */
export const COPY_DAYS = 1;

/** Days between rotations. Undefined: there are none. */
export function daysOf(choice: RotationChoice | undefined): number | undefined {
  return choice !== undefined && "days" in choice ? choice.days : undefined;
}

/** Why what was asked for is not met. Undefined: nobody asked, or it is. */
export function unmetOf(choice: RotationChoice | undefined): Unmet | undefined {
  return choice !== undefined && "unmet" in choice ? choice.unmet : undefined;
}

export const NO_ROTATION: Rotation = { functionNames: [], ready: [] };
