import type { EdgeSpec } from "../../../systems/spec";
import { breaches, type Constraint } from "../../aws/constraint";
import { type Problem, show } from "../../errors";
import type { LoadBalancerRoute } from "./contract";
import { planTargets } from "./routes";

/** A load balancer as Elastic Load Balancing, ACM and WAF will be asked for it. */
export interface LoadBalancerSubject {
  readonly routes: readonly LoadBalancerRoute[];
  /** @default no headers, no limit */
  readonly edge?: Pick<EdgeSpec, "headers" | "rateLimit">;
}

const GUIDE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application";
const QUOTAS = `${GUIDE}/load-balancer-limits.html`;
const RULES = `${GUIDE}/rule-condition-types.html`;
const ACM = "https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html";

const MOST_RULES = 100;
const MOST_TARGET_GROUPS = 100;
const MOST_NAMES = 10;
const LONGEST_COMMON_NAME = 64;
const LONGEST_NAME = 253;
const LONGEST_LABEL = 63;
/** A condition's 128 characters, less the wildcard that ends it. */
const LONGEST_PATH = 126;
const LONGEST_HEALTH_PATH = 1_024;
const LONGEST_IDLE_SECONDS = 4_000;
const LONGEST_HEADER = 1_024;
const RATE = { least: 10, most: 2_000_000_000 };

/** What the services before the pods refuse, each with its documentation. */
export const LOAD_BALANCER_CONSTRAINTS: readonly Constraint<LoadBalancerSubject>[] = [
  {
    id: "alb-rules",
    limit: `at most ${MOST_RULES} rules`,
    source: QUOTAS,
    find: ({ routes }) =>
      routes.length > MOST_RULES ? tooMany(routes.length, MOST_RULES, "routes behind one load balancer") : [],
  },
  {
    id: "alb-target-groups",
    limit: `at most ${MOST_TARGET_GROUPS} target groups`,
    source: QUOTAS,
    find: ({ routes }) => {
      const groups = planTargets(routes).length;
      return groups > MOST_TARGET_GROUPS
        ? tooMany(groups, MOST_TARGET_GROUPS, "services behind one load balancer")
        : [];
    },
  },
  {
    id: "alb-path",
    limit: `a path condition has at most ${LONGEST_PATH + 2} letters, digits and _-.$/~"'@:+&*?`,
    source: RULES,
    find: eachRoute("path", ({ path }) =>
      path.length > LONGEST_PATH || !/^[\w\-.$/~"'@:+&]*$/.test(path)
        ? { found: path, allowed: `at most ${LONGEST_PATH} letters, digits and _-.$/~"'@:+&`, fix: "shorten the path" }
        : undefined,
    ),
  },
  {
    id: "alb-health-path",
    limit: `a health check's path has at most ${LONGEST_HEALTH_PATH} characters`,
    source: `${GUIDE}/target-group-health-checks.html`,
    find: eachRoute("healthPath", ({ healthPath }) =>
      healthPath.length > LONGEST_HEALTH_PATH || !healthPath.startsWith("/")
        ? {
            found: healthPath,
            allowed: `a path of at most ${LONGEST_HEALTH_PATH} characters`,
            fix: "correct the service's readiness probe",
          }
        : undefined,
    ),
  },
  {
    id: "alb-idle-timeout",
    limit: `connections stay idle for 1 to ${LONGEST_IDLE_SECONDS} seconds`,
    source: `${GUIDE}/edit-load-balancer-attributes.html`,
    find: eachRoute("timeoutSeconds", ({ timeoutSeconds }) =>
      timeoutSeconds > LONGEST_IDLE_SECONDS
        ? {
            found: timeoutSeconds,
            allowed: `at most ${LONGEST_IDLE_SECONDS}`,
            fix: "let clients come back for what takes longer",
          }
        : undefined,
    ),
  },
  {
    id: "alb-header-values",
    limit: `header values have at most ${LONGEST_HEADER} characters; x-content-type-options is nosniff`,
    source: `${GUIDE}/header-modification.html`,
    find: ({ edge }) =>
      Object.entries(edge?.headers ?? {}).flatMap(([name, value]): readonly Problem[] => {
        const sniff = name.toLowerCase() === "x-content-type-options" && value !== "nosniff";
        return sniff || value.length > LONGEST_HEADER
          ? [
              {
                path: `edge.headers.${name}`,
                found: show(value),
                allowed: sniff ? "nosniff" : `at most ${LONGEST_HEADER} characters`,
                fix: sniff ? "write nosniff, or remove the header" : "shorten the value",
              },
            ]
          : [];
      }),
  },
  {
    id: "alb-frame-options",
    limit: "x-frame-options is DENY, SAMEORIGIN or ALLOW-FROM a URL",
    source: `${GUIDE}/header-modification.html`,
    find: ({ edge }) =>
      Object.entries(edge?.headers ?? {}).flatMap(([name, value]): readonly Problem[] =>
        name.toLowerCase() === "x-frame-options" && !/^(DENY|SAMEORIGIN|ALLOW-FROM https?:\/\/\S+)$/i.test(value)
          ? [
              {
                path: `edge.headers.${name}`,
                found: show(value),
                allowed: "DENY or SAMEORIGIN",
                fix: "use one of them",
              },
            ]
          : [],
      ),
  },
  {
    id: "acm-names",
    limit: `at most ${MOST_NAMES} names in a certificate`,
    source: "https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html",
    find: ({ routes }) => {
      const names = hostsOf(routes).length;
      return names > MOST_NAMES ? tooMany(names, MOST_NAMES, "host names in one certificate") : [];
    },
  },
  {
    id: "acm-common-name",
    limit: `the first name has at most ${LONGEST_COMMON_NAME} characters`,
    source: ACM,
    find: ({ routes }) => {
      const [first = ""] = hostsOf(routes);
      return first.length > LONGEST_COMMON_NAME
        ? [
            {
              path: "routes[0].host",
              found: show(first),
              allowed: `at most ${LONGEST_COMMON_NAME} characters in the first host`,
              fix: "shorten the domain, or begin with a shorter host",
            },
          ]
        : [];
    },
  },
  {
    id: "acm-name",
    limit: `a name has at most ${LONGEST_NAME} characters, each label ${LONGEST_LABEL}`,
    source: ACM,
    find: ({ routes }) =>
      routes.flatMap(({ host }, index): readonly Problem[] =>
        host.length > LONGEST_NAME || host.split(".").some((label) => label.length > LONGEST_LABEL)
          ? [
              {
                path: `routes[${index}].host`,
                found: show(host),
                allowed: `at most ${LONGEST_NAME} characters, each label at most ${LONGEST_LABEL}`,
                fix: "shorten the host or the domain",
              },
            ]
          : [],
      ),
  },
  {
    id: "waf-rate-limit",
    limit: `rate limits from ${RATE.least} to ${RATE.most} requests`,
    source: "https://docs.aws.amazon.com/waf/latest/APIReference/API_RateBasedStatement.html",
    find: ({ edge }) =>
      edge?.rateLimit !== undefined && (edge.rateLimit < RATE.least || edge.rateLimit > RATE.most)
        ? [
            {
              path: "edge.rateLimit",
              found: show(edge.rateLimit),
              allowed: `${RATE.least} to ${RATE.most}`,
              fix: "use a limit within",
            },
          ]
        : [],
  },
];

/** What the load balancer or the certificate would refuse at apply. */
export function loadBalancerProblems(
  routes: readonly LoadBalancerRoute[],
  edge?: LoadBalancerSubject["edge"],
): readonly Problem[] {
  return breaches(LOAD_BALANCER_CONSTRAINTS, { routes, ...(edge ? { edge } : {}) });
}

function hostsOf(routes: readonly LoadBalancerRoute[]): readonly string[] {
  return [...new Set(routes.map((route) => route.host))];
}

function eachRoute(
  field: string,
  check: (
    route: LoadBalancerRoute,
  ) => { readonly found: unknown; readonly allowed: string; readonly fix: string } | undefined,
) {
  return ({ routes }: LoadBalancerSubject): readonly Problem[] =>
    routes.flatMap((route, index) => {
      const problem = check(route);
      return problem ? [{ path: `routes[${index}].${field}`, ...problem, found: show(problem.found) }] : [];
    });
}

function tooMany(found: number, most: number, what: string): readonly Problem[] {
  return [
    {
      path: "routes",
      found: show(found),
      allowed: `at most ${most} ${what}`,
      fix: "remove some, or ask AWS for a higher quota",
    },
  ];
}
