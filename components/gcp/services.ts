import * as gcp from "@pulumi/gcp";
import type { Make } from "../make";

/** APIs a placement calls. A new project has hardly any of them switched on. */
const SERVICES = [
  "cloudresourcemanager",
  "iam",
  "compute",
  "dns",
  "servicenetworking",
  "networkconnectivity",
  "container",
  "containersecurity",
  "binaryauthorization",
  "cloudkms",
  "secretmanager",
  "pubsub",
  "sqladmin",
  "redis",
  "file",
  "storage",
  "certificatemanager",
  "logging",
  "monitoring",
  "billingbudgets",
  "cloudscheduler",
  "workflows",
  "workflowexecutions",
] as const;

export type ServiceName = (typeof SERVICES)[number];
/** The project's APIs, switched on, by name. */
export type EnabledServices = ReadonlyMap<ServiceName, gcp.projects.Service>;

/** Switches the APIs on. They stay on at a destroy: other stacks of the project may use them. */
export function enableServices(make: Make): EnabledServices {
  return new Map(
    SERVICES.map((service) => {
      const enabled = make(gcp.projects.Service, `api-${service}`, {
        service: `${service}.googleapis.com`,
        disableOnDestroy: false,
        disableDependentServices: false,
      });
      return [service, enabled] as const;
    }),
  );
}
