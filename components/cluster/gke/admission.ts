import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { Project } from "../../gcp/project";
import type { Make } from "../../make";

/** Which images a project's clusters start. */
export interface Admission {
  /** Whether others are refused, or only written to the audit log. */
  readonly mode: "block" | "audit";
  /** Patterns of images that start unattested, such as `ghcr.io/acme/**`. */
  readonly allow: readonly string[];
  /** Attestors that must all have signed whatever else starts, as `projects/P/attestors/A`. None: nothing else starts. */
  readonly attestors: readonly string[];
  /** Repositories of the system's own, by region and id. */
  readonly repositories: readonly { readonly region: string; readonly id: string }[];
}

/**
 * The project's policy: it has one, whatever is deployed to it, and a second stack that sets it takes it over. What GKE
 * itself runs is Google's to vouch for.
 * https://docs.cloud.google.com/binary-authorization/docs/policy-yaml-reference
 */
export function makeAdmission(
  make: Make,
  { mode, allow, attestors, repositories }: Admission,
  project: Project,
  dependsOn: readonly pulumi.Resource[],
): gcp.binaryauthorization.Policy {
  const own = repositories.map(({ region, id }) => pulumi.interpolate`${region}-docker.pkg.dev/${project.id}/${id}/**`);
  return make(
    gcp.binaryauthorization.Policy,
    "admission",
    {
      description: "Images that clusters of this project start",
      globalPolicyEvaluationMode: "ENABLE",
      // Where images are signed, the system's own must be, and their place vouches for nothing.
      admissionWhitelistPatterns: [...allow, ...(attestors.length > 0 ? [] : own)].map((namePattern) => ({
        namePattern,
      })),
      defaultAdmissionRule: {
        evaluationMode: attestors.length > 0 ? "REQUIRE_ATTESTATION" : "ALWAYS_DENY",
        enforcementMode: mode === "block" ? "ENFORCED_BLOCK_AND_AUDIT_LOG" : "DRYRUN_AUDIT_LOG_ONLY",
        ...(attestors.length > 0 ? { requireAttestationsBies: [...attestors] } : {}),
      },
    },
    { dependsOn: [...dependsOn] },
  );
}

/** Whether a pattern lets an image start: `*` ends within a directory, `**` anywhere below it. */
export function admits(pattern: string, image: string): boolean {
  const name = fullName(image);
  if (pattern.endsWith("**")) {
    return name.startsWith(pattern.slice(0, -2));
  }
  const start = pattern.endsWith("*") ? pattern.slice(0, -1) : undefined;
  return start === undefined
    ? name === pattern || name.replace(/[:@].*$/, "") === pattern
    : name.startsWith(start) && !name.slice(start.length).includes("/");
}

/** An image with its registry: what names none is Docker Hub's, and what names nobody there is the library's. */
function fullName(image: string): string {
  const [first = ""] = image.split("/");
  const registry = image.includes("/") && (/[.:]/.test(first) || first === "localhost");
  return registry ? image : `docker.io/${image.includes("/") ? "" : "library/"}${image}`;
}
