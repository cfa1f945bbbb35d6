import type { RunningServiceSpec } from "../../systems/spec";
import type { Degraded } from "../component";
import type { Flow } from "./networkPolicy";

/** Where a mesh's nodes speak to each other, whatever port the pods meant: HBONE of Istio's ambient mode. */
export const MESH_PORT = 15_008;

/**
 * Where the node's probes of a pod in the mesh come from: Istio's network plugin gives them this address, so that they go
 * by ztunnel, and a NetworkPolicy then no longer knows them for the node's.
 * https://istio.io/latest/docs/ambient/usage/networkpolicy/
 */
const PROBES_CIDR = "169.254.7.127/32";

/** Lets the node's probes through to a pod of the mesh, on the ports it has. */
export function meshProbes(ports: RunningServiceSpec["ports"]): readonly Flow[] {
  const asked = [...new Set(Object.values(ports).map(({ port }) => port))].sort((a, b) => a - b);
  return asked.length > 0 ? [{ peers: [{ kind: "cidrs", cidrBlocks: [PROBES_CIDR] }], ports: asked }] : [];
}

/** Puts a pod into the mesh without a proxy of its own. */
export const MESH_POD_LABELS = { "istio.io/dataplane-mode": "ambient" } as const;

/** Who calls a service of the mesh. */
export interface MeshTraffic {
  /** Services of the mesh: known by their account, encrypted both ways. */
  readonly callers: readonly {
    readonly namespace: string;
    readonly service: string;
    readonly ports: readonly number[];
  }[];
  /** Ports that others reach as well: the ingress controller, Prometheus, services outside the mesh. */
  readonly openPorts: readonly number[];
}

export interface MeshObject {
  readonly role: string;
  readonly kind: "PeerAuthentication" | "AuthorizationPolicy";
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Mutual TLS on every port that only the mesh calls, and nobody let in but the spec's own edges. */
export function planMesh(selector: Readonly<Record<string, string>>, traffic: MeshTraffic): readonly MeshObject[] {
  const workload = { selector: { matchLabels: { ...selector } } };
  const open = [...new Set(traffic.openPorts)].sort((a, b) => a - b);
  return [
    {
      role: "mutual-tls",
      kind: "PeerAuthentication",
      spec: {
        ...workload,
        mtls: { mode: "STRICT" },
        // Who is no part of the mesh has no certificate to show; NetworkPolicy says who that may be.
        ...(open.length > 0
          ? { portLevelMtls: Object.fromEntries(open.map((port) => [String(port), { mode: "PERMISSIVE" }])) }
          : {}),
      },
    },
    {
      role: "callers",
      kind: "AuthorizationPolicy",
      spec: {
        ...workload,
        action: "ALLOW",
        rules: [
          ...traffic.callers.map(({ namespace, service, ports }) => ({
            from: [{ source: { principals: [`cluster.local/ns/${namespace}/sa/${service}`] } }],
            to: [{ operation: { ports: ports.map(String) } }],
          })),
          ...(open.length > 0 ? [{ to: [{ operation: { ports: open.map(String) } }] }] : []),
        ],
      },
    },
  ];
}

/** What ambient mode gives only with a proxy of the namespace's own, which it does not bring by itself. */
export function meshVerdict(service: string, inMesh: boolean): Degraded {
  return inMesh
    ? {
        feature: `retries, circuit breaking and traffic shifting for ${service}`,
        reason: "ambient mode encrypts and authorizes connections; requests are a waypoint's",
        remedy: "deploy a waypoint in the namespace, with a DestinationRule of your own",
      }
    : {
        feature: `mesh for ${service}: mutual TLS, retries, circuit breaking`,
        reason: "no mesh is in the cluster",
        remedy: "install Istio in ambient mode and set groundplan:kubernetes.addOns.istio to existing",
      };
}
