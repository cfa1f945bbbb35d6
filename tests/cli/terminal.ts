import pc from "picocolors";
import type { Terminal } from "../../cli/terminal";

/** A terminal that keeps what is written to it. */
export function recordingTerminal(): { terminal: Terminal; out: () => string; err: () => string } {
  const written = { out: "", err: "" };
  const stream = (name: "out" | "err") => ({
    colors: pc.createColors(false),
    interactive: false,
    write: (text: string) => {
      written[name] += text;
    },
  });
  return { terminal: { out: stream("out"), err: stream("err") }, out: () => written.out, err: () => written.err };
}
