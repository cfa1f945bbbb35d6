import * as gcp from "@pulumi/gcp";
import type { Make } from "./make";

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
] as const;

/** Switches the APIs on. They stay on at a destroy: other stacks of the project may use them. */
export function enableServices(make: Make): readonly gcp.projects.Service[] {
  return SERVICES.map((service) =>
    make(gcp.projects.Service, `api-${service}`, {
      service: `${service}.googleapis.com`,
      disableOnDestroy: false,
      disableDependentServices: false,
    }),
  );
}
