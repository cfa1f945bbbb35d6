import { randomUUID } from "node:crypto";

/** The code under test is what Lambda runs: JavaScript that knows nothing of TypeScript. */
export const { rotate } = require("../../../../components/secrets/rotation/function/rotate.cjs") as {
  readonly rotate: (event: StepEvent, tools: Tools) => Promise<void>;
};

export interface StepEvent {
  readonly Step: string;
  readonly SecretId: string;
  readonly ClientRequestToken: string;
}

export interface Call {
  readonly service: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly region: string | undefined;
}

type Sql = (text: string, values?: readonly string[]) => Promise<readonly Record<string, unknown>[]>;

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

export interface Tools {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly call: (service: string, operation: string, input: Call["input"], region?: string) => Promise<unknown>;
  readonly asUser: (target: Target, work: (sql: Sql) => Promise<unknown>) => Promise<unknown>;
  readonly isRefused: (error: unknown) => boolean;
  readonly takesToken: (target: { host: string; port: number; token: string }) => Promise<boolean>;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  readonly remaining: () => number;
  readonly log: (line: object) => void;
}

export const STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"] as const;

export function secretArn(name: string, region = "eu-west-1"): string {
  return `arn:aws:secretsmanager:${region}:111122223333:secret:shop/production/main/${name}-AbCdEf`;
}

function refusal(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

interface Version {
  value: string | undefined;
  readonly stages: Set<string>;
}

/**
 * Secrets Manager as its reference describes it: versions, and labels that are on one version each.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html
 */
export class FakeSecrets {
  private readonly secrets = new Map<string, Map<string, Version>>();
  private writes = 0;

  add(arn: string, value: string): string {
    return this.put(arn, randomUUID(), value);
  }

  /** What the provider does for a `SecretVersion` that names no labels. */
  write(arn: string, value: string): string {
    return this.put(arn, `terraform-20260101000000${String(this.writes++).padStart(12, "0")}`, value);
  }

  private put(arn: string, token: string, value: string): string {
    const versions = this.secrets.get(arn) ?? new Map<string, Version>();
    this.secrets.set(arn, versions);
    this.answer("putSecretValue", { SecretId: arn, ClientRequestToken: token, SecretString: value });
    return token;
  }

  /** What RotateSecret does before it calls the first step: a version without a value, unless one waits already. */
  begin(arn: string): string {
    const versions = this.versions(arn);
    const waiting = this.holder(versions, "AWSPENDING");
    if (waiting !== undefined && !versions.get(waiting)?.stages.has("AWSCURRENT")) {
      throw refusal(
        "InvalidRequestException",
        "A previous rotation isn't complete. That rotation will be reattempted.",
      );
    }
    const token = randomUUID();
    versions.set(token, { value: undefined, stages: new Set() });
    this.label(versions, "AWSPENDING", token);
    return token;
  }

  value(arn: string, stage: string): string | undefined {
    return [...this.versions(arn).values()].find(({ stages }) => stages.has(stage))?.value;
  }

  fields(arn: string, stage = "AWSCURRENT"): Readonly<Record<string, string>> {
    return JSON.parse(this.value(arn, stage) ?? "{}") as Record<string, string>;
  }

  stages(arn: string, token: string): readonly string[] {
    return [...(this.versions(arn).get(token)?.stages ?? [])].sort();
  }

  answer(operation: string, input: Call["input"]): unknown {
    const arn = String(input.SecretId);
    const versions = this.versions(arn);
    switch (operation) {
      case "describeSecret": {
        // A version that no label names is deprecated, and not listed.
        const listed = [...versions].filter(([, { stages }]) => stages.size > 0);
        return {
          ARN: arn,
          VersionIdsToStages: Object.fromEntries(listed.map(([id, { stages }]) => [id, [...stages]])),
        };
      }
      case "getSecretValue": {
        const wanted = (id: string, { stages }: Version) =>
          (input.VersionId === undefined || id === input.VersionId) && stages.has(String(input.VersionStage));
        const [, found] = [...versions].find(([id, version]) => wanted(id, version)) ?? [];
        if (found?.value === undefined) {
          throw refusal("ResourceNotFoundException", "Secrets Manager can't find the specified secret value");
        }
        return { ARN: arn, SecretString: found.value };
      }
      case "putSecretValue": {
        const token = String(input.ClientRequestToken);
        const version = versions.get(token) ?? { value: undefined, stages: new Set<string>() };
        if (version.value !== undefined && version.value !== input.SecretString) {
          throw refusal("ResourceExistsException", "a version with this id holds something else");
        }
        version.value = String(input.SecretString);
        versions.set(token, version);
        for (const stage of (input.VersionStages as readonly string[] | undefined) ?? ["AWSCURRENT"]) {
          this.label(versions, stage, token);
        }
        return {};
      }
      case "updateSecretVersionStage":
        this.move(versions, input);
        return {};
      default:
        throw new Error(`Secrets Manager has no ${operation} here`);
    }
  }

  private move(versions: Map<string, Version>, input: Call["input"]): void {
    const stage = String(input.VersionStage);
    const to = input.MoveToVersionId === undefined ? undefined : String(input.MoveToVersionId);
    const holder = this.holder(versions, stage);
    if (holder !== input.RemoveFromVersionId) {
      throw refusal("InvalidParameterException", `the label is on ${holder}`);
    }
    if (to === undefined && stage === "AWSCURRENT") {
      throw refusal("InvalidParameterException", "AWSCURRENT can only be moved");
    }
    if (to !== undefined && !versions.has(to)) {
      throw refusal("ResourceNotFoundException", `no version ${to}`);
    }
    this.label(versions, stage, to);
  }

  /** A label is on one version; where AWSCURRENT was before, AWSPREVIOUS is. */
  private label(versions: Map<string, Version>, stage: string, to: string | undefined): void {
    const from = this.holder(versions, stage);
    if (from === to) {
      return;
    }
    versions.get(String(from))?.stages.delete(stage);
    versions.get(String(to))?.stages.add(stage);
    if (stage === "AWSCURRENT" && from !== undefined) {
      this.label(versions, "AWSPREVIOUS", from);
    }
  }

  private holder(versions: Map<string, Version>, stage: string): string | undefined {
    return [...versions].find(([, { stages }]) => stages.has(stage))?.[0];
  }

  private versions(arn: string): Map<string, Version> {
    const versions = this.secrets.get(arn);
    if (versions === undefined) {
      throw refusal("ResourceNotFoundException", `no secret ${arn}`);
    }
    return versions;
  }
}

/** A replication group that learns tokens, and takes the last two. */
export class FakeCache {
  tokens: readonly string[];
  /** Questions that it is busy for after each change. */
  busy = 0;

  constructor(token: string) {
    this.tokens = [token];
  }

  answer(operation: string, input: Call["input"]): unknown {
    if (operation === "describeReplicationGroups") {
      this.busy = Math.max(0, this.busy - 1);
      // Whether it takes two tokens, which may go on for as long as it does.
      const PendingModifiedValues = this.tokens.length > 1 ? { AuthTokenStatus: "ROTATING" } : {};
      return { ReplicationGroups: [{ Status: this.busy > 0 ? "modifying" : "available", PendingModifiedValues }] };
    }
    if (operation === "modifyReplicationGroup") {
      if (this.busy > 0) {
        throw refusal("InvalidReplicationGroupStateFault", "the group is being modified");
      }
      this.tokens = [...this.tokens, String(input.AuthToken)].slice(-2);
      this.busy = 3;
      return {};
    }
    throw new Error(`ElastiCache has no ${operation} here`);
  }

  takes(token: string): boolean {
    return this.busy === 0 ? this.tokens.includes(token) : this.tokens.slice(0, -1).includes(token);
  }
}

/** A rotation and all it touches, with what was called and said. */
export class Bench {
  readonly secrets = new FakeSecrets();
  readonly calls: Call[] = [];
  readonly said: object[] = [];
  cache: FakeCache | undefined;
  asUser: Tools["asUser"] = () => Promise.reject(new Error("there is no database"));
  /** What RDS is asked. */
  rds: (operation: string, input: Call["input"]) => unknown = () => {
    throw new Error("there is no instance");
  };
  /** Fails at the attempt of this number, counted from 0, before or after it has taken effect. */
  failure: { readonly at: number; readonly when: "before" | "after" } | undefined;
  /** How often anything outside the function was asked. */
  attempts = 0;
  /** Milliseconds that all waiting may take. */
  patience = 900_000;

  constructor(readonly settings: Readonly<Record<string, unknown>>) {}

  get tools(): Tools {
    return {
      settings: this.settings,
      call: (service, operation, input, region) => {
        this.calls.push({ service, operation, input, region });
        return this.attempt(async () => this.answer(service, operation, input));
      },
      asUser: (target, work) => this.attempt(() => this.asUser(target, work)),
      isRefused: (error) => (error as { readonly code?: string }).code === "28P01",
      takesToken: ({ token }) => this.attempt(async () => this.cache?.takes(token) ?? false),
      sleep: async (milliseconds) => {
        this.patience -= milliseconds;
      },
      remaining: () => this.patience,
      log: (line) => this.said.push(line),
    };
  }

  async step(Step: string, SecretId: string, ClientRequestToken: string): Promise<void> {
    await rotate({ Step, SecretId, ClientRequestToken }, this.tools);
  }

  /** All four steps, as Secrets Manager calls them: each again until it succeeds. */
  async turn(arn: string, token = this.secrets.begin(arn)): Promise<string> {
    for (const Step of STEPS) {
      try {
        await this.step(Step, arn, token);
      } catch (error) {
        if (this.failure === undefined) {
          throw error;
        }
        await this.step(Step, arn, token);
      }
    }
    return token;
  }

  private async attempt<T>(action: () => Promise<T>): Promise<T> {
    const number = this.attempts++;
    const fails = this.failure?.at === number ? this.failure.when : undefined;
    if (fails === "before") {
      throw new Error("the network is down");
    }
    const answer = await action();
    if (fails === "after") {
      throw new Error("the network is down");
    }
    return answer;
  }

  private answer(service: string, operation: string, input: Call["input"]): unknown {
    switch (service) {
      case "secretsmanager":
        return this.secrets.answer(operation, input);
      case "elasticache":
        return this.cache?.answer(operation, input);
      case "rds":
        return this.rds(operation, input);
      default:
        throw new Error(`no service ${service}`);
    }
  }
}

/** The message of what an attempt fails with; fails where it does not. */
export async function failureOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("it did not fail");
}
