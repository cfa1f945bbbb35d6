import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Document } from "yaml";
import { InputError } from "../components/errors";
import { loadSystem } from "../systems/load";
import { mergeLayers } from "../systems/resolve";
import { MODELS, type Model, type SystemInput } from "../systems/spec";
import type { CompleteAnswers } from "./init";
import type { ExemptionSetting } from "./policies";

const COMMENTS: Readonly<Record<string, string>> = {
  system: " Built-in system (npx groundplan systems), or the path of a system file.",
  environment: " Decides redundancy, protection and retention: dev, staging or production.",
  model: " Decides the shape: standalone, single-server, distributed or global.",
  placements: " Where it runs. A placement keeps its name and the number of its network (cidrIndex) for good.",
  domain: " Domain the public uses.",
  backups: " Images of the dumps and of the restore test, pinned likewise.",
  kubernetes:
    " Class of volumes that several nodes mount (ReadWriteMany): name one your cluster has; kubectl get storageclass lists them.",
  tags: " Tags on everything: whose it is, at least.",
  policyExemptions:
    " Accepted deviations from the policies: what the system is needs them. Each ends, and is then looked at again.",
  images:
    " Production deploys what was tested, bit for bit: every image has its digest. These are the examples' registry,\n where nothing can be pulled; deploying is refused until they name your own.",
};

const EXAMPLE_DIGEST = `sha256:${"0".repeat(64)}`;

/** A stack file with a word on every setting. */
export async function stackText(
  answers: CompleteAnswers,
  directory: string,
  policyExemptions: readonly ExemptionSetting[] = [],
): Promise<string> {
  const { system, environment, model, domain } = answers;
  const known = await knownSystem(system, directory);
  const shape = known && MODELS.some((it) => it === model) ? shapeOf(known, model as Model) : undefined;
  const images = environment === "production" && shape ? exampleImages(shape) : undefined;
  const dumps = environment === "production" && shape && Object.keys(shape.backups ?? {}).length > 0;
  const shares = Object.values(shape?.stores ?? {}).some(({ kind }) => kind === "file-share");
  const settings = {
    system,
    environment,
    model,
    placements: placementsOf(answers),
    domain,
    ...(images ? { images } : {}),
    ...(dumps ? { backups: { images: exampleDumpImages(shape.name) } } : {}),
    ...(shares && answers.cloud === "kubernetes" ? { kubernetes: { sharedStorageClass: "shared-files" } } : {}),
    tags: { owner: known?.name ?? "unknown" },
    ...(policyExemptions.length > 0 ? { policyExemptions } : {}),
  };
  const document = new Document({ config: {} });
  document.commentBefore = ` ${system} in ${environment}. Every setting: docs/reference/settings.md`;
  for (const [key, value] of Object.entries(settings)) {
    const name = document.createNode(`groundplan:${key}`);
    name.commentBefore = COMMENTS[key] ?? null;
    name.spaceBefore = key !== "system";
    document.addIn(["config"], document.createPair(name, value));
  }
  return document.toString({ lineWidth: 120 });
}

function placementsOf({ cloud, region }: CompleteAnswers) {
  if (region.length <= 1) {
    const [place] = region;
    const attached = cloud === "kubernetes";
    return [
      {
        name: "main",
        cloud,
        region: place ?? (attached ? "local" : ""),
        ...(attached ? (place === undefined ? {} : { context: place }) : { cidrIndex: 0 }),
      },
    ];
  }
  return region.map((place, index) => ({
    name: nameOf(place) || `place-${index}`,
    cloud,
    region: place,
    role: index === 0 ? "primary" : "secondary",
    ...(cloud === "kubernetes" ? { context: place } : { cidrIndex: index }),
  }));
}

/** A context may be an ARN or an address; a placement's name may not. */
function nameOf(place: string): string {
  const name = place
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(-40);
  return name.replace(/^[^a-z]+|-+$/g, "");
}

type Shape = Pick<SystemInput, "name" | "services" | "stores" | "backups">;

/** The parts a system has in a model. */
function shapeOf(system: SystemInput, model: Model): Shape {
  return mergeLayers(system, { model }) as Shape;
}

const STORES_WITHOUT_IMAGE = ["bucket", "file-share", "search"];

/** Images of every service and store under the examples' registry. */
function exampleImages({ name, services, stores = {} }: Shape) {
  const image = (part: string) => `registry.example.com/${name}/${part}@${EXAMPLE_DIGEST}`;
  const served = Object.entries(stores).filter(([, { kind }]) => !STORES_WITHOUT_IMAGE.includes(kind));
  return {
    services: Object.fromEntries(Object.keys(services).map((service) => [service, image(service)])),
    ...(served.length > 0 ? { stores: Object.fromEntries(served.map(([store]) => [store, image(store)])) } : {}),
  };
}

function exampleDumpImages(name: string) {
  const image = (part: string) => `registry.example.com/${name}/${part}@${EXAMPLE_DIGEST}`;
  return { dump: image("postgres"), restore: image("postgres"), upload: image("aws-cli") };
}

/** None where the system cannot be read, which is said elsewhere. */
async function knownSystem(system: string, directory: string): Promise<SystemInput | undefined> {
  try {
    return await loadSystem(system, { readFile: (path) => readFile(resolve(directory, path), "utf8") });
  } catch (error) {
    if (InputError.is(error)) {
      return undefined;
    }
    throw error;
  }
}
