import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { at, type Manifests } from "../../stacks/kubernetesManifests";

/** A file or directory of the machine that takes the place of one in the image. */
interface ImageFile {
  readonly path: string;
  readonly text: string;
}

export interface SandboxArgs {
  readonly plan: Manifests;
  readonly namespace: string;
  /** Planned pod, and the name of its container. */
  readonly pod: unknown;
  readonly container: string;
  /** What the image holds beside the machine's programs. */
  readonly image?: readonly ImageFile[];
  /** Content of the Secrets the pod mounts: a plan has none. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Runs in the container's place. */
  readonly script: string;
}

export interface SandboxResult {
  readonly status: number | null;
  readonly output: string;
}

/** Programs a sandbox needs besides those it runs. */
const TOOLS = ["bwrap", "unshare", "nsenter", "setpriv", "ip"];
const READ_ONLY = ["/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/ssl", "/etc/alternatives"];

/** What keeps a sandbox from running here, in words; undefined when nothing does. */
export function obstacle(programs: readonly string[]): string | undefined {
  const missing = [...TOOLS, ...programs].filter(
    (program) => spawnSync("sh", ["-c", `command -v ${program}`], { env: { PATH: programPath() } }).status !== 0,
  );
  if (missing.length > 0) {
    return `${missing.join(", ")} not found`;
  }
  if (process.getuid?.() !== 0) {
    return "only root can give a network namespace the sysctl of the pod";
  }
  const trial = spawnSync("unshare", ["--net", "sh", "-c", `${NETWORK} setpriv ${USER} bwrap --ro-bind / / true`]);
  return trial.status === 0 ? undefined : `no sandbox here: ${trial.stderr.toString().trim()}`;
}

/** Debian keeps the server's programs of PostgreSQL off the path. */
function programPath(): string {
  const versions = ["17", "16", "15"].map((version) => `/usr/lib/postgresql/${version}/bin`).filter(existsSync);
  return [...versions, "/usr/sbin", "/usr/bin", "/sbin", "/bin"].join(":");
}

/** Where an image's own programs may lie that the machine has under another name. */
export const IMAGE_PROGRAMS = "/image/bin";

const USER_ID = 10_001;
const USER = `--reuid ${USER_ID} --regid ${USER_ID} --clear-groups --`;
/** The sysctl of the restricted standard by which nginx has port 80; nothing else gives it one. */
const NETWORK = "ip link set lo up; echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start;";

/**
 * Runs a script where a planned container would run: as its user, with no capability, on a root that cannot be written
 * to, with the container's own variables and mounts and nothing else that can be written to.
 */
export function runInSandbox(args: SandboxArgs): SandboxResult {
  return inTemporary((root) => {
    const command = `${NETWORK} exec setpriv ${USER} bwrap "$@"`;
    return execute("unshare", ["--net", "sh", "-c", command, "sh", ...bubble(root, args)]);
  });
}

export interface PodArgs extends Omit<SandboxArgs, "script"> {
  /** Its host name. */
  readonly name: string;
  /** Every name it has in the cluster's DNS; several pods may share one, as those of a Service do. */
  readonly names: readonly string[];
  /** Address in 10.77.0.0/24. */
  readonly address: string;
}

/**
 * Runs planned containers side by side, each with a network and an address of its own as pods have, and a script beside
 * them: `up NAME` starts one, `up NAME ADDRESS` with another address than it had, `down NAME` ends it as a lost node would,
 * with no chance to say goodbye. Disks of claims outlive their pods.
 */
export function runPods(pods: readonly PodArgs[], script: string): SandboxResult {
  return inTemporary((root) => {
    const hosts = pods.flatMap(({ address, names }) => names.map((name) => `${address} ${name}\n`)).join("");
    const names = place(root, "hosts", hosts);
    const starts = pods.map((pod, index) => {
      const words = (at(containerOf(pod), "command") as readonly string[]).map(quoted).join(" ");
      const own = join(root, String(index));
      mkdirSync(own, { mode: 0o755 });
      const variables = ["--setenv", "HOSTNAME", pod.name, "--setenv", "POD_IP", ADDRESS];
      const bwrap = bubble(own, { ...pod, script: `exec ${words}\n` }, variables, [names, "/etc/hosts"])
        .map(quoted)
        .join(" ");
      return `${pod.name}) address=${pod.address}; interface=pod${index}; set -- ${bwrap} ;;`;
    });
    const prelude = PODS.replace("STARTS", starts.join("\n    ")).replaceAll("HOSTS", names);
    writeFileSync(join(root, "pods"), `${prelude}\n${script}`);
    return execute("unshare", ["--net", "bash", join(root, "pods")]);
  });
}

/** Stands for a pod's address in its command until it is started. */
const ADDRESS = "ADDRESS_OF_POD";

/** Brings pods up on a bridge. `eth0` is made by the parent, in the network the pod has just left its own for. */
const PODS = `set -eu
ip link set lo up
ip link add cluster0 type bridge
ip address add 10.77.0.1/24 dev cluster0
ip link set cluster0 up
declare -A running
up() {
  pod="$1"
  moved="\${2:-}"
  case "$pod" in
    STARTS
  esac
  if [ -n "$moved" ]; then
    # Rewritten in place: every pod has this very file as its DNS.
    sed "s/^$address /$moved /" HOSTS > HOSTS.new
    cat HOSTS.new > HOSTS
    address="$moved"
  fi
  unshare --net sh -c 'until ip link show eth0 2>/dev/null | grep -q "state UP"; do sleep 0.05; done; exec setpriv ${USER} bwrap "$@"' sh "\${@//ADDRESS_OF_POD/$address}" > /dev/null 2>&1 &
  running[$pod]=$!
  until [ "$(readlink "/proc/\${running[$pod]}/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
  # The one of a pod of that name that was ended may still be there for a moment.
  ip link delete "$interface" 2>/dev/null || true
  ip link add "$interface" type veth peer name eth0 netns "\${running[$pod]}"
  ip link set "$interface" master cluster0 up
  nsenter --target "\${running[$pod]}" --net sh -c "ip link set lo up; ip address add $address/24 dev eth0; ip link set eth0 up"
}
down() {
  kill -KILL "\${running[$1]}" 2>/dev/null || true
  wait "\${running[$1]}" 2>/dev/null || true
}
trap 'for pod in "\${!running[@]}"; do kill -KILL "\${running[$pod]}" 2>/dev/null || true; done' EXIT
`;

function inTemporary(run: (root: string) => SandboxResult): SandboxResult {
  const root = mkdtempSync(join(tmpdir(), "groundplan-sandbox-"));
  try {
    chmodSync(root, 0o755);
    return run(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function execute(command: string, args: readonly string[]): SandboxResult {
  const result = spawnSync(command, args, { encoding: "utf8", timeout: 120_000 });
  return { status: result.status, output: `${result.stdout}${result.stderr}` };
}

/** Arguments by which bubblewrap makes the container, and runs the script in it. */
function bubble(
  root: string,
  args: SandboxArgs,
  variables: readonly string[] = [],
  ...shared: readonly (readonly [file: string, path: string])[]
): readonly string[] {
  const planned = containerOf(args);
  const security = at(planned, "securityContext");
  if (at(security, "readOnlyRootFilesystem") !== true || at(security, "runAsUser") !== USER_ID) {
    throw new Error(`container ${args.container} is not planned for user ${USER_ID} on a read-only root`);
  }
  writeFileSync(join(root, "script"), args.script, { mode: 0o755 });
  return [
    ...READ_ONLY.filter(existsSync).flatMap((path) => ["--ro-bind", path, path]),
    ...["--proc", "/proc", "--dev", "/dev"],
    ...(args.image ?? []).flatMap((file, index) => ["--ro-bind", place(root, `image-${index}`, file.text), file.path]),
    ...shared.flatMap(([file, path]) => ["--ro-bind", file, path]),
    ...items(at(planned, "volumeMounts")).flatMap((mount) => mounted(root, args, mount)),
    ...["--ro-bind", join(root, "script"), "/script", "--remount-ro", "/"],
    ...["--unshare-pid", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"],
    ...["--setenv", "PATH", `${IMAGE_PROGRAMS}:${programPath()}`],
    ...items(at(planned, "env")).flatMap((entry) =>
      typeof at(entry, "value") === "string" ? ["--setenv", String(at(entry, "name")), String(at(entry, "value"))] : [],
    ),
    ...variables,
    ...["bash", "/script"],
  ];
}

function containerOf({ pod, container }: Pick<SandboxArgs, "pod" | "container">): unknown {
  const found = items(at(pod, "containers")).find((each) => at(each, "name") === container);
  if (!found) {
    throw new Error(`the pod has no container ${container}`);
  }
  return found;
}

function mounted(root: string, args: SandboxArgs, mount: unknown): readonly string[] {
  const name = String(at(mount, "name"));
  const path = String(at(mount, "mountPath"));
  const subPath = at(mount, "subPath");
  const volume = items(at(args.pod, "volumes")).find((each) => at(each, "name") === name);
  if (at(volume, "emptyDir") !== undefined) {
    return ["--tmpfs", path];
  }
  const configMap = at(volume, "configMap.name");
  if (typeof configMap === "string") {
    const data = at(args.plan.get("ConfigMap", `${args.namespace}/${configMap}`), "data") as Record<string, string>;
    const directory = filled(root, `config-${name}`, data);
    return ["--ro-bind", typeof subPath === "string" ? join(directory, subPath) : directory, path];
  }
  if (at(volume, "secret") !== undefined) {
    return ["--ro-bind", filled(root, `secret-${name}`, args.secrets ?? {}), path];
  }
  // A claim, or a claim template: a disk of its own.
  const disk = join(root, `disk-${name}`);
  mkdirSync(disk, { recursive: true });
  chownSync(disk, USER_ID, USER_ID);
  return ["--bind", disk, path];
}

function filled(root: string, name: string, files: Readonly<Record<string, string>>): string {
  for (const [file, text] of Object.entries(files)) {
    place(root, join(name, file), text);
  }
  return join(root, name);
}

function place(root: string, name: string, text: string): string {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode: 0o555 });
  return path;
}

/** A word as the shell takes it literally. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
