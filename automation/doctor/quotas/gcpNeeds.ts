import { type Amount, type Amounts, exactly, NONE, numberAt, ONE, type Reader, textAt } from "./need";

/** Counted once for a project, not in each region. */
const GLOBAL = [
  "CPUS_ALL_REGIONS",
  "NETWORKS",
  "SUBNETWORKS",
  "FIREWALLS",
  "ROUTERS",
  "HEALTH_CHECKS",
  "URL_MAPS",
  "SECURITY_POLICIES",
  "GLOBAL_INTERNAL_ADDRESSES",
];
/** What a quota of the project's own begins with where regions have one of that name as well. */
const OF_PROJECT = "global:";
/** What a quota of Filestore begins with, which Compute Engine does not tell. */
export const FILESTORE = "filestore:";
/** What the vCPUs of spot machines begin with: they have a quota of their own where the project was given one. */
export const SPOT = "spot:";

export function isGlobal(quota: string): boolean {
  return quota.startsWith(OF_PROJECT) || GLOBAL.includes(quota);
}

/** As Compute Engine calls it. */
export function metricOf(quota: string): string {
  return quota.replace(OF_PROJECT, "").replace(SPOT, "");
}

/**
 * E2, N1 and machines with a part of a vCPU share one quota, every other family has its own.
 * https://docs.cloud.google.com/compute/resource-usage#cpu_quota
 */
function cpuQuota(machineType: string): string {
  const family = (machineType.split("-")[0] ?? "").toUpperCase();
  return ["E2", "N1", "F1", "G1"].includes(family) ? "CPUS" : `${family}_CPUS`;
}

/** vCPU of a type, by its name: those that share one count as two, N1's small ones as one. */
function cpusOf(machineType: string): number {
  const last = /-(\d+)$/.exec(machineType)?.[1] ?? /^\w+-custom-(\d+)-/.exec(machineType)?.[1];
  return last === undefined ? (/^e2-(micro|small|medium)$/.test(machineType) ? 2 : 1) : Number(last);
}

function machines(
  machineType: string,
  { count, spot, diskGb, diskType }: { count: Amount; spot: boolean; diskGb: number; diskType: string },
): Amounts {
  const cpus = times(count, cpusOf(machineType));
  return {
    [`${spot ? SPOT : ""}${cpuQuota(machineType)}`]: cpus,
    CPUS_ALL_REGIONS: cpus,
    INSTANCES: count,
    ...disk(diskType, times(count, diskGb)),
  };
}

function disk(type: string, amount: Amount): Amounts {
  if (type.startsWith("hyperdisk")) {
    return { HYPERDISK_BALANCED_TOTAL_GB: amount };
  }
  return { [type === "pd-standard" ? "DISKS_TOTAL_GB" : "SSD_TOTAL_GB"]: amount };
}

/** Tiers by the quota of capacity they count against, as Google's own Cluster Toolkit has it. */
function filestoreQuota(tier: string, gib: number): string {
  switch (tier) {
    case "STANDARD":
    case "BASIC_HDD":
      return "StandardStorageGbPerRegion";
    case "PREMIUM":
    case "BASIC_SSD":
      return "PremiumStorageGbPerRegion";
    case "HIGH_SCALE_SSD":
      return "HighScaleSSDStorageGibPerRegion";
    default:
      return tier === "ZONAL" && gib >= 10_240 ? "HighScaleSSDStorageGibPerRegion" : "EnterpriseStorageGibPerRegion";
  }
}

export function filestoreNeed(tier: string, gib: number): Amounts {
  return { [`${FILESTORE}${filestoreQuota(tier, gib)}`]: exactly(gib) };
}

const INTERNAL_ADDRESS: Amounts = { GLOBAL_INTERNAL_ADDRESSES: ONE };
const GLOBAL_ADDRESS: Amounts = { [`${OF_PROJECT}STATIC_ADDRESSES`]: ONE, [`${OF_PROJECT}IN_USE_ADDRESSES`]: ONE };

const READERS: Readonly<Record<string, Reader>> = {
  "gcp:container/nodePool:NodePool": ({ inputs }) => {
    const zones = Array.isArray(inputs.nodeLocations) ? inputs.nodeLocations.length : 3;
    const nodes = (end: "Min" | "Max") =>
      numberAt(inputs, `autoscaling.total${end}NodeCount`) ??
      (numberAt(inputs, `autoscaling.${end.toLowerCase()}NodeCount`) ?? numberAt(inputs, "nodeCount") ?? 0) * zones;
    return machines(textAt(inputs, "nodeConfig.machineType"), {
      count: { least: nodes("Min"), most: nodes("Max") },
      spot: (inputs.nodeConfig as { readonly spot?: unknown } | undefined)?.spot === true,
      diskGb: numberAt(inputs, "nodeConfig.diskSizeGb") ?? 100,
      diskType: textAt(inputs, "nodeConfig.diskType") || "pd-balanced",
    });
  },
  "gcp:compute/instance:Instance": ({ inputs }) =>
    machines(textAt(inputs, "machineType"), {
      count: ONE,
      spot: false,
      diskGb: numberAt(inputs, "bootDisk.initializeParams.size") ?? 10,
      diskType: textAt(inputs, "bootDisk.initializeParams.type"),
    }),
  "gcp:compute/disk:Disk": ({ inputs }) => disk(textAt(inputs, "type"), exactly(numberAt(inputs, "size") ?? 0)),
  "gcp:compute/address:Address": ({ inputs }) =>
    inputs.addressType === "INTERNAL" ? NONE : { STATIC_ADDRESSES: ONE, IN_USE_ADDRESSES: ONE },
  "gcp:compute/globalAddress:GlobalAddress": ({ inputs }) =>
    inputs.addressType === "INTERNAL" ? INTERNAL_ADDRESS : GLOBAL_ADDRESS,
  // It takes addresses as its machines need ports, one to begin with.
  "gcp:compute/routerNat:RouterNat": () => ({ IN_USE_ADDRESSES: ONE }),
  "gcp:compute/network:Network": () => ({ NETWORKS: ONE }),
  "gcp:compute/subnetwork:Subnetwork": () => ({ SUBNETWORKS: ONE }),
  "gcp:compute/firewall:Firewall": () => ({ FIREWALLS: ONE }),
  "gcp:compute/router:Router": () => ({ ROUTERS: ONE }),
  "gcp:compute/healthCheck:HealthCheck": () => ({ HEALTH_CHECKS: ONE }),
  "gcp:compute/uRLMap:URLMap": () => ({ URL_MAPS: ONE }),
  "gcp:compute/securityPolicy:SecurityPolicy": () => ({ SECURITY_POLICIES: ONE }),
  "gcp:filestore/instance:Instance": ({ inputs }) =>
    filestoreNeed(textAt(inputs, "tier"), numberAt(inputs, "fileShares.capacityGb") ?? 0),
};

export const readGcp: Reader = (resource, all) => READERS[resource.type]?.(resource, all) ?? {};

function times({ least, most }: Amount, factor: number): Amount {
  return { least: least * factor, most: most * factor };
}
