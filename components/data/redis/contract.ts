import type { Binding } from "../../binding";

/** What a model may rely on, whoever runs the store. */
export interface RedisContract {
  readonly binding: Binding;
}

/** Port every Redis listens on here. */
export const REDIS_PORT = 6379;
