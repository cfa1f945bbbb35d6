import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

/** What a command of the pretended CLI does; without it, it prints an empty object and ends well. */
export interface Answer {
  readonly out?: unknown;
  readonly err?: string;
  readonly code?: number;
  /** Events of the engine, as it logs them. */
  readonly events?: readonly unknown[];
  /** Milliseconds it takes to end. @default none */
  readonly lastsMs?: number;
  /** File it writes its process id to. */
  readonly pidFile?: string;
}

/** A version from before the engine sent its events over a connection: it writes them to a file. */
const VERSION = "v3.200.0";

const SCRIPT = `
const fs = require("fs");
const args = process.argv.slice(2);
const words = args.filter((word) => !word.startsWith("-"));
const { calls, answers } = JSON.parse(fs.readFileSync(__dirname + "/answers.json", "utf8"));
const file = args.includes("--file") ? fs.readFileSync(args[args.indexOf("--file") + 1], "utf8") : undefined;
fs.appendFileSync(calls, JSON.stringify({ args, file, project: process.env.GROUNDPLAN_PROJECT }) + "\\n");
if (words[0] === "version") { console.log("${VERSION}"); process.exit(0); }
const stack = args[args.indexOf("--stack") + 1];
const names = [words.slice(0, 3), words.slice(0, 2), words.slice(0, 1)].map((list) => list.join(" "));
const before = fs.readFileSync(calls, "utf8").split("\\n").filter(Boolean).map((line) => JSON.parse(line).args.join(" "));
const nth = (name) => name + "#" + before.filter((call) => call.startsWith(name)).length;
const keys = names.flatMap((name) => [nth(name), name + "@" + stack, name]);
const fallback = words[1] === "history" || words[1] === "ls" ? [] : {};
const answer = answers[keys.find((key) => key in answers)] || {};
const log = args[args.indexOf("--event-log") + 1];
if (args.includes("--event-log")) {
  const lines = (answer.events || []).map((event, sequence) => JSON.stringify({ sequence, timestamp: 0, ...event }));
  fs.appendFileSync(log, lines.map((line) => line + "\\n").join(""));
}
if (answer.pidFile) fs.writeFileSync(answer.pidFile, String(process.pid));
if (answer.err) console.error(answer.err);
console.log(JSON.stringify(answer.out === undefined ? fallback : answer.out));
process.exitCode = answer.code || 0;
setTimeout(() => undefined, answer.lastsMs || 0);
`;

/** A `pulumi` that answers as it is told and writes down what it was asked, first on the PATH until it is removed. */
export class FakeCli {
  private readonly directory: string;
  private readonly path = process.env.PATH;

  constructor(directory: string) {
    this.directory = join(directory, "fake-cli");
    mkdirSync(this.directory);
    writeFileSync(join(this.directory, "fake.cjs"), SCRIPT);
    const file = join(this.directory, "pulumi");
    writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${join(this.directory, "fake.cjs")}' "$@"\n`);
    chmodSync(file, 0o755);
    this.answer({});
    process.env.PATH = [this.directory, dirname(process.execPath), this.path].join(delimiter);
  }

  /** Answers by command, such as `up`, `stack tag ls` `stack tag ls@dev` for one stack, or `up#2` for the second time. */
  answer(answers: Readonly<Record<string, Answer>>): void {
    const calls = join(this.directory, "calls");
    writeFileSync(calls, "");
    writeFileSync(join(this.directory, "answers.json"), JSON.stringify({ calls, answers }));
  }

  /** Every call since the last answers were given, with the text of the file given by `--file` and where the project is. */
  requests(): readonly { readonly args: readonly string[]; readonly file?: string; readonly project?: string }[] {
    const lines = readFileSync(join(this.directory, "calls"), "utf8").split("\n").filter(Boolean);
    return lines.map((line) => JSON.parse(line) as { args: string[]; file?: string; project?: string });
  }

  /** The first words of every call since the last answers were given. */
  calls(): readonly string[] {
    return this.requests().map(({ args }) => {
      const first = args.findIndex((arg) => arg.startsWith("-"));
      const stack = args.includes("--stack") ? ` @${args[args.indexOf("--stack") + 1]}` : "";
      return `${args.slice(0, first < 0 ? undefined : first).join(" ")}${stack}`;
    });
  }

  remove(): void {
    process.env.PATH = this.path;
  }
}
