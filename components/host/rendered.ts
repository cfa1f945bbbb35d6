import { InputError } from "../errors";
import { digest } from "../naming";
import { passphraseName } from "../operations/backup/contract";
import { cloudConfig, runningBackups, userDataOf } from "./cloudInit";
import { planCompose } from "./compose";
import type { HostCloud, HostDescription, HostFacts, HostFiles } from "./contract";
import { secretName, storeSecrets } from "./environment";
import { nginxConfiguration } from "./nginx";

/** What a machine is told, and the files of it a person may want to read. */
export interface RenderedHost {
  /** As the cloud takes it. */
  readonly userData: string;
  readonly files: Partial<HostFiles>;
}

export function renderHost(description: HostDescription, facts: HostFacts, cloud: HostCloud): RenderedHost {
  const { system, domain } = description;
  const compose = planCompose(description, facts);
  const config = cloudConfig(description, facts, cloud, compose);
  return {
    userData: userDataOf(config, cloud.userData).text,
    files: {
      "host/compose.yaml": compose.text,
      ...(domain === undefined || system.routes.length === 0
        ? {}
        : { "host/nginx.conf": nginxConfiguration(system, domain) }),
      "host/cloud-init.yaml": config,
    },
  };
}

/**
 * Refuses what cannot be told to a machine, before anything is made: planners' own problems, and user data that would be
 * too long. Names the cloud has not given yet are as long, and compress as badly, as those it gives.
 */
export function checkUserData(description: HostDescription, cloud: HostCloud): void {
  const { system } = description;
  const name = (text: string) => `arn:aws:secretsmanager:region-1:111122223333:secret:${text}-${digest(text, 40)}`;
  const secrets = [
    ...storeSecrets(system).map((secret) => secret.name),
    ...Object.keys(system.secrets),
    ...runningBackups(description).map((backup) => passphraseName(backup.name)),
    ...Object.entries(system.external).flatMap(([external, spec]) =>
      Object.keys(spec.secrets).map((key) => secretName.external(external, key)),
    ),
  ];
  const buckets = Object.entries(system.stores).flatMap(([store, { kind }]) =>
    kind === "bucket" ? [[store, { name: name(store), url: name(store), region: "region-1", host: name(store) }]] : [],
  );
  const facts: HostFacts = {
    dataDevice: name("data"),
    buckets: Object.fromEntries(buckets),
    secrets: Object.fromEntries(secrets.map((secret) => [secret, name(secret)])),
    logging: { driver: "awslogs", options: { group: name("logs") } },
  };
  const { compressed, limit } = cloud.userData;
  const { bytes } = userDataOf(cloudConfig(description, facts, cloud, planCompose(description, facts)), cloud.userData);
  if (bytes > limit) {
    const withFiles = Object.entries(system.services).filter(([, { files }]) => Object.keys(files).length > 0);
    throw new InputError([
      {
        path: withFiles.length > 0 ? `services.${withFiles[0]?.[0]}.files` : "services",
        found: `${bytes} bytes of user data${compressed ? ", compressed" : ""}`,
        allowed: `at most ${limit} bytes`,
        fix: `put the files of ${withFiles.map(([service]) => service).join(", ") || "the services"} into their images, or set groundplan:model to distributed`,
      },
    ]);
  }
}
