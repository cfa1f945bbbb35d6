import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { Context } from "../../context";
import type { Make } from "../../make";
import { labelsOf } from "../labels";
import { projectOf } from "../project";
import { makeServiceAgent } from "../serviceAgents";
import type { DualRegion } from "./dualRegion";

/**
 * The key of a bucket in two regions: one of the multi-region around both, as either region's own would be lost with it.
 * https://docs.cloud.google.com/storage/docs/encryption/customer-managed-keys#key-resources
 */
export function makeReplicaKey(
  make: Make,
  context: Context,
  { keyLocation }: DualRegion,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const ring = make(gcp.kms.KeyRing, "ring", { location: keyLocation });
  const key = make(
    gcp.kms.CryptoKey,
    "key",
    {
      keyRing: ring.id,
      purpose: "ENCRYPT_DECRYPT",
      rotationPeriod: `${90 * 86_400}s`,
      destroyScheduledDuration: `${30 * 86_400}s`,
      versionTemplate: { algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION", protectionLevel: "SOFTWARE" },
      labels: { ...labelsOf(context.tags), concern: "storage" },
    },
    { protect: context.redundancy.protect },
  );
  const agent = makeServiceAgent(make, "storage", projectOf(parent), parent);
  const grant = make(
    gcp.kms.CryptoKeyIAMMember,
    "key-storage",
    { cryptoKeyId: key.id, role: "roles/cloudkms.cryptoKeyEncrypterDecrypter", member: agent.member },
    { dependsOn: [...agent.ready] },
  );
  return pulumi.all([key.id, grant.id]).apply(([id]) => id);
}
