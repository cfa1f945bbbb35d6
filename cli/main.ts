import { runCommand } from "./run";
import { processTerminal } from "./terminal";

// Set the exit code instead of exiting: output to a pipe is still being written.
void runCommand(process.argv.slice(2), processTerminal(), process.cwd()).then((code) => {
  process.exitCode = code;
});
