import { valuesRule, wrong } from "../helm";
import { at, keys, list, text } from "../read";
import type { Rule } from "../rule";
import { isWorld } from "./firewall";

export const networkPolicy = valuesRule(
  {
    id: "helm-network-policy-on",
    title: "Helm values do not switch network policies off",
    severity: "medium",
    level: "mandatory",
    fix: "Set networkPolicy.enabled: true, or leave it to a policy of your own and remove the value.",
    sources: ["C-0206"],
  },
  ({ key, props }) => (/^network_?polic(y|ies)$/i.test(key) ? wrong(props, { enabled: [false], create: [false] }) : []),
);

/** What makes a load balancer's address one of the network's own, by annotation. */
const INTERNAL: Readonly<Record<string, readonly string[]>> = {
  "service.beta.kubernetes.io/aws-load-balancer-scheme": ["internal"],
  "service.beta.kubernetes.io/aws-load-balancer-internal": ["true"],
  "networking.gke.io/load-balancer-type": ["Internal"],
  "cloud.google.com/load-balancer-type": ["Internal"],
  "service.beta.kubernetes.io/azure-load-balancer-internal": ["true"],
};

export const balancer = valuesRule(
  {
    id: "helm-load-balancer-restricted",
    title: "Helm values open no load balancer to the world",
    severity: "high",
    level: "mandatory",
    fix: "Use type ClusterIP behind the ingress or gateway, list loadBalancerSourceRanges, or make it internal.",
    sources: [],
  },
  ({ key, props }) => {
    // A service's spec is judged with the annotations beside it.
    if (key === "spec") return [];
    const spec = [props, at(props, "spec")].find((candidate) => at(candidate, "type") === "LoadBalancer");
    if (spec === undefined) return [];
    const ranges = list(at(spec, "loadBalancerSourceRanges"));
    const annotations = at(props, "annotations");
    const internal = keys(annotations).some((name) =>
      INTERNAL[name]?.includes(text(at(annotations, name))?.trim() ?? ""),
    );
    if (internal || (ranges.length > 0 && !ranges.some(isWorld))) return [];
    return [
      `type is LoadBalancer, and ${ranges.length > 0 ? "loadBalancerSourceRanges is the world" : "no loadBalancerSourceRanges is set"}`,
    ];
  },
);

export const helmNetworkRules: readonly Rule[] = [networkPolicy, balancer];
