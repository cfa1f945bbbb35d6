import { expect } from "chai";
import { ADD_ONS, CATALOG } from "../../../components/cluster/addOns/catalog";
import { at, type Manifest, Manifests } from "../../stacks/kubernetesManifests";

const KUBERNETES = { storageClass: "fast-ssd", sharedStorageClass: "nfs" };

function plan(kubernetes: object, settings: object = {}): Promise<Manifests> {
  return Manifests.plan({
    system: "vibebox",
    environment: "dev",
    model: "distributed",
    settings: { ...settings, kubernetes: { ...KUBERNETES, ...kubernetes } },
  });
}

const releases = (from: Manifests) => from.all.filter(({ kind }) => kind === "Release");
const named = (from: Manifests, name: string): Manifest => {
  const found = from.all.find((each) => each.name === `main-cluster-add-ons-${name}`);
  if (!found) {
    throw new Error(`nothing is called ${name}`);
  }
  return found;
};
const waitsFor = ({ dependencies }: Manifest) => dependencies.map((urn) => urn.split("::").at(-1));

describe("add-ons", () => {
  it("have a pinned chart each, in an order in which what is needed comes first", () => {
    expect(Object.keys(CATALOG)).to.have.members([...ADD_ONS]);
    for (const name of ADD_ONS) {
      const { charts, needs = [] } = CATALOG[name];
      expect(charts, name).to.not.be.empty;
      for (const { version, repository } of charts) {
        expect(version).to.match(/^v?\d+\.\d+\.\d+$/);
        expect(repository).to.match(/^https:/);
      }
      for (const need of needs) {
        expect(ADD_ONS.indexOf(need as (typeof ADD_ONS)[number]), `${need} before ${name}`).to.be.within(
          0,
          ADD_ONS.indexOf(name) - 1,
        );
      }
    }
  });

  it("are atomic releases that time out and clean up after themselves", async () => {
    const made = releases(await plan({}));
    expect(made.map(({ inputs }) => inputs.name)).to.have.members([
      "metrics-server",
      "cert-manager",
      "gateway-api",
      "keda",
      "kube-prometheus-stack",
      "blackbox-exporter",
      "loki",
      "jaeger",
      "otel-collector",
      "log-collector",
      "ingress",
    ]);
    for (const { inputs } of made) {
      expect(inputs).to.include({ atomic: true, cleanupOnFail: true, timeout: 600 });
    }
  });

  it("come in layers: kinds of the Gateway API before the controller that watches them", async () => {
    const made = await plan({});
    expect(waitsFor(named(made, "ingress"))).to.include("main-cluster-add-ons-gateway-api");
    const gateway = made.all.find(({ kind }) => kind === "Gateway");
    expect(gateway && waitsFor(gateway)).to.include.members([
      "main-cluster-add-ons-gateway-api",
      "main-cluster-add-ons-ingress",
    ]);
  });

  it("install Istio in ambient mode: four releases, each after the one before", async () => {
    const made = await plan({ addOns: { istio: "install" } }, { mesh: { kind: "istio" } });
    const order = ["istio-base", "istiod", "istio-cni", "ztunnel"];
    for (const [index, name] of order.entries()) {
      const { inputs } = named(made, name);
      expect(inputs).to.include({ version: "1.30.3", namespace: "istio-system" });
      const earlier = order[index - 1];
      if (earlier !== undefined) {
        expect(waitsFor(named(made, name))).to.include(`main-cluster-add-ons-${earlier}`);
      }
    }
    expect(at(named(made, "istiod").inputs, "values.profile")).to.equal("ambient");
    const policy = made.all.find(({ kind }) => kind === "AuthorizationPolicy");
    expect(policy && waitsFor(policy)).to.include("main-cluster-add-ons-ztunnel");
  });

  it("tell Istio's network plugin what the cluster is", async () => {
    const cni = async (platform?: string) => {
      const settings = { addOns: { istio: "install" }, ...(platform === undefined ? {} : { platform }) };
      return at(named(await plan(settings, { mesh: { kind: "istio" } }), "istio-cni").inputs, "values");
    };
    const plain = await cni();
    expect(plain).to.have.all.keys("profile", "resources");
    expect(await cni("gke")).to.deep.equal({ ...(plain as object), global: { platform: "gke" } });
    expect(await cni("k3s")).to.deep.equal({ ...(plain as object), global: { platform: "k3s" } });
  });

  it("install Argo CD where a setting says so, and keep its applications", async () => {
    expect(at(named(await plan({ addOns: { "argo-cd": "install" } }), "argo-cd").inputs, "values.crds.keep")).to.equal(
      true,
    );
  });

  it("leave the kinds of scalers and of secrets to those who use them, whoever installed them", async () => {
    const made = await plan({ addOns: { keda: "install", "external-secrets": "install" } });
    const keep = { "helm.sh/resource-policy": "keep" };
    expect(at(named(made, "keda").inputs, "values.crds.additionalAnnotations")).to.deep.equal(keep);
    expect(at(named(made, "external-secrets").inputs, "values.crds.annotations")).to.deep.equal(keep);
  });

  it("have the Gateway API's kinds before what does not start without them", async () => {
    const manager = named(await plan({ addOns: { "gateway-api": "install" }, routing: "gateway" }), "cert-manager");
    expect(at(manager.inputs, "values.config.enableGatewayAPI")).to.equal(true);
    expect(waitsFor(manager)).to.include("main-cluster-add-ons-gateway-api");
  });

  it("look an existing one up by its API group before anything that needs it", async () => {
    const made = await plan({ addOns: { keda: "existing", "kube-prometheus-stack": "existing", jaeger: "none" } });
    expect(releases(made).map(({ inputs }) => inputs.name)).to.not.include("keda");
    const read = named(made, "keda-existing");
    expect(read.kind).to.equal("APIService");
    const scaler = made.all.find(({ kind }) => kind === "ScaledObject");
    expect(scaler && waitsFor(scaler)).to.include("main-cluster-add-ons-keda-existing");
    const resource = made.run.resources.find(({ urn }) => urn === read.urn);
    expect(resource?.options.readId).to.equal("v1alpha1.keda.sh");
  });

  it("look for the class of an existing controller", async () => {
    const ingress = await plan({ addOns: { ingress: "existing" }, ingressClass: "kong", ingressNamespace: "kong" });
    const read = ingress.run.resources.find(({ name }) => name === "main-cluster-add-ons-existing-class");
    expect(read?.type).to.equal("kubernetes:networking.k8s.io/v1:IngressClass");
    expect(read?.options.readId).to.equal("kong");
    const gateway = await plan({ addOns: { ingress: "existing" }, gatewayClass: "gke-l7-global-external-managed" });
    const found = gateway.run.resources.find(({ name }) => name === "main-cluster-add-ons-existing-class");
    expect(found?.type).to.equal("kubernetes:gateway.networking.k8s.io/v1:GatewayClass");
  });

  it("leave the kinds of the Gateway API in the cluster when the stack goes", async () => {
    const { urn } = named(await plan({}), "gateway-api");
    const resource = (await plan({})).run.resources.find((each) => each.urn === urn);
    expect(resource?.options.retainOnDelete).to.equal(true);
  });

  it("make classes for data, shared files and snapshots where the settings describe them", async () => {
    const driver = (name: string) => ({ driver: `${name}.csi.example.com` });
    const made = await plan({
      snapshotClass: "daily",
      makeStorageClass: driver("block"),
      makeSharedStorageClass: driver("files"),
      makeSnapshotClass: driver("block"),
      addOns: { "snapshot-controller": "install" },
    });
    expect(at(made.get("StorageClass", "nfs"), "provisioner")).to.equal("files.csi.example.com");
    expect(made.get("StorageClass", "nfs")).to.include({ reclaimPolicy: "Retain", volumeBindingMode: "Immediate" });
    expect(made.get("StorageClass", "fast-ssd")).to.include({ volumeBindingMode: "WaitForFirstConsumer" });
    const snapshots = made.all.find(({ kind }) => kind === "VolumeSnapshotClass");
    expect(snapshots && waitsFor(snapshots)).to.include("main-cluster-add-ons-snapshot-controller");
  });
});
