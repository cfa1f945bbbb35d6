import type { Binding } from "../../binding";

/** What a model may rely on, whoever keeps the objects. */
export interface BucketContract {
  readonly binding: Binding;
}
