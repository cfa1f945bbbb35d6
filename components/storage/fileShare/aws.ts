import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { StoreOf } from "../../../systems/spec";
import { policyDocument } from "../../aws/policy";
import type { Binding } from "../../binding";
import { Component, type ComponentArgs, type Transform } from "../../component";
import type { Make } from "../../make";
import type { NetworkContract } from "../../networking/contract";
import { allowEgress, allowIngress, makeSecurityGroup } from "../../networking/securityGroup";
import type { KeysContract } from "../../secrets/keys/contract";
import { GROUP_ID } from "../../workload/podSpec";
import { staticClaim, staticVolume } from "./staticVolume";

export interface FileShareArgs extends ComponentArgs {
  /** Name of the store: of the claim too. */
  readonly store: string;
  readonly spec: StoreOf<"file-share">;
  /** Namespace of the claim; only pods there can mount it. */
  readonly namespace: string;
  readonly network: Pick<NetworkContract, "vpcId" | "privateSubnetIds">;
  readonly keys: KeysContract;
  /** Group of the nodes, which mount the share for their pods. */
  readonly nodeGroupId: pulumi.Input<string>;
  /** What must stand before the cluster takes the volume and the claim: the driver, and the namespace. */
  readonly mountable: readonly pulumi.Resource[];
  readonly transform?: { readonly "file-system"?: Transform<aws.efs.FileSystemArgs> };
}

/** NFS 4, which is all EFS speaks. https://docs.aws.amazon.com/efs/latest/ug/network-access.html */
const NFS_PORT = 2_049;
/** Whose every file is, whoever writes it: the group the pods' volumes belong to, and a user of the same number. */
const OWNER = { uid: GROUP_ID, gid: GROUP_ID } as const;

/** An EFS file system in the private subnets, and the claim by which pods of one namespace mount it. */
export class FileShare extends Component {
  readonly binding: Binding;

  private readonly args: FileShareArgs;
  private readonly makeChild: Make;

  constructor(name: string, args: FileShareArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:storage:FileShare", name, args, opts);
    this.args = args;
    this.makeChild = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    const system = this.makeFileSystem();
    this.makeBackups(system);
    const accessPoint = this.makeAccessPoint(system);
    const policy = this.makePolicy(system, accessPoint);
    const reachable = this.makeMountTargets(system);
    const claim = this.makeClaim(this.makeVolume(system, accessPoint));
    this.binding = {
      values: () => ({}),
      peers: [],
      ports: [],
      grants: () => [],
      volume: { namespace: args.namespace, claim: args.store },
      ready: [claim, policy, ...reachable],
    };
    this.report();
    this.finish({ store: args.store, namespace: args.namespace });
  }

  private makeFileSystem(): aws.efs.FileSystem {
    const { context, args } = this;
    return this.make(
      aws.efs.FileSystem,
      "file-system",
      {
        encrypted: true,
        kmsKeyId: args.keys.arn("data"),
        performanceMode: "generalPurpose",
        throughputMode: "elastic",
        // EFS takes one transition an entry. What nobody reads for a month costs a tenth, until somebody reads it.
        lifecyclePolicies: [{ transitionToIa: "AFTER_30_DAYS" }, { transitionToPrimaryStorageClass: "AFTER_1_ACCESS" }],
        protection: { replicationOverwrite: "ENABLED" },
        tags: { ...context.tags, Name: `${context.system}-${context.placement}-${args.store}` },
      },
      { protect: context.redundancy.protect },
    );
  }

  /** AWS Backup's own plan for EFS: daily, kept for five weeks. */
  private makeBackups(system: aws.efs.FileSystem): void {
    this.make(aws.efs.BackupPolicy, "backups", { fileSystemId: system.id, backupPolicy: { status: "ENABLED" } });
  }

  /** Pods come in by this door alone, below the root and never as root. */
  private makeAccessPoint(system: aws.efs.FileSystem): aws.efs.AccessPoint {
    const { context, args } = this;
    return this.make(aws.efs.AccessPoint, "access-point", {
      fileSystemId: system.id,
      posixUser: OWNER,
      rootDirectory: {
        path: `/${args.store}`,
        creationInfo: { ownerUid: OWNER.uid, ownerGid: OWNER.gid, permissions: "0770" },
      },
      tags: context.tags,
    });
  }

  /**
   * NFS carries no identity of AWS: who may mount is decided by the network and the access point, over TLS.
   * https://docs.aws.amazon.com/efs/latest/ug/access-control-block-public-access.html
   */
  private makePolicy(system: aws.efs.FileSystem, accessPoint: aws.efs.AccessPoint): aws.efs.FileSystemPolicy {
    return this.make(aws.efs.FileSystemPolicy, "policy", {
      fileSystemId: system.id,
      policy: policyDocument([
        {
          Sid: "MountByAccessPoint",
          Principal: { AWS: "*" },
          Action: ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
          Resource: system.arn,
          Condition: {
            Bool: { "elasticfilesystem:AccessedViaMountTarget": "true" },
            StringEquals: { "elasticfilesystem:AccessPointArn": accessPoint.arn },
          },
        },
        {
          Sid: "TlsOnly",
          Effect: "Deny",
          Principal: { AWS: "*" },
          Action: "*",
          Resource: system.arn,
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ]),
    });
  }

  /** An address in every private subnet, open to the nodes and to nobody else. */
  private makeMountTargets(system: aws.efs.FileSystem): readonly pulumi.Resource[] {
    const { context, args } = this;
    const group = makeSecurityGroup(this.makeChild, "security-group", {
      context,
      vpcId: args.network.vpcId,
      description: `File share ${args.store}`,
    });
    const rule = { context, ports: NFS_PORT, description: `Nodes to ${args.store}` };
    const targets = args.network.privateSubnetIds.map((subnetId, index) =>
      this.make(aws.efs.MountTarget, `target-${index + 1}`, {
        fileSystemId: system.id,
        subnetId,
        securityGroups: [group.id],
      }),
    );
    return [
      allowIngress(this.makeChild, "from-nodes", { ...rule, groupId: group.id, peer: { groupId: args.nodeGroupId } }),
      allowEgress(this.makeChild, "nodes-to", { ...rule, groupId: args.nodeGroupId, peer: { groupId: group.id } }),
      ...targets,
    ];
  }

  private makeVolume(system: aws.efs.FileSystem, accessPoint: aws.efs.AccessPoint): k8s.core.v1.PersistentVolume {
    const { context, args } = this;
    const volume = staticVolume({
      context,
      store: args.store,
      namespace: args.namespace,
      capacity: args.spec.size,
      csi: {
        driver: "efs.csi.aws.com",
        volumeHandle: pulumi.interpolate`${system.id}::${accessPoint.id}`,
        volumeAttributes: { encryptInTransit: "true" },
      },
    });
    return this.make(k8s.core.v1.PersistentVolume, "volume", volume, { dependsOn: [...args.mountable] });
  }

  private makeClaim(volume: k8s.core.v1.PersistentVolume): k8s.core.v1.PersistentVolumeClaim {
    const { context, args } = this;
    return this.make(
      k8s.core.v1.PersistentVolumeClaim,
      "claim",
      staticClaim(args, volume.metadata.name, args.spec.size),
      { protect: context.redundancy.protect, dependsOn: [...args.mountable] },
    );
  }

  private report(): void {
    const { store, spec } = this.args;
    this.degrade({
      feature: `the size of ${store}`,
      reason: `EFS grows with what is written and is paid for by it: nothing stops at ${spec.size}`,
      remedy: "watch StorageBytes in CloudWatch, and delete what is no longer needed",
    });
    this.degrade({
      feature: `owners of files on ${store}`,
      reason: `its access point gives every file to user ${OWNER.uid}, whoever writes it: a program cannot change that`,
      remedy: "keep files that need owners of their own on a volume of the service",
    });
  }
}
