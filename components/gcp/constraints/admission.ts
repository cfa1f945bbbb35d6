import { admits } from "../../cluster/gke/admission";
import { type Constraint, when } from "./constraint";

/** An image that a policy of binary authorization will be asked for. */
export interface AdmissionSubject {
  readonly image: string;
  /** Patterns of images that start unsigned. */
  readonly allow: readonly string[];
  /** Whether others start once they are signed. */
  readonly attested: boolean;
}

export const ADMISSION_CONSTRAINTS: readonly Constraint<AdmissionSubject>[] = [
  {
    id: "admission-image",
    what: "images where nobody signs any",
    limit: "those a pattern of the policy names",
    link: "https://docs.cloud.google.com/binary-authorization/docs/key-concepts#exempt_images",
    check: ({ image, allow, attested }) =>
      when(
        !attested && !allow.some((pattern) => admits(pattern, image)),
        "image",
        image,
        `an image that groundplan:compute.admission lets start: ${allow.join(", ")}`,
        "add a pattern to its allow, or name attestors",
      ),
  },
  {
    id: "admission-digest",
    what: "images that must be signed",
    limit: "named by digest: what is signed is a digest, and a tag may be another image tomorrow",
    link: "https://docs.cloud.google.com/binary-authorization/docs/attestations",
    check: ({ image, allow, attested }) =>
      when(
        attested && !image.includes("@sha256:") && !allow.some((pattern) => admits(pattern, image)),
        "image",
        image,
        "an image by its digest, as attestors sign nothing else",
        "set it in groundplan:images with @sha256:, or add a pattern to compute.admission.allow",
      ),
  },
];
