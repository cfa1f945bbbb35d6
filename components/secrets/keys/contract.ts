import type * as pulumi from "@pulumi/pulumi";

/** What a key encrypts. One key per concern, so that access to one kind of data never opens another. */
export const CONCERNS = ["cluster", "volumes", "data", "storage", "secrets", "logs"] as const;
export type Concern = (typeof CONCERNS)[number];

export interface KeysContract {
  /** ARN of the key of a concern. */
  arn(concern: Concern): pulumi.Output<string>;
  /** The key itself, for what must not outlive it; none where it is somebody else's. */
  resources?(concern: Concern): pulumi.Resource[];
}
