import { applicableObjects, kinds } from "../kubernetes";
import { at, list, text } from "../read";
import { type Rule, resourceRule } from "../rule";

const ROLES = ["Role", "ClusterRole"];
const BINDINGS = ["RoleBinding", "ClusterRoleBinding"];

export const noWildcards = resourceRule({
  id: "rbac-no-wildcards",
  title: "RBAC roles name their verbs and resources",
  severity: "high",
  level: "mandatory",
  fix: "List the verbs, resources and API groups instead of *.",
  sources: ["CKV_K8S_49", "C-0187"],
  resources: kinds(...ROLES),
  check(resource, report) {
    for (const { props, where } of applicableObjects(resource, ROLES)) {
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
  resources: kinds(...BINDINGS),
  check(resource, report) {
    for (const { props, where } of applicableObjects(resource, BINDINGS)) {
      if (text(at(props, "roleRef", "name")) === "cluster-admin") report(`${where}roleRef is cluster-admin`);
    }
  },
});

const EVERYONE = ["system:anonymous", "system:unauthenticated", "system:authenticated"];

export const noAnonymous = resourceRule({
  id: "rbac-no-anonymous",
  title: "Nothing is granted to anonymous or to all users",
  severity: "critical",
  level: "mandatory",
  fix: "Name the service account, user or group.",
  sources: [],
  resources: kinds(...BINDINGS),
  check(resource, report) {
    for (const { props, where } of applicableObjects(resource, BINDINGS)) {
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
  ["create", "pods/exec"],
  ["create", "nodes/proxy"],
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
  resources: kinds(...ROLES),
  check(resource, report) {
    for (const { props, where } of applicableObjects(resource, ROLES)) {
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

const READING = ["get", "list", "watch", "*"];

export const noSecretReading = resourceRule({
  id: "rbac-no-reading-all-secrets",
  title: "No cluster role reads the secrets of every namespace",
  severity: "high",
  level: "mandatory",
  fix: "Name the secrets in resourceNames, or use a Role in the one namespace.",
  sources: ["CKV2_K8S_5", "C-0015"],
  resources: kinds("ClusterRole"),
  check(resource, report) {
    for (const { props, where } of applicableObjects(resource, ["ClusterRole"])) {
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

export const rbacRules: readonly Rule[] = [noWildcards, noClusterAdmin, noAnonymous, noEscalation, noSecretReading];
