import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type Account, accountOf } from "../../aws/account";
import { policyDocument, type Statement } from "../../aws/policy";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { AUTO_NAME_SUFFIX, NAME_RULES, physicalName } from "../../naming";
import { CONCERNS, type Concern, type KeysContract } from "./contract";
import { keyPolicy } from "./policy";

export interface KeysArgs extends ComponentArgs {
  /** Keys to use instead of making them, by concern. @default none */
  readonly existing?: Readonly<Partial<Record<Concern, pulumi.Input<string>>>>;
  /** Services besides a concern's usual ones that its key is used through, such as `es`, by concern. @default none */
  readonly alsoThrough?: Readonly<Partial<Record<Concern, readonly string[]>>>;
  /** Statements of services that use a concern's key by themselves, besides its usual ones. @default none */
  readonly statements?: Readonly<Partial<Record<Concern, (account: Account) => readonly Statement[]>>>;
  /** The same of what is made after the key, such as the distribution that delivers what it encrypts. @default none */
  readonly later?: Readonly<Partial<Record<Concern, (account: Account) => readonly Statement[]>>>;
  readonly transform?: { readonly [concern in Concern]?: Transform<aws.kms.KeyArgs> };
}

/** Concerns of which something is left when a stack is destroyed: snapshots, volumes, locked objects, passphrases. */
const LEFT: readonly Concern[] = ["volumes", "data", "storage", "secrets"];

/** One rotating key per concern, each open only to what works through its own services. */
export class Keys extends Component implements KeysContract {
  private readonly arns: ReadonlyMap<Concern, pulumi.Output<string>>;
  private readonly made = new Map<Concern, aws.kms.Key>();

  constructor(name: string, args: KeysArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:secrets:Keys", name, args, opts);
    this.arns = new Map(
      CONCERNS.map((concern) => [concern, this.existingKey(concern, args) ?? this.makeKey(concern, args)]),
    );
    this.finish();
  }

  arn(concern: Concern): pulumi.Output<string> {
    const arn = this.arns.get(concern);
    if (!arn) {
      throw new Error(`there is no key for "${concern}"`);
    }
    return arn;
  }

  resources(concern: Concern): pulumi.Resource[] {
    const key = this.made.get(concern);
    return key === undefined ? [] : [key];
  }

  private existingKey(concern: Concern, args: KeysArgs): pulumi.Output<string> | undefined {
    const id = args.existing?.[concern];
    return id === undefined ? undefined : aws.kms.getKeyOutput({ keyId: id }, { parent: this }).arn;
  }

  private makeKey(concern: Concern, args: KeysArgs): pulumi.Output<string> {
    const { context } = this;
    const account = accountOf(this);
    const policy = [
      ...keyPolicy(concern, context.region, account, args.alsoThrough?.[concern]),
      ...(args.statements?.[concern]?.(account) ?? []),
    ];
    const later = args.later?.[concern]?.(account) ?? [];
    const key = this.make(
      aws.kms.Key,
      concern,
      {
        description: `${concern} of ${context.system} (${context.environment}) in ${context.placement}`,
        enableKeyRotation: true,
        rotationPeriodInDays: 365,
        deletionWindowInDays: 30,
        policy: policyDocument(policy),
        tags: context.tags,
      },
      // What a deleted key encrypted is lost with it.
      {
        protect: context.redundancy.protect,
        ...(context.redundancy.keep && LEFT.includes(concern) ? { retainOnDelete: true } : {}),
        ...(later.length > 0 ? { ignoreChanges: ["policy"] } : {}),
      },
    );
    if (later.length > 0) {
      // Takes the place of the policy the key is made with. Left when nothing is to come later any more: what it then
      // still names is gone, and AWS would put a policy of its own in its place.
      this.make(
        aws.kms.KeyPolicy,
        `${concern}-whole-policy`,
        { keyId: key.keyId, policy: policyDocument([...policy, ...later]) },
        { retainOnDelete: true },
      );
    }
    this.made.set(concern, key);
    this.make(aws.kms.Alias, `${concern}-alias`, {
      namePrefix: `alias/${physicalName(NAME_RULES.awsKeyAlias, [context.system, context.environment, concern], AUTO_NAME_SUFFIX * 4)}-`,
      targetKeyId: key.keyId,
    });
    return key.arn;
  }
}
