import type { SecretSpec } from "../../../systems/spec";
import { type Constraint, when } from "./constraint";

const MOST_ANNOTATION_BYTES = 16_384;

/** A hundred years. */
const MOST_ROTATION_DAYS = 36_500;

export const SECRET_CONSTRAINTS: readonly Constraint<Pick<SecretSpec, "description" | "rotateDays">>[] = [
  {
    id: "secret-annotations",
    what: "what is written beside a secret",
    limit: `less than ${MOST_ANNOTATION_BYTES} bytes, its key among them`,
    link: "https://docs.cloud.google.com/secret-manager/docs/annotations#requirements",
    check: ({ description }) =>
      when(
        Buffer.byteLength(description) + "description".length >= MOST_ANNOTATION_BYTES,
        "description",
        `${Buffer.byteLength(description)} bytes`,
        "less than 16 KiB",
        "shorten it",
      ),
  },
  {
    id: "secret-rotation-period",
    what: "how often a secret is due",
    limit: "every hour to every hundred years; it is counted in days here",
    link: "https://docs.cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets#rotation",
    check: ({ rotateDays }) =>
      when(
        rotateDays !== undefined && (rotateDays < 1 || rotateDays > MOST_ROTATION_DAYS),
        "rotateDays",
        rotateDays,
        `1 to ${MOST_ROTATION_DAYS} days`,
        "choose a period within a hundred years",
      ),
  },
];
