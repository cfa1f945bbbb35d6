import type { Environment } from "./config";
import type { JsonSchema } from "./rule";

export const ENVIRONMENTS: readonly Environment[] = ["dev", "staging", "production"];

/** A rule that reads `environment` holds a stack that names none to production's terms. */
export const environmentSchema: JsonSchema = {
  type: "string",
  enum: [...ENVIRONMENTS],
  default: "production",
  description: "The environment the stack belongs to.",
};

export type PerEnvironment<T> = Readonly<Record<Environment, T>>;

/** The schema of one value per environment. */
export function perEnvironmentSchema<T extends object | string | number | boolean>(
  value: JsonSchema,
  defaults: PerEnvironment<T>,
): JsonSchema {
  return {
    type: "object",
    additionalProperties: false,
    properties: Object.fromEntries(ENVIRONMENTS.map((environment) => [environment, value])),
    default: { ...defaults },
  };
}

export interface EnvironmentConfig {
  readonly environment: Environment;
}

export interface LimitConfig<T> extends EnvironmentConfig {
  readonly maxima: PerEnvironment<T>;
}

/** Config with one maximum per environment. */
export function maximaConfig<T extends object | string | number>(
  value: JsonSchema,
  maxima: PerEnvironment<T>,
): { readonly properties: Record<string, JsonSchema>; readonly defaults: LimitConfig<T> } {
  return {
    properties: { environment: environmentSchema, maxima: perEnvironmentSchema(value, maxima) },
    defaults: { environment: "production", maxima },
  };
}
