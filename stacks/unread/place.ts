import type { Degraded } from "../../components/component";
import type { Context } from "../../components/context";
import type { ResolvedSystem } from "../../systems/resolve";

/** Where a system runs, as far as it decides which fields are read. */
export interface Place {
  readonly cloud: Context["cloud"];
  /** Whether one machine carries the whole system. */
  readonly host: boolean;
  /** Class of the controller that lets the public in on an attached cluster. */
  readonly ingressClass: string;
  /** Storage classes the settings of an attached cluster name, which every volume there is of. */
  readonly storageClasses: { readonly data?: string | undefined; readonly shared?: string | undefined };
  /** Whether the stack makes the repositories of its images. */
  readonly repository: boolean;
  /** Whether Vault holds its secrets; what it does not rotate, its store says. @default false */
  readonly vault?: boolean;
}

/** Fields that nothing reads in some place: what the system asked for there, and what would give it. */
export interface Unread extends Degraded {
  readonly where: (place: Place) => boolean;
  /** Paths of the fields in the system that say something else than their defaults. */
  readonly asked: (system: ResolvedSystem, place: Place) => readonly string[];
}

export const everywhere = () => true;
export const attached = ({ cloud, host }: Place) => cloud === "kubernetes" && !host;
export const managed = ({ cloud, host }: Place) => cloud !== "kubernetes" && !host;
export const when = (asked: unknown, ...paths: readonly string[]): readonly string[] => (asked ? paths : []);
