import type * as pulumi from "@pulumi/pulumi";
import type { Access, Grant } from "../../binding";

/**
 * None lets a service change who else may read the bucket. Encryption needs no grant of its own: Cloud Storage works with
 * the key, through its own agent. https://docs.cloud.google.com/storage/docs/access-control/iam-roles
 */
const ROLES: Readonly<Record<Access, string>> = {
  read: "roles/storage.objectViewer",
  write: "roles/storage.objectUser",
  admin: "roles/storage.objectAdmin",
};

/** What a service may do with one bucket. */
export function bucketGrants(store: string, access: Access, bucketName: pulumi.Input<string>): readonly Grant[] {
  return [{ id: `${store}-${access}`, actions: [ROLES[access]], resources: [bucketName] }];
}
