import type * as pulumi from "@pulumi/pulumi";
import type { Binding, BindingValue } from "../components/binding";
import { COLLECTOR, PUSH_GATEWAY } from "../components/cluster/addOns/catalog";
import { servicePort } from "../systems/edges";
import type { ExternalSpec, ServiceSpec } from "../systems/spec";

export interface ServiceBindingArgs {
  readonly service: string;
  readonly spec: ServiceSpec;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Name of the port its client uses. @default its first port */
  readonly port?: string;
  readonly ready: readonly pulumi.Resource[];
}

/** What a service of the system offers the others: the address of its Kubernetes Service. */
export function serviceBinding(args: ServiceBindingArgs): Binding {
  const port = servicePort(args.spec, args.port);
  const host = `${args.service}.${args.namespace}.svc`;
  const number = port ? String(port.servicePort ?? port.port) : "";
  const values = plainValues({
    url: `${port?.protocol ?? "http"}://${host}:${number}`,
    host,
    port: number,
    name: args.service,
  });
  return {
    values: () => (port ? values : {}),
    peers: [{ kind: "pods", namespace: args.namespace, labels: args.labels }],
    ports: port ? [port.port] : [],
    grants: () => [],
    ready: args.ready,
  };
}

/** What a service that somebody else runs offers: its address, and the keys it asks for. */
export function externalBinding(
  spec: ExternalSpec,
  secret: (key: string, description: string) => BindingValue,
): Binding {
  const [host = ""] = spec.hosts;
  const keys = Object.entries(spec.secrets).map(([key, description]) => [key, secret(key, description)] as const);
  const address = plainValues({ url: spec.url ?? `https://${host}`, host, port: String(spec.port), name: host });
  return {
    values: () => ({ ...address, ...Object.fromEntries(keys) }),
    peers: [{ kind: "hosts", hosts: spec.hosts }],
    ports: [spec.port],
    grants: () => [],
    ready: [],
  };
}

/** Where a job leaves its metrics: the push gateway beside Prometheus, whoever brought it. */
export function pushGatewayBinding(namespace: string): Binding {
  const host = `${PUSH_GATEWAY.service}.${namespace}.svc`;
  const port = String(PUSH_GATEWAY.port);
  const values = plainValues({ url: `http://${host}:${port}`, host, port });
  return {
    values: () => values,
    peers: [{ kind: "pods", namespace, labels: PUSH_GATEWAY.labels }],
    ports: [PUSH_GATEWAY.port],
    grants: () => [],
    ready: [],
  };
}

/** Where a service sends its traces: the collector beside Prometheus, whoever brought it. */
export function collectorBinding(namespace: string, service: string, system: string): Binding {
  const host = `${COLLECTOR.service}.${namespace}.svc`;
  const port = String(COLLECTOR.port);
  const values = plainValues({
    url: `http://${host}:${port}`,
    host,
    port,
    protocol: "http/protobuf",
    name: service,
    attributes: `service.namespace=${system}`,
  });
  return {
    values: () => values,
    peers: [{ kind: "pods", namespace, labels: COLLECTOR.labels }],
    ports: [COLLECTOR.port],
    grants: () => [],
    ready: [],
  };
}

function plainValues(values: Readonly<Record<string, string>>): Readonly<Record<string, BindingValue>> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { kind: "plain", value } as const]));
}
