import { one } from "../cases";
import { container, DIGEST, deployment, namespace, release } from "../fixtures";
import { mutate, type TestResource } from "../harness";
import { allows, type Further, leaves, refuses } from "./build";

const POD = "spec.template.spec";
const APP = `${POD}.containers.0`;
const base = [deployment];
const app = (problem: string): string => `container "app": ${problem}`;
const image = (repository: string): string => `${repository}@${DIGEST}`;
const plain = (name: string): TestResource => ({ ...namespace, name, props: { metadata: { name } } });
const system = ["default", "kube-system", "kube-public", "kube-node-lease"].map(plain);
const probe = (kind: string, action: object): Readonly<Record<string, unknown>> => ({ [kind]: { ...action } });
const probes = (one: object, other: object): unknown => ({ ...container, livenessProbe: one, readinessProbe: other });

export const containers: Further = {
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
};
