import * as aws from "@pulumi/aws";
import * as random from "@pulumi/random";
import type { SiteRequest } from "../site";

/** Explicit providers of a placement on AWS, from the settings alone: no ambient credentials decide where anything goes. */
export function makeProviders({ context, settings, placementSettings, placement }: SiteRequest) {
  const { profile, roleArn, externalId, allowedAccountIds, endpoints } = settings.access.aws;
  const accounts = placementSettings.account === undefined ? allowedAccountIds : [placementSettings.account];
  const cloud = new aws.Provider(
    `${placementSettings.name}-aws`,
    {
      region: placementSettings.region as aws.Region,
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
    { parent: placement },
  );
  const generator = new random.Provider(`${placementSettings.name}-random`, {}, { parent: placement });
  return { cloud, generator };
}
