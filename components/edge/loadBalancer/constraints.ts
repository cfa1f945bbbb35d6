import { type Problem, show } from "../../errors";
import type { LoadBalancerRoute } from "./contract";
import { planTargets } from "./routes";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html */
const MOST_RULES = 100;
const MOST_TARGET_GROUPS = 100;
/** https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html */
const MOST_NAMES = 10;
const LONGEST_COMMON_NAME = 64;

/** What the load balancer or the certificate would refuse at apply. */
export function loadBalancerProblems(routes: readonly LoadBalancerRoute[]): readonly Problem[] {
  const problems: Problem[] = [];
  const hosts = [...new Set(routes.map((route) => route.host))];
  if (routes.length > MOST_RULES) {
    problems.push(tooMany("routes", routes.length, MOST_RULES, "routes behind one load balancer"));
  }
  if (planTargets(routes).length > MOST_TARGET_GROUPS) {
    problems.push(
      tooMany("routes", planTargets(routes).length, MOST_TARGET_GROUPS, "services behind one load balancer"),
    );
  }
  if (hosts.length > MOST_NAMES) {
    problems.push(tooMany("routes", hosts.length, MOST_NAMES, "host names in one certificate"));
  }
  const [first] = hosts;
  if (first !== undefined && first.length > LONGEST_COMMON_NAME) {
    const allowed = `at most ${LONGEST_COMMON_NAME} characters in the first host`;
    problems.push({
      path: "routes[0].host",
      found: show(first),
      allowed,
      fix: "shorten the domain, or begin with a shorter host",
    });
  }
  return problems;
}

function tooMany(path: string, found: number, most: number, what: string): Problem {
  return {
    path,
    found: show(found),
    allowed: `at most ${most} ${what}`,
    fix: "remove some, or ask AWS for a higher quota",
  };
}
