import type * as pulumi from "@pulumi/pulumi";
import type { AddOns } from "../../../components/cluster/addOns/addOns";
import type { AwsCluster } from "../../../components/cluster/existing";
import { LoadBalancer } from "../../../components/edge/loadBalancer/aws";
import type { SessionGuard } from "../../../components/edge/loadBalancer/listenerRules";
import type { AwsNetwork } from "../../../components/networking/existing";
import type { Keys } from "../../../components/secrets/keys/aws";
import type { LogBucket } from "../../../components/storage/bucket/logBucket";
import type { EdgeSpec } from "../../../systems/spec";
import { hostOf } from "../../exposures";
import { childOf, type Exposure, type SiteRequest } from "../site";
import { dnsOf, redirectsOf } from "./edge";
import type { SharedParts } from "./shared";

export interface EntranceArgs {
  readonly request: SiteRequest;
  readonly exposures: readonly Exposure[];
  readonly network: AwsNetwork;
  readonly keys: Keys;
  readonly logs: LogBucket;
  readonly eks: AwsCluster;
  readonly addOns: AddOns;
  readonly isLead: boolean;
  readonly shared: SharedParts;
}

/** The load balancer of a placement. Undefined without routes. */
export function makeEntrance(args: EntranceArgs, options: pulumi.ComponentResourceOptions): LoadBalancer | undefined {
  const { request, exposures, shared } = args;
  const { context, settings } = request;
  const { domain } = settings;
  if (exposures.length === 0 || domain === undefined) {
    return undefined;
  }
  const balancer = makeBalancer(args, domain, options);
  shared.balancers.set(context.placement, balancer);
  return balancer;
}

function makeBalancer(args: EntranceArgs, domain: string, options: pulumi.ComponentResourceOptions): LoadBalancer {
  const { request, exposures, network, keys, logs, eks, addOns, isLead } = args;
  const { context, settings, system } = request;
  const controller = addOns.releases.get("aws-load-balancer-controller");
  return new LoadBalancer(
    childOf(request, "edge"),
    {
      context,
      routes: exposures.map(({ route, namespace, serviceName, servicePort, targetPort, healthPath, ready }) => ({
        host: hostOf(route.host, domain),
        path: route.path,
        service: serviceName,
        namespace,
        servicePort,
        targetPort,
        healthPath,
        timeoutSeconds: route.timeoutSeconds,
        ready,
      })),
      edge: system.edge,
      redirects: redirectsOf(system.edge, domain),
      ...guardOf(system.edge, domain),
      network,
      keys,
      logs,
      podGroupId: eks.nodeSecurityGroupId,
      kubernetes: eks.kubernetes,
      controller: controller ? [controller] : [],
      ...dnsOf(settings, isLead, system.edge),
    },
    options,
  );
}

function guardOf({ authentication }: EdgeSpec, domain: string): { readonly guard?: SessionGuard } {
  const { kind, host = "@", paths = [], cookie, signIn } = authentication ?? {};
  return kind === "session" && cookie !== undefined && signIn !== undefined
    ? { guard: { host: hostOf(host, domain), paths, cookie, signIn } }
    : {};
}
