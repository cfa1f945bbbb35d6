import { cliOnPath } from "../../automation";
import { skipSuiteBecause } from "../skipBecause";

/** The Pulumi CLI of the PATH. The npm package's script, which npm puts there first, is none: it downloads one. */
export const PULUMI = cliOnPath();

/** For a suite's `before`: skips it where there is no Pulumi CLI, and says why. */
export function needsPulumi(context: Mocha.Context): void {
  if (PULUMI === undefined) {
    skipSuiteBecause(context, "there is no pulumi on the PATH");
  }
}

/** Words of `GROUNDPLAN_SANDBOX_TESTS`: `all` runs everything rather than a sample, `"all vibebox aws"` what has these. */
export const [WANTED, ...WORDS] = (process.env.GROUNDPLAN_SANDBOX_TESTS ?? "").split(" ");

/** The same for a suite that takes minutes: it runs only where everything is asked for. */
export function needsAll(context: Mocha.Context): void {
  needsPulumi(context);
  if (WANTED !== "all") {
    skipSuiteBecause(context, "it takes minutes: GROUNDPLAN_SANDBOX_TESTS=all runs it");
  }
}
