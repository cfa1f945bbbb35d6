import * as gcp from "@pulumi/gcp";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { StoreOf } from "../../../systems/spec";
import type { Binding } from "../../binding";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { InputError, type Problem } from "../../errors";
import { problemsOf } from "../../gcp/constraints/constraint";
import { capacityGiB, FILE_CONSTRAINTS } from "../../gcp/constraints/files";
import { labelsOf } from "../../gcp/labels";
import { GCP_NAMES } from "../../gcp/names";
import { allowEgress, allowIngress } from "../../gcp/network/firewall";
import type { Make } from "../../make";
import { AUTO_NAME_SUFFIX, uniqueName } from "../../naming";
import type { Network } from "../../networking/gcp";
import { gibibytes } from "../../quantities";
import type { KeysContract } from "../../secrets/keys/contract";
import { staticClaim, staticVolume } from "./staticVolume";

export interface FileShareArgs extends ComponentArgs {
  /** Name of the store: of the claim too. */
  readonly store: string;
  readonly spec: StoreOf<"file-share">;
  /** Namespace of the claim; only pods there can mount it. */
  readonly namespace: string;
  readonly network: Network;
  readonly keys: KeysContract;
  /** Account of the nodes, which mount the share. */
  readonly nodeAccount: pulumi.Input<string>;
  readonly transform?: { readonly instance?: Transform<gcp.filestore.InstanceArgs> };
}

/** https://docs.cloud.google.com/filestore/docs/configuring-firewall */
const NFS_PORTS = [111, 2_046, 2_049, 2_050, 4_045];
/**
 * NFSv3 calls back: to say that a lock waited for is granted, and that the server started anew and locks are to be claimed
 * again. It asks the node's portmapper where, and is told ports of the node's own choice: GKE's driver starts statd, and the
 * kernel its lock manager, on any. So all are open, to this one address.
 * https://github.com/kubernetes-sigs/gcp-filestore-csi-driver/blob/master/deploy/kubernetes/nfs_services_start.sh
 */
const CALLBACKS = ["tcp", "udp"] as const;
const SHARE = "share";

/** What Filestore would refuse at apply. */
export function fileShareProblems(store: string, spec: Pick<StoreOf<"file-share">, "size">): readonly Problem[] {
  return problemsOf(FILE_CONSTRAINTS, spec, `stores.${store}`);
}

/** A Filestore instance in Google's network, and the claim by which pods of one namespace mount it. */
export class FileShare extends Component {
  readonly binding: Binding;
  readonly instanceName: pulumi.Output<string>;

  private readonly args: FileShareArgs;

  constructor(name: string, args: FileShareArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:storage:FileShare", name, args, opts);
    this.args = args;
    const problems = fileShareProblems(args.store, args.spec);
    if (problems.length > 0) {
      throw new InputError(problems);
    }
    this.reportSize();
    const instance = this.makeInstance();
    this.instanceName = instance.name;
    const opened = this.openTo(instance);
    const claim = this.makeClaim(this.makeVolume(instance));
    this.binding = {
      values: () => ({}),
      peers: [],
      ports: [],
      grants: () => [],
      volume: { namespace: args.namespace, claim: args.store },
      ready: [claim, ...opened],
    };
    this.finish({ store: args.store, namespace: args.namespace });
  }

  private reportSize(): void {
    const { store, spec } = this.args;
    const sold = capacityGiB(spec.size);
    if (sold > gibibytes(spec.size)) {
      this.degrade({
        feature: `a share of ${spec.size} for ${store}`,
        reason: `Filestore sells none of that size: ${sold} GiB are made, and paid for`,
        remedy: "use a bucket where files need no file system, or scratch of each pod where none is shared",
      });
    }
  }

  private makeInstance(): gcp.filestore.Instance {
    const { context, args } = this;
    const { multiZone, protect } = context.redundancy;
    const suffix = this.make(random.RandomId, "suffix", { byteLength: 4, keepers: { key: args.keys.arn("data") } });
    const prefix = uniqueName(GCP_NAMES.filestore, [context.system, args.store], AUTO_NAME_SUFFIX + 1);
    const [zone = context.region] = args.network.zoneNames;
    return this.make(
      gcp.filestore.Instance,
      "instance",
      {
        name: pulumi.interpolate`${prefix}-${suffix.hex}`,
        description: `${args.store} of ${context.system}`,
        tier: multiZone ? "REGIONAL" : "ZONAL",
        location: multiZone ? context.region : zone,
        fileShares: {
          name: SHARE,
          capacityGb: capacityGiB(args.spec.size),
          nfsExportOptions: [
            { ipRanges: [args.network.ranges.nodes], accessMode: "READ_WRITE", squashMode: "NO_ROOT_SQUASH" },
          ],
        },
        networks: [
          {
            network: args.network.vpcId,
            modes: ["MODE_IPV4"],
            connectMode: "PRIVATE_SERVICE_ACCESS",
            reservedIpRange: args.network.privateServices.rangeName,
          },
        ],
        kmsKeyName: args.keys.arn("data"),
        deletionProtectionEnabled: protect,
        labels: labelsOf(context.tags),
      },
      {
        protect,
        dependsOn: [...args.network.privateServicesReady],
        // A share stays where it was made: one made anew elsewhere would be empty.
        ignoreChanges: ["location"],
      },
    );
  }

  private openTo(instance: gcp.filestore.Instance): readonly pulumi.Resource[] {
    const { args } = this;
    const make: Make = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    const rule = {
      network: args.network.vpcId,
      serviceAccount: args.nodeAccount,
      ranges: [pulumi.interpolate`${addressOf(instance)}/32`],
    };
    return [
      allowEgress(make, "nodes-to", { ...rule, description: `Nodes to ${args.store}`, ports: NFS_PORTS }),
      ...CALLBACKS.map((protocol) =>
        allowIngress(make, `${protocol}-from`, {
          ...rule,
          description: `Lock callbacks of ${args.store} to nodes, ${protocol}`,
          protocol,
        }),
      ),
    ];
  }

  private makeVolume(instance: gcp.filestore.Instance): k8s.core.v1.PersistentVolume {
    const { context, args } = this;
    const volume = staticVolume({
      context,
      store: args.store,
      namespace: args.namespace,
      capacity: `${capacityGiB(args.spec.size)}Gi`,
      csi: {
        driver: "filestore.csi.storage.gke.io",
        volumeHandle: pulumi.interpolate`modeInstance/${instance.location}/${instance.name}/${SHARE}`,
        volumeAttributes: { ip: addressOf(instance), volume: SHARE },
      },
    });
    return this.make(k8s.core.v1.PersistentVolume, "volume", volume);
  }

  private makeClaim(volume: k8s.core.v1.PersistentVolume): k8s.core.v1.PersistentVolumeClaim {
    const { context, args } = this;
    return this.make(
      k8s.core.v1.PersistentVolumeClaim,
      "claim",
      staticClaim(args, volume.metadata.name, args.spec.size),
      { protect: context.redundancy.protect },
    );
  }
}

function addressOf(instance: gcp.filestore.Instance): pulumi.Output<string> {
  return instance.networks.apply((networks) => networks[0]?.ipAddresses?.[0] ?? "");
}
