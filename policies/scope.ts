import type { PolicyProviderResource, PolicyResource } from "@pulumi/policy";
import { at, list, text } from "./read";
import type { StackSubject } from "./rule";

/**
 * Says which cluster a Kubernetes resource is in, as a key to compare: names and namespaces are unique within one
 * cluster only, and one stack may hold several.
 *
 * Two providers whose kubeconfig is made from one cluster resource reach the same cluster. Without such a dependency a
 * provider is taken for a cluster of its own: contexts and kubeconfigs are secret or unknown too often to compare.
 */
export function clustersOf({ resources }: Pick<StackSubject, "resources">): (resource: PolicyResource) => string {
  const providers = new Map<string, string>();
  for (const resource of resources) {
    if (resource.type !== "pulumi:providers:kubernetes") continue;
    const sources = (resource.propertyDependencies.kubeconfig ?? []).filter(({ type }) => CLUSTER_TYPE.test(type));
    if (sources.length === 1 && sources[0]) providers.set(resource.urn, sources[0].urn);
  }
  return ({ provider }) => (provider === undefined ? "" : (providers.get(provider.urn) ?? provider.urn));
}

/** A custom resource that is a cluster: aws:eks/cluster:Cluster, azure-native:...:ManagedCluster, and their like. */
const CLUSTER_TYPE = /^(?!kubernetes:).*:(\w*KubernetesCluster|ManagedCluster|Cluster|Kubernetes)$/;

type Scoped = Pick<PolicyResource, "props" | "provider">;

/**
 * Whether two cloud resources may share a name: not when both say a region, a project or an account, and these differ.
 * What is unique in itself, such as an ARN, needs no such question.
 */
export function shareNames(one: Scoped, other: Scoped): boolean {
  if (one.provider?.urn === other.provider?.urn) return agree(region(one), region(other));
  return SCOPES.every((read) => agree(read(one), read(other)));
}

function agree(one: string | undefined, other: string | undefined): boolean {
  return one === undefined || other === undefined || one === other;
}

const region = ({ props, provider }: Scoped): string | undefined => text(props.region) ?? given(provider, "region");
const given = (provider: PolicyProviderResource | undefined, key: string): string | undefined =>
  text(provider?.props[key]);

const SCOPES: readonly ((resource: Scoped) => string | undefined)[] = [
  region,
  ({ props, provider }) => text(props.project) ?? given(provider, "project"),
  ({ provider }) => given(provider, "profile"),
  // Provider settings are JSON text where they are no strings.
  ({ provider }) => first(provider?.props.allowedAccountIds),
  ({ provider }) => text(at(provider?.props.assumeRoles, 0, "roleArn")) ?? given(provider, "assumeRoles"),
];

function first(value: unknown): string | undefined {
  return text(list(value)[0]) ?? text(value);
}
