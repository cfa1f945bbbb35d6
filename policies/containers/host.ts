import { containerRule, podRule } from "../pods";
import { amount, at, isTrue, keys, list, text } from "../read";

export const hostNamespaces = podRule(
  {
    id: "pod-no-host-namespaces",
    title: "Pods share no namespace of the node",
    severity: "critical",
    level: "mandatory",
    fix: "Remove hostNetwork, hostPID and hostIPC.",
    sources: ["CKV_K8S_17", "CKV_K8S_18", "CKV_K8S_19", "PSS-restricted", "C-0038", "C-0041"],
  },
  (pod, report) => {
    for (const field of ["hostNetwork", "hostPID", "hostIPC"]) {
      if (isTrue(pod.spec[field])) report(`${field} is true`);
    }
  },
);

export const hostPorts = containerRule(
  {
    id: "container-no-host-port",
    title: "Containers take no port of the node",
    severity: "high",
    level: "mandatory",
    fix: "Remove hostPort and reach the pod through a Service.",
    sources: ["CKV_K8S_26", "PSS-restricted", "C-0044"],
  },
  ({ props }) => {
    const port = list(props.ports)
      .map((entry) => amount(at(entry, "hostPort")))
      .find((value) => value);
    return port === undefined ? undefined : `hostPort ${port} is set`;
  },
);

/** The Pod Security Standards' list. */
const VOLUME_TYPES = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

export const volumeTypes = podRule(
  {
    id: "pod-allowed-volume-types",
    title: "Pods use volume types of the restricted standard only",
    severity: "high",
    level: "mandatory",
    fix: "Use a configMap, csi, downwardAPI, emptyDir, ephemeral, persistentVolumeClaim, projected or secret volume.",
    sources: ["PSS-restricted"],
  },
  (pod, report) => {
    for (const volume of list(pod.spec.volumes)) {
      // hostPath has its own rule, so that its exemption does not open the others.
      const type = keys(volume).find((key) => key !== "name" && key !== "hostPath" && !VOLUME_TYPES.includes(key));
      if (type !== undefined) report(`volume ${text(at(volume, "name")) ?? "unnamed"} is of type ${type}`);
    }
  },
);

const RUNTIME_SOCKETS =
  /(docker|containerd|crio|cri-dockerd|podman)\.sock$|^\/(var\/)?run\/(docker|containerd|crio|podman)\/?$/;

export const hostPath = podRule(
  {
    id: "pod-no-host-path",
    title: "Pods mount no path of the node",
    severity: "high",
    level: "mandatory",
    fix: "Use an emptyDir or a persistentVolumeClaim.",
    sources: ["PSS-restricted", "C-0048", "C-0045"],
  },
  (pod, report) => {
    for (const volume of list(pod.spec.volumes)) {
      const path = text(at(volume, "hostPath", "path"));
      if (path !== undefined) report(`volume ${text(at(volume, "name")) ?? "unnamed"} mounts ${path}`);
    }
  },
);

export const runtimeSocket = podRule(
  {
    id: "pod-no-runtime-socket",
    title: "Pods do not reach the node's container runtime",
    description: "The socket of Docker or containerd is root on the node",
    severity: "critical",
    level: "mandatory",
    fix: "Build images with a rootless builder or a daemon of its own instead of the node's socket.",
    sources: ["CKV_K8S_27", "C-0074"],
  },
  (pod, report) => {
    for (const volume of list(pod.spec.volumes)) {
      const path = text(at(volume, "hostPath", "path"));
      if (path !== undefined && RUNTIME_SOCKETS.test(path)) {
        report(`volume ${text(at(volume, "name")) ?? "unnamed"} mounts the runtime's socket ${path}`);
      }
    }
  },
);

export const hostRules = [hostNamespaces, hostPorts, volumeTypes, hostPath, runtimeSocket];
