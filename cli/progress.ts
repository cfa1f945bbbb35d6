import type { Stream } from "./terminal";

const DISPLAY_AFTER_MS = 1_000;
const REDRAW_EVERY_MS = 100;

/** Says what is going on while it goes on: a line rewritten in place on a terminal, plain lines elsewhere. */
export class Progress {
  private readonly stream: Stream;
  private readonly started = performance.now();
  private phaseStarted = this.started;
  private current = "";
  private lastDraw = 0;
  private drawn = false;

  constructor(stream: Stream) {
    this.stream = stream;
  }

  /** Starts a phase, such as "planning vibebox". */
  phase(name: string): void {
    this.finishPhase();
    this.current = name;
    this.phaseStarted = performance.now();
    if (!this.stream.interactive) {
      this.stream.write(`${name}\n`);
    }
  }

  /** Reports progress within the phase. Driven by the work itself: a timer would not run while it computes. */
  step(detail: string): void {
    const now = performance.now();
    if (this.stream.interactive && now - this.started > DISPLAY_AFTER_MS && now - this.lastDraw > REDRAW_EVERY_MS) {
      this.lastDraw = now;
      this.drawn = true;
      this.stream.write(`\r\u001b[2K${this.stream.colors.dim(`${this.current}: ${detail}`)}`);
    }
  }

  /** Ends the display; the total time goes to the same stream. */
  done(summary: string): void {
    this.finishPhase();
    this.stream.write(
      `${this.stream.colors.dim(`${summary} in ${formatSeconds(performance.now() - this.started)}`)}\n`,
    );
  }

  /** Clears the line in place, so that an error starts on a clean one. */
  clear(): void {
    if (this.drawn) {
      this.stream.write("\r\u001b[2K");
      this.drawn = false;
    }
  }

  private finishPhase(): void {
    this.clear();
    if (this.current !== "" && this.stream.interactive) {
      this.stream.write(
        this.stream.colors.dim(`${this.current} (${formatSeconds(performance.now() - this.phaseStarted)})\n`),
      );
    }
    this.current = "";
  }
}

function formatSeconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}
