import type { CaseTable } from "../cases";
import { deployment } from "../fixtures";
import { DELETE } from "../harness";

const POD = "spec.template.spec";
const APP = `${POD}.containers.0`;
const base = [deployment];
const app = (problem: string): string => `container "app": ${problem}`;
const node = { name: "node", hostPath: { path: "/var/lib/data" } };
const volume = (type: string, value: unknown) => [{ name: "extra", [type]: value }];

export const table: CaseTable = {
  "container-runs-as-non-root": {
    base,
    fails: [
      { at: `${POD}.securityContext.runAsNonRoot`, to: DELETE, message: app("securityContext.runAsNonRoot is unset") },
      { at: `${APP}.securityContext.runAsNonRoot`, to: false, message: app("securityContext.runAsNonRoot is false") },
    ],
    unknown: [`${POD}.securityContext.runAsNonRoot`, `${APP}.securityContext`],
  },
  "container-high-user-id": {
    base,
    fails: [
      {
        at: `${POD}.securityContext.runAsUser`,
        to: 0,
        message: app("securityContext.runAsUser is 0, less than 10000"),
      },
      {
        at: `${APP}.securityContext.runAsUser`,
        to: 9999,
        message: app("securityContext.runAsUser is 9999, less than 10000"),
      },
      {
        at: `${POD}.securityContext.runAsUser`,
        to: DELETE,
        message: app("securityContext.runAsUser is unset, less than 10000"),
      },
    ],
    unknown: [`${POD}.securityContext.runAsUser`],
  },
  "pod-not-in-root-group": {
    base,
    fails: [
      { at: `${POD}.securityContext.fsGroup`, to: 0, message: "securityContext.fsGroup is 0" },
      { at: `${POD}.securityContext.runAsGroup`, to: 0, message: "securityContext.runAsGroup is 0" },
      {
        at: `${POD}.securityContext.supplementalGroups`,
        to: [1000, 0],
        message: "securityContext.supplementalGroups holds 0",
      },
    ],
    unknown: [`${POD}.securityContext.fsGroup`],
  },
  "container-not-privileged": {
    base,
    fails: [{ at: `${APP}.securityContext.privileged`, to: true, message: app("securityContext.privileged is true") }],
    unknown: [`${APP}.securityContext.privileged`],
  },
  "container-no-privilege-escalation": {
    base,
    fails: [
      {
        at: `${APP}.securityContext.allowPrivilegeEscalation`,
        to: DELETE,
        message: app("securityContext.allowPrivilegeEscalation is unset"),
      },
      {
        at: `${APP}.securityContext.allowPrivilegeEscalation`,
        to: true,
        message: app("securityContext.allowPrivilegeEscalation is true"),
      },
    ],
    unknown: [`${APP}.securityContext.allowPrivilegeEscalation`],
  },
  "container-drops-all-capabilities": {
    base,
    fails: [
      {
        at: `${APP}.securityContext.capabilities.drop`,
        to: ["NET_RAW"],
        message: app("capabilities.drop lacks ALL"),
      },
    ],
    unknown: [`${APP}.securityContext.capabilities.drop`],
  },
  "container-adds-no-capabilities": {
    base,
    fails: [
      {
        at: `${APP}.securityContext.capabilities.add`,
        to: ["NET_BIND_SERVICE", "SYS_ADMIN"],
        message: app("adds SYS_ADMIN"),
      },
      {
        at: `${APP}.securityContext.capabilities.add`,
        to: ["NET_BIND_SERVICE"],
        config: { allowed: [] },
        message: app("adds NET_BIND_SERVICE"),
      },
    ],
    unknown: [`${APP}.securityContext.capabilities.add`],
  },
  "container-seccomp-profile": {
    base,
    fails: [
      { at: `${POD}.securityContext.seccompProfile`, to: DELETE, message: app("seccompProfile.type is unset") },
      {
        at: `${APP}.securityContext.seccompProfile`,
        to: { type: "Unconfined" },
        message: app('seccompProfile.type is "Unconfined"'),
      },
    ],
    unknown: [`${POD}.securityContext.seccompProfile.type`],
  },
  "container-apparmor-confined": {
    base,
    fails: [
      {
        at: `${POD}.securityContext.appArmorProfile`,
        to: { type: "Unconfined" },
        message: app("appArmorProfile is Unconfined"),
      },
      {
        at: ["spec", "template", "metadata", "annotations", "container.apparmor.security.beta.kubernetes.io/app"],
        to: "unconfined",
        message: app("its AppArmor annotation is unconfined"),
      },
    ],
    unknown: [`${POD}.securityContext.appArmorProfile`],
  },
  "container-selinux-options": {
    base,
    fails: [
      {
        at: `${APP}.securityContext.seLinuxOptions`,
        to: { type: "spc_t" },
        message: app('seLinuxOptions.type is "spc_t"'),
      },
      {
        at: `${POD}.securityContext.seLinuxOptions`,
        to: { user: "system_u" },
        message: app('seLinuxOptions.user is "system_u"'),
      },
    ],
    unknown: [`${APP}.securityContext.seLinuxOptions`],
  },
  "container-default-proc-mount": {
    base,
    fails: [
      {
        at: `${APP}.securityContext.procMount`,
        to: "Unmasked",
        message: app('securityContext.procMount is "Unmasked"'),
      },
    ],
    unknown: [`${APP}.securityContext.procMount`],
  },
  "container-read-only-root": {
    base,
    fails: [
      {
        at: `${APP}.securityContext.readOnlyRootFilesystem`,
        to: DELETE,
        message: app("securityContext.readOnlyRootFilesystem is unset"),
      },
    ],
    unknown: [`${APP}.securityContext.readOnlyRootFilesystem`],
  },
  "pod-safe-sysctls": {
    base,
    fails: [
      {
        at: `${POD}.securityContext.sysctls`,
        to: [{ name: "net.ipv4.tcp_syncookies" }, { name: "kernel.msgmax" }],
        message: "sysctl kernel.msgmax is not a safe one",
      },
    ],
    unknown: [`${POD}.securityContext.sysctls`],
  },
  "container-no-windows-host-process": {
    base,
    fails: [
      {
        at: `${POD}.securityContext.windowsOptions`,
        to: { hostProcess: true },
        message: app("windowsOptions.hostProcess is true"),
      },
    ],
    unknown: [`${POD}.securityContext.windowsOptions`],
  },
  "container-probes-own-address": {
    base,
    fails: [
      {
        at: `${APP}.livenessProbe.httpGet.host`,
        to: "10.0.0.1",
        message: app('livenessProbe.httpGet.host is "10.0.0.1"'),
      },
      {
        at: `${APP}.lifecycle`,
        to: { preStop: { tcpSocket: { host: "other", port: 1 } } },
        message: app('lifecycle.preStop.tcpSocket.host is "other"'),
      },
    ],
    unknown: [`${APP}.livenessProbe.httpGet.host`],
  },
  "pod-no-host-namespaces": {
    base,
    fails: ["hostNetwork", "hostPID", "hostIPC"].map((field) => ({
      at: `${POD}.${field}`,
      to: true,
      message: `${field} is true`,
    })),
    unknown: [`${POD}.hostNetwork`, `${POD}.hostPID`, `${POD}.hostIPC`],
  },
  "container-no-host-port": {
    base,
    fails: [{ at: `${APP}.ports.0.hostPort`, to: 8080, message: app("hostPort 8080 is set") }],
    unknown: [`${APP}.ports.0.hostPort`],
  },
  "pod-allowed-volume-types": {
    base,
    fails: [
      { at: `${POD}.volumes`, to: volume("nfs", { server: "nas" }), message: "volume extra is of type nfs" },
      { at: `${POD}.volumes`, to: volume("gitRepo", {}), message: "volume extra is of type gitRepo" },
    ],
    unknown: [`${POD}.volumes`],
  },
  "pod-no-host-path": {
    base,
    fails: [{ at: `${POD}.volumes.1`, to: node, message: "volume node mounts /var/lib/data" }],
    unknown: [`${POD}.volumes.0.hostPath`],
  },
  "pod-no-runtime-socket": {
    base,
    fails: [
      "/var/run/docker.sock",
      "/run/containerd/containerd.sock",
      "/var/run/crio/crio.sock",
      "/run/containerd",
      "/var/run/docker/",
    ].map((path) => ({
      at: `${POD}.volumes`,
      to: volume("hostPath", { path }),
      message: `volume extra mounts the runtime's socket ${path}`,
      also: ["pod-no-host-path"],
    })),
    unknown: [`${POD}.volumes.0.hostPath`],
  },
  "container-readiness-probe": {
    base,
    fails: [{ at: `${APP}.readinessProbe`, to: DELETE, message: app("has no readinessProbe") }],
    unknown: [`${APP}.readinessProbe`],
  },
  "container-liveness-probe": {
    base,
    fails: [{ at: `${APP}.livenessProbe`, to: DELETE, message: app("has no livenessProbe") }],
    unknown: [`${APP}.livenessProbe`],
  },
  "container-probes-differ": {
    base,
    fails: [
      {
        at: `${APP}.livenessProbe.httpGet.path`,
        to: "/ready",
        message: app("both probes ask HTTP /ready on port 8080"),
      },
    ],
    unknown: [`${APP}.livenessProbe.httpGet.path`, `${APP}.readinessProbe.httpGet.port`],
  },
  "pod-no-token-automount": {
    base,
    fails: [
      {
        at: `${POD}.automountServiceAccountToken`,
        to: DELETE,
        message: "automountServiceAccountToken is unset",
      },
      { at: `${POD}.automountServiceAccountToken`, to: true, message: "automountServiceAccountToken is true" },
    ],
    unknown: [`${POD}.automountServiceAccountToken`],
  },
  "pod-own-service-account": {
    base,
    fails: [
      { at: `${POD}.serviceAccountName`, to: DELETE, message: "serviceAccountName is unset" },
      { at: `${POD}.serviceAccountName`, to: "default", message: 'serviceAccountName is "default"' },
    ],
    unknown: [`${POD}.serviceAccountName`],
  },
  "container-no-secret-in-env": {
    base,
    fails: [
      {
        at: `${APP}.env.1`,
        to: { name: "DATABASE_PASSWORD", value: "hunter2" },
        message: app("env DATABASE_PASSWORD holds a value under a secret's name"),
      },
      {
        at: `${APP}.env.1`,
        to: { name: "DATABASE_URL", value: "postgres://app:hunter2@db:5432/app" },
        message: app("env DATABASE_URL holds a URL with a password"),
      },
    ],
    unknown: [`${APP}.env.0.value`],
  },
  "container-no-secret-in-arguments": {
    base,
    fails: [
      {
        at: `${APP}.args.1`,
        to: "--dsn=redis://:hunter2@cache:6379",
        message: app("args holds a URL with a password"),
      },
      {
        at: `${APP}.command`,
        to: ["sh", "-c", "login AKIAIOSFODNN7EXAMPLE"],
        message: app("command holds an AWS access key"),
      },
    ],
    unknown: [`${APP}.args`, `${APP}.args.0`],
  },
};
