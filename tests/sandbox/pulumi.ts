import { cliOnPath } from "../../automation";

/** The Pulumi CLI of the PATH. The npm package's script, which npm puts there first, is none: it downloads one. */
export const PULUMI = cliOnPath();

/** For a suite's `before`: skips it where there is no Pulumi CLI, and says why. */
export function needsPulumi(context: Mocha.Context): void {
  if (PULUMI === undefined) {
    process.stdout.write("    skipped: there is no pulumi on the PATH\n");
    context.skip();
  }
}
