import type { Degraded } from "../../components/component";
import type { Settings } from "../settings";
import { attached, type Place, when } from "./place";

type Asked = Pick<Settings, "backups" | "retention" | "tags">;

/** Settings that a cluster one already has does not read, though a stack may hold them for its other placements. */
export function unreadSettings({ backups, retention, tags }: Asked, place: Place): readonly Degraded[] {
  const paths = attached(place)
    ? [
        ...when(backups.crossRegion, "groundplan:backups.crossRegion"),
        ...when(retention.auditDays, "groundplan:retention.auditDays"),
        ...when(Object.keys(tags).length > 0, "groundplan:tags"),
      ]
    : [];
  return paths.length === 0
    ? []
    : [
        {
          feature: `settings of a cloud's services (${paths.join(", ")})`,
          reason:
            "where buckets are copied to, how long a cluster's audit log is kept and what its disks are tagged with is decided by whoever runs them",
          remedy: "ask whoever runs the cluster, or use a placement on aws or gcp",
        },
      ];
}
