import { BIN, type HostFile } from "../contract";

/** An executable script of the host. Every one stops at its first failure, also within a pipe. */
export function script(name: string, body: string): HostFile {
  return { path: `${BIN}/${name}`, content: `#!/bin/bash\nset -euo pipefail\n${body.trim()}\n`, permissions: "0755" };
}

/** A word of a shell script that means nothing but itself. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
