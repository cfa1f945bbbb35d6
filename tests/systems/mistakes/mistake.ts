/** A change to a right system, and the one problem it gives. */
export interface Mistake {
  readonly name: string;
  readonly change: unknown;
  readonly path: string;
  readonly fix?: string;
}
