import { spawnSync } from "node:child_process";
import { awsHostCloud } from "../../../components/host/aws/commands";
import { AWS_MACHINES } from "../../../components/host/aws/machines";
import { cloudConfig, hostFiles } from "../../../components/host/cloudInit";
import { planCompose } from "../../../components/host/compose";
import { defaultImage } from "../../../components/host/compose/stores";
import type { HostDescription, HostFacts } from "../../../components/host/contract";
import { secretName, storeSecrets } from "../../../components/host/environment";
import { planSize } from "../../../components/host/sizing";
import { passphraseName } from "../../../components/operations/backup/contract";
import { startOrder } from "../../../stacks/startOrder";
import { charterflow } from "../../../systems/charterflow";
import { docScraper } from "../../../systems/docScraper";
import { type ResolvedSystem, resolveSystem } from "../../../systems/resolve";
import { scrapingPlatform } from "../../../systems/scrapingPlatform";
import type { Environment, SystemInput } from "../../../systems/spec";
import { vibebox } from "../../../systems/vibebox";
import { webclonePro } from "../../../systems/webclonePro";
import { webharvest } from "../../../systems/webharvest";

export const SYSTEMS: Readonly<Record<string, SystemInput>> = {
  vibebox,
  "doc-scraper": docScraper,
  webharvest,
  "webclone-pro": webclonePro,
  "scraping-platform": scrapingPlatform,
  charterflow,
};
export const MODELS = ["standalone", "single-server"] as const;
type HostModel = (typeof MODELS)[number];

export function describeHost(
  input: SystemInput,
  model: HostModel,
  changes: { readonly overrides?: unknown; readonly environment?: Environment } = {},
): HostDescription {
  const system = resolveSystem(input, {
    model,
    environment: changes.environment ?? "staging",
    placement: "main",
    overrides: changes.overrides,
  });
  return {
    system,
    order: startOrder(system),
    images: {
      parts: {
        ...Object.fromEntries(Object.entries(system.services).map(([name, { image }]) => [name, image])),
        ...Object.fromEntries(Object.entries(system.stores).map(([name, spec]) => [name, defaultImage(spec) ?? ""])),
      },
      proxy: system.edge.proxy?.image ?? "nginx:alpine",
    },
    domain: "example.com",
    email: "oncall@example.com",
    size: planSize(system, AWS_MACHINES),
    backupsRun: true,
  };
}

export function factsOf(system: ResolvedSystem): HostFacts {
  return {
    dataDevice: "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0",
    buckets: Object.fromEntries(
      Object.entries(system.stores).flatMap(([name, spec]) =>
        spec.kind === "bucket" && !spec.local
          ? [[name, { name: `${name}-0a1b`, url: `s3://${name}-0a1b`, region: "us-east-1", host: `${name}.s3` }]]
          : [],
      ),
    ),
    secrets: Object.fromEntries(
      [
        ...storeSecrets(system).map(({ name }) => name),
        ...Object.keys(system.secrets),
        ...Object.keys(system.backups).map(passphraseName),
        ...Object.entries(system.external).flatMap(([external, { secrets }]) =>
          Object.keys(secrets).map((key) => secretName.external(external, key)),
        ),
      ].map((name) => [name, `arn:aws:secretsmanager:us-east-1:111122223333:secret:${name}`]),
    ),
    logging: { driver: "awslogs", options: { "awslogs-region": "us-east-1", "awslogs-group": "host" } },
  };
}

const CLOUD = awsHostCloud({
  region: "us-east-1",
  namespace: "groundplan/main",
  logGroup: "host",
  registries: [],
});

export function configOf(description: HostDescription) {
  const facts = factsOf(description.system);
  const compose = planCompose(description, facts);
  return {
    compose,
    config: cloudConfig(description, facts, CLOUD, compose),
    files: hostFiles(description, facts, CLOUD, compose),
  };
}

/** Whether a program is on this machine. */
export function isInstalled(program: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
}

export function run(program: string, args: readonly string[], input?: string) {
  const result = spawnSync(program, [...args], { encoding: "utf8", ...(input === undefined ? {} : { input }) });
  return { status: result.status, output: `${result.stdout}${result.stderr}` };
}
