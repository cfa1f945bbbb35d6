import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { buildControlPlane, type ControlPlaneBuild, isBuilt } from "./build";
import { Cluster, poll } from "./client";
import { areDefinitionsCached } from "./definitions";
import { type Access, writeKubeconfig } from "./kubeconfig";
import type { KubernetesObject } from "./objects";
import { Processes } from "./processes";

/** How a run of the tests says which cluster to use. */
const HOW_TO_ASK =
  "set GROUNDPLAN_CONTROL_PLANE=1 to build and start one, or KUBECONFIG_TEST to a cluster that may be written to";

const START_MS = 60_000;
const ATTEMPTS = 3;

/** Controllers ask at most twenty things a second by default: most of a rollout here would be waiting for that. */
const UNHURRIED = ["--kube-api-qps=1000", "--kube-api-burst=2000"];

/** Every cluster people run has one, and claims that name no class rely on it. */
const DEFAULT_STORAGE: KubernetesObject = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name: "standard", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
  provisioner: "kwok.x-k8s.io/volume",
};

export interface ControlPlane {
  /** Path of a kubeconfig with every right. */
  readonly kubeconfig: string;
  /** Whether its nodes are played, so that tests may make and drain them. */
  readonly played: boolean;
  readonly version: string;
  stop(): Promise<void>;
}

/**
 * The kubeconfig to use, if one is given. `KUBECONFIG` alone is not enough: it names the cluster somebody works with, so
 * it counts only with `GROUNDPLAN_CONTROL_PLANE=kubeconfig`.
 */
function givenKubeconfig(): string | undefined {
  const { KUBECONFIG_TEST, KUBECONFIG, GROUNDPLAN_CONTROL_PLANE } = process.env;
  return KUBECONFIG_TEST || (GROUNDPLAN_CONTROL_PLANE === "kubeconfig" ? KUBECONFIG : undefined) || undefined;
}

/**
 * Why this run has no control plane, and what to do; undefined when it has one. `1` builds what is missing, which takes
 * minutes and a module proxy; `cached` takes what an earlier run built, and goes without rather than build.
 */
export function reasonForNone(): string | undefined {
  if (givenKubeconfig() !== undefined || process.env.GROUNDPLAN_CONTROL_PLANE === "1") {
    return undefined;
  }
  if (process.env.GROUNDPLAN_CONTROL_PLANE !== "cached") {
    return HOW_TO_ASK;
  }
  return isBuilt() && areDefinitionsCached() ? undefined : `no earlier run built one here: ${HOW_TO_ASK}`;
}

/** The control plane this run asks for; there must be no reason for none. */
export async function startControlPlane(): Promise<ControlPlane> {
  const kubeconfig = givenKubeconfig();
  if (kubeconfig !== undefined) {
    return { kubeconfig, played: false, version: "given", stop: () => Promise.resolve() };
  }
  const build = await buildControlPlane();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(build);
    } catch (error) {
      // A port that was free a moment ago may be taken by the time a server asks for it.
      if (attempt === ATTEMPTS || !String(error).includes("address already in use")) {
        throw error;
      }
    }
  }
}

async function start(build: ControlPlaneBuild): Promise<ControlPlane> {
  const processes = new Processes();
  try {
    const kubeconfig = await launch(build, processes);
    return { kubeconfig, played: true, version: build.version, stop: () => processes.stop() };
  } catch (error) {
    await processes.stop();
    throw error;
  }
}

async function launch(build: ControlPlaneBuild, processes: Processes): Promise<string> {
  const file = (name: string) => join(processes.directory, name);
  const [etcdPort, peerPort, serverPort] = await freePorts();
  const token = randomBytes(24).toString("hex");
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const secret = { mode: 0o600 };
  writeFileSync(file("service-account.key"), privateKey, secret);
  writeFileSync(file("service-account.pub"), publicKey);
  writeFileSync(file("tokens.csv"), `${token},test,test,system:masters\n`, secret);

  const etcd = `http://127.0.0.1:${etcdPort}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  processes.start("etcd", build.binary, [
    "etcd",
    `--data-dir=${file("etcd")}`,
    `--listen-client-urls=${etcd}`,
    `--advertise-client-urls=${etcd}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    "--unsafe-no-fsync",
  ]);
  processes.start("apiserver", build.binary, [
    "apiserver",
    `--etcd-servers=${etcd}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${serverPort}`,
    `--cert-dir=${file("certificates")}`,
    `--token-auth-file=${file("tokens.csv")}`,
    "--authorization-mode=RBAC",
    "--allow-privileged",
    // Endpoints on the loopback address are not valid, and nothing in this cluster calls the API by its service.
    "--endpoint-reconciler-type=none",
    "--service-cluster-ip-range=10.96.0.0/16",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${file("service-account.pub")}`,
    `--service-account-signing-key-file=${file("service-account.key")}`,
  ]);

  const certificate = file("certificates/apiserver.crt");
  await ready("its certificate", processes, () => Promise.resolve(existsSync(certificate)));
  const access: Access = { server: `https://127.0.0.1:${serverPort}`, ca: readFileSync(certificate, "utf8"), token };
  const kubeconfig = file("kubeconfig");
  writeFileSync(kubeconfig, writeKubeconfig(access), secret);
  const cluster = new Cluster(access);
  try {
    await ready("the API server", processes, () => answers(() => cluster.call({ method: "GET", path: "/readyz" })));
    processes.start("controller-manager", build.binary, [
      "controller-manager",
      `--kubeconfig=${kubeconfig}`,
      "--leader-elect=false",
      "--secure-port=0",
      ...UNHURRIED,
      // A machine that is short of processors is late with heartbeats, and played pods that were once unready stay so.
      "--node-monitor-grace-period=1h",
      "--use-service-account-credentials",
      `--service-account-private-key-file=${file("service-account.key")}`,
      `--root-ca-file=${certificate}`,
    ]);
    processes.start("scheduler", build.binary, [
      "scheduler",
      `--kubeconfig=${kubeconfig}`,
      "--leader-elect=false",
      "--secure-port=0",
      ...UNHURRIED,
    ]);
    processes.start("kwok", build.binary, [
      "kwok",
      `--kubeconfig=${kubeconfig}`,
      `--config=${build.stages}`,
      "--manage-all-nodes",
      "--node-lease-duration-seconds=40",
    ]);
    const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: "default" } };
    await ready("the controllers", processes, () => answers(() => cluster.get(account)));
    await cluster.apply(DEFAULT_STORAGE);
  } finally {
    cluster.close();
  }
  return kubeconfig;
}

/** Waits for a part to be ready, or says which one ended instead and what it said last. */
async function ready(part: string, processes: Processes, ask: () => Promise<boolean>): Promise<void> {
  await poll(part, START_MS, async () => {
    const failure = processes.failure();
    if (failure !== undefined) {
      throw new Error(`control plane: ${failure}`);
    }
    return ask();
  });
}

async function answers(ask: () => Promise<unknown>): Promise<boolean> {
  return ask().then(
    () => true,
    () => false,
  );
}

/** Three ports of the loopback address that nobody listens on, taken together so that they differ. */
async function freePorts(): Promise<readonly [number, number, number]> {
  const servers = await Promise.all([listen(), listen(), listen()]);
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return [ports[0] ?? 0, ports[1] ?? 0, ports[2] ?? 0];
}

function listen(): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}
