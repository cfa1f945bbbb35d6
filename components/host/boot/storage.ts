import type { Directory } from "../compose/types";
import { DATA, type HostFile } from "../contract";
import { script, shellQuote } from "./script";

/** Label by which the data volume is known, on whichever machine and under whichever device name it appears. */
const LABEL = "groundplan-data";
/** Seconds a volume may take to be attached to a machine that has just been made. */
const ATTACH_SECONDS = 600;

/**
 * Mounts the data volume. A volume without any signature is formatted, once; one that has a file system is never
 * touched, so that its data outlives the machine. One that was made larger is grown.
 */
export function mountScript(device: string): HostFile {
  return script(
    "mount-data",
    `
device=${shellQuote(device)}
for _ in $(seq ${ATTACH_SECONDS / 2}); do
  [ -b "$device" ] && break
  sleep 2
done
[ -b "$device" ] || { echo "the data volume is not attached: $device" >&2; exit 1; }

if [ "$(blkid --match-tag LABEL --output value "$device" || true)" != ${LABEL} ]; then
  # An unreadable device must not pass for an empty one.
  if [ -n "$(wipefs --no-act --noheadings "$device")" ] || [ -n "$(lsblk --noheadings --output PARTTYPE "$device" | tr -d '[:space:]')" ]; then
    echo "$device holds something that is not ours: it is left alone" >&2
    exit 1
  fi
  mkfs.ext4 -q -L ${LABEL} -m 1 "$device"
  udevadm settle
fi

install -d -m 0755 ${DATA}
if ! mountpoint --quiet ${DATA}; then
  # A journal left by a machine that died is replayed here.
  fsck -p "$device" || [ "$?" -eq 1 ]
  mount -o noatime,nosuid,nodev "$device" ${DATA}
fi
resize2fs "$device"
`,
  );
}

/** Makes the directories containers write to, with the one user that may. */
export function directoriesScript(directories: readonly Directory[]): HostFile {
  const lines = directories.map(
    ({ path, user, group, mode }) => `install -d -o ${user} -g ${group} -m ${mode} ${shellQuote(path)}`,
  );
  return script("make-directories", [`mountpoint --quiet ${DATA}`, ...lines].join("\n"));
}
