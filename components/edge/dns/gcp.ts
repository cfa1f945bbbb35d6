import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs } from "../../component";
import { matcherName } from "../../gcp/edge/urlMap";
import { GCP_NAMES, replaceableName } from "../../gcp/names";
import type { Make } from "../../make";

/** Where a cloud answers, by addresses that never change. */
export interface Answer {
  /** Region of Google Cloud nearest to it, by which its distance is measured. */
  readonly location: string;
  readonly addresses: readonly pulumi.Input<string>[];
}

export interface DnsArgs extends ComponentArgs {
  /** Full host names. */
  readonly hosts: readonly string[];
  /** Managed zone that takes the records, by its name. */
  readonly zoneName: string;
  /** One per location. */
  readonly answers: readonly Answer[];
  /** Path of each host that answers while the service behind it is well. */
  readonly healthPaths: ReadonlyMap<string, string>;
  /** Records that prove the hosts to be ours to another cloud. @default none */
  readonly validations?: readonly {
    readonly host: string;
    readonly name: pulumi.Input<string>;
    readonly value: pulumi.Input<string>;
  }[];
}

/** Regions the addresses are asked from: three, no more and no fewer. */
const ASKED_FROM = ["us-central1", "europe-west1", "asia-east1"];
/** https://docs.cloud.google.com/dns/docs/configure-routing-policies#create-health-check */
const LEAST_INTERVAL = 30;

/**
 * Names the public asks for, answered by the nearest location that is well; the next one answers for one that is not.
 * Cloud DNS asks addresses over the internet how they are.
 * https://docs.cloud.google.com/dns/docs/routing-policies-overview#geolocation-policy
 */
export class Dns extends Component {
  constructor(name: string, args: DnsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:edge:Dns", name, args, opts);
    const { context } = this;
    const make: Make = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    for (const host of args.hosts) {
      const key = matcherName(host);
      const requestPath = args.healthPaths.get(host) ?? "/";
      const health = make(gcp.compute.HealthCheck, `health-${key}`, {
        name: replaceableName(GCP_NAMES.compute, context, `dns-${key}`, { host, regions: ASKED_FROM }),
        description: `${host}, for the records of both clouds`,
        checkIntervalSec: LEAST_INTERVAL,
        timeoutSec: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 3,
        sourceRegions: [...ASKED_FROM],
        httpsHealthCheck: { host, port: 443, requestPath },
      });
      make(gcp.dns.RecordSet, `record-${key}`, {
        managedZone: args.zoneName,
        name: `${host}.`,
        type: "A",
        ttl: 60,
        routingPolicy: {
          healthCheck: health.id,
          geos: args.answers.map(({ location, addresses }) => ({
            location,
            healthCheckedTargets: { externalEndpoints: [...addresses] },
          })),
        },
      });
    }
    for (const { host, name: record, value } of args.validations ?? []) {
      make(gcp.dns.RecordSet, `validation-${matcherName(host)}-aws`, {
        managedZone: args.zoneName,
        name: record,
        type: "CNAME",
        ttl: 300,
        rrdatas: [value],
      });
    }
    this.finish({ hosts: [...args.hosts] });
  }
}
