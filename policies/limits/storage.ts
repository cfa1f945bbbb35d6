import { type LimitConfig, maximaConfig } from "../environments";
import { applicableObjects, kinds } from "../kubernetes";
import { podRule } from "../pods";
import { quantity, quantitySchema } from "../quantities";
import { amount, at, isObject, list, shown, text } from "../read";
import { type Rule, resourceRule } from "../rule";

export const emptyDirSize = podRule(
  {
    id: "empty-dir-size-limit",
    title: "emptyDir volumes have a size limit",
    description: "Without one a pod may fill its node's disk, and a memory volume its memory",
    severity: "medium",
    level: "mandatory",
    fix: "Set emptyDir.sizeLimit.",
    sources: [],
  },
  (pod, report) => {
    for (const volume of list(pod.spec.volumes)) {
      const emptyDir = at(volume, "emptyDir");
      if (!isObject(emptyDir)) continue;
      if ((quantity(emptyDir.sizeLimit) ?? 0) > 0) continue;
      report(`volume ${text(at(volume, "name")) ?? "unnamed"} has an emptyDir without sizeLimit`);
    }
  },
);

const claimConfig = maximaConfig<string>(quantitySchema, { dev: "500Gi", staging: "1Ti", production: "16Ti" });

export const claimSize = resourceRule<LimitConfig<string>>({
  id: "volume-claim-within-maximum",
  title: "Volume claims stay within the environment's maximum",
  severity: "medium",
  level: "mandatory",
  fix: "Lower the request, or raise `maxima` of this rule for the environment.",
  sources: [],
  config: claimConfig,
  resources: kinds("PersistentVolumeClaim", "StatefulSet"),
  check(resource, report, { environment, maxima }) {
    const maximum = maxima[environment] ?? claimConfig.defaults.maxima[environment];
    for (const { kind, props, where } of applicableObjects(resource, ["PersistentVolumeClaim", "StatefulSet"])) {
      const claims = kind === "StatefulSet" ? list(at(props, "spec", "volumeClaimTemplates")) : [props];
      for (const claim of claims) {
        const name =
          kind === "StatefulSet" ? `claim template ${text(at(claim, "metadata", "name")) ?? "unnamed"}: ` : "";
        const size = at(claim, "spec", "resources", "requests", "storage");
        const value = quantity(size);
        if (value === undefined) report(`${where}${name}requests no storage`);
        else if (value > (quantity(maximum) ?? 0)) {
          report(`${where}${name}storage ${shown(size)} exceeds ${maximum}, the maximum in ${environment}`);
        }
      }
    }
  },
});

/** Disk sizes in GiB, by type token. */
const DISK_SIZES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "aws:ebs/volume:Volume": [["size"]],
  "aws:ec2/instance:Instance": [["rootBlockDevice", "volumeSize"]],
  "aws:rds/instance:Instance": [["allocatedStorage"], ["maxAllocatedStorage"]],
  "gcp:compute/disk:Disk": [["size"]],
  "gcp:compute/instance:Instance": [["bootDisk", "initializeParams", "size"]],
  "gcp:sql/databaseInstance:DatabaseInstance": [
    ["settings", "diskSize"],
    ["settings", "diskAutoresizeLimit"],
  ],
  "gcp:container/nodePool:NodePool": [["nodeConfig", "diskSizeGb"]],
};

const diskConfig = maximaConfig<number>(
  { type: "integer", minimum: 1 },
  { dev: 500, staging: 1024, production: 16384 },
);

export const diskSize = resourceRule<LimitConfig<number>>({
  id: "disk-within-maximum",
  title: "Cloud disks and databases stay within the environment's maximum size",
  severity: "medium",
  level: "mandatory",
  fix: "Lower the size, or raise `maxima` (GiB) of this rule for the environment.",
  sources: [],
  config: diskConfig,
  resources: Object.keys(DISK_SIZES),
  check({ type, props }, report, { environment, maxima }) {
    const maximum = maxima[environment] ?? diskConfig.defaults.maxima[environment];
    for (const path of DISK_SIZES[type] ?? []) {
      const size = amount(at(props, ...path));
      if (size !== undefined && size > maximum) {
        report(`${path.join(".")} ${size} exceeds ${maximum}, the maximum in ${environment}`);
      }
    }
  },
});

export const databaseStorageBounded = resourceRule({
  id: "database-storage-growth-bounded",
  title: "Databases that grow by themselves have an upper bound",
  severity: "medium",
  level: "mandatory",
  fix: "Set settings.diskAutoresizeLimit to the largest size in GB you would pay for.",
  sources: [],
  resources: ["gcp:sql/databaseInstance:DatabaseInstance"],
  check({ props }, report) {
    if (at(props, "settings", "diskAutoresize") === false) return;
    const limit = amount(at(props, "settings", "diskAutoresizeLimit"));
    if (limit === undefined || limit <= 0)
      report(`settings.diskAutoresizeLimit is ${shown(limit)}, so growth has no bound`);
  },
});

export const storageLimitRules: readonly Rule[] = [emptyDirSize, claimSize, diskSize, databaseStorageBounded];
