/** Exit codes of every command. */
export const EXIT = {
  /** Done and clean. */
  clean: 0,
  /** A mandatory policy fails, or drift, or a failed cell. */
  failed: 1,
  /** Wrong input: configuration, spec, flags or file. */
  wrongInput: 2,
  /** The engine or a provider failed. */
  engineFailed: 3,
  /** Interrupted (SIGINT). */
  interrupted: 130,
} as const;
