import type * as pulumi from "@pulumi/pulumi";

/** What a model may rely on, whoever keeps the images. */
export interface RegistryContract {
  /** What `groundplan:images.registry` takes, and `docker push` before an image's name. */
  readonly url: pulumi.Output<string>;
}
