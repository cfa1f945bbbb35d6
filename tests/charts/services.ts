import { at, fieldsOf, type KubernetesObject, listOf, type ObjectMetadata } from "../cluster/objects";
import { containersOf } from "./pods";

/** Where something is told to find something else. */
export interface Address {
  readonly service: string;
  readonly namespace: string;
  readonly port: number;
}

/** Addresses in a release's values, such as `http://tempo.monitoring.svc:4318/path`. */
export function addressesIn(values: unknown, namespace: string): readonly Address[] {
  const found = JSON.stringify(values).matchAll(/"https?:\/\/([a-z0-9-]+)(?:\.([a-z0-9-]+)\.svc)?:(\d+)/g);
  return [...found].map(([, service = "", elsewhere, port]) => ({
    service,
    namespace: elsewhere ?? namespace,
    port: Number(port),
  }));
}

/** Whether a Service of these objects answers at an address, with pods of these objects behind it. */
export function answers(objects: readonly KubernetesObject[], address: Address): boolean {
  const service = serviceOf(objects, address);
  return portsOf(service).some(({ port }) => port === address.port) && podsBehind(objects, service).length > 0;
}

export interface Called {
  readonly by: string;
  /** Port of the pods; undefined when nothing is behind the Service. */
  readonly port: number | undefined;
}

/** Ports of pods that the API server itself calls: admission, conversion, aggregated APIs. */
export function calledByTheServer(objects: readonly KubernetesObject[]): readonly Called[] {
  return objects.flatMap((object) => {
    const clients = [
      ...listOf(object.webhooks).map((webhook) => at(webhook, "clientConfig", "service")),
      at(object, "spec", "conversion", "webhook", "clientConfig", "service"),
      object.kind === "APIService" ? at(object, "spec", "service") : undefined,
    ];
    return clients
      .map(fieldsOf)
      .filter(({ name }) => name !== undefined)
      .map(({ name, namespace, port = 443 }) => ({
        by: `${object.kind} ${object.metadata.name}`,
        port: podPort(objects, { service: String(name), namespace: String(namespace), port: Number(port) }),
      }));
  });
}

function podPort(objects: readonly KubernetesObject[], address: Address): number | undefined {
  const service = serviceOf(objects, address);
  const target = portsOf(service).find(({ port }) => port === address.port)?.targetPort ?? address.port;
  if (typeof target === "number") {
    return target;
  }
  const ports = containersOf(podsBehind(objects, service)).flatMap(({ container }) => listOf(container.ports));
  const named = ports.find(({ name }) => name === target)?.containerPort;
  return typeof named === "number" ? named : undefined;
}

function serviceOf(objects: readonly KubernetesObject[], address: Address): KubernetesObject | undefined {
  return objects.find(
    ({ kind, metadata }) =>
      kind === "Service" &&
      metadata.name === address.service &&
      (metadata.namespace ?? address.namespace) === address.namespace,
  );
}

function portsOf(service: KubernetesObject | undefined) {
  return listOf(at(service, "spec", "ports"));
}

function podsBehind(
  objects: readonly KubernetesObject[],
  service: KubernetesObject | undefined,
): readonly KubernetesObject[] {
  const selector = Object.entries(fieldsOf(at(service, "spec", "selector")));
  return objects.filter((object) => {
    const labels = fieldsOf((at(object, "spec", "template", "metadata") as ObjectMetadata | undefined)?.labels);
    return selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
  });
}
