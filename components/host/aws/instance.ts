import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Context } from "../../context";
import type { Make } from "../../make";
import type { HostSize } from "../sizing";

export interface InstanceArgs {
  readonly context: Context;
  readonly parent: pulumi.Resource;
  /** Name a person finds it by. */
  readonly title: string;
  readonly size: HostSize;
  readonly profile: aws.iam.InstanceProfile;
  readonly port: aws.ec2.NetworkInterface;
  readonly volume: aws.ebs.Volume;
  readonly volumesKeyArn: pulumi.Input<string>;
  /** Compressed, in base64. */
  readonly userData: pulumi.Input<string>;
  /** Whether a container calls the cloud with the machine's identity. */
  readonly containersCallCloud: boolean;
  /** What must stand before it starts. */
  readonly after: readonly pulumi.Resource[];
}

/**
 * Ubuntu, as it comes with Session Manager's agent; Canonical keeps the newest image's id here.
 * https://documentation.ubuntu.com/aws/aws-how-to/instances/find-ubuntu-images/
 */
const IMAGE_PARAMETER = "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id";

/** The machine, and the data volume on it. */
export function makeInstance(make: Make, args: InstanceArgs): aws.ec2.Instance {
  const { context, size } = args;
  const instance = make(
    aws.ec2.Instance,
    "instance",
    {
      // The provider takes `value` for a secret, which an image's id is not.
      ami: aws.ssm.getParameterOutput({ name: IMAGE_PARAMETER }, { parent: args.parent }).insecureValue,
      instanceType: size.machineType,
      iamInstanceProfile: args.profile.name,
      primaryNetworkInterface: { networkInterfaceId: args.port.id },
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        // A container is one hop further. Only where one calls the cloud; the host's firewall keeps the others off.
        httpPutResponseHopLimit: args.containersCallCloud ? 2 : 1,
      },
      rootBlockDevice: {
        encrypted: true,
        kmsKeyId: args.volumesKeyArn,
        volumeType: "gp3",
        volumeSize: size.rootDiskGiB,
        deleteOnTermination: true,
        tags: context.tags,
      },
      ebsOptimized: true,
      monitoring: true,
      userDataBase64: args.userData,
      // cloud-init reads it once. What it says changes with a new machine, which the data outlives.
      userDataReplaceOnChange: true,
      tags: { ...context.tags, Name: args.title },
    },
    {
      // The volume and the interface can be on one machine only: the old one goes first.
      deleteBeforeReplace: true,
      // A newer image is no reason for a new machine: it updates itself. One that is replaced for another reason gets the
      // newest all the same, as the engine then asks for all inputs anew (tests/sandbox/hostImage.test.ts).
      ignoreChanges: ["ami"],
      dependsOn: [...args.after],
    },
  );
  make(
    aws.ec2.VolumeAttachment,
    "data-attachment",
    {
      deviceName: "/dev/sdf",
      volumeId: args.volume.id,
      instanceId: instance.id,
      // Stores end cleanly before their disk is taken away.
      stopInstanceBeforeDetaching: true,
    },
    { deleteBeforeReplace: true },
  );
  return instance;
}
