import * as gcp from "@pulumi/gcp";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Grant } from "../../binding";
import type { Project } from "../../gcp/project";
import type { Make } from "../../make";
import { digest } from "../../naming";

/**
 * A service account of the cluster as IAM knows it, with no account of Google's between the two: nothing can be
 * impersonated, and nothing else can be granted by mistake. Clusters of one project share these names, so each
 * environment needs a project of its own: staging's service would otherwise be production's to every bucket.
 * https://docs.cloud.google.com/kubernetes-engine/docs/concepts/workload-identity#principal-id-examples
 */
export function principalOf(project: Project, namespace: string, serviceAccount: string): pulumi.Output<string> {
  return pulumi.interpolate`principal://iam.googleapis.com/projects/${project.number}/locations/global/workloadIdentityPools/${project.id}.svc.id.goog/subject/ns/${namespace}/sa/${serviceAccount}`;
}

export interface IdentityArgs {
  readonly project: Project;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly grants: readonly Grant[];
  /** The cluster, whose identities exist once it does. */
  readonly cluster: pulumi.Resource;
}

/** Gives a service account exactly its grants, each on its own resource. */
export function grantAll(make: Make, args: IdentityArgs): readonly pulumi.Resource[] {
  const member = principalOf(args.project, args.namespace, args.serviceAccount);
  return args.grants.flatMap((grant) =>
    grant.actions.flatMap((action) =>
      grant.resources.map((resource, index) => {
        const number = grant.resources.length > 1 ? `-${index + 1}` : "";
        const suffix = grant.actions.length > 1 ? `-${digest(action, 4)}` : "";
        const role = `identity-${args.namespace}-${args.serviceAccount}-${grant.id}${suffix}${number}`;
        return grantOne(make, role, { role: action, resource, member, project: args.project }, args.cluster);
      }),
    ),
  );
}

interface OneGrant {
  readonly role: string;
  readonly resource: pulumi.Input<string>;
  readonly member: pulumi.Input<string>;
  readonly project: Project;
}

/** The service a role belongs to says what kind of resource it is granted on. */
function grantOne(make: Make, name: string, grant: OneGrant, cluster: pulumi.Resource): pulumi.Resource {
  const { role, resource, member, project } = grant;
  const opts = { dependsOn: [cluster] };
  const [service] = role.replace(/^roles\//, "").split(".");
  switch (service) {
    case "storage":
      return make(gcp.storage.BucketIAMMember, name, { bucket: resource, role, member }, opts);
    case "secretmanager":
      return make(gcp.secretmanager.SecretIamMember, name, { secretId: resource, role, member }, opts);
    case "redis":
      // Clusters of Redis have no policy of their own: the project's, narrowed to the one.
      return make(
        gcp.projects.IAMMember,
        name,
        {
          project: project.id,
          role,
          member,
          condition: {
            title: "one-cluster",
            description: "This cluster of Redis alone",
            expression: pulumi.interpolate`resource.name == "${resource}"`,
          },
        },
        opts,
      );
    default:
      throw new Error(`no kind of resource is known to grant ${role} on`);
  }
}

/** Where GKE's metadata server answers pods. https://docs.cloud.google.com/kubernetes-engine/docs/how-to/network-policy#network-policy-and-workload-identity */
const METADATA_SERVER = [
  { cidr: "169.254.169.254/32", ports: [80] },
  { cidr: "169.254.169.252/32", ports: [987, 988] },
] as const;

export interface MetadataPolicyArgs {
  readonly service: string;
  readonly namespace: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly kubernetes: pulumi.ProviderResource;
  readonly dependsOn: readonly pulumi.Resource[];
}

/** Lets the pods of one service fetch their tokens: the namespace is closed to that like to everything else. */
export function allowMetadataServer(make: Make, args: MetadataPolicyArgs): k8s.networking.v1.NetworkPolicy {
  return make(
    k8s.networking.v1.NetworkPolicy,
    `identity-${args.namespace}-${args.service}-metadata`,
    {
      metadata: { name: `${args.service}-identity`, namespace: args.namespace, labels: { ...args.labels } },
      spec: {
        podSelector: { matchLabels: { ...args.selector } },
        policyTypes: ["Egress"],
        egress: METADATA_SERVER.map(({ cidr, ports }) => ({
          to: [{ ipBlock: { cidr } }],
          ports: ports.map((port) => ({ protocol: "TCP", port })),
        })),
      },
    },
    { provider: args.kubernetes, dependsOn: [...args.dependsOn] },
  );
}
