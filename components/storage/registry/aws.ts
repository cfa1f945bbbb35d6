import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { accountOf } from "../../aws/account";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { identityOf } from "../../context";
import { type NameRule, uniqueName } from "../../naming";
import type { KeysContract } from "../../secrets/keys/contract";
import type { RegistryContract } from "./contract";

export interface RegistryArgs extends ComponentArgs {
  readonly keys: KeysContract;
  /** Names of the images, without registry, tag or digest: ECR has a repository for each. */
  readonly images: readonly string[];
  /** Whether what runs pulls from ECR and is started by the same update that makes the repositories. @default false */
  readonly pulledAtOnce?: boolean;
  readonly transform?: Readonly<Record<string, Transform<aws.ecr.RepositoryArgs>>>;
}

/** Days until a version that no tag names goes. */
const UNTAGGED_DAYS = 30;
/** Leaves more than half of what ECR allows to the image. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html */
const NAMESPACE: NameRule = { maxLength: 100, allowed: /[a-z0-9-]/, letterFirst: true };

/**
 * Repositories for the system's own images beside what runs them, so that a region that is cut off still starts pods. Nodes
 * may pull from any of the account, by the policy EKS gives them.
 */
export class Registry extends Component implements RegistryContract {
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: RegistryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:storage:Registry", name, args, opts);
    const { context } = this;
    const namespace = uniqueName(NAMESPACE, [identityOf(context), context.environment, context.placement]);
    for (const image of args.images) {
      this.makeRepository(image, `${namespace}/${image}`, args.keys);
    }
    const { id, partition } = accountOf(this);
    const suffix = partition.apply((name) => (name === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"));
    this.url = pulumi.interpolate`${id}.dkr.ecr.${context.region}.${suffix}/${namespace}`;
    if (args.pulledAtOnce) {
      this.degrade({
        feature: "images to start from in the first up",
        reason: "repositories are made empty, and in the same update as what runs from them: its pods wait in vain",
        remedy:
          "make them first, by a stack of groundplan:layers infrastructure and platform, and push before the one of workloads: docs/images-aws.md",
      });
    }
    this.finish({ url: this.url });
  }

  private makeRepository(image: string, name: string, keys: KeysContract): void {
    const { context } = this;
    const role = image.replaceAll(/[^a-z0-9-]/g, "-");
    const repository = this.make(
      aws.ecr.Repository,
      `repository-${role}`,
      {
        name,
        // A tag that could move would run, after the next restart, what nobody has released.
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: keys.arn("storage") }],
        forceDelete: context.environment === "dev",
        tags: context.tags,
      },
      // What runs is pulled from here again at every new node.
      { protect: context.redundancy.protect },
    );
    // Tagged ones stay, whatever their age: one of them is what a rollback goes back to.
    this.make(aws.ecr.LifecyclePolicy, `lifecycle-${role}`, {
      repository: repository.name,
      policy: JSON.stringify({
        rules: [
          {
            rulePriority: 1,
            description: "Versions that no tag names",
            selection: {
              tagStatus: "untagged",
              countType: "sinceImagePushed",
              countUnit: "days",
              countNumber: UNTAGGED_DAYS,
            },
            action: { type: "expire" },
          },
        ],
      }),
    });
  }
}
