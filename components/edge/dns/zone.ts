import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { InputError } from "../../errors";
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
      throw quiet(new InputError(problems));
    }
    return true;
  });
}

function zoneNameOf(name: string | undefined): string | undefined {
  const plain = name?.replace(/\.$/, "").toLowerCase();
  return plain === undefined || plain === "" || NOBODYS.test(plain) ? undefined : plain;
}

/** Pulumi prints an error of this mark without a stack trace; it knows its own `RunError` by it, across copies. */
function quiet(error: InputError): InputError {
  return Object.assign(error, { __pulumiRunError: true });
}
