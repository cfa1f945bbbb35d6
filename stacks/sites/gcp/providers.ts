import * as gcp from "@pulumi/gcp";
import * as random from "@pulumi/random";
import { labelsOf } from "../../../components/gcp/labels";
import type { SiteRequest } from "../site";

/** Explicit providers of a placement on Google Cloud, from the settings alone: no ambient project decides where anything goes. */
export function makeProviders({ context, settings, placementSettings, placement }: SiteRequest) {
  const { impersonateServiceAccount } = settings.access.gcp;
  const { name, account, region } = placementSettings;
  const cloud = new gcp.Provider(
    `${name}-gcp`,
    {
      region,
      ...(account === undefined ? {} : { project: account }),
      ...(impersonateServiceAccount === undefined ? {} : { impersonateServiceAccount }),
      defaultLabels: labelsOf(context.tags),
      addPulumiAttributionLabel: false,
      // Quota and billing of API calls belong to the project that is deployed to, not to the deployer's own.
      ...(account === undefined ? {} : { userProjectOverride: true, billingProject: account }),
    },
    { parent: placement },
  );
  const generator = new random.Provider(`${name}-random`, {}, { parent: placement });
  return { cloud, generator };
}
