import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Context } from "../../../components/context";
import { labelsOf } from "../../../components/gcp/labels";
import type { ProgramSettings } from "../../settings";
import type { SiteRequest } from "../site";

export interface CloudProviderArgs {
  /** Of the placement, or of the edge: its name and region are the provider's. */
  readonly context: Context;
  readonly settings: ProgramSettings;
  /** Project everything is made in. */
  readonly account: string | undefined;
  readonly parent: pulumi.Resource;
}

/** Explicit providers of a placement on Google Cloud, from the settings alone: no ambient project decides where anything goes. */
export function makeProviders({ context, settings, placementSettings, placement }: SiteRequest) {
  const cloud = makeCloudProvider({ context, settings, account: placementSettings.account, parent: placement });
  const generator = new random.Provider(`${placementSettings.name}-random`, {}, { parent: placement });
  return { cloud, generator };
}

export function makeCloudProvider({ context, settings, account, parent }: CloudProviderArgs): gcp.Provider {
  const { impersonateServiceAccount } = settings.access.gcp;
  return new gcp.Provider(
    `${context.placement}-gcp`,
    {
      region: context.region,
      ...(account === undefined ? {} : { project: account }),
      ...(impersonateServiceAccount === undefined ? {} : { impersonateServiceAccount }),
      defaultLabels: labelsOf(context.tags),
      addPulumiAttributionLabel: false,
      // Quota and billing of API calls belong to the project that is deployed to, not to the deployer's own.
      ...(account === undefined ? {} : { userProjectOverride: true, billingProject: account }),
    },
    { parent },
  );
}
