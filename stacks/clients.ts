import type { Client } from "../components/binding";
import { needsKeda } from "../components/workload/autoscaling";
import { isRunning } from "../components/workload/container";
import { selectorLabels } from "../components/workload/labels";
import { normalizeUse, storePorts } from "../systems/edges";
import type { ResolvedSystem } from "../systems/resolve";
import type { ServiceSpec } from "../systems/spec";
import { type BackupsRequest, backupClients } from "./backups";
import { namespaceOf, serviceOf } from "./demands";

/** KEDA's operator reads the length of queues, so it is a client of the stores they live in. */
const KEDA = { namespace: "keda", labels: { app: "keda-operator" } } as const;

/** A service as others are told of it. */
export function clientOf(system: ResolvedSystem, service: string) {
  return {
    service,
    namespace: namespaceOf(system, serviceOf(system, service)),
    labels: selectorLabels(system.name, service),
  };
}

/** Everything that connects to a store of a placement: what uses it, mounts it, scales on it or dumps it. */
export function storeClients(request: BackupsRequest, store: string, { keda }: { keda: boolean }): readonly Client[] {
  const { system } = request;
  const spec = system.stores[store];
  const services = Object.entries(system.services);
  const clients = services.flatMap(([service, { uses }]) =>
    uses
      .map(normalizeUse)
      .flatMap((use) =>
        use.to === store && spec ? [{ ...clientOf(system, service), access: use.access, ports: storePorts(spec) }] : [],
      ),
  );
  const mounted = services.flatMap(([service, { volumes }]) =>
    volumes.some((volume) => volume.share === store)
      ? [{ ...clientOf(system, service), access: "write" as const, ports: [] }]
      : [],
  );
  const queued = services.some(([, service]) => scalesOn(service) === store);
  const scaler =
    queued && spec && keda
      ? [{ service: "keda-operator", ...KEDA, access: "read" as const, ports: storePorts(spec) }]
      : [];
  return [...clients, ...mounted, ...scaler, ...backupClients(request, store)];
}

/** Store a service's replicas follow the queue of; undefined for any other. */
export function scalesOn(spec: ServiceSpec): string | undefined {
  return isRunning(spec) && needsKeda(spec.scaling) ? spec.scaling.queue?.store : undefined;
}
