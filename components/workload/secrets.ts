import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { SecretSource, SourceRotation } from "../binding";
import type { ClusterContract } from "../cluster/contract";
import type { Make } from "../make";
import { digest } from "../naming";
import { type ObjectNames, planSecrets, type SecretPlan } from "./secretObjects";

export interface SecretObjectsArgs {
  /** What the objects are for, in their names and in their children's: `env`. */
  readonly purpose: string;
  readonly service: string;
  readonly sources: Readonly<Record<string, SecretSource>>;
  readonly cluster: Pick<ClusterContract, "secretStore" | "installed">;
  /** Ends the name of what External Secrets reads. @default nothing */
  readonly edition?: pulumi.Output<string>;
  /** What must stand before entries that rotate are read: the users they are of, or what brings the current values. @default nothing */
  readonly after?: readonly pulumi.Resource[];
  /** Metadata of an object of that name. */
  readonly metadata: (name: pulumi.Input<string>, more?: MoreMetadata) => k8s.types.input.meta.v1.ObjectMeta;
}

export interface MoreMetadata {
  readonly annotations?: Readonly<Record<string, pulumi.Input<string>>>;
}

export interface SecretObjects extends SecretPlan {
  readonly objects: readonly pulumi.Resource[];
  /** Changes with the content of what is written here. */
  readonly version?: pulumi.Output<string>;
}

/** How often External Secrets looks at a store again for what changes by hand alone. */
const REFRESH = "1h";
/** The same for what rotates: pods must have been rolled long before it turns again. */
const REFRESH_ROTATED = "5m";
/** Changes with what the stack has put in; any other annotation has the entries read anew: https://external-secrets.io/latest/introduction/faq */
const WRITTEN = "groundplan.dev/secrets-written";

/** Keeps secrets in objects named `${service}-PURPOSE`; without External Secrets a store's entries cannot be read. */
export function makeSecretObjects(make: Make, args: SecretObjectsArgs): SecretObjects {
  const { service, purpose, cluster, edition } = args;
  const names: ObjectNames = {
    values: `${service}-${purpose}`,
    external: (store = "external") => {
      const name = `${service}-${purpose}-${store}`;
      return edition === undefined ? name : pulumi.interpolate`${name}-${edition}`;
    },
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
    version = secret.metadata.resourceVersion.apply((found) => found ?? (pulumi.unknown as string));
  }
  for (const { name, store, data, rotations = [] } of plan.external) {
    const controller = cluster.installed?.externalSecrets;
    const from = store ?? cluster.secretStore;
    objects.push(
      make(
        k8s.apiextensions.CustomResource,
        `${purpose}-${store === undefined ? "external" : store.name}`,
        {
          apiVersion: "external-secrets.io/v1",
          kind: "ExternalSecret",
          metadata: rotations.length > 0 ? args.metadata(name, written(rotations)) : args.metadata(name),
          spec: {
            refreshInterval: rotations.length > 0 ? REFRESH_ROTATED : REFRESH,
            secretStoreRef: from && { kind: from.kind, name: from.name },
            target: { name, creationPolicy: "Owner", deletionPolicy: "Retain" },
            data,
          },
        },
        {
          dependsOn: [
            ...(controller ? [controller] : []),
            ...(store?.ready ?? []),
            ...(rotations.length > 0 ? (args.after ?? []) : []),
            ...rotations.flatMap(({ ready }) => ready ?? []),
          ],
        },
      ),
    );
  }
  return { ...plan, objects, ...(version === undefined ? {} : { version }) };
}

function written(rotations: readonly SourceRotation[]): MoreMetadata {
  const versions = pulumi.all(rotations.map(({ version }) => version));
  return { annotations: { [WRITTEN]: versions.apply((found) => digest(JSON.stringify([...new Set(found)]), 8)) } };
}
