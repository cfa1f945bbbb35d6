import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { Grant } from "../../binding";
import { type Context, identityOf } from "../../context";
import { artifactRepositories } from "../../gcp/images";
import { GCP_NAMES } from "../../gcp/names";
import type { Project } from "../../gcp/project";
import type { Make } from "../../make";
import { uniqueName } from "../../naming";

/** The account of a host; the default one of Compute Engine can edit the whole project. */
export function makeHostAccount(make: Make, context: Context): gcp.serviceaccount.Account {
  return make(gcp.serviceaccount.Account, "account", {
    accountId: uniqueName(GCP_NAMES.serviceAccount, [
      "host",
      identityOf(context),
      context.environment,
      context.placement,
    ]),
    displayName: `Host of ${context.system} in ${context.placement}`.slice(0, 100),
  });
}

/** Logs and metrics have no resource of their own that a narrower grant could name. */
const PROJECT_ROLES = { logs: "roles/logging.logWriter", metrics: "roles/monitoring.metricWriter" } as const;

export interface HostGrantsArgs {
  readonly project: Project;
  readonly member: pulumi.Input<string>;
  /** What the services on the host may do with buckets. */
  readonly edges: readonly Grant[];
  readonly backups: readonly BackupPlace[];
  readonly images: readonly string[];
}

/** Where a backup's copies are. */
export interface BackupPlace {
  readonly backup: string;
  readonly prefix: string;
  readonly bucketName: pulumi.Input<string>;
}

/** Everything the host may do, but for reading its secrets: that is granted secret by secret where they are made. */
export function makeHostGrants(make: Make, args: HostGrantsArgs): readonly pulumi.Resource[] {
  const { project, member, edges, backups, images } = args;
  return [
    ...Object.entries(PROJECT_ROLES).map(([what, role]) =>
      make(gcp.projects.IAMMember, `may-write-${what}`, { project: project.id, role, member }),
    ),
    ...edges.flatMap(({ id, actions, resources }) =>
      actions.flatMap((role) =>
        resources.map((bucket) => make(gcp.storage.BucketIAMMember, `may-${id}`, { bucket, role, member })),
      ),
    ),
    ...backups.map((place) => grantBackup(make, member, place)),
    ...artifactRepositories(images).map(({ location, project: owner, repository }, index) =>
      make(gcp.artifactregistry.RepositoryIamMember, index === 0 ? "may-pull" : `may-pull-${index + 1}`, {
        project: owner,
        location,
        repository,
        role: "roles/artifactregistry.reader",
        member,
      }),
    ),
  ];
}

/**
 * Writing, reading and listing below a backup's prefix. What was there a locked bucket keeps, and versions and soft
 * delete keep in any other.
 * https://docs.cloud.google.com/storage/docs/access-control/iam-permissions#object_permissions
 */
function grantBackup(make: Make, member: pulumi.Input<string>, { backup, prefix, bucketName }: BackupPlace) {
  return make(gcp.storage.BucketIAMMember, `may-backup-${backup}`, {
    bucket: bucketName,
    role: "roles/storage.objectUser",
    member,
    condition: {
      title: `Copies of ${backup}`.slice(0, 100),
      // Listing is asked of the bucket itself, which has no object's name: what counts there is the prefix that is listed.
      expression: pulumi.interpolate`resource.name.startsWith("projects/_/buckets/${bucketName}/objects/${prefix}") || api.getAttribute("storage.googleapis.com/objectListPrefix", "").startsWith("${prefix}")`,
    },
  });
}
