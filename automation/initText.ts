import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Document } from "yaml";
import { InputError } from "../components/errors";
import { loadSystem } from "../systems/load";
import type { CompleteAnswers } from "./init";

const COMMENTS: Readonly<Record<string, string>> = {
  system: " Built-in system (npx groundplan systems), or the path of a system file.",
  environment: " Decides redundancy, protection and retention: dev, staging or production.",
  model: " Decides the shape: standalone, single-server, distributed or global.",
  placements: " Where it runs. A placement keeps its name and the number of its network (cidrIndex) for good.",
  domain: " Domain the public uses.",
  images:
    " Production deploys what was tested, bit for bit: every image has its digest. These are the examples' registry,\n where nothing can be pulled; deploying is refused until they name your own.",
};

const EXAMPLE_DIGEST = `sha256:${"0".repeat(64)}`;

/** A stack file with a word on every setting. */
export async function stackText(answers: CompleteAnswers, directory: string): Promise<string> {
  const { system, environment, model, domain } = answers;
  const images = environment === "production" ? await exampleImages(system, directory) : undefined;
  const settings = {
    system,
    environment,
    model,
    placements: placementsOf(answers),
    domain,
    ...(images ? { images } : {}),
  };
  const document = new Document({ config: {} });
  document.commentBefore = ` ${system} in ${environment}. Every setting: npx groundplan plan --help, and docs/architecture.md`;
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

/** Images of every service under the examples' registry; none where the system cannot be read, which is said elsewhere. */
async function exampleImages(system: string, directory: string) {
  try {
    const { name, services } = await loadSystem(system, {
      readFile: (path) => readFile(resolve(directory, path), "utf8"),
    });
    const image = (service: string) => `registry.example.com/${name}/${service}@${EXAMPLE_DIGEST}`;
    return { services: Object.fromEntries(Object.keys(services).map((service) => [service, image(service)])) };
  } catch (error) {
    if (InputError.is(error)) {
      return undefined;
    }
    throw error;
  }
}
