import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Context } from "../../../components/context";
import type { ProgramSettings } from "../../settings";
import type { SiteRequest } from "../site";

export interface CloudProviderArgs {
  /** Of the placement, or of the edge: its name and region are the provider's. */
  readonly context: Context;
  readonly settings: ProgramSettings;
  /** Account it must be. @default those the settings allow */
  readonly account: string | undefined;
  readonly parent: pulumi.Resource;
}

/** Explicit providers of a placement on AWS, from the settings alone: no ambient credentials decide where anything goes. */
export function makeProviders({ context, settings, placementSettings, placement }: SiteRequest) {
  const cloud = makeCloudProvider({ context, settings, account: placementSettings.account, parent: placement });
  const generator = new random.Provider(`${placementSettings.name}-random`, {}, { parent: placement });
  return { cloud, generator };
}

export function makeCloudProvider({ context, settings, account, parent }: CloudProviderArgs): aws.Provider {
  const { profile, roleArn, externalId, allowedAccountIds, endpoints } = settings.access.aws;
  const accounts = account === undefined ? allowedAccountIds : [account];
  return new aws.Provider(
    `${context.placement}-aws`,
    {
      region: context.region as aws.Region,
      ...(profile === undefined ? {} : { profile }),
      ...(roleArn === undefined
        ? {}
        : {
            assumeRoles: [{ roleArn, sessionName: "groundplan", ...(externalId === undefined ? {} : { externalId }) }],
          }),
      ...(accounts.length === 0 ? {} : { allowedAccountIds: [...accounts] }),
      ...(Object.keys(endpoints).length === 0 ? {} : { endpoints: [{ ...endpoints }] }),
      defaultTags: { tags: context.tags },
    },
    { parent },
  );
}
