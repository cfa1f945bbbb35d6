import { at, isTrue, list, oneOrMany, shown, text } from "../read";
import { setAt } from "../remedies";
import { type Rule, resourceRule } from "../rule";
import { mustBeSet, mustBeTrue } from "../simple";

export const ebsVolume = mustBeTrue(
  {
    id: "ebs-volume-encrypted",
    title: "EBS volumes are encrypted",
    severity: "high",
    level: "mandatory",
    fix: "Set encrypted: true, with kmsKeyId for a key of its own.",
    sources: ["CKV_AWS_3", "EC2.3"],
    resources: ["aws:ebs/volume:Volume"],
  },
  ["encrypted"],
);

export const ebsSnapshotCopy = mustBeTrue(
  {
    id: "ebs-snapshot-copy-encrypted",
    title: "Copies of EBS snapshots are encrypted",
    severity: "high",
    level: "mandatory",
    fix: "Set encrypted: true.",
    sources: ["CKV_AWS_183"],
    resources: ["aws:ebs/snapshotCopy:SnapshotCopy"],
  },
  ["encrypted"],
  { remediable: true },
);

export const instanceVolumes = resourceRule({
  id: "ec2-volumes-encrypted",
  title: "Volumes declared on an EC2 instance are encrypted",
  severity: "high",
  level: "mandatory",
  fix: "Set rootBlockDevice.encrypted: true, and encrypted: true on each of ebsBlockDevices.",
  sources: ["CKV_AWS_8"],
  resources: ["aws:ec2/instance:Instance"],
  check({ props }, report) {
    const root = at(props, "rootBlockDevice", "encrypted");
    if (!isTrue(root)) report(`rootBlockDevice.encrypted is ${shown(root)}, not true`);
    list(props.ebsBlockDevices).forEach((device, index) => {
      const encrypted = at(device, "encrypted");
      if (!isTrue(encrypted)) report(`ebsBlockDevices[${index}].encrypted is ${shown(encrypted)}, not true`);
    });
  },
});

export const launchTemplateVolumes = resourceRule({
  id: "launch-template-volumes-encrypted",
  title: "Volumes of a launch template are encrypted",
  description: "Without a mapping the root volume takes whatever the image has",
  severity: "high",
  level: "mandatory",
  fix: "Add blockDeviceMappings with ebs.encrypted: true for the root device and every other volume.",
  sources: ["CKV_AWS_8", "EC2.3"],
  resources: ["aws:ec2/launchTemplate:LaunchTemplate"],
  check({ props }, report) {
    const mappings = list(props.blockDeviceMappings);
    if (mappings.length === 0) report("blockDeviceMappings is empty");
    mappings.forEach((mapping, index) => {
      const ebs = at(mapping, "ebs");
      if (ebs === undefined) return;
      const encrypted = at(ebs, "encrypted");
      if (!isTrue(encrypted)) report(`blockDeviceMappings[${index}].ebs.encrypted is ${shown(encrypted)}, not true`);
    });
  },
  // A template without mappings stays as it is: the root device's name is the image's.
  remediate({ props }) {
    list(props.blockDeviceMappings).forEach((mapping, index) => {
      if (at(mapping, "ebs") !== undefined) setAt(props, ["blockDeviceMappings", index, "ebs", "encrypted"], "true");
    });
  },
});

export const efs = mustBeTrue(
  {
    id: "efs-encrypted",
    title: "EFS file systems are encrypted",
    severity: "high",
    level: "mandatory",
    fix: "Set encrypted: true and kmsKeyId.",
    sources: ["CKV_AWS_42", "EFS.1"],
    resources: ["aws:efs/fileSystem:FileSystem"],
  },
  ["encrypted"],
);

export const gcpDisk = resourceRule({
  id: "gcp-disk-customer-key",
  title: "Compute Engine disks use a key of their own",
  severity: "medium",
  level: "mandatory",
  fix: "Set diskEncryptionKey.kmsKeySelfLink.",
  sources: ["CKV_GCP_37"],
  resources: ["gcp:compute/disk:Disk", "gcp:compute/regionDisk:RegionDisk"],
  check({ props }, report) {
    const key = at(props, "diskEncryptionKey");
    if (text(at(key, "kmsKeySelfLink")) === undefined && text(at(key, "rawKey")) === undefined) {
      report("diskEncryptionKey.kmsKeySelfLink is not set");
    }
  },
});

export const gcpInstanceDisks = resourceRule({
  id: "gcp-instance-disks-customer-key",
  title: "Disks declared on an instance use a key of their own",
  severity: "medium",
  level: "mandatory",
  fix: "Set bootDisk.kmsKeySelfLink and diskEncryptionKey.kmsKeySelfLink on each disk of a template.",
  sources: ["CKV_GCP_38"],
  resources: [
    "gcp:compute/instance:Instance",
    "gcp:compute/instanceTemplate:InstanceTemplate",
    "gcp:compute/regionInstanceTemplate:RegionInstanceTemplate",
  ],
  check({ type, props }, report) {
    if (type === "gcp:compute/instance:Instance") {
      if (text(at(props, "bootDisk", "kmsKeySelfLink")) === undefined) report("bootDisk.kmsKeySelfLink is not set");
      return;
    }
    oneOrMany(props.disks).forEach((disk, index) => {
      // A template that attaches an existing disk cannot choose its key.
      if (text(at(disk, "source")) !== undefined) return;
      if (text(at(disk, "diskEncryptionKey", "kmsKeySelfLink")) === undefined) {
        report(`disks[${index}].diskEncryptionKey.kmsKeySelfLink is not set`);
      }
    });
  },
});

export const filestore = mustBeSet(
  {
    id: "filestore-customer-key",
    title: "Filestore instances use a key of their own",
    severity: "low",
    level: "advisory",
    fix: "Set kmsKeyName (regional and enterprise tiers).",
    sources: [],
    resources: ["gcp:filestore/instance:Instance"],
  },
  ["kmsKeyName"],
);

export const volumeRules: readonly Rule[] = [
  ebsVolume,
  ebsSnapshotCopy,
  instanceVolumes,
  launchTemplateVolumes,
  efs,
  gcpDisk,
  gcpInstanceDisks,
  filestore,
];
