import type { CaseTable } from "../cases";
import { DIGEST, deployment, namespace, release } from "../fixtures";
import { DELETE, type TestResource } from "../harness";

const POD = "spec.template.spec";
const APP = `${POD}.containers.0`;
const base = [deployment];
const app = (problem: string): string => `container "app": ${problem}`;
const configMap: TestResource = {
  type: "kubernetes:core/v1:ConfigMap",
  props: { metadata: { namespace: "shop" }, data: { LOG_LEVEL: "info", PASSWORD_FILE: "/run/secrets/password" } },
};
const manifest: TestResource = {
  type: "kubernetes:yaml/v2:ConfigGroup",
  props: {
    files: ["tests/policies/corpus/manifests/*.yml"],
    yaml: "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: app, namespace: shop }\n",
  },
};

export const table: CaseTable = {
  "image-fixed-tag": {
    base,
    fails: [
      {
        at: `${APP}.image`,
        to: "registry.example.com:5000/app",
        message: app('image "registry.example.com:5000/app" has no tag'),
        also: ["image-pinned-by-digest", "image-trusted-registry"],
      },
      {
        at: `${APP}.image`,
        to: "nginx:latest",
        message: app('image "nginx:latest" is tagged latest'),
        also: ["image-pinned-by-digest"],
      },
      {
        at: `${APP}.image`,
        to: DELETE,
        message: app("has no image"),
        also: ["image-pinned-by-digest", "image-trusted-registry"],
      },
    ],
    unknown: [`${APP}.image`],
  },
  "image-pinned-by-digest": {
    base,
    fails: [
      { at: `${APP}.image`, to: "nginx:1.27", message: app('image "nginx:1.27" has no digest') },
      { at: `${APP}.image`, to: "nginx:1.27@sha256:12", message: app('image "nginx:1.27@sha256:12" has no digest') },
      {
        at: `${APP}.image`,
        to: "nginx:1.27",
        config: { environment: "staging", environments: ["staging"] },
        message: app('image "nginx:1.27" has no digest'),
      },
    ],
    unknown: [`${APP}.image`],
  },
  "image-trusted-registry": {
    base,
    fails: [
      {
        at: `${APP}.image`,
        to: `evil.example.org/app@${DIGEST}`,
        message: app(`image "evil.example.org/app@${DIGEST}" is not from a trusted registry`),
      },
      {
        at: `${APP}.image`,
        to: `someone/app@${DIGEST}`,
        message: app(`image "someone/app@${DIGEST}" is not from a trusted registry`),
      },
      {
        at: `${APP}.image`,
        to: `quay.io.evil.org/app@${DIGEST}`,
        message: app(`image "quay.io.evil.org/app@${DIGEST}" is not from a trusted registry`),
      },
    ],
    unknown: [`${APP}.image`],
  },
  "config-map-no-secret": {
    base: [configMap],
    fails: [
      { at: "data.API_KEY", to: "abcdef", message: "data.API_KEY holds a value under a secret's name" },
      {
        at: ["data", "app.pem"],
        to: "-----BEGIN RSA PRIVATE KEY-----\nMII",
        message: "data.app.pem holds a private key",
      },
    ],
    unknown: ["data", "data.LOG_LEVEL"],
  },
  "workload-own-namespace": {
    base,
    fails: [
      { at: "metadata.namespace", to: DELETE, message: "metadata.namespace is default or unset" },
      { at: "metadata.namespace", to: "default", message: "metadata.namespace is default or unset" },
    ],
    unknown: ["metadata.namespace"],
  },
  "namespace-enforces-pod-security": {
    base: [namespace],
    fails: [
      {
        at: ["metadata", "labels", "pod-security.kubernetes.io/enforce"],
        to: "baseline",
        message: 'label pod-security.kubernetes.io/enforce is "baseline", weaker than restricted',
      },
      {
        at: "metadata.labels",
        to: DELETE,
        message: "label pod-security.kubernetes.io/enforce is unset, weaker than restricted",
      },
    ],
    unknown: [{ at: ["metadata", "labels", "pod-security.kubernetes.io/enforce"] }],
  },
  "manifest-yaml-readable": {
    base: [manifest],
    fails: [
      {
        at: "yaml",
        to: "kind: Pod\n---\nkind: [Pod",
        message:
          "yaml: Flow sequence in block collection must be sufficiently indented and end with a ] at line 3, column 11:",
      },
    ],
    unknown: ["yaml"],
  },
  "manifest-files-at-hand": {
    base: [manifest],
    fails: [
      {
        at: "files",
        to: ["no-such-folder/*.yaml", "no-such-file.yaml"],
        message: [
          '"no-such-folder/*.yaml" names no file here; no rule judged what it holds',
          '"no-such-file.yaml" names no file here; no rule judged what it holds',
        ],
      },
      {
        at: "files.0",
        to: "tests/policies/corpus/manifests/{sound,other}.yml",
        message: '"tests/policies/corpus/manifests/{sound,other}.yml" names no file here; no rule judged what it holds',
      },
    ],
    passes: [
      { at: "files", to: "tests/policies/corpus/manifests/sound.yml" },
      { at: "files", to: ["https://example.com/install.yaml"] },
    ],
    unknown: ["files", "files.0", "file"],
  },
  "manifest-from-own-files": {
    base: [manifest],
    fails: [
      {
        at: "files",
        to: ["https://example.com/install.yaml"],
        message: '"https://example.com/install.yaml" is read from the network; no rule judged what it holds',
      },
    ],
    unknown: ["files"],
  },
  "helm-chart-pinned": {
    base: [release],
    fails: [
      { at: "version", to: DELETE, message: "version is unset, not one exact version" },
      { at: "version", to: "^1.2.3", message: 'version is "^1.2.3", not one exact version' },
      { at: "version", to: "1.2", message: 'version is "1.2", not one exact version' },
      { at: "devel", to: true, message: "devel is true, which takes versions in development" },
    ],
    unknown: ["version"],
  },
  "helm-security-context-kept": {
    base: [release],
    fails: [
      {
        at: "values.server.podSecurityContext.runAsNonRoot",
        to: false,
        message: "values.server.podSecurityContext.runAsNonRoot is false",
      },
      {
        at: "values.server.podSecurityContext.runAsUser",
        to: 0,
        message: "values.server.podSecurityContext.runAsUser is 0",
      },
      {
        at: "values.containerSecurityContext",
        to: { enabled: false },
        message: "values.containerSecurityContext.enabled is false",
      },
      {
        at: "values.sidecars.0.securityContext",
        to: { privileged: true, allowPrivilegeEscalation: true, readOnlyRootFilesystem: false },
        message: [
          "values.sidecars[0].securityContext.privileged is true",
          "values.sidecars[0].securityContext.allowPrivilegeEscalation is true",
          "values.sidecars[0].securityContext.readOnlyRootFilesystem is false",
        ],
      },
      {
        at: "values.sidecars.0.securityContext.capabilities",
        to: { add: ["NET_BIND_SERVICE", "SYS_ADMIN"] },
        message: "values.sidecars[0].securityContext.capabilities.add holds SYS_ADMIN",
      },
      {
        at: "values.server",
        to: { hostNetwork: true, hostPID: true, hostIPC: true },
        message: [
          "values.server.hostNetwork is true",
          "values.server.hostPID is true",
          "values.server.hostIPC is true",
        ],
      },
    ],
    unknown: ["values", "values.server.podSecurityContext.runAsNonRoot"],
  },
  "helm-image-fixed-tag": {
    base: [release],
    fails: [{ at: "values.image.tag", to: "latest", message: 'values.image.tag is "latest"' }],
    unknown: ["values.image.tag"],
  },
};
