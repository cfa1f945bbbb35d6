import { gzipSync } from "node:zlib";
import { stringify } from "yaml";
import type { BackupSpec, StoreOf } from "../../systems/spec";
import { passphraseName } from "../operations/backup/contract";
import { backupScript, restoreTestScript } from "./boot/backup";
import { certificateScripts } from "./boot/certificates";
import { healthScript } from "./boot/health";
import { secretFiles } from "./boot/secrets";
import { directoriesScript, mountScript } from "./boot/storage";
import { systemFiles } from "./boot/system";
import { enabledUnits, onceUp, scheduled, systemUnits } from "./boot/units";
import { type ComposePlan, NGINX_CONFIGURATION } from "./compose";
import {
  HOME,
  type HostCloud,
  type HostDescription,
  type HostFacts,
  type HostFile,
  type UserDataFormat,
} from "./contract";
import { nginxConfiguration, publicHosts } from "./nginx";

/**
 * Packages of the distribution: Docker among them, so that one source of updates serves the whole machine and nothing
 * else has to be trusted.
 */
const PACKAGES = ["certbot", "docker-compose-v2", "docker.io", "gnupg", "openssl", "unattended-upgrades"] as const;

/** Everything a machine is told at its first start, as cloud-init's cloud-config. It holds no secret, only their names. */
export function cloudConfig(
  description: HostDescription,
  facts: HostFacts,
  cloud: HostCloud,
  compose: ComposePlan,
): string {
  const files = hostFiles(description, facts, cloud, compose);
  const document = {
    package_update: true,
    package_upgrade: true,
    packages: [...PACKAGES, ...cloud.packages].sort(),
    ...(cloud.snaps.length > 0 ? { snap: { commands: cloud.snaps.map((snap) => `snap install ${snap}`) } } : {}),
    write_files: files.map(({ path, content, permissions = "0644" }) => ({
      path,
      owner: "root:root",
      permissions,
      content,
    })),
    runcmd: [
      ...cloud.setup.map((command) => [...command]),
      ["sysctl", "--system"],
      ["systemctl", "daemon-reload"],
      // In this order: each starts what stands before it.
      ["systemctl", "enable", "--now", ...enabledUnits(files)],
    ],
    // Whoever has a way in has it by the cloud's own sessions and accounts, never by a key or password kept here.
    ssh_deletekeys: true,
    disable_root: true,
    ssh_pwauth: false,
  };
  // Python reads YAML 1.1, where a bare 0644 is a number.
  const generation = description.generation === undefined ? "" : `# generation ${description.generation}\n`;
  return `#cloud-config\n${generation}${stringify(document, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false })}`;
}

/**
 * User data for a cloud that counts bytes closely: compressed, which cloud-init undoes by itself. A whole system with its
 * scripts takes about two thirds of the smallest limit. An object in a bucket would lift the
 * limit, and a machine would then depend on it for every start; what could grow so large is a system's own files, and
 * those belong in its images.
 * https://docs.cloud-init.io/en/latest/explanation/format/index.html
 */
export function compressed(config: string): Buffer {
  // The header's operating system is whichever compressed it: equal texts must give equal bytes everywhere.
  const bytes = gzipSync(config, { level: 9 });
  bytes[9] = 255;
  return bytes;
}

/** What a machine is told, as its cloud takes it, and how many bytes the cloud counts. */
export function userDataOf(config: string, { compressed: packs }: UserDataFormat): { text: string; bytes: number } {
  const packed = packs ? compressed(config) : Buffer.from(config);
  return { text: packs ? packed.toString("base64") : config, bytes: packed.length };
}

/** Every file of the host, configuration first. */
export function hostFiles(
  description: HostDescription,
  facts: HostFacts,
  cloud: HostCloud,
  { text, containers }: ComposePlan,
): readonly HostFile[] {
  const { system, domain } = description;
  const proxied = domain !== undefined && system.routes.length > 0;
  return [
    { path: `${HOME}/compose.yaml`, content: text },
    ...(proxied ? [{ path: NGINX_CONFIGURATION, content: nginxConfiguration(system, domain) }] : []),
    ...containers.flatMap(({ files }) => files),
    ...systemFiles(Object.values(system.stores).some(({ kind }) => kind === "search")),
    mountScript(facts.dataDevice),
    directoriesScript(containers.flatMap(({ directories }) => directories)),
    ...secretFiles(
      containers,
      // Root's own: the scripts of backups are its.
      runningBackups(description).map(({ name }) => ({
        file: passphraseName(name),
        secret: passphraseName(name),
        user: 0,
      })),
      facts.secrets,
      system.name,
    ),
    healthScript({ project: system.name, backups: runningBackups(description).map(({ name }) => name) }),
    ...(proxied
      ? certificateScripts({
          hosts: publicHosts(system, domain),
          issuer: system.edge.issuer,
          email: description.email,
          project: system.name,
        })
      : []),
    ...backupFiles(description, facts),
    ...cloud.commands,
    ...cloud.files,
    ...systemUnits(system.name, proxied),
    ...jobFiles(description),
  ];
}

/** Backups a host runs: dumps of databases it has itself, to buckets that are elsewhere. */
export function runningBackups({ system, backupsRun }: Pick<HostDescription, "system" | "backupsRun">): readonly {
  readonly name: string;
  readonly spec: BackupSpec;
  readonly store: StoreOf<"postgres">;
}[] {
  return Object.entries(backupsRun ? system.backups : {}).flatMap(([name, spec]) => {
    const store = system.stores[spec.store];
    const bucket = system.stores[spec.bucket];
    const kept = bucket?.kind === "bucket" && bucket.local === undefined;
    return kept && store?.kind === "postgres" && store.embedded === undefined ? [{ name, spec, store }] : [];
  });
}

function backupFiles(description: HostDescription, facts: HostFacts): readonly HostFile[] {
  return runningBackups(description).flatMap(({ name, spec, store }) => {
    const args = {
      name,
      spec,
      store,
      image: description.images.parts[spec.store] ?? `postgres:${store.version}`,
      bucketUrl: facts.buckets[spec.bucket]?.url ?? "",
      project: description.system.name,
    };
    return [
      backupScript(args),
      restoreTestScript(args),
      ...scheduled(`backup-${name}`, `Backup ${name} of ${spec.store}`, spec.schedule),
      ...scheduled(`restore-test-${name}`, `Restore of the newest backup ${name}`, spec.restoreTest),
    ];
  });
}

/** Jobs by the clock, and the smoke test once the system is up. */
function jobFiles({ system }: HostDescription): readonly HostFile[] {
  const run = (name: string) =>
    `/usr/bin/docker compose --project-name ${system.name} --file ${HOME}/compose.yaml run --rm -T ${name}`;
  return Object.entries(system.services).flatMap(([name, spec]) => {
    if (spec.kind === "cronjob") {
      return scheduled(`job-${name}`, `Job ${name}`, spec.schedule, run(name));
    }
    return spec.kind === "job" && spec.phase === "smoke-test" ? [onceUp(`job-${name}`, `Job ${name}`, run(name))] : [];
  });
}
