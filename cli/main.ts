import { EXIT } from "./exitCodes";
import { runCommand } from "./run";
import { processTerminal } from "./terminal";

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // Whoever read the output has had enough of it (`| head`): nothing is left to do, and nothing went wrong.
  if (error.code === "EPIPE") {
    process.exit(process.exitCode ?? EXIT.clean);
  }
  process.stderr.write(`error standard output cannot be written: ${error.message}\n`);
  process.exit(EXIT.engineFailed);
});

// Set the exit code instead of exiting: output to a pipe is still being written.
void runCommand(process.argv.slice(2), processTerminal(), process.cwd()).then((code) => {
  process.exitCode = code;
});
