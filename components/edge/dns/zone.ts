import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { foundInRun } from "../../errors";
import { zoneProblems } from "./zoneProblems";

export interface ZoneCheck {
  readonly zoneId: string;
  /** Domain below which all names are that go into the zone. */
  readonly domain: string;
  /** Placement whose settings name the zone. */
  readonly placement: string;
  readonly provider: pulumi.ProviderResource;
}

/**
 * What stand-ins say that know no zone: the offline engine's and the sandbox's. Nobody can own a name below it.
 * https://www.rfc-editor.org/rfc/rfc6761#section-6.4
 */
const NOBODYS = /(^|\.)invalid$/;

/**
 * Asks Route 53 whose names a zone holds, and refuses a domain outside of them: a preview ends with it, and an update
 * before its first record. Offline nobody knows, and nothing is refused.
 */
export function checkZone({ zoneId, domain, placement, provider }: ZoneCheck): pulumi.Output<boolean> {
  return aws.route53.getZoneOutput({ zoneId }, { provider }).apply(({ name }) => {
    const problems = zoneProblems(domain, zoneNameOf(name), placement);
    if (problems.length > 0) {
      throw foundInRun(problems);
    }
    return true;
  });
}

function zoneNameOf(name: string | undefined): string | undefined {
  const plain = name?.replace(/\.$/, "").toLowerCase();
  return plain === undefined || plain === "" || NOBODYS.test(plain) ? undefined : plain;
}
