import type { WireObject } from "../../../engine/wire";

/** A planned resource, as a row looks at it. */
export interface Subject {
  readonly type: string;
  readonly inputs: WireObject;
  readonly region: string;
  /** `arn:PARTITION`, the account as it is known, and the region of the resource. */
  readonly place: Place;
  /** The planned name of an input, with `*` for what is made up when it is made. */
  name(input: string): string;
}

/** Where a resource is, as ARNs say it. */
export interface Place {
  readonly partition: string;
  /** Twelve digits, or `*` where no setting says. */
  readonly account: string;
  readonly region: string;
}

/** Some actions, what they are allowed on, and when. */
export interface Right {
  /** IAM's prefix of the service. */
  readonly service: string;
  /** Without the prefix. */
  readonly actions: readonly string[];
  /** Whole ARNs, or `*` alone for actions that take none: they are held to the stack's regions. */
  readonly resources: readonly string[];
  readonly condition?: Condition;
  /** Only where the resource carries the system's tags. @default false */
  readonly tagged?: boolean;
  /** Why the resources are as wide as they are, where a name or a tag would have been narrower. */
  readonly reason?: string;
}

export type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/**
 * What a type of resource asks of whoever deploys it. Actions are words in one text, without the service's prefix. Where
 * they come from: the provider's calls, held to the permissions of the same type's handlers in CloudFormation's registry
 * and to the service authorization reference.
 */
export interface AwsRow {
  /** IAM's prefix of the service. */
  readonly service: string;
  /** What ARNs of it end in, after the account; absent where another type's ARNs stand for it. */
  readonly arn?: (subject: Subject) => readonly string[];
  /** Which of region and account its ARNs hold. @default "regional" */
  readonly form?: "regional" | "global" | "bare";
  /** How its ARNs are known before it is made: by name, or only by the tags it gets. @default "name" */
  readonly by?: "name" | "tags";
  /** Actions that make it; by tags, allowed only with the system's tags on the request. */
  readonly create?: string;
  /** Whether the API takes no resource when it makes one. @default false */
  readonly createsUnnamed?: boolean;
  /** Whether the API cannot ask for tags when it makes one. @default false */
  readonly createsUntagged?: boolean;
  /** Tags: the action that puts them on what was just made. */
  readonly claim?: string;
  /** Everything else it needs of what it made, or found with the system's tags. */
  readonly manage: string;
  /** Actions that take no resource at all. */
  readonly open?: string;
  /** What it needs of other resources, or what is narrower or wider than the rest. */
  readonly also?: (subject: Subject) => readonly Right[];
  /** Service through which the deployer's own rights on the system's keys are used. */
  readonly through?: string;
  /** Services whose linked role the first of them makes in an account. */
  readonly linkedRoles?: readonly string[];
}

export type AwsTable = Readonly<Record<string, AwsRow>>;

/** Words of a text. */
export function words(text: string | undefined): readonly string[] {
  return text === undefined ? [] : text.split(/\s+/).filter((word) => word !== "");
}

/** An ARN of a resource's own place. */
export function arnOf(
  service: string,
  { partition, account, region }: Place,
  tail: string,
  form: AwsRow["form"] = "regional",
) {
  switch (form) {
    case "regional":
      return `arn:${partition}:${service}:${region}:${account}:${tail}`;
    case "global":
      return `arn:${partition}:${service}::${account}:${tail}`;
    case "bare":
      return `arn:${partition}:${service}:::${tail}`;
    default:
      return form satisfies never;
  }
}

/** An input that is a known string. */
export function textOf(subject: Subject, input: string): string | undefined {
  const value = subject.inputs[input];
  return typeof value === "string" ? value : undefined;
}
