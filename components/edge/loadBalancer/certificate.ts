import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Context } from "../../context";
import type { Make } from "../../make";

export interface CertificateArgs {
  readonly context: Context;
  readonly hosts: readonly string[];
  /** Hosted zone that takes the validation records. Undefined: whoever runs the zone adds them. */
  readonly zoneId?: string;
}

/**
 * A certificate for these hosts and the resource that says it is issued. ACM gives one record per host name, known only
 * after the request; which hosts there are is known now, so the records are found by host and not by position.
 */
export function makeCertificate(
  make: Make,
  args: CertificateArgs,
): { readonly arn: pulumi.Output<string>; readonly certificate: aws.acm.Certificate } {
  const { context, hosts, zoneId } = args;
  const [domainName = "", ...subjectAlternativeNames] = hosts;
  const certificate = make(aws.acm.Certificate, "certificate", {
    domainName,
    subjectAlternativeNames,
    validationMethod: "DNS",
    keyAlgorithm: "EC_prime256v1",
    options: { certificateTransparencyLoggingPreference: "ENABLED" },
    tags: context.tags,
  });
  const records = zoneId === undefined ? [] : hosts.map((host) => makeRecord(make, certificate, host, zoneId));
  const validation = make(aws.acm.CertificateValidation, "certificate-issued", {
    certificateArn: certificate.arn,
    ...(records.length > 0 ? { validationRecordFqdns: records.map((record) => record.fqdn) } : {}),
  });
  return { arn: validation.certificateArn, certificate };
}

function makeRecord(make: Make, certificate: aws.acm.Certificate, host: string, zoneId: string): aws.route53.Record {
  const option = certificate.domainValidationOptions.apply((options) =>
    options.find((each) => each.domainName === host),
  );
  return make(aws.route53.Record, `validation-${host.replaceAll(".", "-")}`, {
    zoneId,
    name: option.apply((each) => each?.resourceRecordName ?? ""),
    type: option.apply((each) => each?.resourceRecordType ?? "CNAME"),
    records: [option.apply((each) => each?.resourceRecordValue ?? "")],
    ttl: 300,
    // Two hosts of one zone may ask for the same record.
    allowOverwrite: true,
  });
}
