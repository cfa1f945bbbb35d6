import path from "node:path";
import { stringify } from "yaml";
import { container, release } from "../fixtures";
import { DELETE, type Mutation, mutate, type TestResource } from "../harness";
import { type BadProgram, bad, indexOf } from "./programs";
import { carriedBy, deploymentObject, pod, scheduled, workload } from "./soundKubernetes";

const SPEC = "spec.template.spec";
const APP = `${SPEC}.containers.0`;
const one = (title: string, change: Mutation, ...rules: readonly string[]): BadProgram =>
  bad(title, workload, [change], Object.fromEntries(rules.map((rule) => [rule, ["app"]])));

const sidecar = { ...container, securityContext: { ...container.securityContext, privileged: true } };
/** The API takes no resources, ports or probes on an ephemeral container. */
const ephemeral = { name: "debug", image: container.image, securityContext: sidecar.securityContext };

const containers: readonly BadProgram[] = [
  one("a root container", { at: `${SPEC}.securityContext.runAsNonRoot`, to: DELETE }, "container-runs-as-non-root"),
  one("a container as user 0", { at: `${APP}.securityContext.runAsUser`, to: 0 }, "container-high-user-id"),
  one(
    "a privileged sidecar",
    { at: `${SPEC}.containers.1`, to: { ...sidecar, name: "sidecar" } },
    "container-not-privileged",
  ),
  one(
    "a privileged sidecar in initContainers",
    { at: `${SPEC}.initContainers`, to: [{ ...sidecar, restartPolicy: "Always" }] },
    "container-not-privileged",
  ),
  one(
    "a privileged container in ephemeralContainers",
    { at: `${SPEC}.ephemeralContainers`, to: [ephemeral] },
    "container-not-privileged",
  ),
  one(
    "an image by the tag latest",
    { at: `${APP}.image`, to: "registry.example.com/shop/app:latest" },
    "image-fixed-tag",
    "image-pinned-by-digest",
  ),
  one(
    "an image without tag",
    { at: `${APP}.image`, to: "registry.example.com/shop/app" },
    "image-fixed-tag",
    "image-pinned-by-digest",
  ),
  one(
    "an image from anywhere",
    { at: `${APP}.image`, to: container.image.replace("example.com", "evil.test") },
    "image-trusted-registry",
  ),
  one(
    "no limits",
    { at: `${APP}.resources.limits`, to: DELETE },
    "container-cpu-limit",
    "container-memory-limit",
    "container-storage-limit",
  ),
  one(
    "a secret in env",
    { at: `${APP}.env`, to: [{ name: "DATABASE_PASSWORD", value: "hunter2hunter2" }] },
    "container-no-secret-in-env",
  ),
  one(
    "a password in a URL in env",
    { at: `${APP}.env`, to: [{ name: "DATABASE_URL", value: "postgres://app:hunter2@db/app" }] },
    "container-no-secret-in-env",
  ),
  one(
    "a path of the node",
    { at: `${SPEC}.volumes.0`, to: { name: "host", hostPath: { path: "/etc" } } },
    "pod-no-host-path",
  ),
  one(
    "the node's container runtime",
    { at: `${SPEC}.volumes.0`, to: { name: "docker", hostPath: { path: "/var/run/docker.sock" } } },
    "pod-no-host-path",
    "pod-no-runtime-socket",
  ),
  one("the node's network", { at: `${SPEC}.hostNetwork`, to: true }, "pod-no-host-namespaces"),
  one(
    "the default namespace",
    { at: "metadata.namespace", to: "default" },
    "workload-own-namespace",
    "pod-selected-by-network-policy",
    "workload-two-replicas",
  ),
];

/** The worst a manifest can do, once, wherever manifests may stand. */
const privileged: Mutation = { at: `${APP}.securityContext.privileged`, to: true };
const badObject = mutate([{ type: "", props: deploymentObject }], privileged)[0]?.props ?? {};
const list = { apiVersion: "v1", kind: "List", items: [badObject] };
const carriers: readonly (readonly [string, TestResource])[] = [
  ["a List", { type: "kubernetes:core/v1:List", name: "carrier", props: list }],
  ["a DeploymentList", { type: "kubernetes:apps/v1:DeploymentList", name: "carrier", props: { items: [badObject] } }],
  ["a List in a List", { type: "kubernetes:core/v1:List", name: "carrier", props: { items: [list] } }],
  [
    "objects of a ConfigGroup",
    { type: "kubernetes:yaml/v2:ConfigGroup", name: "carrier", props: { objs: [badObject] } },
  ],
  ["YAML text", { type: "kubernetes:yaml/v2:ConfigGroup", name: "carrier", props: { yaml: stringify(badObject) } }],
  [
    "the second document of YAML text",
    {
      type: "kubernetes:yaml/v2:ConfigGroup",
      name: "carrier",
      props: { yaml: `kind: ConfigMap\nmetadata: { name: a, namespace: shop }\n---\n${stringify(badObject)}` },
    },
  ],
  ["a List in YAML text", { type: "kubernetes:yaml:ConfigGroup", name: "carrier", props: { yaml: [stringify(list)] } }],
  ["JSON text", { type: "kubernetes:yaml:ConfigGroup", name: "carrier", props: { yaml: JSON.stringify(badObject) } }],
];

const MANIFESTS = path.join(__dirname, "manifests");
const manifest = (type: string, props: Readonly<Record<string, unknown>>): TestResource => ({
  type: `kubernetes:yaml${type}`,
  name: "carrier",
  props,
});
const onDisk: typeof carriers = [
  ["a file", manifest("/v2:ConfigFile", { file: path.join(MANIFESTS, "privileged.yaml") })],
  ["a file of the first SDK version", manifest(":ConfigFile", { file: path.join(MANIFESTS, "privileged.yaml") })],
  [
    "a file beside a sound one",
    manifest("/v2:ConfigGroup", { files: [`${MANIFESTS}/sound.yml`, `${MANIFESTS}/p*.yaml`] }),
  ],
  ["a file of any folder", manifest("/v2:ConfigGroup", { files: [path.join(MANIFESTS, "**", "*.json")] })],
  [
    "a file relative to the program",
    manifest("/v2:ConfigFile", { file: path.relative(process.cwd(), path.join(MANIFESTS, "deep/list.json")) }),
  ],
];

const nested: readonly BadProgram[] = [
  ...[...carriers, ...onDisk].map(([where, carrier]) => ({
    title: `a privileged container in ${where}`,
    resources: carriedBy(carrier),
    caught: { "container-not-privileged": ["carrier"] },
  })),
  bad(
    "a privileged container in a CronJob",
    scheduled,
    [{ at: "spec.jobTemplate.spec.template.spec.containers.0.securityContext.privileged", to: true }],
    { "container-not-privileged": ["nightly"] },
  ),
  bad("a privileged container in a Pod", pod, [{ at: "spec.containers.0.securityContext.privileged", to: true }], {
    "container-not-privileged": ["pod"],
  }),
  {
    title: "YAML text that cannot be read",
    resources: [{ type: "kubernetes:yaml/v2:ConfigGroup", name: "broken", props: { yaml: "kind: [Pod" } }],
    caught: { "manifest-yaml-readable": ["broken"] },
  },
  {
    title: "a file that is no YAML",
    resources: [{ ...manifest("/v2:ConfigFile", { file: `${MANIFESTS}/broken.yaml.txt` }), name: "broken" }],
    caught: { "manifest-yaml-readable": ["broken"] },
  },
  {
    title: "a file nobody can find",
    resources: [manifest("/v2:ConfigGroup", { files: ["no-such-folder/*.yaml"] })],
    caught: { "manifest-files-at-hand": ["carrier"] },
  },
  {
    title: "a manifest from the network",
    resources: [manifest("/v2:ConfigFile", { file: "https://example.com/install.yaml" })],
    caught: { "manifest-from-own-files": ["carrier"] },
  },
];

const surroundings: readonly BadProgram[] = [
  bad("a namespace that denies nothing", workload, [{ at: "", to: DELETE, on: indexOf(workload, "deny") }], {
    "namespace-default-deny": ["shop"],
    "pod-selected-by-network-policy": ["app"],
  }),
  bad("a namespace without quota", workload, [{ at: "", to: DELETE, on: indexOf(workload, "quota") }], {
    "namespace-resource-quota": ["shop"],
  }),
  bad("a workload no budget keeps up", workload, [{ at: "", to: DELETE, on: indexOf(workload, "budget") }], {
    "workload-disruption-budget": ["app"],
  }),
  {
    title: "a role that may do everything, bound to everyone",
    resources: [
      {
        type: "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
        name: "all",
        props: { metadata: { name: "all" }, rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }] },
      },
      {
        type: "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
        name: "everyone",
        props: {
          metadata: { name: "everyone" },
          roleRef: { kind: "ClusterRole", name: "cluster-admin" },
          subjects: [{ kind: "Group", name: "system:authenticated" }],
        },
      },
    ],
    caught: {
      "rbac-no-reading-all-secrets": ["all"],
      "rbac-no-wildcards": ["all"],
      "rbac-no-cluster-admin": ["everyone"],
      "rbac-no-anonymous": ["everyone"],
    },
  },
  {
    title: "a secret in a ConfigMap",
    resources: [
      {
        type: "kubernetes:core/v1:ConfigMap",
        name: "config",
        props: { metadata: { name: "config", namespace: "shop" }, data: { API_KEY: "abcdefghijklmnop" } },
      },
    ],
    caught: { "config-map-no-secret": ["config"] },
  },
  bad(
    "a chart of any version with its security off",
    [release],
    [
      { at: "version", to: DELETE },
      { at: "values.auth.enabled", to: false },
      { at: "values.tls.enabled", to: false },
      { at: "values.networkPolicy.enabled", to: false },
      { at: "values.server.podSecurityContext.runAsNonRoot", to: false },
      { at: "values.server.service.type", to: "LoadBalancer" },
      { at: "values.image.tag", to: "latest" },
    ],
    Object.fromEntries(
      [
        "helm-chart-pinned",
        "helm-auth-on",
        "helm-tls-on",
        "helm-network-policy-on",
        "helm-security-context-kept",
        "helm-load-balancer-restricted",
        "helm-image-fixed-tag",
      ].map((rule) => [rule, ["cache"]]),
    ),
  ),
];

/** A first program out of a tutorial: nothing was thought of. */
const tutorial: BadProgram = {
  title: "a Deployment out of a tutorial",
  resources: [
    {
      type: "kubernetes:apps/v1:Deployment",
      name: "nginx",
      props: {
        metadata: { labels: { app: "nginx" } },
        spec: {
          replicas: 1,
          selector: { matchLabels: { app: "nginx" } },
          template: {
            metadata: { labels: { app: "nginx" } },
            spec: { containers: [{ name: "nginx", image: "nginx" }] },
          },
        },
      },
    },
  ],
  caught: Object.fromEntries(
    [
      "container-cpu-limit",
      "container-cpu-request",
      "container-drops-all-capabilities",
      "container-high-user-id",
      "container-liveness-probe",
      "container-memory-limit",
      "container-memory-request",
      "container-no-privilege-escalation",
      "container-read-only-root",
      "container-readiness-probe",
      "container-runs-as-non-root",
      "container-seccomp-profile",
      "container-storage-limit",
      "container-storage-request",
      "image-fixed-tag",
      "image-pinned-by-digest",
      "pod-no-token-automount",
      "pod-own-service-account",
      "pod-selected-by-network-policy",
      "workload-labelled",
      "workload-own-namespace",
      "workload-two-replicas",
    ].map((rule) => [rule, ["nginx"]]),
  ),
};

export const kubernetesPrograms: readonly BadProgram[] = [...containers, ...nested, ...surroundings, tutorial];
