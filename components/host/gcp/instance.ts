import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import type { Context } from "../../context";
import { labelsOf } from "../../gcp/labels";
import type { Make } from "../../make";
import type { HostSize } from "../sizing";

export interface InstanceArgs {
  readonly context: Context;
  readonly size: HostSize;
  readonly subnetId: pulumi.Input<string>;
  readonly account: gcp.serviceaccount.Account;
  /** Address the public reaches it by. @default none: it has no public address at all */
  readonly address: gcp.compute.Address | undefined;
  readonly disk: gcp.compute.Disk;
  readonly disksKeyName: pulumi.Input<string>;
  readonly userData: pulumi.Input<string>;
  /** Policy that stops and starts it by the clock. @default it runs all the time */
  readonly sleep: gcp.compute.ResourcePolicy | undefined;
  /** What must stand before it starts. */
  readonly after: readonly pulumi.Resource[];
}

/** Name under which the machine sees its data disk: `/dev/disk/by-id/google-NAME`. */
export const DATA_DEVICE = "data";
/** Ubuntu has cloud-init, signed for secure boot, and the agent that brings OS Login. A family is its newest image. */
const IMAGE = "projects/ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-amd64";

/**
 * The machine. It has no deletion protection: cloud-init reads what it is told once, so every change of that is a new
 * machine, which protection would make a task by hand; what must not be lost is the disk, and that is protected.
 */
export function makeInstance(make: Make, args: InstanceArgs): gcp.compute.Instance {
  const { context, size, address, disk, sleep } = args;
  const labels = labelsOf(context.tags);
  return make(
    gcp.compute.Instance,
    "instance",
    {
      description: `Runs all of ${context.system} in ${context.placement}`,
      zone: disk.zone,
      machineType: size.machineType,
      bootDisk: {
        autoDelete: true,
        kmsKeySelfLink: args.disksKeyName,
        initializeParams: { image: IMAGE, size: size.rootDiskGiB, type: "pd-balanced", labels },
      },
      // It has its key by itself.
      attachedDisks: [{ source: disk.id, deviceName: DATA_DEVICE, mode: "READ_WRITE" }],
      networkInterfaces: [
        {
          subnetwork: args.subnetId,
          stackType: "IPV4_ONLY",
          ...(address ? { accessConfigs: [{ natIp: address.address, networkTier: "PREMIUM" }] } : {}),
        },
      ],
      canIpForward: false,
      shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true },
      // What the account may do is a matter of its grants; scopes are the older, coarser lock.
      serviceAccount: { email: args.account.email, scopes: ["cloud-platform"] },
      scheduling: { automaticRestart: true, onHostMaintenance: "MIGRATE", provisioningModel: "STANDARD" },
      allowStoppingForUpdate: true,
      deletionProtection: false,
      metadata: {
        "user-data": args.userData,
        // People come with an account of the project's IAM, through Identity-Aware Proxy: no keys kept anywhere.
        "enable-oslogin": "TRUE",
        "block-project-ssh-keys": "TRUE",
        "serial-port-enable": "FALSE",
        "disable-legacy-endpoints": "TRUE",
      },
      ...(sleep ? { resourcePolicies: sleep.selfLink } : {}),
      labels,
    },
    {
      // The disk and the address can be on one machine only: the old one goes first.
      deleteBeforeReplace: true,
      replaceOnChanges: ['metadata["user-data"]'],
      dependsOn: [...args.after],
    },
  );
}
