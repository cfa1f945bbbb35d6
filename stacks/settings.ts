import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../components/errors";
import { formatPath, parsePath, valueAt } from "../components/validation";
import { problemsUnder } from "../components/validation/checked";
import { parseSettings, rawSettings, type Settings } from "./settings/parse";
import { isUnreadable, type SecretRef } from "./settings/secrets";

export { imageOf } from "./settings/images";
export type { AddOn } from "./settings/operations";
export { type ParseOptions, parseSettings, rawSettings, type Settings } from "./settings/parse";
export type { PlacementSettings } from "./settings/placements";
export type { SecretRef } from "./settings/secrets";

/** Settings of the running program: what they keep secret can be had, as tainted outputs. */
export interface ProgramSettings extends Settings {
  /** The value of a secret setting; unknown where its key is not at hand. */
  secretValue(reference: SecretRef): pulumi.Output<string>;
}

/** The engine's list of keys it decrypted. The SDK keeps it out of its types; without it nothing counts as decrypted. */
const { isConfigSecret } = pulumi.runtime as { readonly isConfigSecret?: (key: string) => boolean };

/**
 * Where the automation says the project is: it gives the engine a copy of the project's file elsewhere, which the SDK then
 * takes for the project's root.
 */
export const PROJECT_VARIABLE = "GROUNDPLAN_PROJECT";

/**
 * Reads the settings of the running stack. The only reader of Pulumi's configuration: everything else gets what it needs
 * handed in. Throws one InputError with every problem found.
 */
export async function readSettings(): Promise<ProgramSettings> {
  // `pulumi.Config` reads keys one by one and so cannot see those that nobody knows.
  const config = pulumi.runtime.allConfig();
  const secretKeys = Object.keys(config).filter((key) => isConfigSecret?.(key) ?? false);
  const directory = process.env[PROJECT_VARIABLE] ?? pulumi.getRootDirectory();
  const settings = await parseSettings(config, { stack: pulumi.getStack(), directory, secretKeys });
  const raw = rawSettings(config);
  return {
    ...settings,
    secretValue: ({ secret }) => {
      const value = valueAt(raw, parsePath(secret));
      return isUnreadable(value) || typeof value !== "string" ? unknownSecret() : pulumi.secret(value);
    },
  };
}

function unknownSecret(): pulumi.Output<string> {
  return pulumi.secret(pulumi.unknown as string);
}

/** Registry of the examples: planning with it is fine, nothing can be pulled from it. */
const EXAMPLE_REGISTRY = "registry.example.com";

const at = problemsUnder("groundplan:");

/** What can be pulled from nowhere: one problem however many images say so, for the fix is one. */
function exampleImages(images: Settings["images"]): readonly Problem[] {
  const references = [
    ...(images.registry === undefined ? [] : [[["images", "registry"], images.registry] as const]),
    ...(["services", "stores"] as const).flatMap((group) =>
      Object.entries(images[group]).map(([name, image]) => [["images", group, name], image] as const),
    ),
  ].filter(([, image]) => image.split("/")[0] === EXAMPLE_REGISTRY);
  const [first, ...others] = references;
  if (first === undefined) {
    return [];
  }
  const allowed = `a registry that exists; ${EXAMPLE_REGISTRY} is for examples`;
  const [path, image] = first;
  if (others.length === 0) {
    return [at(path, image, allowed, "name the registry you push to")];
  }
  const places = references.map(([[, ...within]]) => formatPath(within));
  const found = `${EXAMPLE_REGISTRY} in ${places.join(", ")}`;
  return [{ ...at(["images"], undefined, allowed, "name the registry you push to in each of them"), found }];
}

/** What keeps a stack that plans from being deployed: placeholders, and places nobody has named. */
export function checkDeployable(settings: Settings): readonly Problem[] {
  const { images, placements, access } = settings;
  const projects = placements.flatMap(({ cloud, account, name }) =>
    cloud === "gcp" && account === undefined && access.gcp.project === undefined
      ? [at(["access", "gcp", "project"], undefined, "a Google Cloud project", `name the project of placement ${name}`)]
      : [],
  );
  return [...exampleImages(images), ...projects, ...unbuilt(settings), ...unnamedPlaces(settings)];
}

/** Images of a language alone: a part that runs one has not been built. */
const RUNTIMES = /^(docker\.io\/)?(library\/)?(node|python|golang|ruby|openjdk|eclipse-temurin|php)(:|@|$)/;

/** Parts whose image is the base the document names, and that give it nothing to run. */
function unbuilt({ images, system }: Settings): readonly Problem[] {
  return Object.entries(system.services).flatMap(([name, { image, command, args }]) =>
    images.services[name] === undefined && images.registry === undefined && !command && !args && RUNTIMES.test(image)
      ? [
          at(
            ["images", "services", name],
            undefined,
            `the image built for ${name}; ${image} runs nothing by itself`,
            "name your build",
          ),
        ]
      : [],
  );
}

/** Places that would be guessed: the cluster that happens to be current, a certificate nobody can prove to own. */
function unnamedPlaces({ placements, access, model }: Settings): readonly Problem[] {
  const onOneMachine = model === "standalone" || model === "single-server";
  return placements.flatMap(({ name, cloud, context, existing }, index) => {
    if (cloud === "kubernetes" && context === undefined && access.kubernetes.kubeconfig === undefined) {
      const path = ["placements", index, "context"];
      return [
        at(path, undefined, "the context of the cluster to deploy to", "name it: the current one may be another's"),
      ];
    }
    const answered = placements.some((other) => other.cloud === "gcp" && other.existing?.zone !== undefined);
    return cloud === "aws" && !onOneMachine && existing?.zone === undefined && !answered
      ? [
          at(
            ["existing", name, "zone"],
            undefined,
            "the hosted zone of the domain",
            "name it: the certificate is proved by a record there",
          ),
        ]
      : [];
  });
}
