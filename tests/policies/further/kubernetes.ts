import { one, type RuleCase } from "../cases";
import { autoscaler, container, DIGEST, deployment, job, namespace, release, statefulSet } from "../fixtures";
import { DELETE, type Mutation, mutate, type TestResource } from "../harness";
import { allows, bounded, type Further, leaves, nested, notInDev, refuses } from "./build";

const POD = "spec.template.spec";
const APP = `${POD}.containers.0`;
const base = [deployment];
const app = (problem: string): string => `container "app": ${problem}`;
const changed = (change: Mutation): readonly TestResource[] => mutate(base, change);
const image = (repository: string): string => `${repository}@${DIGEST}`;
const plain = (name: string): TestResource => ({ ...namespace, name, props: { metadata: { name } } });
const system = ["default", "kube-system", "kube-public", "kube-node-lease"].map(plain);

const LABELS: Readonly<Record<string, string>> = {
  "core/v1:Pod": "metadata",
  "apps/v1:StatefulSet": "spec.template.metadata",
  "apps/v1:DaemonSet": "spec.template.metadata",
  "batch/v1:Job": "spec.template.metadata",
  "batch/v1:CronJob": "spec.jobTemplate.spec.template.metadata",
};
const policy = (selector: unknown): TestResource => ({
  type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  name: "policy",
  props: { metadata: {}, spec: { podSelector: selector } },
});
const unselected = "no NetworkPolicy in namespace default selects its pods";
const selected: readonly RuleCase[] = Object.entries(LABELS).map(([type, path]) => ({
  base: [
    { type: `kubernetes:${type}`, props: nested(`${path}.labels.app`, "app") },
    policy({ matchLabels: { app: "app" } }),
  ],
  fails: [{ at: `${path}.labels.app`, to: "other", message: unselected }],
  unknown: [`${path}.labels`],
}));
const expression = (operator: string, key: string): TestResource => policy({ matchExpressions: [{ key, operator }] });
const labelled: TestResource = { type: "kubernetes:core/v1:Pod", props: nested("metadata.labels.app", "app") };

const roles = (kind: string): readonly TestResource[] =>
  one(`kubernetes:rbac.authorization.k8s.io/v1:${kind}`, {
    rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }],
  });
const binding = (kind: string): readonly TestResource[] =>
  one(`kubernetes:rbac.authorization.k8s.io/v1:${kind}`, {
    roleRef: { name: "reader" },
    subjects: [{ kind: "Group", name: "team" }],
  });
const onRole = (verb: string, target: string, found: string): RuleCase =>
  refuses(roles("Role"), "rules.0", [[{ verbs: [verb], resources: [target] }, `rules[0] allows ${found}`]]);

const probe = (kind: string, action: object): Readonly<Record<string, unknown>> => ({ [kind]: { ...action } });
const probes = (one: object, other: object): unknown => ({ ...container, livenessProbe: one, readinessProbe: other });

const keda = (minReplicaCount: number): TestResource => ({
  type: "kubernetes:keda.sh/v1alpha1:ScaledObject",
  name: "keda",
  props: { metadata: { namespace: "shop" }, spec: { scaleTargetRef: { name: "app" }, minReplicaCount } },
});
const ingress = (annotations: object): readonly TestResource[] =>
  one("kubernetes:networking.k8s.io/v1:Ingress", { metadata: { annotations }, spec: {} });
const QUOTAS = ["requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];
const quota = (space: string, names: readonly string[]): TestResource => ({
  type: "kubernetes:core/v1:ResourceQuota",
  name: `quota-${names.length}`,
  props: { metadata: { namespace: space }, spec: { hard: Object.fromEntries(names.map((name) => [name, "1"])) } },
});
const disruption: TestResource = {
  type: "kubernetes:policy/v1:PodDisruptionBudget",
  name: "budget",
  props: { metadata: { namespace: "shop" }, spec: { selector: { matchLabels: { app: "app" } } } },
};
const uncovered = "no PodDisruptionBudget selects its pods";

export const kubernetes: Further = {
  "pod-allowed-volume-types": [
    allows(
      base,
      `${POD}.volumes`,
      ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"].map(
        (type) => [{ name: "extra", [type]: {} }],
      ),
    ),
  ],
  "pod-no-runtime-socket": [
    allows(base, `${POD}.volumes`, [[{ name: "data", hostPath: { path: "/var/lib/data" } }]]),
    refuses(
      base,
      `${POD}.volumes`,
      ["/run/containerd/containerd.sock", "/var/run/crio/crio.sock", "/run/podman", "/run/cri-dockerd.sock"].map(
        (path) => [[{ name: "host", hostPath: { path } }], `volume host mounts the runtime's socket ${path}`],
      ),
    ),
  ],
  "image-trusted-registry": [
    allows(base, `${APP}.image`, [
      ...["1.dkr.ecr.us-east-1.amazonaws.com/app", "public.ecr.aws/app", "europe-docker.pkg.dev/p/r/app"].map(image),
      ...["gcr.io/p/app", "eu.gcr.io/p/app", "nginx", "library/nginx", "qdrant/qdrant", "otel/collector"].map(image),
      ...[
        "ghcr.io/a/b",
        "quay.io/a/b",
        "registry.k8s.io/pause",
        "mcr.microsoft.com/a",
        "pgvector/pgvector",
        "docker.elastic.co/a",
      ].map(image),
    ]),
    refuses(
      base,
      `${APP}.image`,
      ["someone/app", "localhost/library/app", "registry:5000/library/app", "evilghcr.io/a", "ghcr.io.evil.test/a"].map(
        (name) => [image(name), app(`image "${image(name)}" is not from a trusted registry`)],
      ),
    ),
    refuses(base, `${APP}.image`, [["", app("has no image")]]),
  ],
  "image-pinned-by-digest": [
    refuses(base, `${APP}.image`, [["", app("has no image")]]),
    allows(base, `${APP}.image`, ["registry.example.com/app:1"], { environment: "staging" }),
  ],
  "image-fixed-tag": [allows(base, `${APP}.image`, ["localhost:5000/app:1", "registry.example.com:5000/app:1"])],
  "namespace-enforces-pod-security": [
    leaves([namespace], ...system),
    allows([namespace], ["metadata", "labels", "pod-security.kubernetes.io/enforce"], ["restricted", "baseline"], {
      level: "baseline",
    }),
    allows([namespace], ["metadata", "labels", "pod-security.kubernetes.io/enforce"], ["privileged"], {
      level: "privileged",
    }),
  ],
  "namespace-default-deny": [leaves([plain("default")], ...system)],
  "container-drops-all-capabilities": [allows(base, `${APP}.securityContext.capabilities.drop`, [["NET_RAW", "all"]])],
  "container-seccomp-profile": [allows(base, `${POD}.securityContext.seccompProfile.type`, ["Localhost"])],
  "container-selinux-options": [
    allows(
      base,
      `${APP}.securityContext.seLinuxOptions`,
      ["container_t", "container_init_t", "container_kvm_t", "container_engine_t"].map((type) => ({ type })),
    ),
    refuses(base, `${APP}.securityContext.seLinuxOptions`, [
      [{ role: "system_r" }, app('seLinuxOptions.role is "system_r"')],
    ]),
  ],
  "container-default-proc-mount": [allows(base, `${APP}.securityContext.procMount`, ["Default"])],
  "pod-safe-sysctls": [
    allows(
      base,
      `${POD}.securityContext.sysctls`,
      [
        ["kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start"],
        ["net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports"],
        ["net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl"],
        ["net.ipv4.tcp_keepalive_probes"],
      ].map((names) => names.map((name) => ({ name, value: "1" }))),
    ),
  ],
  "container-probes-own-address": [
    refuses(
      base,
      `${APP}`,
      ["readinessProbe", "startupProbe"].map((kind) => [
        { name: "app", ...probe(kind, { httpGet: { host: "other" } }) },
        app(`${kind}.httpGet.host is "other"`),
      ]),
    ),
  ],
  "container-probes-differ": [
    refuses(base, APP, [
      [probes({ tcpSocket: { port: 1 } }, { tcpSocket: { port: 1 } }), app("both probes ask TCP port 1")],
      [probes({ grpc: { port: 1 } }, { grpc: { port: 1 } }), app("both probes ask gRPC  on port 1")],
      [
        probes({ exec: { command: ["a", "b"] } }, { exec: { command: ["a", "b"] } }),
        app("both probes ask command a b"),
      ],
    ]),
    allows(base, APP, [probes({ tcpSocket: { port: 1 } }, { grpc: { port: 1 } }), probes({}, {})]),
  ],
  "container-high-user-id": [allows(base, `${POD}.securityContext.runAsUser`, [10000])],
  "pod-not-in-root-group": [
    refuses(base, `${POD}.securityContext.supplementalGroups`, [
      [[1000, 0], "securityContext.supplementalGroups holds 0"],
    ]),
    allows(base, `${POD}.securityContext.supplementalGroups`, [[1000]]),
  ],
  "container-request-within-limit": [
    allows(base, `${APP}.resources`, [
      { requests: { cpu: "500m", memory: "1Gi" }, limits: { cpu: 0.5, memory: "1024Mi" } },
    ]),
  ],
  "container-limits-within-maxima": [
    allows(base, `${APP}.resources.limits`, [{ cpu: 16, memory: "64Gi", "ephemeral-storage": "100Gi" }]),
    refuses(base, `${APP}.resources.limits`, [
      [
        { "ephemeral-storage": "101Gi" },
        app('limits.ephemeral-storage "101Gi" exceeds 100Gi, the maximum in production'),
      ],
    ]),
  ],
  "disruption-budget-allows-eviction": [
    allows(one("kubernetes:policy/v1:PodDisruptionBudget", { spec: { minAvailable: 1 } }), "spec.minAvailable", [
      "99%",
    ]),
  ],
  "job-backoff-limit": [allows([job], "spec.backoffLimit", [10])],
  "cron-job-starting-deadline": bounded(
    [["kubernetes:batch/v1:CronJob", "spec.startingDeadlineSeconds"]],
    10,
    9,
    () => "startingDeadlineSeconds is 9, not 10 or more",
  ),
  "cron-job-history-limit": [
    allows(
      one("kubernetes:batch/v1:CronJob", { spec: { successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 1 } }),
      "spec.failedJobsHistoryLimit",
      [10],
    ),
  ],
  "cron-job-concurrency": [
    allows(one("kubernetes:batch/v1:CronJob", { spec: { concurrencyPolicy: "Forbid" } }), "spec.concurrencyPolicy", [
      "Replace",
    ]),
  ],
  "autoscaler-bounds": [allows([autoscaler], "spec", [{ minReplicas: 10, maxReplicas: 10 }])],
  "autoscaler-minimum-replicas": [notInDev([autoscaler], { at: "spec.minReplicas", to: 1 })],
  "replicas-within-maximum": [
    ...["Deployment", "StatefulSet", "ReplicaSet"].flatMap((kind) =>
      Object.entries({ dev: 20, staging: 50, production: 100 }).flatMap(([environment, most]) =>
        bounded(
          [[`kubernetes:apps/v1:${kind}`, "spec.replicas"]],
          most,
          most + 1,
          () => `replicas ${most + 1} exceeds ${most}, the maximum in ${environment}`,
          { environment },
        ),
      ),
    ),
  ],
  "empty-dir-size-limit": [allows(base, `${POD}.volumes`, [[{ name: "config", configMap: {} }]])],
  "volume-claim-within-maximum": bounded(
    [["kubernetes:core/v1:PersistentVolumeClaim", "spec.resources.requests.storage"]],
    "16Ti",
    "17Ti",
    () => 'storage "17Ti" exceeds 16Ti, the maximum in production',
  ),
  "pod-grace-period": [allows(base, `${POD}.terminationGracePeriodSeconds`, [7200])],
  "pod-selected-by-network-policy": [
    ...selected,
    {
      base: [labelled, policy({})],
      fails: [
        {
          at: "spec.podSelector",
          on: 1,
          to: { matchExpressions: [{ key: "app", operator: "Matches" }] },
          message: unselected,
        },
      ],
      unknown: [],
    },
    {
      base: [labelled, expression("Exists", "app")],
      fails: [
        {
          at: "spec",
          on: 1,
          to: { podSelector: { matchExpressions: [{ key: "app", operator: "DoesNotExist" }] } },
          message: unselected,
        },
      ],
      unknown: [],
    },
    {
      base: [labelled, expression("DoesNotExist", "tier")],
      fails: [
        {
          at: "spec",
          on: 1,
          to: { podSelector: { matchExpressions: [{ key: "tier", operator: "Exists" }] } },
          message: unselected,
        },
      ],
      unknown: [],
    },
    {
      base: [labelled, policy({ matchLabels: { app: "app" } })],
      fails: [
        {
          at: "spec.podSelector",
          on: 1,
          to: { matchLabels: { app: "app", tier: "web" } },
          message: unselected,
        },
      ],
      unknown: [],
    },
  ],
  "ingress-tls": [
    refuses(ingress({ "alb.ingress.kubernetes.io/scheme": "internal" }), "spec", [
      [{ rules: [{}] }, "spec.tls does not cover the rule without a host"],
    ]),
    allows(ingress({ "alb.ingress.kubernetes.io/certificate-arn": "arn:aws:acm:c" }), "spec", [{ rules: [{}] }]),
  ],
  "storage-class-encrypted": [
    refuses(
      one("kubernetes:storage.k8s.io/v1:StorageClass", {
        provisioner: "kubernetes.io/aws-ebs",
        parameters: { encrypted: "true" },
      }),
      "parameters",
      [[{}, "parameters.encrypted is unset, not true"]],
    ),
    allows(
      one("kubernetes:storage.k8s.io/v1:StorageClass", {
        provisioner: "ebs.csi.aws.com",
        parameters: { encrypted: "true" },
      }),
      "provisioner",
      ["rancher.io/local-path"],
    ),
  ],
  "manifest-from-own-files": [
    refuses(one("kubernetes:yaml/v2:ConfigFile", { file: "app.yaml" }), "file", [
      [
        "https://example.com/app.yaml",
        '"https://example.com/app.yaml" is read from the network; no rule judged what it holds',
      ],
    ]),
    allows(one("kubernetes:yaml/v2:ConfigFile", { file: "app.yaml" }), "file", ["files/https:/app.yaml"]),
  ],
  "manifest-files-at-hand": [
    // The first SDK version makes a ConfigFile of each file, and transforms what no policy can follow.
    leaves(
      one("kubernetes:yaml/v2:ConfigFile", { file: "package.json" }),
      { type: "kubernetes:yaml:ConfigGroup", props: { files: ["no-such-file.yaml"] } },
      { type: "kubernetes:yaml:ConfigFile", props: { file: "no-such-file.yaml", transformations: [null] } },
      { type: "kubernetes:kustomize/v2:Directory", props: { directory: "no-such-folder" } },
    ),
    refuses(one("kubernetes:yaml:ConfigFile", { file: "package.json", transformations: [] }), "file", [
      ["no-such-file.yaml", '"no-such-file.yaml" names no file here; no rule judged what it holds'],
    ]),
  ],
  "manifest-yaml-readable": [
    refuses(one("kubernetes:yaml/v2:ConfigFile", { file: "package.json" }), "file", [
      [
        "tests/policies/corpus/manifests/broken.yaml.txt",
        "broken.yaml.txt: Flow sequence in block collection must be sufficiently indented and end with a ] at line 2, column 1:",
      ],
    ]),
  ],
  "container-not-privileged": [
    // What the first SDK version transforms is judged as it comes out, not as it stands in the file.
    leaves([deployment], {
      type: "kubernetes:yaml:ConfigFile",
      props: { file: "tests/policies/corpus/manifests/privileged.yaml", transformations: [null] },
    }),
  ],
  "ingress-no-snippets": [
    allows(one("kubernetes:networking.k8s.io/v1:Ingress", { metadata: {} }), "metadata.annotations", [{ "a/b": "c" }]),
  ],
  "rbac-no-wildcards": [
    refuses(roles("Role"), "rules.0", [[{ apiGroups: ["*"], verbs: ["get"] }, "rules[0] has * in apiGroups"]]),
  ],
  "rbac-no-cluster-admin": [
    refuses(binding("RoleBinding"), "roleRef.name", [["cluster-admin", "roleRef is cluster-admin"]]),
  ],
  "rbac-no-anonymous": [
    refuses(
      binding("RoleBinding"),
      "subjects.0.name",
      ["system:anonymous", "system:unauthenticated", "system:authenticated"].map((name) => [name, `grants to ${name}`]),
    ),
  ],
  "rbac-no-escalation": [
    onRole("bind", "roles", "bind"),
    onRole("impersonate", "users", "impersonate"),
    onRole("create", "serviceaccounts/token", "create serviceaccounts/token"),
    ...[
      ["create", "nodes/proxy"],
      ["update", "services/status"],
      ["patch", "services/status"],
      ["update", "certificatesigningrequests/approval"],
      ["patch", "certificatesigningrequests/approval"],
      ["create", "validatingwebhookconfigurations"],
      ["update", "validatingwebhookconfigurations"],
      ["patch", "mutatingwebhookconfigurations"],
    ].map(([verb = "", target = ""]) => onRole(verb, target, `${verb} ${target}`)),
    allows(roles("Role"), "rules.0", [
      { verbs: ["create"], resources: ["pods"] },
      { verbs: ["get"], resources: ["serviceaccounts/token"] },
    ]),
  ],
  "workload-two-replicas": [
    {
      base: [deployment, keda(2)],
      fails: [{ at: "spec.minReplicaCount", on: 1, to: 1, message: "runs one replica" }],
      passes: [
        { at: "spec.minReplicaCount", on: 1, to: 0 },
        { at: "spec.minReplicaCount", on: 1, to: DELETE },
      ],
      unknown: [],
    },
    notInDev(changed({ at: "spec.replicas", to: 2 }), { at: "spec.replicas", to: 1 }),
    // A scaler of which nothing is known yet: its workload may have any number, and the rule waits.
    ...[autoscaler, keda(2)].map((scaler) => ({
      base: [deployment, { ...scaler, props: {} }],
      fails: [],
      unknown: ["metadata.annotations"],
    })),
    {
      base: changed({ at: "spec.replicas", to: 2 }),
      fails: ["distributed", "global"].map((model) => ({
        at: "spec.replicas",
        to: 1,
        message: "runs one replica",
        config: { model },
      })),
      passes: ["standalone", "single-server"].map((model) => ({ at: "spec.replicas", to: 1, config: { model } })),
      unknown: [],
    },
    {
      base: [statefulSet].flatMap((each) => mutate([each], { at: "spec.replicas", to: 2 })),
      fails: [{ at: "spec.replicas", to: 1, message: "runs one replica" }],
      unknown: ["spec.replicas"],
    },
  ],
  "namespace-resource-quota": [
    {
      base: [plain("shop"), quota("shop", QUOTAS), quota("shop", QUOTAS.slice(1)), ...system],
      fails: [
        {
          at: "spec.hard",
          on: 1,
          to: {},
          message: "the ResourceQuota of namespace shop lacks requests.cpu, requests.memory, limits.cpu, limits.memory",
        },
      ],
      unknown: [],
    },
  ],
  "workload-disruption-budget": [
    {
      base: [changed({ at: "spec.replicas", to: 2 }), disruption].flat(),
      fails: [
        { at: "spec.selector.matchLabels", on: 1, to: { app: "app", tier: "web" }, message: uncovered },
        { at: "spec.selector", on: 1, to: {}, message: uncovered },
      ],
      unknown: [],
    },
    notInDev(changed({ at: "spec.replicas", to: 1 }), { at: "spec.replicas", to: 2 }),
  ],
  "workload-spread": [
    notInDev(changed({ at: "spec.replicas", to: 1 }), { at: `${POD}.topologySpreadConstraints`, to: [] }),
    allows(changed({ at: "spec.replicas", to: 1 }), `${POD}.topologySpreadConstraints`, [[]]),
  ],
  "helm-chart-pinned": [
    allows([release], "chart", [`oci://registry.example.com/cache@${DIGEST}`, "./charts/cache"]),
    {
      base: [mutate([release], { at: "version", to: "" }), mutate([release], { at: "chart", to: "cache" })]
        .flat()
        .slice(1),
      fails: [{ at: "version", to: "", message: "version is unset, not one exact version" }],
      passes: [],
      unknown: [],
    },
  ],
  "helm-image-fixed-tag": [
    allows([release], "values.image", [{ tag: "latest", digest: DIGEST }]),
    allows([release], "values.chart", [{ tag: "latest" }]),
  ],
  "helm-tls-on": [
    refuses([release], "values.server", [
      [{ tlsEnabled: false }, "values.server.tlsEnabled is false"],
      [{ insecure: true }, "values.server.insecure is true"],
      [{ plaintext: true }, "values.server.plaintext is true"],
      [{ ssl: { enable: false } }, "values.server.ssl.enable is false"],
    ]),
  ],
  "helm-auth-on": [
    refuses([release], "values.server", [
      [{ authEnabled: false }, "values.server.authEnabled is false"],
      [{ anonymousAuth: true }, "values.server.anonymousAuth is true"],
      [{ authentication: { enable: false } }, "values.server.authentication.enable is false"],
    ]),
  ],
  "helm-load-balancer-restricted": [
    refuses([release], "values.service", [
      [
        { type: "LoadBalancer", loadBalancerSourceRanges: ["10.0.0.0/8", "::/0"] },
        "values.service.type is LoadBalancer, and loadBalancerSourceRanges is the world",
      ],
    ]),
    allows(
      [release],
      "values.service",
      [
        ["service.beta.kubernetes.io/aws-load-balancer-internal", "true"],
        ["networking.gke.io/load-balancer-type", "Internal"],
        ["cloud.google.com/load-balancer-type", "Internal"],
        ["service.beta.kubernetes.io/azure-load-balancer-internal", "true"],
      ].map(([name = "", value]) => ({ type: "LoadBalancer", annotations: { [name]: value } })),
    ),
  ],
};
