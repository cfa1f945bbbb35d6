export interface ArtifactRepository {
  readonly location: string;
  readonly project: string;
  readonly repository: string;
}

/** Repositories of Artifact Registry that images come from. */
export function artifactRepositories(images: readonly string[]): readonly ArtifactRepository[] {
  const found = images.flatMap((image): readonly (readonly [string, ArtifactRepository])[] => {
    const [, location, project, repository] = /^([a-z0-9-]+)-docker\.pkg\.dev\/([^/]+)\/([^/]+)\//.exec(image) ?? [];
    return location && project && repository
      ? [[`${location}/${project}/${repository}`, { location, project, repository }]]
      : [];
  });
  return [...new Map(found).values()];
}

/** Where Artifact Registry keeps what the hosts of Container Registry answer with. */
const OLD_HOSTS: Readonly<Record<string, string>> = {
  "gcr.io": "us",
  "us.gcr.io": "us",
  "eu.gcr.io": "europe",
  "asia.gcr.io": "asia",
};

/**
 * Repositories of a project that images come from, those behind the hosts of Container Registry among them: there a
 * project's images cannot be told from a public one's but by the project.
 * https://docs.cloud.google.com/artifact-registry/docs/transition/setup-gcr-repo
 */
export function repositoriesOf(project: string, images: readonly string[]): readonly ArtifactRepository[] {
  const old = images.flatMap((image): readonly ArtifactRepository[] => {
    const [host = "", owner] = image.split("/");
    const location = OLD_HOSTS[host];
    return location !== undefined && owner === project ? [{ location, project, repository: host }] : [];
  });
  const hosts = new Map(old.map((repository) => [repository.repository, repository]));
  return [...artifactRepositories(images).filter((repository) => repository.project === project), ...hosts.values()];
}
