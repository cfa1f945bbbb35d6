import { one, type RuleCase } from "../cases";
import { autoscaler, deployment, namespace, release, statefulSet } from "../fixtures";
import { DELETE, type Mutation, mutate, type TestResource } from "../harness";
import { allows, type Further, leaves, nested, notInDev, refuses } from "./build";

const POD = "spec.template.spec";
const base = [deployment];
const changed = (change: Mutation): readonly TestResource[] => mutate(base, change);
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
const keda = (minReplicaCount: number): TestResource => ({
  type: "kubernetes:keda.sh/v1alpha1:ScaledObject",
  name: "keda",
  props: { metadata: { namespace: "shop" }, spec: { scaleTargetRef: { name: "app" }, minReplicaCount } },
});
const ingress = (annotations: object): readonly TestResource[] =>
  one("kubernetes:networking.k8s.io/v1:Ingress", { metadata: { annotations }, spec: {} });
const disruption: TestResource = {
  type: "kubernetes:policy/v1:PodDisruptionBudget",
  name: "budget",
  props: { metadata: { namespace: "shop" }, spec: { selector: { matchLabels: { app: "app" } } } },
};
const uncovered = "no PodDisruptionBudget selects its pods";

export const cluster: Further = {
  "namespace-default-deny": [leaves([plain("default")], ...system)],
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
