import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Context, identityOf } from "../../context";
import type { Make } from "../../make";
import { digest, NAME_RULES, physicalName } from "../../naming";
import { allowEgress, allowIngress } from "../../networking/securityGroup";
import type { TargetPlan } from "./routes";

export interface TargetsArgs {
  readonly context: Context;
  readonly vpcId: pulumi.Input<string>;
  /** Group of the load balancer, and of the pods. */
  readonly groupId: pulumi.Input<string>;
  readonly podGroupId: pulumi.Input<string>;
  readonly kubernetes: pulumi.ProviderResource;
  /** The controller that joins pods to target groups. */
  readonly controller: readonly pulumi.Resource[];
}

const DIGEST_LENGTH = 6;

/** A target group of pods, the rule that lets the load balancer reach them, and the object that joins them to it. */
export function makeTarget(
  make: Make,
  target: TargetPlan,
  listener: pulumi.Resource,
  args: TargetsArgs,
): aws.lb.TargetGroup {
  const { context } = args;
  const { route, key } = target;
  const group = make(aws.lb.TargetGroup, `target-${key}`, {
    name: targetGroupName(context, target),
    vpcId: args.vpcId,
    targetType: "ip",
    protocol: "HTTP",
    port: route.targetPort,
    deregistrationDelay: 30,
    loadBalancingAlgorithmType: "least_outstanding_requests",
    healthCheck: {
      enabled: true,
      path: route.healthPath,
      protocol: "HTTP",
      port: "traffic-port",
      matcher: "200-399",
      interval: 15,
      timeout: 5,
      healthyThreshold: 2,
      unhealthyThreshold: 3,
    },
    tags: context.tags,
  });
  const rule = { context, ports: route.targetPort, description: `Load balancer to ${route.service}` };
  allowIngress(make, `target-${key}-ingress`, { ...rule, groupId: args.podGroupId, peer: { groupId: args.groupId } });
  allowEgress(make, `target-${key}-egress`, { ...rule, groupId: args.groupId, peer: { groupId: args.podGroupId } });
  make(
    k8s.apiextensions.CustomResource,
    `binding-${key}`,
    {
      apiVersion: "elbv2.k8s.aws/v1beta1",
      kind: "TargetGroupBinding",
      metadata: { name: key, namespace: route.namespace },
      spec: {
        targetGroupARN: group.arn,
        targetType: "ip",
        serviceRef: { name: route.service, port: route.servicePort },
      },
    },
    // A target group without a load balancer keeps its targets unused, and pods with its readiness gate unready.
    { provider: args.kubernetes, dependsOn: [...args.controller, ...route.ready, listener] },
  );
  return group;
}

/** What cannot change in place is in the name, so that a replacement finds its own free. */
function targetGroupName(context: Context, { key, route }: TargetPlan): string {
  const identity = digest(
    [identityOf(context), context.placement, context.environment, key, route.targetPort].join("\0"),
    DIGEST_LENGTH,
  );
  return `${physicalName(NAME_RULES.awsTargetGroup, [context.system, route.service], DIGEST_LENGTH + 1)}-${identity}`;
}
