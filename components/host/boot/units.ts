import { PROXY } from "../compose/networks";
import { BIN, DATA, HOME, type HostFile } from "../contract";
import { calendarEvents } from "../schedule";

interface Unit {
  readonly description: string;
  readonly after?: readonly string[];
  readonly before?: readonly string[];
  readonly requires?: readonly string[];
  readonly wants?: readonly string[];
  /** Directory whose mount ends after it. */
  readonly mount?: string;
  readonly service: readonly string[];
  /** Whether the machine starts it. @default a timer does */
  readonly atBoot?: boolean;
}

export interface TimerArgs {
  /** Name of the script it runs. */
  readonly name: string;
  readonly description: string;
  readonly timer: readonly string[];
  /** Lines of the service's own. @default none */
  readonly service?: readonly string[];
  /** Arguments of the script. @default none */
  readonly command?: string;
}

/** Docker looks for the registries' credentials there; units have no home by themselves. */
const ROOT_HOME = "Environment=HOME=/root";
/** Failures are tried again; the timer's next turn is hours away. */
const RETRY = ["Restart=on-failure", "RestartSec=15min"];

/** The units every host has, in the order the machine starts them: disk, secrets, firewall, Docker, system. */
export function systemUnits(project: string, proxied: boolean): readonly HostFile[] {
  const compose = `/usr/bin/docker compose --project-name ${project} --file ${HOME}/compose.yaml`;
  return [
    unit("groundplan-data", {
      description: "Data volume",
      before: ["docker.service"],
      service: [
        "Type=oneshot",
        "RemainAfterExit=yes",
        `ExecStart=${BIN}/mount-data`,
        `ExecStart=${BIN}/make-directories`,
        "TimeoutStartSec=infinity",
      ],
      atBoot: true,
    }),
    unit("groundplan-secrets", {
      description: "Secrets of the containers",
      // Docker starts what ran before it knows of the compose file: the files must be there by then.
      before: ["docker.service"],
      after: ["network-online.target", "snapd.seeded.service"],
      wants: ["network-online.target"],
      service: ["Type=oneshot", "RemainAfterExit=yes", `ExecStart=${BIN}/write-secrets`, "TimeoutStartSec=infinity"],
      atBoot: true,
    }),
    unit("groundplan-firewall", {
      description: "Metadata service closed to containers",
      before: ["docker.service"],
      service: ["Type=oneshot", "RemainAfterExit=yes", `ExecStart=${BIN}/close-metadata`],
      atBoot: true,
    }),
    unit("groundplan", {
      description: `Containers of ${project}`,
      requires: [
        "docker.service",
        "groundplan-data.service",
        "groundplan-secrets.service",
        "groundplan-firewall.service",
      ],
      after: [
        "docker.service",
        "network-online.target",
        "groundplan-data.service",
        "groundplan-secrets.service",
        "groundplan-firewall.service",
      ],
      wants: ["network-online.target"],
      // At shutdown the containers end before their disk goes.
      mount: DATA,
      service: [
        "Type=oneshot",
        "RemainAfterExit=yes",
        ROOT_HOME,
        ...(proxied ? [`ExecStartPre=${BIN}/bootstrap-certificates`] : []),
        `ExecStart=${compose} up --detach --remove-orphans`,
        `ExecReload=${compose} up --detach --remove-orphans`,
        `ExecStop=${compose} stop`,
        "TimeoutStartSec=20min",
        "TimeoutStopSec=5min",
        "Restart=on-failure",
        "RestartSec=30s",
      ],
      atBoot: true,
    }),
    ...timer({
      name: "refresh-secrets",
      description: "Secrets that were changed, taken up by the containers that have them",
      timer: ["OnBootSec=1h", "OnUnitInactiveSec=1h"],
    }),
    ...timer({
      name: "check-health",
      description: "Health of the containers",
      timer: ["OnBootSec=5min", "OnUnitInactiveSec=1min"],
    }),
    ...(proxied
      ? timer({
          name: "renew-certificates",
          description: `Certificates of ${PROXY}`,
          timer: ["OnActiveSec=1min", "OnUnitInactiveSec=12h", "RandomizedDelaySec=30s"],
          // An issuer that counts failures by the hour allows five.
          service: RETRY,
        })
      : []),
  ];
}

/** A script that runs by the clock, in UTC. */
export function scheduled(name: string, description: string, cron: string, command?: string): readonly HostFile[] {
  return timer({
    name,
    description,
    timer: [...calendarEvents(cron).map((event) => `OnCalendar=${event}`), "Persistent=true"],
    service: [...RETRY, "TimeoutStartSec=6h"],
    ...(command === undefined ? {} : { command }),
  });
}

/** A command that runs once per start of the machine, after the system is up. */
export function onceUp(name: string, description: string, command: string): HostFile {
  return unit(`groundplan-${name}`, {
    description,
    after: ["groundplan.service"],
    requires: ["groundplan.service"],
    service: ["Type=oneshot", ROOT_HOME, `ExecStart=${command}`, "TimeoutStartSec=30min"],
    atBoot: true,
  });
}

/** Names of the units to enable, of all that are written. */
export function enabledUnits(files: readonly HostFile[]): readonly string[] {
  return files.flatMap(({ path, content }) =>
    content.includes("[Install]") ? [path.slice(path.lastIndexOf("/") + 1)] : [],
  );
}

function timer(args: TimerArgs): readonly HostFile[] {
  const name = `groundplan-${args.name}`;
  return [
    unit(name, {
      description: args.description,
      after: ["groundplan.service"],
      service: [
        "Type=oneshot",
        ROOT_HOME,
        `ExecStart=${args.command ?? `${BIN}/${args.name}`}`,
        ...(args.service ?? []),
      ],
    }),
    {
      path: `/etc/systemd/system/${name}.timer`,
      content: text([
        "[Unit]",
        `Description=${args.description}`,
        "",
        "[Timer]",
        ...args.timer,
        "",
        "[Install]",
        "WantedBy=timers.target",
      ]),
    },
  ];
}

function unit(name: string, args: Unit): HostFile {
  const line = (key: string, values: readonly string[] | undefined) =>
    values === undefined || values.length === 0 ? [] : [`${key}=${values.join(" ")}`];
  return {
    path: `/etc/systemd/system/${name}.service`,
    content: text([
      "[Unit]",
      `Description=${args.description}`,
      ...line("Requires", args.requires),
      ...line("Wants", args.wants),
      ...line("After", args.after),
      ...line("Before", args.before),
      ...(args.mount === undefined ? [] : [`RequiresMountsFor=${args.mount}`]),
      "",
      "[Service]",
      ...args.service,
      ...(args.atBoot ? ["", "[Install]", "WantedBy=multi-user.target"] : []),
    ]),
  };
}

function text(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
