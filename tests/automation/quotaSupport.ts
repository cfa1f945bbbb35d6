import type { checkQuotas } from "../../automation/doctor/quotas";
import type { Owned, Sized } from "../../automation/doctor/quotas/need";
import type { ProgramResult, RunProgram } from "../../automation/lifecycle/processes";

export const NOTHING: Owned = new Map();
export const AWS = { placements: [{ name: "main", cloud: "aws", region: "us-east-1" }] } as const;
export const GCP = {
  placements: [{ name: "main", cloud: "gcp", region: "us-central1", account: "shop-dev" }],
} as const;

export type Settings = Parameters<typeof checkQuotas>[0];
export const settingsOf = (
  placements: readonly { readonly name: string; readonly cloud: string; readonly region: string }[],
  access: { readonly aws?: object; readonly gcp?: object } = {},
) => ({ placements, access: { aws: {}, gcp: {}, ...access } }) as Settings;

export const printed = (answer: unknown): ProgramResult => ({ code: 0, stdout: JSON.stringify(answer), stderr: "" });
export const refused = (stderr: string): ProgramResult => ({ code: 254, stdout: "", stderr });
const MISSING: ProgramResult = { code: undefined, stdout: "", stderr: "" };

/** Answers by what a command line begins with, the longest match first; what has none is not installed. */
export function answering(answers: Readonly<Record<string, ProgramResult>>, asked: string[] = []): RunProgram {
  const keys = Object.keys(answers).sort((a, b) => b.length - a.length);
  return async (program, args) => {
    const line = [program, ...args].join(" ");
    asked.push(line);
    return answers[keys.find((key) => line.startsWith(key)) ?? ""] ?? MISSING;
  };
}

export const resource = (type: string, inputs: object = {}, more: Partial<Sized> = {}): Sized =>
  ({
    type,
    name: "main-thing",
    urn: `urn:${type}:${JSON.stringify(inputs)}`,
    parent: null,
    placement: "main",
    ...more,
    inputs,
  }) as Sized;
