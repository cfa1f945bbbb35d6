import type { InvokeTable } from "../invokes";
import type { Simulated, SimulationContext, SimulatorTable } from "../simulation";
import { isObject, type Wire, type WireObject } from "../wire";
import { FAKE_TIME, fakePrivateIp, fakeToken, fakeUuid } from "./fakes";
import { autoName } from "./generic";

/** Kinds that belong to no namespace. */
const CLUSTER_WIDE =
  /:(Namespace|Node|PersistentVolume|ClusterRole|ClusterRoleBinding|StorageClass|PriorityClass|IngressClass|GatewayClass|CustomResourceDefinition|.*WebhookConfiguration|APIService|RuntimeClass|ClusterIssuer|ClusterSecretStore|NodePool|EC2NodeClass|ValidatingAdmissionPolicy(Binding)?)(Patch)?$/;

/** Objects of a cluster: their inputs, with what the API server adds. */
export const kubernetesSimulators: SimulatorTable = {
  "kubernetes:*": object,
  "kubernetes:helm.sh/v3:Release": release,
  "kubernetes:core/v1:Secret": (context) => {
    const made = object(context);
    const encoded = encodeAll(context.inputs.stringData);
    const data: WireObject = { ...encoded, ...(isObject(context.inputs.data) ? context.inputs.data : {}) };
    return { ...made, outputs: { type: "Opaque", ...made.outputs, data }, override: ["metadata", "data"] };
  },
  "kubernetes:core/v1:Service": (context) => {
    const made = object(context);
    const spec = isObject(context.inputs.spec) ? context.inputs.spec : {};
    const clusterIP = spec.clusterIP ?? fakePrivateIp(`${context.urn}/clusterIP`);
    const balanced = spec.type === "LoadBalancer";
    const hostname = `${fakeToken(context.urn, 12)}.lb.simulated.invalid`;
    const loadBalancer: WireObject = balanced ? { ingress: [{ hostname, ip: fakePrivateIp(context.urn) }] } : {};
    return {
      ...made,
      outputs: {
        ...made.outputs,
        spec: { type: "ClusterIP", ...spec, clusterIP, clusterIPs: [clusterIP] },
        status: { loadBalancer },
      },
      override: ["metadata", "spec"],
    };
  },
  "kubernetes:networking.k8s.io/v1:Ingress": (context) => {
    const made = object(context);
    const ingress = [
      { hostname: `${fakeToken(context.urn, 12)}.lb.simulated.invalid`, ip: fakePrivateIp(context.urn) },
    ];
    return { ...made, outputs: { ...made.outputs, status: { loadBalancer: { ingress } } } };
  },
  "kubernetes:apps/v1:Deployment": (context) => running(context, "availableReplicas"),
  "kubernetes:apps/v1:StatefulSet": (context) => running(context, "currentReplicas"),
};

/** Functions of the Kubernetes provider that need no cluster are the SDK's own; those here must not be called offline. */
export const kubernetesInvokes: InvokeTable = {};

function object(context: SimulationContext): Simulated {
  const { type, urn, inputs } = context;
  const [, group = "", kind = ""] = type.split(":");
  const given = isObject(inputs.metadata) ? inputs.metadata : {};
  const generated =
    typeof given.generateName === "string" ? `${given.generateName}${fakeToken(urn, 5)}` : autoName(context);
  const name = typeof given.name === "string" ? given.name : generated;
  const providerNamespace = typeof context.provider.namespace === "string" ? context.provider.namespace : "default";
  const namespace = typeof given.namespace === "string" ? given.namespace : providerNamespace;
  const clusterWide = CLUSTER_WIDE.test(type);
  const metadata: { [key: string]: Wire } = {
    ...given,
    name,
    ...(clusterWide ? {} : { namespace }),
    uid: fakeUuid(urn),
    resourceVersion: "1",
    generation: 1,
    creationTimestamp: FAKE_TIME,
    labels: given.labels ?? {},
    annotations: given.annotations ?? {},
  };
  const apiVersion = inputs.apiVersion ?? group.replace(/^core\//, "");
  const outputs: WireObject = { apiVersion, kind: inputs.kind ?? kind, metadata };
  return { id: clusterWide ? name : `${namespace}/${name}`, outputs, override: ["metadata"] };
}

function running(context: SimulationContext, counter: string): Simulated {
  const made = object(context);
  const spec = isObject(context.inputs.spec) ? context.inputs.spec : {};
  const replicas = typeof spec.replicas === "number" ? spec.replicas : 1;
  const status = {
    replicas,
    readyReplicas: replicas,
    updatedReplicas: replicas,
    [counter]: replicas,
    observedGeneration: 1,
  };
  return { ...made, outputs: { ...made.outputs, status } };
}

function release(context: SimulationContext): Simulated {
  const { inputs } = context;
  const name = typeof inputs.name === "string" ? inputs.name : autoName(context);
  const namespace = typeof inputs.namespace === "string" ? inputs.namespace : "default";
  const status = {
    name,
    namespace,
    chart: inputs.chart ?? "",
    version: inputs.version ?? "",
    appVersion: "",
    revision: 1,
    status: "deployed",
  };
  return { id: `${namespace}/${name}`, outputs: { name, namespace, status, resourceNames: {} } };
}

function encodeAll(values: Wire | undefined): WireObject {
  const encoded: { [key: string]: Wire } = {};
  for (const [key, value] of Object.entries(isObject(values) ? values : {})) {
    encoded[key] = Buffer.from(String(value)).toString("base64");
  }
  return encoded;
}
