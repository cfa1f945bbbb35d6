import type * as pulumi from "@pulumi/pulumi";
import { InputError, show } from "../../components/errors";
import { LogBucket } from "../../components/gcp/bucket/logBucket";
import type { HostDescription } from "../../components/host/contract";
import { storeSecrets } from "../../components/host/environment";
import { Host, publishedHosts } from "../../components/host/gcp";
import { GCP_MACHINES } from "../../components/host/gcp/machines";
import { HostNetwork } from "../../components/host/gcp/network";
import { CONCERNS } from "../../components/secrets/keys/contract";
import { Keys } from "../../components/secrets/keys/gcp";
import { Bucket } from "../../components/storage/bucket/gcp";
import type { StoreOf } from "../../systems/spec";
import { makeProviders } from "../sites/gcp/providers";
import { LOG_BUCKET, unsupportedProblems } from "../sites/gcp/supported";
import { makeAudit } from "../sites/gcp/watch";
import { secretInputs } from "../sites/secretInputs";
import type { SiteRequest } from "../sites/site";
import type { HostSite } from "./index";

/** One Compute Engine instance, and what it uses of Google Cloud. */
export const gcpHost: HostSite = {
  machines: GCP_MACHINES,
  check,
  deploy: (request, description) => {
    new GcpHost(request, description).run();
  },
};

class GcpHost {
  private readonly options: pulumi.ComponentResourceOptions;

  constructor(
    private readonly request: SiteRequest,
    private readonly description: HostDescription,
  ) {
    const { cloud, generator } = makeProviders(request);
    this.options = { parent: request.placement, providers: [cloud, generator] };
  }

  run(): void {
    const { context, placementSettings, settings, system } = this.request;
    const sleep = context.environment === "production" ? undefined : settings.compute.schedule;
    const network = this.makeNetwork();
    const made = { ...this.options, dependsOn: [...network.services.values()] };
    const keys = this.makeKeys(made);
    const buckets = this.makeBuckets(keys, made);
    const zoneName = placementSettings.existing?.zone;
    makeAudit(this.named("audit"), this.request, true, made);
    new Host(
      this.named("host"),
      {
        context,
        description: this.description,
        network,
        keys,
        secrets: { own: storeSecrets(system), ...secretInputs(system, settings) },
        buckets,
        alertEmails: settings.alerts.email?.to ?? [],
        ...(zoneName === undefined ? {} : { zoneName }),
        ...(sleep === undefined ? {} : { sleep }),
      },
      made,
    );
  }

  private makeNetwork(): HostNetwork {
    const { context, placementSettings } = this.request;
    const { cidrBlock, cidrIndex } = placementSettings;
    const range =
      cidrBlock === undefined
        ? { cidrIndex }
        : { cidrIndex: 0, baseCidrBlock: cidrBlock, networkPrefix: Number(cidrBlock.split("/")[1]) };
    const published = publishedHosts(this.description).length > 0;
    return new HostNetwork(this.named("network"), { context, ...range, published }, this.options);
  }

  private makeKeys(options: pulumi.ComponentResourceOptions): Keys {
    const { context, placementSettings } = this.request;
    const key = placementSettings.existing?.kmsKey;
    const existing =
      key === undefined ? {} : { existing: Object.fromEntries(CONCERNS.map((concern) => [concern, key])) };
    return new Keys(this.named("keys"), { context, ...existing }, options);
  }

  private makeBuckets(keys: Keys, options: pulumi.ComponentResourceOptions): Readonly<Record<string, Bucket>> {
    const { context, settings } = this.request;
    const specs = this.bucketSpecs();
    if (specs.length === 0) {
      return {};
    }
    const logs = settings.retention.bucketLogs
      ? { logs: new LogBucket(this.named(LOG_BUCKET), { context, keys }, options) }
      : {};
    return Object.fromEntries(
      specs.map(([store, spec]) => [
        store,
        new Bucket(this.named(store), { context, store, spec, keys, ...logs }, options),
      ]),
    );
  }

  private bucketSpecs(): readonly (readonly [string, StoreOf<"bucket">])[] {
    return Object.entries(this.description.system.stores).flatMap(([store, spec]) =>
      spec.kind === "bucket" && spec.local === undefined ? [[store, spec] as const] : [],
    );
  }

  private named(role: string): string {
    return `${this.request.placementSettings.name}-${role}`;
  }
}

/** What a host on Google Cloud cannot use yet, or never: refused by its field rather than left out. */
function check({ system, placementSettings, settings }: SiteRequest): void {
  const { name, existing } = placementSettings;
  const domain = settings.domain ?? system.domain;
  const databases = existing?.databases ?? {};
  const problems = [
    ...unsupportedProblems(system, placementSettings, { ...settings, ...(domain === undefined ? {} : { domain }) }),
    ...(Object.keys(databases).length === 0
      ? []
      : [
          {
            path: `groundplan:existing.${name}.databases`,
            found: show(databases),
            allowed: "zone or kmsKey for a host on gcp",
            fix: "remove it: the host makes its own, or set groundplan:model to distributed",
          },
        ]),
  ];
  if (problems.length > 0) {
    throw new InputError(problems);
  }
}
