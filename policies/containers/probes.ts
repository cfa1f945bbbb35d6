import { type Container, containerRule, SERVING_KINDS } from "../pods";
import { at, isObject, list } from "../read";

const SERVING = { roles: ["container"], pods: SERVING_KINDS } as const;

export const readinessProbe = containerRule(
  {
    id: "container-readiness-probe",
    title: "Serving containers have a readiness probe",
    severity: "medium",
    level: "mandatory",
    fix: "Add readinessProbe: it decides whether the pod gets traffic.",
    sources: ["CKV_K8S_9", "C-0018", "kube-score"],
  },
  ({ props }) => (isObject(props.readinessProbe) ? undefined : "has no readinessProbe"),
  SERVING,
);

export const livenessProbe = containerRule(
  {
    id: "container-liveness-probe",
    title: "Serving containers have a liveness probe",
    severity: "medium",
    level: "mandatory",
    fix: "Add livenessProbe: it restarts a container that hangs.",
    sources: ["CKV_K8S_8", "C-0056", "kube-score"],
  },
  ({ props }) => (isObject(props.livenessProbe) ? undefined : "has no livenessProbe"),
  SERVING,
);

export const probesDiffer = containerRule(
  {
    id: "container-probes-differ",
    title: "Liveness and readiness ask different questions",
    description: "With one question for both, a pod that should only stop getting traffic is restarted instead",
    severity: "low",
    level: "advisory",
    fix: "Let liveness ask whether the process runs and readiness whether it can serve.",
    sources: ["kube-score"],
  },
  (container) => {
    const liveness = question(container, "livenessProbe");
    return liveness !== undefined && liveness === question(container, "readinessProbe")
      ? `both probes ask ${liveness}`
      : undefined;
  },
  SERVING,
);

/** What a probe asks, as one comparable line; undefined when there is no probe. */
function question({ props }: Container, field: string): string | undefined {
  const probe = props[field];
  const http = at(probe, "httpGet");
  if (isObject(http)) return `${http.scheme ?? "HTTP"} ${http.path ?? "/"} on port ${http.port}`;
  const tcp = at(probe, "tcpSocket");
  if (isObject(tcp)) return `TCP port ${tcp.port}`;
  const grpc = at(probe, "grpc");
  if (isObject(grpc)) return `gRPC ${grpc.service ?? ""} on port ${grpc.port}`;
  const command = at(probe, "exec", "command");
  return command === undefined ? undefined : `command ${list(command).join(" ")}`;
}

export const probeRules = [readinessProbe, livenessProbe, probesDiffer];
