import { applicableObjects, kinds } from "../kubernetes";
import { at, isTrue, shown, text } from "../read";
import { type Rule, resourceRule } from "../rule";

export const storageClass = resourceRule({
  id: "storage-class-encrypted",
  title: "StorageClasses make encrypted volumes",
  severity: "high",
  level: "mandatory",
  fix: 'Set parameters.encrypted: "true" (EBS) or parameters.disk-encryption-kms-key (Persistent Disk).',
  sources: ["CKV_AWS_3", "EC2.3"],
  resources: kinds("StorageClass"),
  check(resource, report) {
    for (const { props, where } of applicableObjects(resource, ["StorageClass"])) {
      const provisioner = text(props.provisioner);
      if (provisioner === "ebs.csi.aws.com" || provisioner === "kubernetes.io/aws-ebs") {
        const encrypted = at(props, "parameters", "encrypted");
        if (!isTrue(encrypted)) report(`${where}parameters.encrypted is ${shown(encrypted)}, not true`);
      } else if (provisioner === "pd.csi.storage.gke.io") {
        const key = at(props, "parameters", "disk-encryption-kms-key");
        if (text(key) === undefined) report(`${where}parameters.disk-encryption-kms-key is not set`);
      }
    }
  },
});

export const storageClassRules: readonly Rule[] = [storageClass];
