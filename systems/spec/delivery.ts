import type { StoreOf } from "../spec";

/** Path of every host below which the CDN delivers a bucket's objects. */
export function deliveryPath(store: string, { cdnPath = `/${store}` }: Pick<StoreOf<"bucket">, "cdnPath">): string {
  return cdnPath;
}
