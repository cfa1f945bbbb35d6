import { type CaseTable, one } from "../cases";
import { deployment, namespace, release } from "../fixtures";
import { DELETE, type TestResource } from "../harness";

const deny: TestResource = {
  type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  name: "deny",
  props: {
    metadata: { name: "deny", namespace: "shop" },
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
  },
};
const allow: TestResource = {
  type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  name: "allow",
  props: {
    metadata: { name: "app", namespace: "shop" },
    spec: {
      podSelector: { matchLabels: { app: "app" }, matchExpressions: [{ key: "app", operator: "In", values: ["app"] }] },
      policyTypes: ["Ingress"],
      ingress: [{ from: [] }],
    },
  },
};
const ingress = one("kubernetes:networking.k8s.io/v1:Ingress", {
  metadata: { name: "app", namespace: "shop", annotations: {} },
  spec: { tls: [{ hosts: ["shop.example.com"], secretName: "tls" }], rules: [{ host: "shop.example.com" }] },
});
const service = one("kubernetes:core/v1:Service", { metadata: { namespace: "shop" }, spec: { type: "ClusterIP" } });

export const table: CaseTable = {
  "namespace-default-deny": {
    base: [namespace, deny],
    fails: [
      { at: "", to: DELETE, on: 1, message: "namespace shop has no NetworkPolicy that denies all" },
      {
        at: "spec.policyTypes",
        to: ["Ingress"],
        on: 1,
        message: "namespace shop has no NetworkPolicy that denies all",
      },
      {
        at: "spec.podSelector.matchLabels",
        to: { app: "app" },
        on: 1,
        message: "namespace shop has no NetworkPolicy that denies all",
      },
      { at: "spec.egress", to: [{}], on: 1, message: "namespace shop has no NetworkPolicy that denies all" },
    ],
    unknown: [{ at: "metadata.namespace", on: 1 }],
  },
  "pod-selected-by-network-policy": {
    base: [deployment, allow],
    fails: [
      { at: "", to: DELETE, on: 1, message: "no NetworkPolicy in namespace shop selects its pods" },
      {
        at: "spec.podSelector.matchLabels.app",
        to: "other",
        on: 1,
        message: "no NetworkPolicy in namespace shop selects its pods",
      },
      {
        at: "spec.podSelector.matchExpressions.0.operator",
        to: "NotIn",
        on: 1,
        message: "no NetworkPolicy in namespace shop selects its pods",
      },
      {
        at: "metadata.namespace",
        to: "other",
        on: 1,
        message: "no NetworkPolicy in namespace shop selects its pods",
      },
    ],
    unknown: [{ at: "spec.podSelector", on: 1 }],
  },
  "ingress-tls": {
    base: ingress,
    fails: [
      { at: "spec.tls", to: DELETE, message: "spec.tls does not cover shop.example.com" },
      { at: "spec.rules.1", to: { host: "other.example.com" }, message: "spec.tls does not cover other.example.com" },
    ],
    unknown: ["spec.tls"],
  },
  "ingress-no-snippets": {
    base: ingress,
    fails: [
      {
        at: ["metadata", "annotations", "example.com/server-snippet"],
        to: "return 200;",
        message: "annotation example.com/server-snippet injects configuration",
      },
    ],
    unknown: ["metadata.annotations"],
  },
  "ingress-no-retired-controller": {
    base: [
      ...ingress,
      {
        type: "kubernetes:networking.k8s.io/v1:IngressClass",
        props: { spec: { controller: "traefik.io/ingress-controller" } },
      },
    ],
    fails: [
      {
        at: ["metadata", "annotations", "nginx.ingress.kubernetes.io/limit-rps"],
        to: "100",
        message: "annotation nginx.ingress.kubernetes.io/limit-rps is of ingress-nginx",
      },
      {
        at: "spec.controller",
        to: "k8s.io/ingress-nginx",
        on: 1,
        message: "spec.controller is k8s.io/ingress-nginx",
      },
    ],
    unknown: ["metadata.annotations"],
  },
  "service-not-on-node": {
    base: service,
    fails: [
      { at: "spec.type", to: "NodePort", message: "spec.type is NodePort" },
      { at: "spec.externalIPs", to: ["203.0.113.1"], message: "spec.externalIPs is set" },
    ],
    unknown: ["spec.type"],
  },
  "helm-network-policy-on": {
    base: [release],
    fails: [
      { at: "values.networkPolicy.enabled", to: false, message: "values.networkPolicy.enabled is false" },
      {
        at: "values.server.networkPolicies",
        to: { create: false },
        message: "values.server.networkPolicies.create is false",
      },
    ],
    unknown: ["values.networkPolicy.enabled"],
  },
  "helm-load-balancer-restricted": {
    base: [
      release,
      {
        ...release,
        name: "restricted",
        props: {
          ...release.props,
          values: {
            service: { type: "LoadBalancer", loadBalancerSourceRanges: ["10.0.0.0/8"] },
            internal: {
              spec: { type: "LoadBalancer" },
              annotations: { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal" },
            },
          },
        },
      },
    ],
    fails: [
      {
        at: "values.server.service.type",
        to: "LoadBalancer",
        message: "values.server.service.type is LoadBalancer, and no loadBalancerSourceRanges is set",
      },
      {
        at: "values.service.loadBalancerSourceRanges.0",
        to: "0.0.0.0/0",
        on: 1,
        message: "values.service.type is LoadBalancer, and loadBalancerSourceRanges is the world",
      },
      {
        at: "values.internal.annotations",
        to: { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing" },
        on: 1,
        message: "values.internal.type is LoadBalancer, and no loadBalancerSourceRanges is set",
      },
    ],
    unknown: ["values.server.service.type"],
  },
};
