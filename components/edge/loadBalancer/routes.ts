import type { EdgeSpec } from "../../../systems/spec";
import { NAME_RULES, uniqueName } from "../../naming";
import type { LoadBalancerRoute } from "./contract";

/** Routes to one port of one service share a target group. */
export interface TargetPlan {
  /** Identifies the target group within its load balancer. */
  readonly key: string;
  readonly route: LoadBalancerRoute;
}

/** One listener rule; the lower the priority, the earlier it is tried. */
export interface RulePlan {
  readonly key: string;
  readonly target: string;
  readonly host: string;
  readonly paths: readonly string[];
  readonly priority: number;
}

export function planTargets(routes: readonly LoadBalancerRoute[]): readonly TargetPlan[] {
  const targets = new Map<string, TargetPlan>();
  for (const route of routes) {
    const key = targetKey(route);
    if (!targets.has(key)) {
      targets.set(key, { key, route });
    }
  }
  return [...targets.values()];
}

/** Longer prefixes first, so that `/api` is tried before `/`. */
export function planRules(routes: readonly LoadBalancerRoute[]): readonly RulePlan[] {
  return [...routes]
    .sort((a, b) => b.path.length - a.path.length || compare(a.host, b.host) || compare(a.path, b.path))
    .map((route, index) => ({
      key: uniqueName(NAME_RULES.kubernetesLabel, [
        route.host.replaceAll(".", "-"),
        route.path === "/" ? "root" : route.path.slice(1),
      ]),
      target: targetKey(route),
      host: route.host,
      paths: route.path === "/" ? ["/*"] : [route.path, `${route.path.replace(/\/$/, "")}/*`],
      priority: (index + 1) * 10,
    }));
}

export function targetKey(route: LoadBalancerRoute): string {
  return `${route.service}-${route.targetPort}`;
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html */
export function sslPolicyFor(minimum: EdgeSpec["tlsMinimum"]): string {
  switch (minimum) {
    case "1.2":
      return "ELBSecurityPolicy-TLS13-1-2-Res-2021-06";
    case "1.3":
      return "ELBSecurityPolicy-TLS13-1-3-2021-06";
    default:
      return minimum satisfies never;
  }
}

/** Listener attributes for the response headers ALB can set. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/header-modification.html */
const HEADER_ATTRIBUTES = {
  "strict-transport-security": "routingHttpResponseStrictTransportSecurityHeaderValue",
  "x-content-type-options": "routingHttpResponseXContentTypeOptionsHeaderValue",
  "x-frame-options": "routingHttpResponseXFrameOptionsHeaderValue",
  "content-security-policy": "routingHttpResponseContentSecurityPolicyHeaderValue",
} as const;

type HeaderAttribute = (typeof HEADER_ATTRIBUTES)[keyof typeof HEADER_ATTRIBUTES];

export interface HeaderPlan {
  readonly attributes: Readonly<Partial<Record<HeaderAttribute, string>>>;
  /** Headers ALB has no attribute for. */
  readonly unsupported: readonly string[];
}

export function planHeaders(headers: EdgeSpec["headers"]): HeaderPlan {
  const attributes: Partial<Record<HeaderAttribute, string>> = {};
  const unsupported: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    const attribute = headerAttribute(name.toLowerCase());
    if (attribute === undefined) {
      unsupported.push(name);
    } else {
      attributes[attribute] = value;
    }
  }
  return { attributes, unsupported };
}

function headerAttribute(name: string): HeaderAttribute | undefined {
  return Object.hasOwn(HEADER_ATTRIBUTES, name) ? HEADER_ATTRIBUTES[name as keyof typeof HEADER_ATTRIBUTES] : undefined;
}
