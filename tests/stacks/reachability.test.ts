import { expect } from "chai";
import { externalSecrets } from "../../automation/externalSecrets";
import type { WireObject } from "../../engine/wire";
import { loadSystem } from "../../systems/load";
import { resolveSystem } from "../../systems/resolve";
import type { Environment, Model } from "../../systems/spec";
import { at, Manifests } from "./kubernetesManifests";
import { cloudConnections, hostsOf, type OwnCloud } from "./reachability/clouds";
import {
  type ArchiveEnd,
  connection,
  expectedConnections,
  HOSTS,
  installed,
  NEIGHBOURS,
} from "./reachability/expected";
import { isOpen, type Node, podsOf, policiesOf, portsOf } from "./reachability/network";

const SYSTEMS = ["vibebox", "doc-scraper", "webharvest", "webclone-pro", "scraping-platform", "charterflow"] as const;
const MODELS: readonly Model[] = ["standalone", "single-server", "distributed", "global"];
const KUBERNETES = { sharedStorageClass: "nfs", storageClass: "fast-ssd" };

interface Cell {
  readonly system: string;
  readonly model: Model;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Buckets that exist, by store. */
  readonly buckets?: readonly string[];
  /** @default dev */
  readonly environment?: Environment;
  /** Where copies go, in every placement. @default nowhere */
  readonly archive?: ArchiveEnd & { readonly endpoint: string | undefined };
  /** @default false */
  readonly meshed?: boolean;
}

const readFile = () => Promise.reject(new Error("built-in systems only"));

async function check(cell: Cell): Promise<void> {
  const { system: name, model, settings = {}, buckets = [], environment = "dev", archive, meshed = false } = cell;
  const global = model === "global";
  const places = global ? ["one", "two"] : ["main"];
  const plan = await Manifests.plan({
    system: name,
    environment,
    model,
    settings: {
      kubernetes: KUBERNETES,
      ...(global ? { regions: places } : {}),
      ...(archive ? { existing: Object.fromEntries(places.map((place) => [place, archived(archive)])) } : {}),
      ...settings,
    },
  });
  const input = await loadSystem(name, { readFile, setting: "groundplan:system" });
  for (const placement of places) {
    const system = resolveSystem(input, { model, environment, placement, overrides: settings.overrides });
    const pods = [...podsOf(plan, placement), ...solversOf(plan, placement)];
    const addOns = installed(plan.all.filter((each) => each.name.startsWith(`${placement}-`)).map((each) => each.name));
    const expected = expectedConnections({ system, pods, addOns, buckets, meshed, ...(archive ? { archive } : {}) });
    const open = openConnections(policiesOf(plan, placement), pods);
    expect(
      [...open].filter((each) => !expected.has(each)).sort(),
      `more than the spec says, ${placement}`,
    ).to.deep.equal([]);
    expect(
      [...expected].filter((each) => !open.has(each)).sort(),
      `less than the spec says, ${placement}`,
    ).to.deep.equal([]);
    expect(open.size).to.be.greaterThan(3);
    if (archive) {
      expect([...open].some((each) => each.endsWith(` > ${archive.to}:${archive.port}`))).to.equal(true);
    }
  }
}

function archived({ endpoint }: NonNullable<Cell["archive"]>) {
  const bucket = { bucket: "copies", region: "eu-west-1", secretName: "copies" };
  return { archive: { ...bucket, ...(endpoint === undefined ? {} : { endpoint }) } };
}

const REGIONS: Readonly<Record<OwnCloud, readonly string[]>> = {
  aws: ["us-east-1", "eu-west-1"],
  gcp: ["us-central1", "europe-west1"],
};

async function checkCloud(name: string, model: "distributed" | "global", cloud: OwnCloud): Promise<void> {
  const regions = REGIONS[cloud].slice(0, model === "global" ? 2 : 1);
  const plan = await Manifests.plan({
    system: name,
    environment: "dev",
    model,
    settings: { cloud, regions, access: { gcp: { project: "groundplan-tests" } } },
    secrets: await externalSecrets(name, "secret"),
  });
  const input = await loadSystem(name, { readFile, setting: "groundplan:system" });
  for (const placement of regions) {
    const system = resolveSystem(input, { model, environment: "dev", placement });
    const pods = podsOf(plan, placement);
    const hosts = hostsOf(cloud, plan.run, placement, system);
    const addOns = installed(plan.all.filter((each) => each.name.startsWith(`${placement}-`)).map((each) => each.name));
    const expected = cloudConnections({ system, pods, addOns, buckets: [], entry: "entry" }, hosts);
    const open = openConnections(policiesOf(plan, placement), pods, hosts.nodes);
    expect([...open].filter((each) => !expected.has(each)).sort(), `more, ${placement}`).to.deep.equal([]);
    expect([...expected].filter((each) => !open.has(each)).sort(), `less, ${placement}`).to.deep.equal([]);
    expect(open.size).to.be.greaterThan(10);
  }
}

/** The pods cert-manager makes while it proves a host, where a policy is there for them. */
function solversOf(plan: Manifests, placement: string): readonly Node[] {
  return policiesOf(plan, placement).flatMap((policy) =>
    at(policy, "metadata.name") === "acme-solver"
      ? [
          {
            name: "acme-solver",
            namespace: String(at(policy, "metadata.namespace")),
            labels: at(policy, "spec.podSelector.matchLabels") as Readonly<Record<string, string>>,
            address: "10.244.1.1",
          },
        ]
      : [],
  );
}

function openConnections(
  policies: readonly WireObject[],
  pods: readonly Node[],
  hosts: readonly Node[] = [],
): ReadonlySet<string> {
  const ports = [...portsOf(policies), { port: 22, protocol: "TCP" }];
  // A pod nobody planned, in every namespace there is: default-deny is what holds it.
  const namespaces = [...new Set(pods.map(({ namespace }) => namespace))];
  const intruders = namespaces.map((namespace) => ({ name: "intruder", namespace, labels: {}, address: "10.244.2.2" }));
  const outside = [...NEIGHBOURS, ...HOSTS, ...hosts];
  const open = new Set<string>();
  const all = [...pods, ...intruders];
  for (const from of [...all, ...outside]) {
    for (const to of [...all, ...outside]) {
      // What neighbours do among themselves is theirs.
      if (!all.includes(from) && !all.includes(to)) {
        continue;
      }
      for (const port of ports) {
        if (isOpen(policies, from, to, port)) {
          open.add(connection(from.name, to.name, port.port, port.protocol));
        }
      }
    }
  }
  return open;
}

describe("who can reach whom on Kubernetes", function () {
  this.timeout(30_000);
  for (const system of SYSTEMS) {
    for (const model of MODELS) {
      it(`is what ${system} says, ${model}: nothing more, nothing less`, () => check({ system, model }));
    }
  }

  for (const cloud of ["aws", "gcp"] as const) {
    for (const system of SYSTEMS) {
      for (const model of ["distributed", "global"] as const) {
        it(`is what ${system} says, ${model} on ${cloud}: nothing more, nothing less`, () =>
          checkCloud(system, model, cloud));
      }
    }
  }

  it("is what the spec says with a Redis of shards", () =>
    check({
      system: "vibebox",
      model: "distributed",
      settings: { overrides: { stores: { redis: { mode: "cluster", shards: 3, replicas: 1 } } } },
    }));

  for (const model of ["distributed", "global"] as const) {
    it(`is what vibebox says within a mesh, ${model}: its nodes' port beside each of its own, and the nodes' probes`, () =>
      check({ system: "vibebox", model, meshed: true, settings: { mesh: { kind: "istio" } } }));
  }

  it("is what the spec says with buckets and backups", () => {
    const bucket = { bucket: "copies-of-ours", secretName: "copies" };
    return check({
      system: "vibebox",
      model: "distributed",
      buckets: ["backups"],
      settings: { existing: { main: { buckets: { backups: bucket } } } },
    });
  });

  // One endpoint per way to reach it: AWS's own, a pod of the cluster's, a host elsewhere with a port of its own.
  for (const { to, port, endpoint } of [
    { to: "internet", port: 443, endpoint: undefined },
    { to: "object-store", port: 9000, endpoint: "http://objects.storage.svc:9000" },
    { to: "internet", port: 8443, endpoint: "https://objects.example.org:8443" },
  ]) {
    for (const system of ["vibebox", "webharvest", "scraping-platform"]) {
      it(`is what ${system} says with an archive at ${to}:${port}: databases and copies of it, nobody else`, () =>
        check({ system, model: "distributed", environment: "staging", archive: { to, port, endpoint } }));
    }
  }

  it("is what the spec says with an archive in every region", () =>
    check({
      system: "webharvest",
      model: "global",
      environment: "staging",
      archive: { to: "internet", port: 8443, endpoint: "https://objects.example.org:8443" },
    }));

  it("would show a door left open, and one that is shut", () => {
    const node = (name: string) => ({ name, namespace: "n", labels: { app: name }, address: "10.244.0.1" });
    const policy = (app: string, spec: Readonly<Record<string, unknown>>) =>
      ({
        metadata: { namespace: "n" },
        spec: { podSelector: { matchLabels: { app } }, policyTypes: ["Ingress", "Egress"], ...spec },
      }) as WireObject;
    const ports = [{ protocol: "TCP", port: 80 }];
    const to = { egress: [{ to: [{ podSelector: { matchLabels: { app: "b" } } }], ports }] };
    const from = { ingress: [{ from: [{ podSelector: { matchLabels: { app: "a" } } }], ports }] };
    const closed = policy("nobody", {});
    const pods = [node("a"), node("b")];
    const between = (...policies: readonly WireObject[]) =>
      openConnections([closed, ...policies], pods).has("a > b:80");
    expect(between(policy("a", to), policy("b", from))).to.equal(true);
    expect(between(policy("a", {}), policy("b", from))).to.equal(false);
    expect(between(policy("a", to), policy("b", {}))).to.equal(false);
    expect(
      openConnections([policy("a", to), policy("b", { ingress: [{ ports }] })], pods).has("internet > b:80"),
    ).to.equal(true);
  });
});
