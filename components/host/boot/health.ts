import { BIN, DATA, type HostFile } from "../contract";
import { script, shellQuote } from "./script";

export interface HealthArgs {
  /** Name of the compose project. */
  readonly project: string;
  /** Names of the backups, whose age is reported. */
  readonly backups: readonly string[];
}

/** Restarts containers that fail their health check, which Docker alone only notes, and reports how the host is. */
export function healthScript({ project, backups }: HealthArgs): HostFile {
  const ages = backups.map(
    (backup) => `
last="$(stat --format %Y "${DATA}/state/backup-${backup}" 2>/dev/null || stat --format %Y /etc/machine-id)"
${BIN}/publish-metric ${shellQuote(`BackupAge-${backup}`)} "$(( $(date +%s) - last ))"`,
  );
  return script(
    "check-health",
    `
mapfile -t sick < <(docker ps --quiet --filter ${shellQuote(`label=com.docker.compose.project=${project}`)} --filter health=unhealthy)
if [ "\${#sick[@]}" -gt 0 ]; then
  docker inspect --format '{{.Name}} is unhealthy: restarting it' "\${sick[@]}"
  docker restart "\${sick[@]}" > /dev/null
fi
${BIN}/publish-metric UnhealthyContainers "\${#sick[@]}"
${BIN}/publish-metric DataDiskUsedPercent "$(df --output=pcent ${DATA} | tail -n 1 | tr -dc 0-9)"${ages.join("")}
`,
  );
}
