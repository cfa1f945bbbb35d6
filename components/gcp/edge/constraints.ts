import type { LoadBalancerRoute } from "../../edge/loadBalancer/contract";
import { planTargets } from "../../edge/loadBalancer/routes";
import { type Problem, show } from "../../errors";

/** https://docs.cloud.google.com/load-balancing/docs/quotas#url_maps */
const MOST_HOSTS = 1_000;
const MOST_PATHS = 1_000;
/** https://docs.cloud.google.com/load-balancing/docs/quotas#backend_services: of a project that asked for no more. */
const MOST_BACKENDS = 50;
/** https://docs.cloud.google.com/load-balancing/docs/backend-service#timeout-setting */
const LONGEST_TIMEOUT_SECONDS = 86_400;

/** What the load balancer would refuse at apply. */
export function loadBalancerProblems(routes: readonly LoadBalancerRoute[]): readonly Problem[] {
  const problems: Problem[] = [];
  const tooMany = (found: number, most: number, what: string) => {
    if (found > most) {
      const fix = "remove some, or ask Google for a higher quota";
      problems.push({ path: "routes", found: show(found), allowed: `at most ${most} ${what}`, fix });
    }
  };
  tooMany(new Set(routes.map(({ host }) => host)).size, MOST_HOSTS, "hosts behind one load balancer");
  tooMany(routes.length, MOST_PATHS, "routes behind one load balancer");
  tooMany(planTargets(routes).length, MOST_BACKENDS, "services behind one load balancer");
  for (const [index, { timeoutSeconds }] of routes.entries()) {
    if (timeoutSeconds > LONGEST_TIMEOUT_SECONDS) {
      problems.push({
        path: `routes[${index}].timeoutSeconds`,
        found: show(timeoutSeconds),
        allowed: `at most ${LONGEST_TIMEOUT_SECONDS}`,
        fix: "let clients connect again",
      });
    }
  }
  return problems;
}
