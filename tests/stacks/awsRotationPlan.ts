import type { Plan } from "../../engine";
import { named, ofType } from "./awsPlan";

export const FUNCTION = "aws:lambda/function:Function";
export const ROTATION = "aws:secretsmanager/secretRotation:SecretRotation";
export const VERSION = "aws:secretsmanager/secretVersion:SecretVersion";
export const SECRET = "aws:secretsmanager/secret:Secret";

export const SESSION = { description: "Signs the users' sessions", generate: 48, rotateDays: 30 };
export const WITH_SESSION = {
  "groundplan:overrides": {
    secrets: { session: SESSION },
    services: { api: { secretEnv: { SESSION_SECRET: "session" } } },
  },
};
export const PLACES = [
  { name: "us", cloud: "aws", region: "us-east-1", role: "primary", cidrIndex: 0 },
  { name: "eu", cloud: "aws", region: "eu-west-1", role: "secondary", cidrIndex: 1 },
];
export const SPREAD = {
  "groundplan:model": "global",
  "groundplan:placements": PLACES,
  "groundplan:existing": { us: { zone: "Z0123456789ABCDEFGHIJ" } },
};

export const WRITTEN = "groundplan.dev/secrets-written";
export const annotationsOf = (plan: Plan, name: string) =>
  (named(plan, name).inputs.metadata as { readonly annotations?: Readonly<Record<string, unknown>> }).annotations;
export const rotationsOf = (plan: Plan) => ofType(plan, ROTATION).map(({ name }) => name);
export const unmet = (plan: Plan) =>
  plan.degraded
    .filter(({ feature }) => feature.startsWith("rotation of ") && !feature.includes("from"))
    .map(({ feature, remedy }) => [feature, remedy]);
export const inputOf = (plan: Plan, name: string, field: string, type: string) =>
  String(named(plan, name, type).inputs[field]);
export const arnOf = (plan: Plan, rotation: string) => inputOf(plan, rotation, "secretId", ROTATION);
export const settingsOf = (plan: Plan, name: string) => {
  const { environment } = named(plan, name, FUNCTION).inputs as unknown as {
    readonly environment: { readonly variables: Readonly<Record<string, string>> };
  };
  return JSON.parse(environment.variables.ROTATION ?? "{}") as Readonly<Record<string, unknown>>;
};
/** Versions the stack lets go of because a rotation labels them; what opens copies stays for another reason. */
export const letGo = (plan: Plan) =>
  ofType(plan, VERSION)
    .filter(({ name, options }) => options.retainOnDelete === true && !name.includes("passphrase"))
    .map(({ name }) => name);

export function arnOfFunction(plan: Plan, name: string): string {
  return `arn:aws:lambda:${name.startsWith("eu-") ? "eu-west-1" : "us-east-1"}:111122223333:function:${inputOf(plan, name, "name", FUNCTION)}`;
}
