import type { PolicyResource } from "@pulumi/policy";
import { applicableObjects, kinds, namespaceOf, objectName, objectsOf, SYSTEM_NAMESPACES } from "../kubernetes";
import { at, isObject, keys, list, type Props, text } from "../read";
import { type Rule, resourceRule, stackRule } from "../rule";
import { clustersOf } from "../scope";

/** Kinds whose pods run long enough to be selected, with the path to the pod's labels. */
const LABEL_PATHS: Readonly<Record<string, readonly string[]>> = {
  Pod: ["metadata", "labels"],
  Deployment: ["spec", "template", "metadata", "labels"],
  StatefulSet: ["spec", "template", "metadata", "labels"],
  DaemonSet: ["spec", "template", "metadata", "labels"],
  Job: ["spec", "template", "metadata", "labels"],
  CronJob: ["spec", "jobTemplate", "spec", "template", "metadata", "labels"],
};
const SELECTED = Object.keys(LABEL_PATHS);
/** Network policies with the key of the namespace they are in, cluster included. */
function policiesIn(
  resources: readonly PolicyResource[],
  clusterOf: (resource: PolicyResource) => string,
): readonly { readonly props: Props; readonly space: string }[] {
  return resources.flatMap((resource) =>
    objectsOf(resource, ["NetworkPolicy"]).map(({ props }) => ({
      props,
      space: `${clusterOf(resource)} ${namespaceOf(props)}`,
    })),
  );
}

export const defaultDeny = stackRule({
  id: "namespace-default-deny",
  title: "Every namespace denies traffic by default",
  severity: "high",
  level: "mandatory",
  fix: "Add a NetworkPolicy with an empty podSelector, policyTypes Ingress and Egress and no rules.",
  sources: ["CKV2_K8S_6", "C-0206"],
  resources: kinds("Namespace"),
  checkStack({ resources }, report) {
    const clusterOf = clustersOf({ resources });
    const denied = policiesIn(resources, clusterOf).filter(({ props }) => {
      const types = list(at(props, "spec", "policyTypes"));
      const open = list(at(props, "spec", "ingress")).length + list(at(props, "spec", "egress")).length;
      return (
        isEmptySelector(at(props, "spec", "podSelector")) &&
        types.includes("Ingress") &&
        types.includes("Egress") &&
        open === 0
      );
    });
    const spaces = denied.map(({ space }) => space);
    for (const resource of resources) {
      for (const { props, where } of objectsOf(resource, ["Namespace"])) {
        const name = objectName(props);
        if (name === undefined || SYSTEM_NAMESPACES.includes(name)) continue;
        if (spaces.includes(`${clusterOf(resource)} ${name}`)) continue;
        report(`${where}namespace ${name} has no NetworkPolicy that denies all`, resource);
      }
    }
  },
});

function isEmptySelector(selector: unknown): boolean {
  return isObject(selector) && keys(selector.matchLabels).length === 0 && list(selector.matchExpressions).length === 0;
}

export const podsSelected = stackRule({
  id: "pod-selected-by-network-policy",
  title: "Every workload's pods are selected by a network policy",
  severity: "medium",
  level: "mandatory",
  fix: "Add a NetworkPolicy in the workload's namespace whose podSelector matches its pods.",
  sources: ["CKV2_K8S_6", "C-0206"],
  resources: kinds(...SELECTED),
  checkStack({ resources }, report) {
    const clusterOf = clustersOf({ resources });
    const policies = policiesIn(resources, clusterOf);
    for (const resource of resources) {
      for (const { kind, props, where } of objectsOf(resource, SELECTED)) {
        const labels = at(props, ...(LABEL_PATHS[kind] ?? []));
        const namespace = namespaceOf(props);
        const selected = policies.some(
          (policy) =>
            policy.space === `${clusterOf(resource)} ${namespace}` &&
            selects(at(policy.props, "spec", "podSelector"), labels),
        );
        if (!selected) report(`${where}no NetworkPolicy in namespace ${namespace} selects its pods`, resource);
      }
    }
  },
});

function selects(selector: unknown, labels: unknown): boolean {
  const wanted = at(selector, "matchLabels");
  if (!keys(wanted).every((key) => at(labels, key) === at(wanted, key))) return false;
  return list(at(selector, "matchExpressions")).every((expression) => {
    const value = at(labels, String(at(expression, "key")));
    const values = list(at(expression, "values"));
    switch (at(expression, "operator")) {
      case "In":
        return values.includes(value);
      case "NotIn":
        return !values.includes(value);
      case "Exists":
        return value !== undefined;
      case "DoesNotExist":
        return value === undefined;
      default:
        return false;
    }
  });
}

const INGRESS = ["Ingress"];

export const ingressTls = resourceRule({
  id: "ingress-tls",
  title: "Ingresses have TLS for every host",
  severity: "high",
  level: "mandatory",
  fix: "Add spec.tls with the hosts and a secretName.",
  sources: ["C-0263"],
  resources: kinds(...INGRESS),
  check(resource, report) {
    for (const { props, where } of applicableObjects(resource, INGRESS)) {
      // On EKS the load balancer's own certificate ends TLS, and the ingress has no secret.
      const annotations = at(props, "metadata", "annotations");
      if (text(at(annotations, "alb.ingress.kubernetes.io/certificate-arn")) !== undefined) continue;
      const covered = list(at(props, "spec", "tls")).flatMap((entry) => list(at(entry, "hosts")));
      const hosts = list(at(props, "spec", "rules")).map((rule) => text(at(rule, "host")));
      for (const host of hosts) {
        if (host === undefined ? covered.length === 0 : !covered.includes(host)) {
          report(`${where}spec.tls does not cover ${host ?? "the rule without a host"}`);
        }
      }
    }
  },
});

export const snippets = resourceRule({
  id: "ingress-no-snippets",
  title: "Ingresses inject no controller configuration",
  description: "A snippet can read every secret the controller can",
  severity: "high",
  level: "mandatory",
  fix: "Remove the *-snippet annotation.",
  sources: ["CKV_K8S_152", "CKV_K8S_153", "CKV_K8S_154"],
  resources: kinds(...INGRESS),
  check(resource, report) {
    for (const { props, where } of applicableObjects(resource, INGRESS)) {
      for (const key of keys(at(props, "metadata", "annotations"))) {
        if (/-snippets?$/.test(key)) report(`${where}annotation ${key} injects configuration`);
      }
    }
  },
});

export const retiredController = resourceRule({
  id: "ingress-no-retired-controller",
  title: "Ingresses do not use the retired ingress-nginx",
  severity: "high",
  level: "mandatory",
  fix: "Move to a maintained controller: the cloud's own, Traefik, or F5's NGINX under another class name.",
  sources: ["C-0292"],
  resources: kinds("Ingress", "IngressClass"),
  check(resource, report) {
    for (const { kind, props, where } of applicableObjects(resource, ["Ingress", "IngressClass"])) {
      if (kind === "IngressClass") {
        if (at(props, "spec", "controller") === "k8s.io/ingress-nginx")
          report(`${where}spec.controller is k8s.io/ingress-nginx`);
        continue;
      }
      const annotated = keys(at(props, "metadata", "annotations")).find((key) =>
        key.startsWith("nginx.ingress.kubernetes.io/"),
      );
      if (annotated !== undefined) report(`${where}annotation ${annotated} is of ingress-nginx`);
    }
  },
});

export const serviceExposure = resourceRule({
  id: "service-not-on-node",
  title: "Services open no port on every node and take no external address",
  severity: "medium",
  level: "mandatory",
  fix: "Use a ClusterIP service behind the ingress or gateway.",
  sources: [],
  resources: kinds("Service"),
  check(resource, report) {
    for (const { props, where } of applicableObjects(resource, ["Service"])) {
      if (at(props, "spec", "type") === "NodePort") report(`${where}spec.type is NodePort`);
      if (list(at(props, "spec", "externalIPs")).length > 0) report(`${where}spec.externalIPs is set`);
    }
  },
});

export const kubernetesNetworkRules: readonly Rule[] = [
  defaultDeny,
  podsSelected,
  ingressTls,
  snippets,
  retiredController,
  serviceExposure,
];
