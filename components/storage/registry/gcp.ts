import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { type Context, identityOf } from "../../context";
import type { ArtifactRepository } from "../../gcp/images";
import { labelsOf } from "../../gcp/labels";
import { GCP_NAMES } from "../../gcp/names";
import { projectOf } from "../../gcp/project";
import { makeServiceAgent } from "../../gcp/serviceAgents";
import type { Make } from "../../make";
import { uniqueName } from "../../naming";
import type { KeysContract } from "../../secrets/keys/contract";
import type { RegistryContract } from "./contract";

export interface RegistryArgs extends ComponentArgs {
  readonly keys: KeysContract;
  /** Address of the account that pulls: that of the nodes. */
  readonly puller: pulumi.Input<string>;
  /** Repositories of other placements that it pulls from too. @default none */
  readonly others?: readonly (ArtifactRepository & {
    readonly placement: string;
    readonly ready: readonly pulumi.Resource[];
  })[];
  readonly transform?: { readonly repository?: Transform<gcp.artifactregistry.RepositoryArgs> };
}

/** Versions of an image that stay whatever their age: what a rollback goes back to. */
const KEPT_VERSIONS = 30;
/** Days until a version that no tag names goes. */
const UNTAGGED_DAYS = 30;

/** Id of a placement's repository. */
export function repositoryId(context: Pick<Context, "system" | "identity" | "environment" | "placement">): string {
  return uniqueName(GCP_NAMES.repository, [identityOf(context), context.environment, context.placement]);
}

/**
 * A repository for the system's own images beside what runs them, so that a region that is cut off still starts pods.
 * One holds every image of the system, each under its own name.
 */
export class Registry extends Component implements RegistryContract {
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: RegistryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:storage:Registry", name, args, opts);
    const { context } = this;
    const make: Make = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    const repository = this.makeRepository(make, args);
    const pulls = {
      role: "roles/artifactregistry.reader",
      member: pulumi.interpolate`serviceAccount:${args.puller}`,
    };
    make(gcp.artifactregistry.RepositoryIamMember, "nodes-may-pull", {
      location: context.region,
      repository: repository.name,
      ...pulls,
    });
    for (const { placement, project, location, repository: other, ready } of args.others ?? []) {
      make(
        gcp.artifactregistry.RepositoryIamMember,
        `nodes-may-pull-of-${placement}`,
        { project, location, repository: other, ...pulls },
        { dependsOn: [...ready] },
      );
    }
    this.url = pulumi.interpolate`${context.region}-docker.pkg.dev/${projectOf(this).id}/${repository.repositoryId}`;
    this.finish({ url: this.url });
  }

  private makeRepository(make: Make, { keys }: RegistryArgs): gcp.artifactregistry.Repository {
    const { context } = this;
    const apis = (["artifactregistry", "containerscanning"] as const).map((service) =>
      make(gcp.projects.Service, `api-${service}`, {
        service: `${service}.googleapis.com`,
        disableOnDestroy: false,
        disableDependentServices: false,
      }),
    );
    const agent = makeServiceAgent(make, "artifactregistry", projectOf(this), this);
    const grant = make(
      gcp.kms.CryptoKeyIAMMember,
      "key-artifactregistry",
      {
        cryptoKeyId: keys.arn("storage"),
        role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
        member: agent.member,
      },
      { dependsOn: [...agent.ready] },
    );
    return make(
      gcp.artifactregistry.Repository,
      "repository",
      {
        repositoryId: repositoryId(context),
        location: context.region,
        format: "DOCKER",
        mode: "STANDARD_REPOSITORY",
        description: `Images of ${context.system} for ${context.placement}`,
        // Another repository for another key: it cannot be changed.
        kmsKeyName: keys.arn("storage"),
        // A tag that could move would run, after the next restart, what nobody has released.
        dockerConfig: { immutableTags: true },
        // On with the API of the scanner, whose price is by the image.
        vulnerabilityScanningConfig: { enablementConfig: "INHERITED" },
        // What is kept wins over what is deleted. https://docs.cloud.google.com/artifact-registry/docs/repositories/cleanup-policy-overview
        cleanupPolicyDryRun: false,
        cleanupPolicies: [
          { id: "keep-recent", action: "KEEP", mostRecentVersions: { keepCount: KEPT_VERSIONS } },
          {
            id: "delete-untagged",
            action: "DELETE",
            condition: { tagState: "UNTAGGED", olderThan: `${UNTAGGED_DAYS * 86_400}s` },
          },
        ],
        labels: labelsOf(context.tags),
      },
      // What runs is pulled from here again at every new node.
      { protect: context.redundancy.protect, dependsOn: [...apis, grant] },
    );
  }
}
