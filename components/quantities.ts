/** Kubernetes quantities, durations and sizes: parsing and comparing, with no Pulumi in them. */

const CPU = /^(\d+)(m)?$|^(\d+)\.(\d{1,3})$/;
const MEMORY_UNITS: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};
const MEMORY = /^(\d+)(k|M|G|T|Ki|Mi|Gi|Ti)?$/;
const DURATION = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/;

/** Millicores in a Kubernetes CPU quantity (`500m`, `2`, `0.5`); undefined when it is not one. */
export function parseCpuMillicores(text: string): number | undefined {
  const match = CPU.exec(text);
  if (!match) {
    return undefined;
  }
  if (match[1] !== undefined) {
    return Number(match[1]) * (match[2] ? 1 : 1000);
  }
  return Number(match[3]) * 1000 + Number((match[4] ?? "").padEnd(3, "0"));
}

/** Bytes in a Kubernetes memory or storage quantity (`512Mi`, `10G`); undefined when it is not one. */
export function parseBytes(text: string): number | undefined {
  const match = MEMORY.exec(text);
  const unit = match && MEMORY_UNITS[match[2] ?? ""];
  return match && unit ? Number(match[1]) * unit : undefined;
}

/** Seconds in a duration written as `30s`, `5m`, `1h30m` or `7d`; undefined when it is not one. */
export function parseSeconds(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (!match || text === "") {
    return undefined;
  }
  const [, days, hours, minutes, seconds] = match;
  return Number(days ?? 0) * 86_400 + Number(hours ?? 0) * 3_600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
}

/** Millicores of a quantity that validation has accepted; throws on anything else. */
export function cpuMillicores(text: string): number {
  return required(parseCpuMillicores(text), "CPU quantity", text);
}

/** Bytes of a quantity that validation has accepted; throws on anything else. */
export function bytes(text: string): number {
  return required(parseBytes(text), "memory or storage quantity", text);
}

/** Seconds of a duration that validation has accepted; throws on anything else. */
export function seconds(text: string): number {
  return required(parseSeconds(text), "duration", text);
}

/** Whole GiB that hold a quantity, rounded up: what cloud disks are sold in. */
export function gibibytes(text: string): number {
  return Math.ceil(bytes(text) / 2 ** 30);
}

/** Writes millicores the way Kubernetes prints them, so that equal amounts give equal manifests. */
export function formatCpu(millicores: number): string {
  return millicores % 1000 === 0 ? String(millicores / 1000) : `${millicores}m`;
}

/** Writes bytes in the largest binary unit that holds them whole. */
export function formatBytes(count: number): string {
  for (const unit of ["Ti", "Gi", "Mi", "Ki"]) {
    const size = MEMORY_UNITS[unit] ?? 1;
    if (count >= size && count % size === 0) {
      return `${count / size}${unit}`;
    }
  }
  return String(count);
}

function required(value: number | undefined, what: string, text: string): number {
  if (value === undefined) {
    throw new Error(`"${text}" is not a ${what}`);
  }
  return value;
}
