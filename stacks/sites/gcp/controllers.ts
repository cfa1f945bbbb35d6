import type { AddOnsArgs } from "../../../components/cluster/addOns/addOns";
import type { AddOnModes } from "../../../components/cluster/addOns/catalog";
import { needsKeda } from "../../../components/workload/autoscaling";
import type { ResolvedSystem } from "../../../systems/resolve";
import type { Settings } from "../../settings";
import { watchSettings } from "../watching";

/** The controller that reads secrets: its service account, as its chart names it. */
export const EXTERNAL_SECRETS = { name: "external-secrets", namespace: "external-secrets" } as const;

/** What is installed in a cluster of our own. Metrics and the vertical autoscaler are GKE's, and not among them. */
export function addOnModes(
  system: ResolvedSystem,
  { kubernetes, mesh }: Pick<Settings, "kubernetes" | "mesh">,
): AddOnModes {
  const settings = kubernetes.addOns;
  const services = Object.values(system.services);
  const queued = services.some((service) => "scaling" in service && needsKeda(service.scaling));
  const searches = Object.values(system.stores).some((store) => store.kind === "search");
  return {
    "eck-operator": settings["eck-operator"] ?? (searches ? "install" : "none"),
    "external-secrets": settings["external-secrets"] ?? "install",
    reloader: settings.reloader ?? (settings["external-secrets"] === "none" ? "none" : "install"),
    keda: settings.keda ?? (queued ? "install" : "none"),
    ...watchSettings(system, settings),
    "argo-cd": settings["argo-cd"] ?? "none",
    istio: mesh.kind === "istio" ? (settings.istio ?? "install") : "none",
  };
}

/**
 * What watches, told of GKE's DNS: that is kube-dns, with ports of its own for its figures, and the alert of CoreDNS, which
 * nobody finds there, would fire for ever.
 */
export function clusterWatchValues(values: NonNullable<AddOnsArgs["values"]>): NonNullable<AddOnsArgs["values"]> {
  const dns = { coreDns: { enabled: false }, kubeDns: { enabled: true } };
  return { ...values, "kube-prometheus-stack": { ...values["kube-prometheus-stack"], ...dns } };
}
