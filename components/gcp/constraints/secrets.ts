import type { SecretSpec } from "../../../systems/spec";
import { type Constraint, when } from "./constraint";

const MOST_ANNOTATION_BYTES = 16_384;

export const SECRET_CONSTRAINTS: readonly Constraint<Pick<SecretSpec, "description">>[] = [
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
];
