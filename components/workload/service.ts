import type * as k8s from "@pulumi/kubernetes";
import type { RunningServiceSpec } from "../../systems/spec";
import { portName } from "./container";

/** The Service others reach a program by: headless where each replica has an identity of its own. */
export function serviceSpec(
  spec: RunningServiceSpec,
  selector: Readonly<Record<string, string>>,
): k8s.types.input.core.v1.ServiceSpec {
  return {
    type: "ClusterIP",
    selector: { ...selector },
    ports: Object.entries(spec.ports).map(([name, { port, servicePort, protocol }]) => ({
      name: portName(name),
      port: servicePort ?? port,
      targetPort: portName(name),
      protocol: "TCP",
      ...(protocol === "grpc" ? { appProtocol: "kubernetes.io/h2c" } : {}),
    })),
    ...(spec.kind === "statefulset" ? { clusterIP: "None" } : {}),
    // What a node's service was told it alone remembers, so a client stays with the one it talked to first.
    ...(spec.kind === "daemonset" ? { sessionAffinity: "ClientIP" } : {}),
  };
}
