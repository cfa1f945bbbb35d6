import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import type { EdgeSpec } from "../../../systems/spec";
import { type Context, identityOf } from "../../context";
import type { TargetPlan } from "../../edge/loadBalancer/routes";
import type { Make } from "../../make";
import { uniqueName } from "../../naming";
import { GCP_NAMES } from "../names";
import type { EndpointGroups } from "./endpoints";

export interface BackendArgs {
  readonly context: Context;
  readonly edge: EdgeSpec;
  readonly target: TargetPlan;
  /** Seconds until an answer must be there: the longest of the routes to the target. */
  readonly timeoutSeconds: number;
  /** Pods of every placement. */
  readonly endpoints: readonly EndpointGroups[];
  readonly firewall?: gcp.compute.SecurityPolicy;
}

/** Requests a pod is given a second before others are preferred; no limit, only a way to spread them. */
const RATE_PER_POD = 1_000;

/** A backend service: the pods of one target in every placement, nearest first, and what is asked of them. */
export function makeBackend(make: Make, args: BackendArgs): gcp.compute.BackendService {
  const { context, edge, target, endpoints } = args;
  const named = (role: string) => ({
    name: uniqueName(GCP_NAMES.compute, [
      identityOf(context),
      context.environment,
      context.placement,
      role,
      target.key,
    ]),
  });
  const check = make(gcp.compute.HealthCheck, `health-${target.key}`, {
    ...named("health"),
    description: `Health of ${target.route.service}`,
    checkIntervalSec: 15,
    timeoutSec: 5,
    healthyThreshold: 2,
    unhealthyThreshold: 3,
    httpHealthCheck: { portSpecification: "USE_SERVING_PORT", requestPath: target.route.healthPath },
    logConfig: { enable: true },
  });
  return make(
    gcp.compute.BackendService,
    `backend-${target.key}`,
    {
      ...named("backend"),
      description: `${target.route.service} of ${context.system}`,
      loadBalancingScheme: "EXTERNAL_MANAGED",
      protocol: "HTTP",
      timeoutSec: args.timeoutSeconds,
      connectionDrainingTimeoutSec: 30,
      localityLbPolicy: "LEAST_REQUEST",
      healthChecks: check.id,
      backends: endpoints.flatMap(({ groups }) => groups).map(backendOf),
      ...(args.firewall ? { securityPolicy: args.firewall.id } : {}),
      ...(Object.keys(edge.headers).length > 0
        ? { customResponseHeaders: Object.entries(edge.headers).map(([name, value]) => `${name}: ${value}`) }
        : {}),
      ...(edge.cdn ? { enableCdn: true, cdnPolicy: CDN } : { enableCdn: false }),
      logConfig: { enable: true, sampleRate: 1 },
    },
    { dependsOn: endpoints.flatMap(({ ready }) => [...ready]) },
  );
}

/** Only what an application says may be kept is kept: a page for one user must never be another's. */
const CDN = {
  cacheMode: "USE_ORIGIN_HEADERS",
  requestCoalescing: true,
  serveWhileStale: 86_400,
  cacheKeyPolicy: { includeHost: true, includeProtocol: true, includeQueryString: true },
};

function backendOf(group: pulumi.Output<string>): gcp.types.input.compute.BackendServiceBackend {
  return { group, balancingMode: "RATE", maxRatePerEndpoint: RATE_PER_POD, capacityScaler: 1 };
}
