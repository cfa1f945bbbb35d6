import { z } from "zod";
import { problemsOf } from "../../components/gcp/constraints/constraint";
import { PROJECT_CONSTRAINTS } from "../../components/gcp/constraints/place";
import { name, text } from "../../systems/spec/primitives";

export const accountId = text(/^\d{12}$/, {
  allowed: "an AWS account id: twelve digits, in quotes",
  fix: 'write it in quotes, such as "123456789012"',
  example: "123456789012",
});

export const projectId = text(
  /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/,
  {
    allowed:
      "a Google Cloud project id: 6 to 30 lower-case letters, digits and hyphens, starting with a letter, without google or ssl",
    fix: "write the project's id, neither its name nor its number",
    example: "my-project",
  },
  (value) => problemsOf(PROJECT_CONSTRAINTS, value, "").length === 0,
);

const billingAccount = text(/^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$/, {
  allowed: "a billing account, such as 012345-6789AB-CDEF01",
  fix: "write the id that gcloud billing accounts list shows",
  example: "012345-6789AB-CDEF01",
});

const roleArn = text(/^arn:aws(-us-gov|-cn)?:iam::\d{12}:role\/[\w+=,.@/-]+$/, {
  allowed: "the ARN of an IAM role, such as arn:aws:iam::123456789012:role/deployer",
  fix: "write the role's full ARN",
  example: "arn:aws:iam::123456789012:role/deployer",
});

/**
 * A policy of the account's own, or one of AWS's: a name of at most 128 characters, in any path.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export const boundaryArn = text(/^arn:aws(-us-gov|-cn)?:iam::(\d{12}|aws):policy\/([!-.0-~]+\/)*[\w+=,.@-]{1,128}$/, {
  allowed: "the ARN of an IAM policy, such as arn:aws:iam::123456789012:policy/boundary",
  fix: "write the policy's full ARN",
  example: "arn:aws:iam::123456789012:policy/boundary",
});

const serviceAccount = text(/^[a-z][-a-z0-9]{4,28}[a-z0-9]@[a-z][-a-z0-9]+\.iam\.gserviceaccount\.com$/, {
  allowed: "a service account, such as deployer@my-project.iam.gserviceaccount.com",
  fix: "write the account's full address",
  example: "deployer@my-project.iam.gserviceaccount.com",
});

/** A range of addresses that may come in; the whole world is none. */
export const sourceRange = text(
  /^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/,
  {
    allowed: "an IPv4 range narrower than /8, such as 203.0.113.0/24",
    fix: "list the ranges you deploy from, never the whole world",
    example: "203.0.113.0/24",
  },
  (value) => {
    const [address = "", prefix = ""] = value.split("/");
    return address.split(".").every((part) => Number(part) <= 255) && Number(prefix) >= 8 && Number(prefix) <= 32;
  },
);

export const access = z
  .strictObject({
    aws: z
      .strictObject({
        profile: z.string().min(1).optional().describe("Profile of the AWS configuration"),
        roleArn: roleArn.optional().describe("Role to assume"),
        externalId: z.string().min(2).optional().describe("External id the role asks for"),
        allowedAccountIds: z
          .array(accountId)
          .default([])
          .describe("Accounts that may be deployed to; any other is refused"),
        permissionsBoundary: boundaryArn
          .optional()
          .describe("Policy that every role made here has as its permissions boundary; none when absent"),
        endpoints: z
          .record(name, z.url())
          .default({})
          .describe("Endpoints to use instead of the cloud's own, by service"),
      })
      .prefault({})
      .describe("How AWS is reached"),
    gcp: z
      .strictObject({
        project: projectId.optional().describe("Project of placements that name none"),
        impersonateServiceAccount: serviceAccount.optional().describe("Service account to act as"),
        billingAccount: billingAccount.optional().describe("Billing account that pays, for alerts.budget"),
      })
      .prefault({})
      .describe("How Google Cloud is reached"),
    kubernetes: z
      .strictObject({
        kubeconfig: z.string().min(1).optional().describe("Path of the kubeconfig; the usual places when absent"),
        context: z.string().min(1).optional().describe("Context of placements that name none"),
        deleteUnreachable: z.boolean().default(false).describe("Whether a cluster that is gone may be forgotten"),
      })
      .prefault({})
      .describe("How clusters you already have are reached"),
    deployer: z
      .strictObject({
        from: z
          .enum(["private", "cidrs", "tunnel"])
          .default("private")
          .describe("A runner in the network (anywhere, by GKE's named endpoint), listed ranges, or a tunnel"),
        cidrBlocks: z
          .array(sourceRange)
          .default([])
          .describe("Ranges that may reach the clusters' endpoints, with from: cidrs"),
      })
      .prefault({})
      .describe("How whoever deploys reaches a private cluster"),
  })
  .prefault({})
  .describe("Who deploys, and by which way; providers are built from this alone");
