import pc from "picocolors";

/** Where a command writes: results on one stream, everything said about them on the other. */
export interface Terminal {
  /** Results. */
  readonly out: Stream;
  /** Progress, warnings and errors. */
  readonly err: Stream;
}

export interface Stream {
  readonly colors: ReturnType<typeof pc.createColors>;
  /** Whether a person is watching, so that a line may be rewritten in place. */
  readonly interactive: boolean;
  write(text: string): void;
}

/** The process's own streams. Colour only on a terminal, and never with `NO_COLOR`. */
export function processTerminal(): Terminal {
  return { out: stream(process.stdout), err: stream(process.stderr) };
}

function stream(target: NodeJS.WriteStream): Stream {
  const plain = process.env.NO_COLOR !== undefined && process.env.NO_COLOR !== "";
  return {
    colors: pc.createColors(target.isTTY === true && !plain),
    interactive: target.isTTY === true && process.env.CI === undefined,
    write: (text) => {
      target.write(text);
    },
  };
}
