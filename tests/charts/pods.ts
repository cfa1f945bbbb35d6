import { at, describeObject, type Fields, fieldsOf, type KubernetesObject, listOf } from "../cluster/objects";

/** A container of something a release runs, with the pod it is in. */
interface Placed {
  readonly workload: KubernetesObject;
  readonly pod: Fields;
  readonly container: Fields;
}

const WORKLOADS = ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"];
/** What a container of the restricted standard may have added. */
const HARMLESS = ["NET_BIND_SERVICE"];

/** What no release could do its work without, and why. Everything else is held to the restricted standard. */
export const EXEMPT: Readonly<Record<string, string>> = {
  "DaemonSet monitoring/kube-prometheus-stack-prometheus-node-exporter": "reads the node's own processes and disks",
  "DaemonSet monitoring/log-collector-agent": "reads the logs of the node, which are root's",
  "DaemonSet istio-system/istio-cni-node": "joins pods to the mesh from the node, in each pod's network",
  "DaemonSet istio-system/ztunnel": "carries the connections of every pod of its node",
};

/** What pods of these objects do that the restricted Pod Security Standard forbids, a line per container or pod. */
export function beyondRestricted(objects: readonly KubernetesObject[]): readonly string[] {
  const pods = workloads(objects).map((workload) => ({ workload, pod: podOf(workload) }));
  return [
    ...pods.flatMap(({ workload, pod }) => reported(describeObject(workload), ofPod(pod))),
    ...containersOf(objects).flatMap((placed) => reported(nameOf(placed), ofContainer(placed))),
  ];
}

/** Containers that may take what they like of a node, or are promised nothing. */
export function withoutResources(objects: readonly KubernetesObject[]): readonly string[] {
  return containersOf(objects).flatMap((placed) =>
    reported(
      nameOf(placed),
      (["requests", "limits"] as const).flatMap((side) =>
        ["cpu", "memory"]
          .filter((name) => at(placed.container, "resources", side, name) === undefined)
          .map((name) => `no ${side}.${name}`),
      ),
    ),
  );
}

/** Images that are another tomorrow. */
export function floatingImages(objects: readonly KubernetesObject[]): readonly string[] {
  return containersOf(objects).flatMap(({ workload, container }) =>
    /(:latest|^[^:@]+)$/.test(String(container.image))
      ? [`${describeObject(workload)}: ${String(container.image)}`]
      : [],
  );
}

export function containersOf(objects: readonly KubernetesObject[]): readonly Placed[] {
  return workloads(objects).flatMap((workload) => {
    const pod = podOf(workload);
    const all = [...listOf(pod.initContainers), ...listOf(pod.containers)];
    return all.map((container) => ({ workload, pod, container }));
  });
}

function workloads(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  return objects.filter(({ kind }) => WORKLOADS.includes(kind));
}

function podOf(workload: KubernetesObject): Fields {
  const job = workload.kind === "CronJob" ? at(workload, "spec", "jobTemplate") : workload;
  return fieldsOf(at(job, "spec", "template", "spec"));
}

function ofPod(pod: Fields): readonly string[] {
  const shared = ["hostNetwork", "hostPID", "hostIPC"].filter((name) => pod[name] === true);
  return [...shared, ...(listOf(pod.volumes).some(({ hostPath }) => hostPath !== undefined) ? ["hostPath"] : [])];
}

function ofContainer({ pod, container }: Placed): readonly string[] {
  const own = fieldsOf(container.securityContext);
  const shared = fieldsOf(pod.securityContext);
  const either = (name: string) => own[name] ?? shared[name];
  const added = at(own, "capabilities", "add");
  const dropped = at(own, "capabilities", "drop");
  const excess = Array.isArray(added) ? added.map(String).filter((name) => !HARMLESS.includes(name)) : [];
  return [
    ...(own.privileged === true ? ["privileged"] : []),
    ...(own.allowPrivilegeEscalation === false ? [] : ["may gain privileges"]),
    ...(either("runAsNonRoot") === true && either("runAsUser") !== 0 ? [] : ["may be root"]),
    ...(Array.isArray(dropped) && dropped.includes("ALL") ? [] : ["keeps capabilities"]),
    ...(excess.length > 0 ? [`adds ${excess.join(", ")}`] : []),
    ...(at(either("seccompProfile"), "type") === "RuntimeDefault" ? [] : ["no seccomp profile"]),
  ];
}

function nameOf({ workload, container }: Placed): string {
  return `${describeObject(workload)}, ${String(container.name)}`;
}

function reported(where: string, problems: readonly string[]): readonly string[] {
  return problems.length > 0 ? [`${where}: ${problems.join("; ")}`] : [];
}
