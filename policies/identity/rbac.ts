import { applicableObjects, type KubernetesObject, kinds, namespaceOf } from "../kubernetes";
import { at, list, text } from "../read";
import { type Rule, resourceRule, type Subject } from "../rule";

const ROLES = ["Role", "ClusterRole"];
const BINDINGS = ["RoleBinding", "ClusterRoleBinding"];

/** The kind a patch changes: what it adds to a role or a binding is granted as if it had stood there from the start. */
function patchedKind(type: string): string {
  return /^kubernetes:rbac\.authorization\.k8s\.io\/\w+:(\w+)Patch$/.exec(type)?.[1] ?? "";
}

function ofRbac(wanted: readonly string[]): (type: string) => boolean {
  const isWhole = kinds(...wanted);
  return (type) => isWhole(type) || wanted.includes(patchedKind(type));
}

function rbacObjects(resource: Subject, wanted: readonly string[]): readonly KubernetesObject[] {
  const kind = patchedKind(resource.type);
  return kind === "" ? applicableObjects(resource, wanted) : [{ kind, props: resource.props, where: "" }];
}

export const noWildcards = resourceRule({
  id: "rbac-no-wildcards",
  title: "RBAC roles name their verbs and resources",
  severity: "high",
  level: "mandatory",
  fix: "List the verbs, resources and API groups instead of *.",
  sources: ["CKV_K8S_49", "C-0187"],
  resources: ofRbac(ROLES),
  check(resource, report) {
    for (const { props, where } of rbacObjects(resource, ROLES)) {
      list(props.rules).forEach((rule, index) => {
        const wide = ["apiGroups", "resources", "verbs"].filter((field) => list(at(rule, field)).includes("*"));
        if (wide.length > 0) report(`${where}rules[${index}] has * in ${wide.join(", ")}`);
      });
    }
  },
});

export const noClusterAdmin = resourceRule({
  id: "rbac-no-cluster-admin",
  title: "Nobody is bound to cluster-admin",
  severity: "critical",
  level: "mandatory",
  fix: "Bind to a role with what is needed.",
  sources: ["C-0185"],
  resources: ofRbac(BINDINGS),
  check(resource, report) {
    for (const { props, where } of rbacObjects(resource, BINDINGS)) {
      if (text(at(props, "roleRef", "name")) === "cluster-admin") report(`${where}roleRef is cluster-admin`);
    }
  },
});

const EVERYONE = [
  "system:anonymous",
  "system:unauthenticated",
  "system:authenticated",
  "system:serviceaccounts",
  // The API server asks this group for no right at all.
  "system:masters",
];

export const noAnonymous = resourceRule({
  id: "rbac-no-anonymous",
  title: "Nothing is granted to anonymous, to all users or to the group above all rights",
  severity: "critical",
  level: "mandatory",
  fix: "Name the service account, user or group.",
  sources: [],
  resources: ofRbac(BINDINGS),
  check(resource, report) {
    for (const { props, where } of rbacObjects(resource, BINDINGS)) {
      for (const subject of list(props.subjects)) {
        const name = text(at(subject, "name")) ?? "";
        if (EVERYONE.includes(name)) report(`${where}grants to ${name}`);
      }
    }
  },
});

const DANGEROUS: readonly (readonly [string, string])[] = [
  ["escalate", ""],
  ["bind", ""],
  ["impersonate", ""],
  ["create", "serviceaccounts/token"],
  // A websocket begins with a GET, which the API server asks the verb get for.
  ["create", "pods/exec"],
  ["get", "pods/exec"],
  ["create", "pods/attach"],
  ["get", "pods/attach"],
  ["create", "nodes/proxy"],
  ["get", "nodes/proxy"],
  ["patch", "pods/ephemeralcontainers"],
  ["update", "pods/ephemeralcontainers"],
  ["update", "services/status"],
  ["patch", "services/status"],
  ["update", "certificatesigningrequests/approval"],
  ["patch", "certificatesigningrequests/approval"],
  ...["validatingwebhookconfigurations", "mutatingwebhookconfigurations"].flatMap((target) =>
    ["create", "update", "patch"].map((verb) => [verb, target] as const),
  ),
];

export const noEscalation = resourceRule({
  id: "rbac-no-escalation",
  title: "RBAC roles give no way to more rights",
  severity: "high",
  level: "mandatory",
  fix: "Remove the verb; what is left of the need is a controller's, with a role of its own and an exemption.",
  sources: [
    "CKV2_K8S_2",
    "CKV2_K8S_3",
    "CKV2_K8S_4",
    "CKV_K8S_155",
    "CKV_K8S_156",
    "CKV_K8S_157",
    "CKV_K8S_158",
    "C-0002",
  ],
  resources: ofRbac(ROLES),
  check(resource, report) {
    for (const { props, where } of rbacObjects(resource, ROLES)) {
      list(props.rules).forEach((rule, index) => {
        const verbs = list(at(rule, "verbs"));
        const resources = list(at(rule, "resources"));
        const found = DANGEROUS.find(
          ([verb, target]) => verbs.includes(verb) && (target === "" || resources.includes(target)),
        );
        if (found) report(`${where}rules[${index}] allows ${found.join(" ").trim()}`);
      });
    }
  },
});

const WORKLOADS = ["pods", "deployments", "statefulsets", "daemonsets", "replicasets", "jobs", "cronjobs"];

export const noCreatingPods = resourceRule({
  id: "rbac-no-creating-pods",
  title: "RBAC roles make no pods",
  description: "Who makes a pod runs as any service account of the namespace and reads every secret in it",
  severity: "medium",
  level: "advisory",
  fix: "Leave making workloads to whoever deploys; a controller that must gets a namespace of its own.",
  sources: ["C-0188"],
  resources: ofRbac(ROLES),
  check(resource, report) {
    for (const { props, where } of rbacObjects(resource, ROLES)) {
      list(props.rules).forEach((rule, index) => {
        const found = list(at(rule, "resources")).find((name) => WORKLOADS.includes(String(name)));
        if (found !== undefined && list(at(rule, "verbs")).includes("create")) {
          report(`${where}rules[${index}] allows create ${String(found)}`);
        }
      });
    }
  },
});

export const noDefaultAccount = resourceRule({
  id: "rbac-no-default-account",
  title: "Default service accounts get no roles",
  description: "Every pod of the namespace that names no account runs as it",
  severity: "medium",
  level: "mandatory",
  fix: "Make a service account for the workload and bind the role to it.",
  sources: ["C-0189"],
  resources: ofRbac(BINDINGS),
  check(resource, report) {
    for (const { props, where } of rbacObjects(resource, BINDINGS)) {
      list(props.subjects).forEach((subject, index) => {
        if (at(subject, "kind") === "ServiceAccount" && at(subject, "name") === "default") {
          report(`${where}subjects[${index}] is the service account default`);
        }
      });
    }
  },
});

const READING = ["get", "list", "watch", "*"];

export const noSecretReading = resourceRule({
  id: "rbac-no-reading-all-secrets",
  title: "No role reads the secrets of every namespace, or all of kube-system's",
  severity: "high",
  level: "mandatory",
  fix: "Name the secrets in resourceNames, or use a Role in the one namespace.",
  sources: ["CKV2_K8S_5", "C-0015"],
  resources: ofRbac(ROLES),
  check(resource, report) {
    for (const { kind, props, where } of rbacObjects(resource, ROLES)) {
      if (kind === "Role" && namespaceOf(props) !== "kube-system") continue;
      list(props.rules).forEach((rule, index) => {
        const secrets = list(at(rule, "resources")).some((name) => name === "secrets" || name === "*");
        const core = list(at(rule, "apiGroups")).some((group) => group === "" || group === "*");
        const verb = list(at(rule, "verbs")).find((name) => READING.includes(String(name)));
        if (secrets && core && verb !== undefined && list(at(rule, "resourceNames")).length === 0) {
          report(`${where}rules[${index}] allows ${verb} of all secrets`);
        }
      });
    }
  },
});

export const rbacRules: readonly Rule[] = [
  noWildcards,
  noClusterAdmin,
  noAnonymous,
  noEscalation,
  noCreatingPods,
  noDefaultAccount,
  noSecretReading,
];
