import { type AwsRow, type Condition, type Right, words } from "./row";
import { type Statement, Statements } from "./statements";
import type { PlannedSubject } from "./subjects";

/** What is allowed more widely than by a planned name or the system's tags, and why. */
export interface Wide {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly reason: string;
}

/** Tags that tell a system's resources from another's. */
const OWN_TAGS = ["system", "environment"] as const;
/** What is used of a key through a service that works with the deployer's rights. */
const KEY_USE = ["Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"];
/** Services whose requests all go to one region: a condition on it would say nothing. */
const WORLDWIDE = ["cloudfront", "route53", "budgets", "iam", "globalaccelerator"];
const TAKES_NONE = "the API takes no resource for it";

/** Gathers what rows ask for into statements, and keeps a list of what could not be narrow. */
export class Rights {
  private readonly gathered = new Statements();
  private readonly reasons = new Map<string, { actions: Set<string>; resources: Set<string> }>();
  private readonly through = new Set<string>();
  private readonly keys = new Set<string>();
  private readonly linked = new Set<string>();
  private readonly linkedRoles = new Set<string>();
  private readonly launched = { actions: new Set<string>(), resources: new Set<string>() };
  private readonly regions: readonly string[];
  private readonly tags: Readonly<Record<string, string>>;

  constructor(subjects: readonly PlannedSubject[]) {
    this.regions = [...new Set(subjects.map(({ region }) => region))].sort();
    const tags = subjects.find((subject) => OWN_TAGS.every((key) => subject.tags[key] !== undefined))?.tags ?? {};
    this.tags = Object.fromEntries(OWN_TAGS.flatMap((key) => (tags[key] === undefined ? [] : [[key, tags[key]]])));
  }

  get statements(): readonly Statement[] {
    return this.gathered.all;
  }

  get wide(): readonly Wide[] {
    return [...this.reasons]
      .map(([reason, { actions, resources }]) => ({
        actions: [...actions].sort(),
        resources: [...resources].sort(),
        reason,
      }))
      .sort((left, right) => (left.reason < right.reason ? -1 : 1));
  }

  addRow(row: AwsRow, subject: PlannedSubject): void {
    const { service } = row;
    const resources = row.arn?.(subject) ?? [];
    if (row.by === "tags") {
      this.addTagged(row, resources);
    } else {
      this.allow(`${sid(service)}Named`, service, [...words(row.create), ...words(row.manage)], resources);
    }
    if (row.open) {
      this.add({ service, actions: words(row.open), resources: ["*"] });
    }
    for (const right of row.also?.(subject) ?? []) {
      this.add(right);
    }
    const { partition, account, region } = subject.place;
    for (const principal of row.linkedRoles ?? []) {
      this.linked.add(principal);
      this.linkedRoles.add(`arn:${partition}:iam::${account}:role/aws-service-role/${principal}/*`);
    }
    if (row.through) {
      this.through.add(`${row.through}.${region}.amazonaws.com${partition === "aws-cn" ? ".cn" : ""}`);
      this.keys.add(`arn:${partition}:kms:${region}:${account}:key/*`);
    }
  }

  add({ service, actions, resources, condition, tagged, reason }: Right): void {
    if (resources.includes("*")) {
      const worldwide = WORLDWIDE.includes(service);
      this.explain(reason ?? TAKES_NONE, service, actions, ["*"]);
      this.allow(
        worldwide ? "Worldwide" : "InRegions",
        service,
        actions,
        ["*"],
        worldwide ? undefined : { StringEquals: { "aws:RequestedRegion": this.regions } },
      );
      return;
    }
    if (reason !== undefined) {
      this.explain(reason, service, actions, resources);
    }
    const label = tagged ? "Own" : condition || reason ? "Also" : "Named";
    // What has a reason of its own shares no statement: the union of two would allow what neither says.
    const suffix = reason === undefined ? "" : actions.map(sid).join("").slice(0, 40);
    this.allow(`${sid(service)}${label}${suffix}`, service, actions, resources, tagged ? this.onOwn : condition);
  }

  /** The use of the system's keys, through services that encrypt with the rights of whoever asks them; and EC2's tags. */
  finish(): void {
    const keys = [...this.keys];
    const own = this.onOwn.StringEquals ?? {};
    this.allow("KmsUse", "kms", KEY_USE, keys, {
      StringEquals: { ...own, "kms:ViaService": [...this.through].sort() },
    });
    this.allow("KmsGrant", "kms", ["CreateGrant"], keys, {
      StringEquals: own,
      Bool: { "kms:GrantIsForAWSResource": "true" },
    });
    this.allow("IamLinkedRoles", "iam", ["CreateServiceLinkedRole"], [...this.linkedRoles], {
      StringEquals: { "iam:AWSServiceName": [...this.linked].sort() },
    });
    this.allow("Ec2Claim", "ec2", ["CreateTags"], [...this.launched.resources], {
      StringEquals: { "ec2:CreateAction": [...this.launched.actions].sort() },
    });
  }

  private addTagged(row: AwsRow, resources: readonly string[]): void {
    const { service } = row;
    const create = words(row.create);
    const requested = row.createsUntagged ? undefined : this.onRequest;
    if (create.length > 0) {
      this.allow(`${sid(service)}Create`, service, create, row.createsUnnamed ? ["*"] : resources, requested);
    }
    if (row.createsUnnamed) {
      const reason = requested ? `${TAKES_NONE}; the request must carry the system's tags` : TAKES_NONE;
      this.explain(reason, service, create, ["*"]);
    }
    this.allow(`${sid(service)}Own`, service, words(row.manage), resources, this.onOwn);
    if (row.claim === undefined) {
      return;
    }
    if (service === "ec2") {
      // EC2 says which call it is that puts tags on what it makes.
      addAll(this.launched.actions, create);
      addAll(this.launched.resources, resources);
    } else {
      const fresh: Condition = { ...this.onRequest, Null: { "aws:ResourceTag/system": "true" } };
      this.allow(`${sid(service)}Claim`, service, [row.claim], resources, fresh);
      this.explain(
        "tags go on what was just made, which has none: only on what carries no system's tag",
        service,
        [row.claim],
        resources,
      );
    }
  }

  private get onOwn(): Condition {
    return { StringEquals: this.conditionOn("aws:ResourceTag") };
  }

  private get onRequest(): Condition {
    return { StringEquals: this.conditionOn("aws:RequestTag") };
  }

  private conditionOn(key: string): Readonly<Record<string, string>> {
    return Object.fromEntries(Object.entries(this.tags).map(([tag, value]) => [`${key}/${tag}`, value]));
  }

  private allow(
    name: string,
    service: string,
    actions: readonly string[],
    resources: readonly string[],
    condition?: Condition,
  ): void {
    this.gathered.add(name, qualified(service, actions), resources, condition);
  }

  private explain(reason: string, service: string, actions: readonly string[], resources: readonly string[]): void {
    const known = this.reasons.get(reason) ?? { actions: new Set<string>(), resources: new Set<string>() };
    addAll(known.actions, qualified(service, actions));
    addAll(known.resources, resources);
    this.reasons.set(reason, known);
  }
}

function addAll(set: Set<string>, texts: readonly string[]): void {
  for (const text of texts) {
    set.add(text);
  }
}

function qualified(service: string, actions: readonly string[]): readonly string[] {
  return actions.map((action) => `${service}:${action}`);
}

/** Statement ids take letters and digits only. */
function sid(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).replaceAll(/[^A-Za-z0-9]/g, "");
}
