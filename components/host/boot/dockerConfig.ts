import type { HostFile } from "../contract";

/**
 * What tells Docker's client how to sign in to registries: by a credential helper, so that no password lies on the disk. The
 * units of the host that pull images run as root, and this is where the client looks for it then.
 * https://docs.docker.com/reference/cli/docker/login/#credential-helpers
 */
export function dockerConfig(registries: readonly string[], helper: string): HostFile {
  const credHelpers = Object.fromEntries(registries.map((host) => [host, helper]));
  return { path: DOCKER_CONFIG, content: `${JSON.stringify({ credHelpers })}\n`, permissions: "0600" };
}

export const DOCKER_CONFIG = "/root/.docker/config.json";
