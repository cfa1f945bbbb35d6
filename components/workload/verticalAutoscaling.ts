import type { ScalingSpec } from "../../systems/spec";
import type { Capabilities, ClusterContract } from "../cluster/contract";
import type { Degraded } from "../component";
import { isElastic } from "./autoscaling";

export interface VerticalPlan {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly degraded: readonly Degraded[];
}

/** The cluster a service runs in, as far as its vertical autoscaler goes. */
export interface VerticalCluster extends Pick<ClusterContract, "ownsNodePools"> {
  readonly capabilities: Pick<Capabilities, "verticalPodAutoscaler">;
}

/** The vertical autoscaler of a service: it never changes what the horizontal one measures by. */
export function planVertical(
  service: string,
  kind: "Deployment" | "StatefulSet" | "DaemonSet",
  scaling: ScalingSpec,
  { capabilities, ownsNodePools }: VerticalCluster,
): VerticalPlan {
  if (scaling.vertical === "off") {
    return { degraded: [] };
  }
  if (!capabilities.verticalPodAutoscaler) {
    return {
      degraded: [
        verdict(
          service,
          "the vertical autoscaler is not in the cluster",
          // Nobody else puts anything into a cluster this stack makes.
          `set groundplan:kubernetes.addOns.vertical-pod-autoscaler to install${ownsNodePools === false ? ", or to existing where the cluster has it" : ""}`,
        ),
      ],
    };
  }
  const taken = isElastic(scaling)
    ? [...(scaling.cpuPercent === undefined ? [] : ["cpu"]), ...(scaling.memoryPercent === undefined ? [] : ["memory"])]
    : [];
  const free = ["cpu", "memory"].filter((resource) => !taken.includes(resource));
  const applied = scaling.vertical === "auto" && free.length > 0;
  const degraded =
    scaling.vertical === "auto" && taken.length > 0
      ? [
          verdict(
            service,
            `its replicas follow ${taken.join(" and ")}, and two autoscalers on one measure fight: ${free.length > 0 ? `only ${free.join(" and ")} is applied` : "recommendations only"}`,
            "scale it on its queue or a custom metric instead",
          ),
        ]
      : [];
  return {
    degraded,
    spec: {
      targetRef: { apiVersion: "apps/v1", kind, name: service },
      updatePolicy: { updateMode: applied ? "Recreate" : "Off" },
      resourcePolicy: {
        containerPolicies: [
          {
            containerName: "*",
            controlledResources: applied ? free : ["cpu", "memory"],
            controlledValues: "RequestsOnly",
          },
        ],
      },
    },
  };
}

function verdict(service: string, reason: string, remedy: string): Degraded {
  return { feature: `vertical autoscaling of ${service}`, reason, remedy };
}
