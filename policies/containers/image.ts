import type { Environment } from "../config";
import { ENVIRONMENTS, environmentSchema } from "../environments";
import { containerRule } from "../pods";
import { shown, text } from "../read";

export interface ImageReference {
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** An image name taken apart as container runtimes do: without a dot, a colon or `localhost`, the first part is no host. */
export function parseImage(image: string): ImageReference {
  const [named = "", digest] = image.split("@", 2);
  const slash = named.indexOf("/");
  const head = slash < 0 ? "" : named.slice(0, slash);
  const hasRegistry = head.includes(".") || head.includes(":") || head === "localhost";
  const registry = hasRegistry ? head : "docker.io";
  const rest = hasRegistry ? named.slice(slash + 1) : named;
  const colon = rest.lastIndexOf(":");
  const repository = colon < 0 ? rest : rest.slice(0, colon);
  return {
    registry,
    repository: registry === "docker.io" && !repository.includes("/") ? `library/${repository}` : repository,
    tag: colon < 0 ? undefined : rest.slice(colon + 1),
    digest,
  };
}

export const imageTag = containerRule(
  {
    id: "image-fixed-tag",
    title: "Images name a version, not latest",
    severity: "high",
    level: "mandatory",
    fix: "Give the image a tag other than latest, or a digest.",
    sources: ["CKV_K8S_14", "C-0075", "kube-score"],
  },
  ({ props }) => {
    const image = text(props.image);
    if (image === undefined) return "has no image";
    const { tag, digest } = parseImage(image);
    return digest === undefined && (tag === undefined || tag === "latest")
      ? `image ${shown(image)} ${tag === undefined ? "has no tag" : "is tagged latest"}`
      : undefined;
  },
);

export const imageDigest = containerRule<{
  readonly environment: Environment;
  readonly environments: readonly Environment[];
}>(
  {
    id: "image-pinned-by-digest",
    title: "Images are pinned by digest where the environment asks for it",
    severity: "medium",
    level: "mandatory",
    fix: "Write the image as repository@sha256:DIGEST.",
    sources: ["CKV_K8S_43"],
    config: {
      properties: {
        environment: environmentSchema,
        environments: {
          type: "array",
          items: { type: "string", enum: [...ENVIRONMENTS] },
          default: ["production"],
          description: "The environments whose images need a digest.",
        },
      },
      defaults: { environment: "production", environments: ["production"] },
    },
  },
  ({ props }, { environment, environments }) => {
    if (!environments.includes(environment)) return undefined;
    const image = text(props.image);
    if (image === undefined) return "has no image";
    const { digest } = parseImage(image);
    return digest !== undefined && /^sha256:[0-9a-f]{64}$/.test(digest)
      ? undefined
      : `image ${shown(image)} has no digest`;
  },
);

const TRUSTED = [
  "*.dkr.ecr.*.amazonaws.com",
  "public.ecr.aws",
  "*-docker.pkg.dev",
  "gcr.io",
  "*.gcr.io",
  "docker.io/library",
  "docker.io/qdrant",
  "docker.io/otel",
  "docker.io/pgvector",
  "ghcr.io",
  "quay.io",
  "registry.k8s.io",
  "mcr.microsoft.com",
  "docker.elastic.co",
  "registry.example.com",
];

export const trustedRegistry = containerRule<{ readonly registries: readonly string[] }>(
  {
    id: "image-trusted-registry",
    title: "Images come from a trusted registry",
    severity: "medium",
    level: "mandatory",
    fix: "Mirror the image into a trusted registry, or add its registry to this rule's `registries`.",
    sources: ["C-0306", "C-0078"],
    config: {
      properties: {
        registries: {
          type: "array",
          items: { type: "string" },
          default: TRUSTED,
          description: "Registries or registry/repository prefixes; * stands for any run without a slash.",
        },
      },
      defaults: { registries: TRUSTED },
    },
  },
  ({ props }, { registries }) => {
    const image = text(props.image);
    if (image === undefined) return "has no image";
    const { registry, repository } = parseImage(image);
    const full = `${registry}/${repository}`;
    return registries.some((allowed) => startsWithGlob(allowed, full))
      ? undefined
      : `image ${shown(image)} is not from a trusted registry`;
  },
);

const globs = new Map<string, RegExp>();

function startsWithGlob(glob: string, value: string): boolean {
  let pattern = globs.get(glob);
  if (!pattern) {
    const source = glob.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", "[^/]*");
    pattern = new RegExp(`^${source}(/|$)`);
    globs.set(glob, pattern);
  }
  return pattern.test(value);
}

export const imageRules = [imageTag, imageDigest, trustedRegistry];
