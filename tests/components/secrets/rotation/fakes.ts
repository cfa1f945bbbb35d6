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

/** Secrets Manager as its reference describes it: versions, and labels that are on one version each. */
export class FakeSecrets {
  private readonly secrets = new Map<string, Map<string, Version>>();

  add(arn: string, value: string, stage = "AWSCURRENT"): void {
    const versions = this.secrets.get(arn) ?? new Map<string, Version>();
    versions.set(randomUUID(), { value, stages: new Set([stage]) });
    this.secrets.set(arn, versions);
  }

  /** What Secrets Manager does before it calls the first step: a version without a value. */
  begin(arn: string): string {
    const token = randomUUID();
    this.versions(arn).set(token, { value: undefined, stages: new Set(["AWSPENDING"]) });
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
      case "describeSecret":
        return {
          ARN: arn,
          VersionIdsToStages: Object.fromEntries([...versions].map(([id, { stages }]) => [id, [...stages]])),
        };
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
        const version = versions.get(String(input.ClientRequestToken));
        if (version === undefined) {
          throw refusal("InvalidRequestException", "no such version");
        }
        if (version.value !== undefined && version.value !== input.SecretString) {
          throw refusal("ResourceExistsException", "a version with this id holds something else");
        }
        version.value = String(input.SecretString);
        return {};
      }
      case "updateSecretVersionStage": {
        const stage = String(input.VersionStage);
        const [holder] = [...versions].find(([, { stages }]) => stages.has(stage)) ?? [];
        if (holder !== input.RemoveFromVersionId) {
          throw refusal("InvalidParameterException", `the label is on ${holder}`);
        }
        versions.get(String(holder))?.stages.delete(stage);
        versions.get(String(input.MoveToVersionId))?.stages.add(stage);
        return {};
      }
      default:
        throw new Error(`Secrets Manager has no ${operation} here`);
    }
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
      return { ReplicationGroups: [{ Status: this.busy > 0 ? "modifying" : "available", PendingModifiedValues: {} }] };
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
