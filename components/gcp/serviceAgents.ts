import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { Make } from "../make";
import type { Project } from "./project";

interface Agent {
  /** Domain of its address. https://docs.cloud.google.com/iam/docs/service-agents */
  readonly domain: string;
  /** What brings it to life: switching the API on, or asking for it. */
  readonly made: "with-api" | "on-request";
}

const AGENTS = {
  artifactregistry: { domain: "gcp-sa-artifactregistry", made: "on-request" },
  compute: { domain: "compute-system", made: "with-api" },
  container: { domain: "container-engine-robot", made: "with-api" },
  file: { domain: "cloud-filer", made: "on-request" },
  pubsub: { domain: "gcp-sa-pubsub", made: "on-request" },
  redis: { domain: "cloud-redis", made: "on-request" },
  secretmanager: { domain: "gcp-sa-secretmanager", made: "on-request" },
  sqladmin: { domain: "gcp-sa-cloud-sql", made: "on-request" },
  // Reading it makes it: https://docs.cloud.google.com/storage/docs/getting-service-agent
  storage: { domain: "gs-project-accounts", made: "with-api" },
} as const satisfies Record<string, Agent>;

export type ServiceWithAgent = keyof typeof AGENTS;

export interface ServiceAgent {
  /** IAM member. */
  readonly member: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[];
}

/**
 * The account a service of Google acts with in this project. Most come to life when the service is first used, which is
 * too late for a grant that must stand before; asking for one makes it.
 */
export function makeServiceAgent(
  make: Make,
  service: ServiceWithAgent,
  project: Project,
  parent: pulumi.Resource,
): ServiceAgent {
  if (service === "storage") {
    return { member: gcp.storage.getProjectServiceAccountOutput({}, { parent }).member, ready: [] };
  }
  const { domain, made }: Agent = AGENTS[service];
  const member = pulumi.interpolate`serviceAccount:service-${project.number}@${domain}.iam.gserviceaccount.com`;
  return {
    member,
    ready:
      made === "on-request"
        ? [make(gcp.projects.ServiceIdentity, `agent-${service}`, { service: `${service}.googleapis.com` })]
        : [],
  };
}
