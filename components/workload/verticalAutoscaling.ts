import type { ScalingSpec } from "../../systems/spec";
import type { Degraded } from "../component";
import { isElastic } from "./autoscaling";

export interface VerticalPlan {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly degraded: readonly Degraded[];
}

/** The vertical autoscaler of a service: it never changes what the horizontal one measures by. */
export function planVertical(
  service: string,
  kind: "Deployment" | "StatefulSet" | "DaemonSet",
  scaling: ScalingSpec,
  available: boolean,
): VerticalPlan {
  if (scaling.vertical === "off") {
    return { degraded: [] };
  }
  if (!available) {
    return {
      degraded: [
        verdict(
          service,
          "the vertical autoscaler is not in the cluster",
          "set groundplan:kubernetes.addOns.vertical-pod-autoscaler to existing",
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
