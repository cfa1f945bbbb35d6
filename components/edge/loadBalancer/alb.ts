import type { EdgeSpec } from "../../../systems/spec";
import type { IngressPlan, IngressPlanArgs, PlannedIngress } from "./ingressPlan";
import { SECURITY_HEADERS } from "./traefik";

const PREFIX = "alb.ingress.kubernetes.io";

/** Headers the balancer itself can set on answers, by the name of its attribute. */
const HEADERS: Readonly<Record<string, string>> = {
  "strict-transport-security": "strict_transport_security",
  "x-frame-options": "x_frame_options",
  "x-content-type-options": "x_content_type_options",
  "content-security-policy": "content_security_policy",
};

/**
 * Ingresses for the AWS Load Balancer Controller of a cluster that is there: one per service, all of one group and so of
 * one balancer, each with the health path of its own pods. Certificates are found by host in ACM.
 * https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/
 */
export function planAlb({ system, routes, edge }: IngressPlanArgs): IngressPlan {
  const headers = Object.entries({ ...SECURITY_HEADERS, ...edge.headers });
  const unset = headers.filter(([name]) => !(name.toLowerCase() in HEADERS)).map(([name]) => name);
  const idle = Math.max(...routes.map(({ timeoutSeconds }) => timeoutSeconds), 1);
  const services = [...new Map(routes.map((route) => [`${route.namespace}/${route.serviceName}`, route])).values()];
  const shared = {
    [`${PREFIX}/group.name`]: system,
    [`${PREFIX}/scheme`]: "internet-facing",
    [`${PREFIX}/target-type`]: "ip",
    [`${PREFIX}/listen-ports`]: '[{"HTTP":80},{"HTTPS":443}]',
    [`${PREFIX}/ssl-redirect`]: "443",
    [`${PREFIX}/ssl-policy`]: sslPolicy(edge),
    [`${PREFIX}/load-balancer-attributes`]: [
      `idle_timeout.timeout_seconds=${idle}`,
      "routing.http.drop_invalid_header_fields.enabled=true",
      "routing.http.desync_mitigation_mode=strictest",
    ].join(","),
    [`${PREFIX}/listener-attributes.HTTPS-443`]: headers
      .flatMap(([name, value]) => {
        const attribute = HEADERS[name.toLowerCase()];
        return attribute === undefined ? [] : [`routing.http.response.${attribute}.header_value=${value}`];
      })
      .join(","),
  };
  return {
    ingresses: services.map(({ namespace, serviceName, healthPath }, index): PlannedIngress => {
      const own = routes.filter((route) => route.namespace === namespace && route.serviceName === serviceName);
      return {
        role: `${namespace}-${serviceName}`,
        name: `${system}-${serviceName}`,
        namespace,
        annotations: {
          ...shared,
          // Longer paths first, whichever Ingress they stand in.
          [`${PREFIX}/group.order`]: String(orderOf(own.map(({ path }) => path)) + index),
          [`${PREFIX}/healthcheck-path`]: healthPath,
          [`${PREFIX}/target-group-attributes`]: "deregistration_delay.timeout_seconds=30",
        },
        hosts: [],
        routes: own,
      };
    }),
    objects: [],
    degraded: [
      ...(unset.length > 0
        ? [
            {
              feature: `headers ${unset.join(", ")} on every answer`,
              reason: "an Application Load Balancer sets a fixed list of headers, and they are not on it",
              remedy: "set them in the services, or use the ingress class traefik or nginx",
            },
          ]
        : []),
      ...((edge.requestsPerSecond ?? edge.rateLimit) === undefined
        ? []
        : [
            {
              feature: "rate limit at the ingress",
              reason:
                "an Application Load Balancer leaves it to a web ACL, which is the account's and not the cluster's",
              remedy: `name one by ${PREFIX}/wafv2-acl-arn, or use a placement on aws`,
            },
          ]),
    ],
  };
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html */
function sslPolicy({ tlsMinimum }: Pick<EdgeSpec, "tlsMinimum">): string {
  return tlsMinimum === "1.3" ? "ELBSecurityPolicy-TLS13-1-3-2021-06" : "ELBSecurityPolicy-TLS13-1-2-2021-06";
}

/** A group's rules are tried from the lowest order up. */
function orderOf(paths: readonly string[]): number {
  const longest = Math.max(...paths.map((path) => path.length));
  return Math.max(1, 900 - longest * 10);
}
