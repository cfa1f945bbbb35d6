import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { SecretSource } from "../binding";
import type { ClusterContract } from "../cluster/contract";
import type { Make } from "../make";
import { planSecrets, type SecretPlan } from "./secretObjects";

export interface SecretObjectsArgs {
  /** What the objects are for, in their names and in their children's: `env`. */
  readonly purpose: string;
  readonly service: string;
  readonly sources: Readonly<Record<string, SecretSource>>;
  readonly cluster: Pick<ClusterContract, "secretStore" | "installed">;
  /** Ends the name of what External Secrets reads. @default nothing */
  readonly edition?: pulumi.Output<string>;
  /** Metadata of an object of that name. */
  readonly metadata: (name: pulumi.Input<string>) => k8s.types.input.meta.v1.ObjectMeta;
}

export interface SecretObjects extends SecretPlan {
  readonly objects: readonly pulumi.Resource[];
  /** Changes with the content of what is written here. */
  readonly version?: pulumi.Output<string>;
}

/** Keeps secrets in objects named `${service}-PURPOSE`; without External Secrets its entries cannot be read. */
export function makeSecretObjects(make: Make, args: SecretObjectsArgs): SecretObjects {
  const { service, purpose, cluster, edition } = args;
  const external = `${service}-${purpose}-external`;
  const names = {
    values: `${service}-${purpose}`,
    external: edition === undefined ? external : pulumi.interpolate`${external}-${edition}`,
  };
  const plan = planSecrets(args.sources, names);
  const objects: pulumi.Resource[] = [];
  let version: pulumi.Output<string> | undefined;
  if (Object.keys(plan.stringData).length > 0) {
    const secret = make(k8s.core.v1.Secret, `${purpose}-values`, {
      metadata: args.metadata(names.values),
      type: "Opaque",
      stringData: plan.stringData,
    });
    objects.push(secret);
    // A preview of an object that is yet to be made gives its metadata back without a version. Left out of the template,
    // it would come as a surprise to a saved plan; unknown, it is expected.
    version = secret.metadata.resourceVersion.apply((found) => found ?? (pulumi.unknown as unknown as string));
  }
  if (plan.remote.length > 0) {
    const controller = cluster.installed?.externalSecrets;
    objects.push(
      make(
        k8s.apiextensions.CustomResource,
        `${purpose}-external`,
        {
          apiVersion: "external-secrets.io/v1",
          kind: "ExternalSecret",
          metadata: args.metadata(names.external),
          spec: {
            refreshInterval: "1h",
            secretStoreRef: cluster.secretStore,
            target: { name: names.external, creationPolicy: "Owner", deletionPolicy: "Retain" },
            data: plan.remote,
          },
        },
        { dependsOn: controller ? [controller] : [] },
      ),
    );
  }
  return { ...plan, objects, ...(version === undefined ? {} : { version }) };
}
