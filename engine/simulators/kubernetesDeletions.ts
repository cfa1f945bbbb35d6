import type { RecordedResource } from "../goal";
import type { Deletion, DeletionContext, DeletionTable } from "../lifetime/deletion";
import { restsOn } from "../lifetime/graph";
import { isObject, unwrap } from "../wire";

const RELEASE = "kubernetes:helm.sh/v3:Release";

/**
 * API groups whose objects carry a finalizer, with the chart whose controller takes it off: without the controller such
 * an object stays for ever, and its namespace and definition with it.
 */
const FINALIZED: Readonly<Record<string, string>> = {
  "elbv2.k8s.aws": "aws-load-balancer-controller",
  "external-secrets.io": "external-secrets",
  "karpenter.k8s.aws": "karpenter",
  "karpenter.sh": "karpenter",
  "keda.sh": "keda",
  "argoproj.io": "argo-cd",
  // No finalizers, but their pods and volumes are the operator's to end.
  "elasticsearch.k8s.elastic.co": "eck-operator",
  "postgresql.cnpg.io": "cloudnative-pg",
};

const CLUSTER = /^(aws:eks\/cluster:|gcp:container\/cluster:)/;

/** What controllers run on. */
const NODES = /^(aws:eks\/(nodeGroup|fargateProfile):|gcp:container\/nodePool:)/;

/** How the Kubernetes provider deletes: objects, and releases of Helm, which it treats differently out of reach. */
export const kubernetesDeletions: DeletionTable = {
  [RELEASE]: {
    obstacle: (context) =>
      context.isUnreachable
        ? // deleteUnreachable is not asked for releases: https://github.com/pulumi/pulumi-kubernetes, helm_release.go
          "can't delete Helm Release with unreachable cluster"
        : unfinished(context),
    vanishes: isForgotten,
  },
  "kubernetes:*": {
    obstacle: (context) => {
      if (context.isUnreachable) {
        return isForgotten(context)
          ? undefined
          : "configured Kubernetes cluster is unreachable; set PULUMI_K8S_DELETE_UNREACHABLE to true if it is gone";
      }
      return abandoned(context) ?? stillMounted(context);
    },
    vanishes: isForgotten,
  } satisfies Deletion,
};

/** The provider's own input decides; only where it is absent the environment does. */
function isForgotten({ isUnreachable, provider, env }: DeletionContext): boolean {
  const own = provider.deleteUnreachable;
  const chosen = own === undefined ? env.PULUMI_K8S_DELETE_UNREACHABLE === "true" : String(own) === "true";
  return isUnreachable && chosen;
}

/** A release that goes before the objects its controller looks after: their definitions wait for finalizers for ever. */
function unfinished({ resource, inputs, standing }: DeletionContext): string | undefined {
  const kept = standing.filter(
    (other) =>
      other.provider === resource.provider &&
      chartOf(inputs.chart) === FINALIZED[groupOf(other)] &&
      FINALIZED[groupOf(other)] !== undefined,
  );
  return kept.length > 0
    ? `uninstalling waits for the finalizers of ${kept.map(({ name }) => name).join(", ")}`
    : undefined;
}

/** An object whose controller was this stack's own and is gone, or has nothing left to run on. */
function abandoned({ resource, began, standing }: DeletionContext): string | undefined {
  const chart = FINALIZED[groupOf(resource)];
  const runs = (other: RecordedResource) =>
    other.type === RELEASE &&
    other.provider === resource.provider &&
    chartOf((unwrap(other.inputs) as { chart?: unknown }).chart) === chart;
  if (chart === undefined || !began.some(runs)) {
    return undefined;
  }
  if (!standing.some(runs)) {
    return `its finalizer waits for ${chart}, which is gone`;
  }
  const nodes = nodesUnder(resource, began);
  return nodes.length > 0 && !standing.some((other) => nodes.includes(other))
    ? `its finalizer waits for ${chart}, which has no node`
    : undefined;
}

/** Nodes of the stack's own cluster that an object is in: those that rest on the cluster its provider rests on. */
function nodesUnder(object: RecordedResource, began: readonly RecordedResource[]): readonly RecordedResource[] {
  const clusters = restsOn(object, began).filter(({ type }) => CLUSTER.test(type));
  return began.filter(
    (other) => NODES.test(other.type) && restsOn(other, began).some((resource) => clusters.includes(resource)),
  );
}

/** A claim goes only once no pod mounts it. */
function stillMounted({ resource, inputs, standing }: DeletionContext): string | undefined {
  if (resource.type !== "kubernetes:core/v1:PersistentVolumeClaim") {
    return undefined;
  }
  const metadata = isObject(inputs.metadata) ? inputs.metadata : {};
  const mounts = standing.filter((other) => {
    const { metadata: theirs, spec } = unwrap(other.inputs) as { metadata?: { namespace?: unknown }; spec?: unknown };
    return (
      other.provider === resource.provider &&
      theirs?.namespace === metadata.namespace &&
      JSON.stringify(spec ?? {}).includes(`"claimName":${JSON.stringify(metadata.name)}`)
    );
  });
  return mounts.length > 0 ? `pods of ${mounts.map(({ name }) => name).join(", ")} mount it` : undefined;
}

/** `keda.sh` of `kubernetes:keda.sh/v1alpha1:ScaledObject`. */
function groupOf({ type }: RecordedResource): string {
  return /^kubernetes:([^/:]+)\//.exec(type)?.[1] ?? "";
}

/** A chart's own name, whether it comes from a repository or a registry. */
function chartOf(chart: unknown): string {
  return String(chart).split("/").at(-1) ?? "";
}
