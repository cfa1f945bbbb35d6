import type * as pulumi from "@pulumi/pulumi";
import { InputError, type Problem, show } from "../../components/errors";
import { Host } from "../../components/host/aws";
import { AWS_MACHINES } from "../../components/host/aws/machines";
import { HostNetwork } from "../../components/host/aws/network";
import { HostSecrets } from "../../components/host/aws/secrets";
import type { HostDescription } from "../../components/host/contract";
import { storeSecrets } from "../../components/host/environment";
import type { Keys } from "../../components/secrets/keys/aws";
import { Bucket, type BucketArgs } from "../../components/storage/bucket/aws";
import { bucketProblems } from "../../components/storage/bucket/constraints";
import { LogBucket } from "../../components/storage/bucket/logBucket";
import { replicaRegionOf } from "../../components/storage/bucket/replicaRegion";
import type { StoreOf } from "../../systems/spec";
import { placementProblems } from "../sites/aws/constraints";
import { makeKeys } from "../sites/aws/foundation";
import { makeProviders } from "../sites/aws/providers";
import { networkRange } from "../sites/aws/shared";
import { compareZone } from "../sites/aws/zone";
import { secretInputs } from "../sites/secretInputs";
import type { SiteRequest } from "../sites/site";
import type { HostSite } from "./index";

/** One EC2 instance, and what it uses of AWS. */
export const awsHost: HostSite = {
  machines: AWS_MACHINES,
  check,
  deploy: (request, description) => {
    new AwsHost(request, description).run();
  },
};

class AwsHost {
  private readonly options: pulumi.ComponentResourceOptions;

  constructor(
    private readonly request: SiteRequest,
    private readonly description: HostDescription,
  ) {
    const { cloud, generator } = makeProviders(request);
    compareZone(request.settings, request.placementSettings, cloud);
    this.options = { parent: request.placement, providers: [cloud, generator] };
  }

  run(): void {
    const { context, placementSettings, settings } = this.request;
    const sleep = context.environment === "production" ? undefined : settings.compute.schedule;
    const keys = makeKeys(this.request, this.options);
    const network = this.makeNetwork(keys);
    const secrets = this.makeSecrets(keys);
    const buckets = this.makeBuckets(keys);
    const zoneId = placementSettings.existing?.zone;
    new Host(
      this.named("host"),
      {
        context,
        description: this.description,
        network,
        keys,
        secrets,
        buckets,
        alertEmails: settings.alerts.email?.to ?? [],
        ...(zoneId === undefined ? {} : { zoneId }),
        ...(sleep === undefined ? {} : { sleep }),
      },
      this.options,
    );
  }

  private makeNetwork(keys: Keys): HostNetwork {
    const { context } = this.request;
    const args = { context, ...networkRange(this.request.placementSettings), logsKeyArn: keys.arn("logs") };
    return new HostNetwork(this.named("network"), args, this.options);
  }

  private makeSecrets(keys: Keys): HostSecrets {
    const { context, settings, system } = this.request;
    return new HostSecrets(
      this.named("secrets"),
      { context, own: storeSecrets(system), ...secretInputs(system, settings), keys },
      this.options,
    );
  }

  private makeBuckets(keys: Keys): Readonly<Record<string, Bucket>> {
    const { context } = this.request;
    const specs = this.bucketSpecs();
    if (specs.length === 0) {
      return {};
    }
    // A store of that name is the system's own.
    const logsName = this.request.system.stores.logs ? "access-logs" : "logs";
    const logs = new LogBucket(this.named(logsName), { context }, this.options);
    const replica = this.makeReplicaPlace(specs.some(([, { replication }]) => replication !== undefined));
    return Object.fromEntries(
      specs.map(([store, spec]) => [
        store,
        new Bucket(
          this.named(store),
          { context, store, spec, keys, logs, ...(replica ? { replica } : {}) },
          this.options,
        ),
      ]),
    );
  }

  /** One log bucket in the region that copies go to serves them all. */
  private makeReplicaPlace(wanted: boolean): BucketArgs["replica"] {
    const { context } = this.request;
    const region = replicaRegionOf(context.region);
    return wanted && region !== undefined
      ? { region, logs: new LogBucket(this.named("replica-logs"), { context, region }, this.options) }
      : undefined;
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

/** What a host on AWS cannot use yet, or never: refused by its field rather than left out. */
function check(request: SiteRequest): void {
  const { placementSettings, settings, system, context } = request;
  const { name, existing } = placementSettings;
  const filled = (record: Readonly<Record<string, unknown>> | undefined) =>
    Object.keys(record ?? {}).length > 0 ? record : undefined;
  const given = {
    vpc: existing?.vpc,
    cluster: existing?.cluster,
    databases: filled(existing?.databases),
    buckets: filled(existing?.buckets),
    detector: existing?.detector,
    trail: existing?.trail,
    cacheTopic: existing?.cacheTopic,
  };
  const unused = Object.entries(given).flatMap(([field, value]): readonly Problem[] =>
    value === undefined
      ? []
      : [
          {
            path: `groundplan:existing.${name}.${field}`,
            found: show(value),
            allowed: "zone or kmsKey for a host on aws",
            fix: "remove it: the host makes its own, or set groundplan:model to distributed",
          },
        ],
  );
  const place = { region: context.region, replicaRegion: replicaRegionOf(context.region) };
  const problems = [
    ...unused,
    ...placementProblems(request),
    ...Object.entries(system.stores).flatMap(([store, spec]) =>
      spec.kind === "bucket" && spec.local === undefined ? bucketProblems(store, spec, place) : [],
    ),
    ...computeProblems(settings.compute),
  ];
  if (problems.length > 0) {
    throw new InputError(problems);
  }
}

/** Settings of clusters, which a host could only ignore. */
function computeProblems({
  architecture,
  fargateNamespaces,
  managedStores,
  pooledDatabases,
  upgradedDatabases,
}: SiteRequest["settings"]["compute"]): readonly Problem[] {
  return [
    ...(architecture === "arm64"
      ? [
          {
            path: "groundplan:compute.architecture",
            found: show(architecture),
            allowed: "amd64 for a host on aws: its machines are of that architecture",
            fix: "remove the setting, or set groundplan:model to distributed",
          },
        ]
      : []),
    ...(fargateNamespaces.length > 0
      ? [
          {
            path: "groundplan:compute.fargateNamespaces",
            found: show(fargateNamespaces),
            allowed: "no namespaces on Fargate where there is no cluster",
            fix: "remove the setting, or set groundplan:model to distributed",
          },
        ]
      : []),
    ...Object.entries({ pooledDatabases, upgradedDatabases }).flatMap(([field, databases]) =>
      databases.length > 0
        ? [
            {
              path: `groundplan:compute.${field}`,
              found: show(databases),
              allowed: "no database that RDS runs: on a host it is a container",
              fix: "remove the setting, or set groundplan:model to distributed",
            },
          ]
        : [],
    ),
    ...(managedStores.length > 0
      ? [
          {
            path: "groundplan:compute.managedStores",
            found: show(managedStores),
            allowed: "no store that a service runs: on a host all of them are containers",
            fix: "remove the setting, or set groundplan:model to distributed",
          },
        ]
      : []),
  ];
}
