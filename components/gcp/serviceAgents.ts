import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { Make } from "./make";
import type { Project } from "./project";

/** Domain of each service's agent. https://docs.cloud.google.com/iam/docs/service-agents */
const DOMAINS = {
  compute: "compute-system",
  container: "container-engine-robot",
  file: "cloud-filer",
  pubsub: "gcp-sa-pubsub",
  redis: "cloud-redis",
  secretmanager: "gcp-sa-secretmanager",
  sqladmin: "gcp-sa-cloud-sql",
  storage: "gs-project-accounts",
} as const;

export type ServiceWithAgent = keyof typeof DOMAINS;

export interface ServiceAgent {
  /** IAM member. */
  readonly member: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[];
}

/**
 * The account a service of Google acts with in this project. It comes to life when the service is first used, which is
 * too late for a grant that must stand before; asking for it makes it.
 */
export function makeServiceAgent(make: Make, service: ServiceWithAgent, project: Project): ServiceAgent {
  const member = pulumi.interpolate`serviceAccount:service-${project.number}@${DOMAINS[service]}.iam.gserviceaccount.com`;
  const identity = make(gcp.projects.ServiceIdentity, `agent-${service}`, { service: `${service}.googleapis.com` });
  return { member, ready: [identity] };
}
