import { formatBytes } from "../../components/quantities";
import { isMapping, textOf } from "./source";

/** A port as Compose has it: what the container listens on, and whether the public can reach it. */
export interface ComposePort {
  readonly target: number;
  /** Port of the host; undefined where only other containers reach it. */
  readonly published?: number;
  /** Whether it is published to this machine alone. */
  readonly local: boolean;
  readonly protocol: string;
}

/** A port in the short or the long form; undefined where it is neither, or a range. */
export function parsePort(value: unknown): ComposePort | undefined {
  if (isMapping(value)) {
    const target = Number(value.target);
    const published = value.published === undefined ? undefined : Number(value.published);
    return isPort(target) && (published === undefined || isPort(published))
      ? {
          target,
          ...(published === undefined ? {} : { published }),
          local: isLoopback(String(value.host_ip ?? "")),
          protocol: String(value.protocol ?? "tcp"),
        }
      : undefined;
  }
  const match = /^(?:(?:(\[[^\]]+\]|[\d.]+):)?(\d*):)?(\d+)(?:\/(tcp|udp))?$/.exec(textOf(value) ?? "");
  if (!match || !isPort(Number(match[3])) || (match[2] && !isPort(Number(match[2])))) {
    return undefined;
  }
  const [, address = "", published, target, protocol = "tcp"] = match;
  return {
    target: Number(target),
    ...(published === undefined ? {} : { published: Number(published || target) }),
    local: isLoopback(address),
    protocol,
  };
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65_536;
}

function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "localhost" || address === "[::1]" || address === "::1";
}

/** `512m` and `1.5gb` as Kubernetes writes them. Compose's units are powers of 1024. */
export function parseSize(value: unknown): string | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(b|k|m|g|t|kb|mb|gb|tb)?$/i.exec(textOf(value) ?? "");
  const power = match ? ["b", "k", "m", "g", "t"].indexOf((match[2] ?? "b").toLowerCase().charAt(0)) : -1;
  const bytes = match ? Math.round(Number(match[1]) * 1024 ** power) : 0;
  return bytes > 0 && Number.isSafeInteger(bytes) ? formatBytes(bytes) : undefined;
}

/** `0.5` CPUs as the spec writes them. */
export function parseCpus(value: unknown): string | undefined {
  const cpus = Number(textOf(value) ?? Number.NaN);
  const millicores = Math.round(cpus * 1000);
  return millicores > 0 && millicores < 1_000_000
    ? millicores % 1000 === 0
      ? String(millicores / 1000)
      : `${millicores}m`
    : undefined;
}

/** Whole seconds of `1m30s`; parts of one count as one. */
export function parseDuration(value: unknown): number | undefined {
  const text = textOf(value) ?? "";
  const units: Readonly<Record<string, number>> = { us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };
  if (!/^(\d+(\.\d+)?(us|ms|s|m|h))+$/.test(text)) {
    return undefined;
  }
  const seconds = [...text.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h)/g)].reduce(
    (sum, [, number, unit = "s"]) => sum + Number(number) * (units[unit] ?? 0),
    0,
  );
  return Math.ceil(seconds);
}

/** A command line as its words, the way a shell reads quotes; a list stays one. */
export function parseCommand(value: unknown): readonly string[] | undefined {
  if (Array.isArray(value)) {
    const words = value.map(textOf);
    return words.every((word) => word !== undefined) ? words : undefined;
  }
  const text = textOf(value);
  if (text === undefined) {
    return undefined;
  }
  const words = text.match(/(?:[^\s"']+|"(?:[^"\\]|\\.)*"|'[^']*')+/g) ?? [];
  return words.map((word) =>
    word.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_, double: string | undefined, single: string | undefined) =>
      double === undefined ? (single ?? "") : double.replace(/\\(["\\$`])/g, "$1"),
    ),
  );
}

/** Pairs of a mapping or of a list of `NAME=value`, each with its step in the path; no value where only the name is given. */
export function parsePairs(
  value: unknown,
): readonly { readonly name: string; readonly value: string | undefined; readonly step: PropertyKey }[] | undefined {
  if (value === undefined || value === null) {
    return [];
  }
  if (isMapping(value)) {
    return Object.entries(value).map(([name, inner]) => ({
      name,
      value: inner === null ? undefined : textOf(inner),
      step: name,
    }));
  }
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === "string")) {
    return undefined;
  }
  return value.map((entry: string, step) => {
    const split = entry.indexOf("=");
    return split < 0
      ? { name: entry, value: undefined, step }
      : { name: entry.slice(0, split), value: entry.slice(split + 1), step };
  });
}

/** A text with its variables resolved as far as it says how; `known` is false where one has no default. */
export function interpolate(text: string): { readonly text: string; readonly known: boolean } {
  let known = true;
  const resolved = text.replace(
    /\$\$|\$\{([A-Za-z_]\w*)(?:(:?[-+?])([^}]*))?\}|\$([A-Za-z_]\w*)/g,
    (whole, _name: string | undefined, sign: string | undefined, rest: string | undefined) => {
      if (whole === "$$") {
        return "$";
      }
      if (sign === "-" || sign === ":-") {
        return rest ?? "";
      }
      if (sign === "+" || sign === ":+") {
        return "";
      }
      known = false;
      return whole;
    },
  );
  return { text: resolved, known };
}
