import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { Context } from "../../context";
import type { Make } from "../../make";
import { labelsOf } from "../labels";
import { GCP_NAMES, replaceableName } from "../names";
import { matcherName } from "./urlMap";

/** A record that proves a host to be ours. */
export interface Validation {
  readonly host: string;
  readonly name: pulumi.Output<string>;
  readonly value: pulumi.Output<string>;
}

export interface Certificates {
  readonly map: gcp.certificatemanager.CertificateMap;
  /** What must stand in the domain's zone before any certificate is issued. */
  readonly validations: readonly Validation[];
}

export interface CertificatesArgs {
  readonly context: Context;
  readonly hosts: readonly string[];
  /** Managed zone that takes the validation records. Undefined: whoever runs the zone adds them. */
  readonly zoneName?: string;
}

/**
 * A certificate per host, so that a new host leaves the others alone, and the map by which the load balancer finds them.
 * Google proves by DNS that the host is ours, so they can be issued before any traffic arrives.
 */
export function makeCertificates(make: Make, args: CertificatesArgs): Certificates {
  const { context } = args;
  const labels = labelsOf(context.tags);
  const map = make(gcp.certificatemanager.CertificateMap, "certificates", {
    description: `Hosts of ${context.system} (${context.environment})`,
    labels,
  });
  const validations = args.hosts.map((host): Validation => {
    const key = matcherName(host);
    const named = (role: string) => ({ name: replaceableName(GCP_NAMES.compute, context, `${role}-${key}`, { host }) });
    const authorization = make(gcp.certificatemanager.DnsAuthorization, `authorization-${key}`, {
      ...named("authorization"),
      domain: host,
      labels,
    });
    const certificate = make(gcp.certificatemanager.Certificate, `certificate-${key}`, {
      ...named("certificate"),
      scope: "DEFAULT",
      managed: { domains: [host], dnsAuthorizations: [authorization.id] },
      labels,
    });
    make(gcp.certificatemanager.CertificateMapEntry, `entry-${key}`, {
      ...named("entry"),
      map: map.name,
      hostname: host,
      certificates: [certificate.id],
      labels,
    });
    if (args.zoneName !== undefined) {
      makeRecord(make, `validation-${key}`, authorization, args.zoneName);
    }
    const record = authorization.dnsResourceRecords.apply((records) => records[0]);
    return {
      host,
      name: record.apply((each) => each?.name ?? ""),
      value: record.apply((each) => each?.data ?? ""),
    };
  });
  return { map, validations };
}

function makeRecord(
  make: Make,
  role: string,
  authorization: gcp.certificatemanager.DnsAuthorization,
  managedZone: string,
): void {
  const record = authorization.dnsResourceRecords.apply((records) => records[0]);
  make(gcp.dns.RecordSet, role, {
    managedZone,
    name: record.apply((each) => each?.name ?? ""),
    type: record.apply((each) => each?.type ?? "CNAME"),
    ttl: 300,
    rrdatas: [record.apply((each) => each?.data ?? "")],
  });
}

/** How a proxy names a certificate map. */
export function mapReference(map: gcp.certificatemanager.CertificateMap): pulumi.Output<string> {
  return pulumi.interpolate`//certificatemanager.googleapis.com/${map.id}`;
}
