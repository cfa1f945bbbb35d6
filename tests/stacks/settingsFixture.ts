import { InputError, type Problem } from "../../components/errors";
import { parseSettings, type Settings } from "../../stacks/settings";

/** The least a stack says. */
export const least = {
  "groundplan:system": "vibebox",
  "groundplan:environment": "dev",
  "groundplan:model": "distributed",
  "groundplan:placements": [{ name: "main", cloud: "aws", region: "eu-west-1" }],
};

export const us = { name: "us", cloud: "aws", region: "us-east-1", role: "primary", cidrIndex: 0 };
export const eu = { name: "eu", cloud: "aws", region: "eu-west-1", role: "secondary", cidrIndex: 1 };

/** Settings of a stack that differs from the least one; an undefined value takes a setting away. */
export async function settingsWith(change: Record<string, unknown>): Promise<Settings> {
  const prefixed = Object.entries(change).map(([key, value]) => [`groundplan:${key}`, value]);
  return parseSettings({ ...least, ...Object.fromEntries(prefixed) }, { stack: "test" });
}

/** Problems of such a stack. */
export async function problemsWith(change: Record<string, unknown>): Promise<readonly Problem[]> {
  return problemsOf(() => settingsWith(change));
}

export async function problemsOf(action: () => Promise<unknown>): Promise<readonly Problem[]> {
  try {
    await action();
    return [];
  } catch (error) {
    if (InputError.is(error)) {
      return error.problems;
    }
    throw error;
  }
}
