import type { Path } from "../../components/validation";
import { parseSize } from "./composeForms";
import type { ComposeContext } from "./composeService";
import { DEFAULT_SIZE, holdsSecret, toName } from "./draft";
import { isMapping, textOf } from "./source";

interface Mount {
  readonly kind: "volume" | "bind" | "tmpfs" | "anonymous";
  readonly from: string;
  readonly target: string;
  readonly size?: string | undefined;
}

interface Mounts {
  scratch?: { path: string; size?: string }[];
  volumes?: { name: string; path: string; size?: string; share?: string }[];
  files?: Record<string, string>;
}

const CONFIGURATION = /\.(conf|cfg|cnf|ini|json|ya?ml|toml|xml|properties|lua|txt|html|css|js|vcl|rules)$/;
const MOST_CHARACTERS = 100_000;

/** Where a service keeps and finds files: volumes, shares, scratch space and configuration. */
export function readMounts(path: Path, context: ComposeContext): Mounts {
  const { source, shares } = context;
  const scratch = new Map<string, { path: string; size?: string }>();
  const volumes = new Map<string, { name: string; path: string; size?: string; share?: string }>();
  const files: Record<string, string> = readConfigs(path, context);
  for (const { at, mount } of mountsOf(path, context)) {
    const { kind, from, target, size } = mount;
    if (target.endsWith("docker.sock")) {
      source.note(at, "the Docker socket is not mounted: it would give the container the whole machine");
    } else if (kind === "tmpfs" || kind === "anonymous") {
      scratch.set(target, { path: target, ...(size === undefined ? {} : { size }) });
    } else if (kind === "volume") {
      const share = shares.get(from);
      const name = share ?? (toName(from) || "data");
      volumes.set(
        target,
        share === undefined ? { name, path: target, size: DEFAULT_SIZE } : { name, path: target, share },
      );
      if (share === undefined) {
        source.note(at, `the volume ${from} is given ${DEFAULT_SIZE}; set its size`);
      }
    } else {
      bindFile(at, from, target, files, context);
    }
  }
  if (!scratch.has("/tmp") && !volumes.has("/tmp")) {
    // The root file system is read-only, and nearly every program writes here.
    scratch.set("/tmp", { path: "/tmp" });
  }
  return {
    scratch: [...scratch.values()],
    ...(volumes.size > 0 ? { volumes: [...volumes.values()] } : {}),
    ...(Object.keys(files).length > 0 ? { files } : {}),
  };
}

function bindFile(
  at: Path,
  from: string,
  target: string,
  files: Record<string, string>,
  { source, readFile }: ComposeContext,
): void {
  const text = CONFIGURATION.test(from) ? readFile(from) : undefined;
  if (text === undefined || text.length > MOST_CHARACTERS || text.includes("\u0000")) {
    source.note(
      at,
      `${from} is not mounted: what the program reads there belongs in its image, what it writes in a volume`,
    );
  } else if (holdsSecret(text)) {
    source.note(at, `${from} is not copied: it may hold a secret; give that to the program as a variable`);
  } else {
    files[target] = text;
  }
}

function mountsOf(path: Path, { source }: ComposeContext): readonly { readonly at: Path; readonly mount: Mount }[] {
  const list = source.at([...path, "volumes"]);
  if (list !== undefined && list !== null && !Array.isArray(list)) {
    source.problem([...path, "volumes"], "a list", "write one volume per line, each after a hyphen");
  }
  const tmpfs = source.at([...path, "tmpfs"]);
  const temporary = tmpfs === undefined || tmpfs === null ? [] : Array.isArray(tmpfs) ? tmpfs : [tmpfs];
  const entries = [
    ...(Array.isArray(list) ? list : []).map((entry: unknown, index) => ({
      at: [...path, "volumes", index],
      mount: mountOf(entry),
    })),
    ...temporary.map((entry: unknown) => ({ at: [...path, "tmpfs"], mount: tmpfsOf(String(entry)) })),
  ];
  return entries.flatMap(({ at, mount }) => {
    if (mount !== undefined && /^\/\S*$/.test(mount.target)) {
      return [{ at, mount }];
    }
    source.problem(
      at,
      "SOURCE:TARGET with an absolute target and no spaces",
      "write where in the container it appears",
    );
    return [];
  });
}

function mountOf(entry: unknown): Mount | undefined {
  if (isMapping(entry)) {
    const [target, from = ""] = [textOf(entry.target), textOf(entry.source)];
    const size = isMapping(entry.tmpfs) ? parseSize(entry.tmpfs.size) : undefined;
    const kind = entry.type === "bind" || entry.type === "tmpfs" ? entry.type : from === "" ? "anonymous" : "volume";
    return target === undefined ? undefined : { kind, from, target, size };
  }
  const parts = textOf(entry)?.split(":") ?? [];
  const [first = "", target] = parts;
  if (target === undefined || target === "ro" || target === "rw") {
    return { kind: "anonymous", from: "", target: first };
  }
  return { kind: /^[./~\\$]/.test(first) ? "bind" : "volume", from: first, target };
}

function tmpfsOf(entry: string): Mount {
  const [target = "", options = ""] = entry.split(":");
  return { kind: "tmpfs", from: "", target, size: parseSize(/(?:^|,)size=([^,]+)/.exec(options)?.[1]) };
}

/** Configurations of the file, at the paths the service has them. */
function readConfigs(path: Path, { source, readFile }: ComposeContext): Record<string, string> {
  const list = source.at([...path, "configs"]);
  const files: Record<string, string> = {};
  for (const [index, entry] of (Array.isArray(list) ? list : []).entries()) {
    const at = [...path, "configs", index];
    const name = (isMapping(entry) ? textOf(entry.source) : textOf(entry)) ?? "";
    const config = source.at(["configs", name]);
    const target = (isMapping(entry) ? textOf(entry.target) : undefined) ?? `/${name}`;
    if (!isMapping(config) || !/^\/\S*$/.test(target)) {
      source.problem(at, "a configuration of the file, at an absolute path", "declare it below configs");
      continue;
    }
    const file = textOf(config.file);
    const text = textOf(config.content) ?? (file === undefined ? undefined : readFile(file));
    if (text === undefined || holdsSecret(text)) {
      source.note(
        at,
        text === undefined
          ? `the configuration ${name} is left out: its text is not at hand`
          : `the configuration ${name} is not copied: it may hold a secret`,
      );
    } else {
      files[target] = text;
    }
  }
  return files;
}
