import { containerRule, effective, podRule, securitySetting } from "../pods";
import { at, isObject, isTrue, keys, list, shown, text } from "../read";
import { fillAt } from "../remedies";

export const notPrivileged = containerRule(
  {
    id: "container-not-privileged",
    title: "Containers are not privileged",
    severity: "critical",
    level: "mandatory",
    fix: "Remove securityContext.privileged; add the one capability that is needed instead.",
    sources: ["CKV_K8S_16", "PSS-restricted", "C-0057"],
  },
  ({ props }) =>
    isTrue(at(props, "securityContext", "privileged")) ? "securityContext.privileged is true" : undefined,
);

export const noEscalation = containerRule(
  {
    id: "container-no-privilege-escalation",
    title: "Containers cannot gain privileges",
    description: "Unset means allowed",
    severity: "high",
    level: "mandatory",
    fix: "Set securityContext.allowPrivilegeEscalation: false on each container.",
    sources: ["CKV_K8S_20", "PSS-restricted", "C-0016"],
  },
  ({ props }) => {
    const value = at(props, "securityContext", "allowPrivilegeEscalation");
    return value === false ? undefined : `securityContext.allowPrivilegeEscalation is ${shown(value)}`;
  },
  // The API refuses the two together, and a privileged container is another rule's finding.
  {
    remedy: (container, spec) => {
      if (isTrue(at(container.props, "securityContext", "privileged"))) return;
      fillAt(spec, ["securityContext", "allowPrivilegeEscalation"], false);
    },
  },
);

export const dropAll = containerRule(
  {
    id: "container-drops-all-capabilities",
    title: "Containers drop all Linux capabilities",
    severity: "high",
    level: "mandatory",
    fix: 'Set securityContext.capabilities.drop: ["ALL"] on each container.',
    sources: ["CKV_K8S_37", "PSS-restricted", "C-0046"],
  },
  ({ props }) => {
    const dropped = list(at(props, "securityContext", "capabilities", "drop"));
    return dropped.some((name) => text(name)?.toUpperCase() === "ALL") ? undefined : "capabilities.drop lacks ALL";
  },
);

export const addedCapabilities = containerRule<{ readonly allowed: readonly string[] }>(
  {
    id: "container-adds-no-capabilities",
    title: "Containers add no capability beyond the allowed ones",
    severity: "high",
    level: "mandatory",
    fix: "Remove securityContext.capabilities.add, or listen on a port above 1024.",
    sources: ["CKV_K8S_25", "PSS-restricted", "C-0046"],
    config: {
      properties: { allowed: { type: "array", items: { type: "string" }, default: ["NET_BIND_SERVICE"] } },
      defaults: { allowed: ["NET_BIND_SERVICE"] },
    },
  },
  ({ props }, { allowed }) => {
    const added = list(at(props, "securityContext", "capabilities", "add")).map(String);
    const excess = added.filter((name) => !allowed.includes(name));
    return excess.length > 0 ? `adds ${excess.join(", ")}` : undefined;
  },
);

export const seccomp = containerRule(
  {
    id: "container-seccomp-profile",
    title: "Containers run under a seccomp profile",
    severity: "medium",
    level: "mandatory",
    fix: "Set securityContext.seccompProfile.type: RuntimeDefault on the pod.",
    sources: ["CKV_K8S_31", "PSS-restricted", "C-0210"],
  },
  (container) => {
    const type = at(effective(container, "seccompProfile"), "type");
    return type === "RuntimeDefault" || type === "Localhost" ? undefined : `seccompProfile.type is ${shown(type)}`;
  },
  {
    remedy: (container, spec) => {
      if (effective(container, "seccompProfile") === undefined) {
        fillAt(spec, ["securityContext", "seccompProfile"], { type: "RuntimeDefault" });
      }
    },
  },
);

export const appArmor = containerRule(
  {
    id: "container-apparmor-confined",
    title: "Containers do not switch AppArmor off",
    severity: "medium",
    level: "mandatory",
    fix: "Remove appArmorProfile.type Unconfined and its annotation.",
    sources: ["PSS-restricted"],
  },
  (container) => {
    if (at(effective(container, "appArmorProfile"), "type") === "Unconfined") return "appArmorProfile is Unconfined";
    const annotation = at(
      container.pod.metadata,
      "annotations",
      `container.apparmor.security.beta.kubernetes.io/${container.name}`,
    );
    return annotation === "unconfined" ? "its AppArmor annotation is unconfined" : undefined;
  },
);

const SELINUX_TYPES = ["container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

export const seLinux = containerRule(
  {
    id: "container-selinux-options",
    title: "Containers keep the standard SELinux types",
    severity: "medium",
    level: "mandatory",
    fix: "Remove seLinuxOptions.user and role, and use a container_*_t type.",
    sources: ["PSS-restricted"],
  },
  (container) => {
    const options = effective(container, "seLinuxOptions");
    if (!isObject(options)) return undefined;
    const type = text(options.type);
    if (type !== undefined && !SELINUX_TYPES.includes(type)) return `seLinuxOptions.type is ${shown(type)}`;
    for (const field of ["user", "role"]) {
      if (text(options[field]) !== undefined) return `seLinuxOptions.${field} is ${shown(options[field])}`;
    }
    return undefined;
  },
);

export const procMount = containerRule(
  {
    id: "container-default-proc-mount",
    title: "Containers keep the masked /proc",
    severity: "medium",
    level: "mandatory",
    fix: "Remove securityContext.procMount.",
    sources: ["PSS-restricted"],
  },
  ({ props }) => {
    const value = text(at(props, "securityContext", "procMount"));
    return value === undefined || value === "Default" ? undefined : `securityContext.procMount is ${shown(value)}`;
  },
);

export const readOnlyRoot = securitySetting(
  {
    id: "container-read-only-root",
    title: "Containers have a read-only root filesystem",
    severity: "medium",
    level: "mandatory",
    fix: "Set securityContext.readOnlyRootFilesystem: true and mount an emptyDir where the program writes.",
    sources: ["CKV_K8S_22", "C-0017", "kube-score"],
  },
  "readOnlyRootFilesystem",
  true,
);

const SAFE_SYSCTLS = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
];

export const sysctls = podRule(
  {
    id: "pod-safe-sysctls",
    title: "Pods set safe sysctls only",
    severity: "medium",
    level: "mandatory",
    fix: "Remove the sysctl, or set it on the nodes of a dedicated pool.",
    sources: ["PSS-restricted"],
  },
  (pod, report) => {
    for (const sysctl of list(at(pod.spec, "securityContext", "sysctls"))) {
      const name = String(at(sysctl, "name"));
      if (!SAFE_SYSCTLS.includes(name)) report(`sysctl ${name} is not a safe one`);
    }
  },
);

export const hostProcess = containerRule(
  {
    id: "container-no-windows-host-process",
    title: "Containers are not Windows host processes",
    severity: "critical",
    level: "mandatory",
    fix: "Remove securityContext.windowsOptions.hostProcess.",
    sources: ["PSS-restricted"],
  },
  (container) =>
    isTrue(at(effective(container, "windowsOptions"), "hostProcess"))
      ? "windowsOptions.hostProcess is true"
      : undefined,
);

export const hostProbes = containerRule(
  {
    id: "container-probes-own-address",
    title: "Probes and hooks call the pod itself",
    description: "A host in a probe makes the kubelet a way into other networks",
    severity: "medium",
    level: "mandatory",
    fix: "Remove `host` from httpGet and tcpSocket of probes and lifecycle hooks.",
    sources: ["PSS-restricted"],
  },
  ({ props }) => {
    const handlers: [string, unknown][] = [
      ["livenessProbe", props.livenessProbe],
      ["readinessProbe", props.readinessProbe],
      ["startupProbe", props.startupProbe],
      ...keys(props.lifecycle).map((hook): [string, unknown] => [`lifecycle.${hook}`, at(props.lifecycle, hook)]),
    ];
    for (const [name, handler] of handlers) {
      for (const action of ["httpGet", "tcpSocket"]) {
        const host = text(at(handler, action, "host"));
        if (host !== undefined) return `${name}.${action}.host is ${shown(host)}`;
      }
    }
    return undefined;
  },
);

export const privilegeRules = [
  notPrivileged,
  noEscalation,
  dropAll,
  addedCapabilities,
  seccomp,
  appArmor,
  seLinux,
  procMount,
  readOnlyRoot,
  sysctls,
  hostProcess,
  hostProbes,
];
