import type { ResolvedSystem } from "../../systems/resolve";
import type { Degraded } from "../component";
import { seconds } from "../quantities";
import { runningBackups } from "./cloudInit";
import { usesCloud } from "./compose/networks";
import type { HostDescription } from "./contract";
import { proxyDegraded } from "./nginx";
import { longestInterval } from "./schedule";

/** What a system asks for and one machine gives only in part. */
export function hostDegraded(description: HostDescription): readonly Degraded[] {
  const { system, domain, size } = description;
  return [
    ...size.degraded,
    ...(system.routes.length > 0 && domain !== undefined ? proxyDegraded(system) : []),
    ...oneMachine(system),
    ...observability(system),
    ...identity(system),
    ...privileged(system),
    ...backups(description),
    ...recovery(description),
  ];
}

const DISTRIBUTED = "set groundplan:model to distributed";

function oneMachine({ environment }: ResolvedSystem): readonly Degraded[] {
  return environment === "dev"
    ? []
    : [
        {
          feature: "surviving the loss of a zone",
          reason: "one machine and its disk are in one zone; a snapshot brings them back in another",
          remedy: DISTRIBUTED,
        },
      ];
}

function observability({ alerts, observability: wanted, services }: ResolvedSystem): readonly Degraded[] {
  const scraped = Object.values(services).some((service) => "metrics" in service && service.metrics);
  return [
    ...(scraped || Object.keys(alerts).length > 0
      ? [
          {
            feature: "application metrics, dashboards and the system's own alerts",
            reason: "a host has no Prometheus; the machine, its containers, backups and certificates are watched",
            remedy: DISTRIBUTED,
          },
        ]
      : []),
    ...(wanted.traces === "none"
      ? []
      : [{ feature: "traces", reason: "a host has no collector to send them to", remedy: DISTRIBUTED }]),
  ];
}

/** Containers that reach the metadata service have the machine's identity, whichever of them asks. */
function identity(system: ResolvedSystem): readonly Degraded[] {
  const services = Object.keys(system.services).filter((service) => usesCloud(system, service));
  return services.length === 0
    ? []
    : [
        {
          feature: `an identity of its own for ${services.join(", ")}`,
          reason: "a machine has one role: services that use a bucket have all of it, the others none of it",
          remedy: DISTRIBUTED,
        },
      ];
}

function privileged(system: ResolvedSystem): readonly Degraded[] {
  return Object.entries(system.services)
    .filter(([, { security }]) => security.podSecurity === "privileged")
    .map(([service]) => ({
      feature: `isolation of ${service}`,
      reason: "a privileged container shares the machine with everything else",
      remedy: `${DISTRIBUTED}: there it has nodes of its own`,
    }));
}

function backups(description: HostDescription): readonly Degraded[] {
  const running = runningBackups(description).map(({ name }) => name);
  return Object.keys(description.system.backups)
    .filter((name) => !running.includes(name))
    .map((name) => ({
      feature: `backup ${name}`,
      reason: description.backupsRun
        ? "a host dumps databases of its own, to a bucket of the cloud"
        : "groundplan:backups.schedule is off; the data volume is snapshot all the same",
      remedy: description.backupsRun
        ? `name a store of kind postgres and a bucket without local in backups.${name}`
        : "set groundplan:backups.schedule to true",
    }));
}

function recovery(description: HostDescription): readonly Degraded[] {
  const { recoveryPoint } = description.system.objectives;
  if (recoveryPoint === undefined) {
    return [];
  }
  const intervals = runningBackups(description).map(({ spec }) => longestInterval(spec.schedule));
  // The daily snapshot of the volume is there in any case.
  const loss = Math.min(86_400, ...intervals);
  return loss <= seconds(recoveryPoint)
    ? []
    : [
        {
          feature: `recovery point of ${recoveryPoint}`,
          reason: `dumps and snapshots of a host are ${loss / 3600} hours apart`,
          remedy: `${DISTRIBUTED}: its database is restored to any moment`,
        },
      ];
}
