import type { Degraded } from "../component";

/** Snapshots on a schedule need somebody who takes them. */
export function noSnapshots(store: string): Degraded {
  return {
    feature: `scheduled volume snapshots of ${store}`,
    reason: "nothing in the cluster takes them: CloudNativePG does for its own databases, given a snapshot class",
    remedy: "set groundplan:kubernetes.snapshotClass, or have a tool of the cluster's own (Velero) take them",
  };
}
