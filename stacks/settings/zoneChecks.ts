import type { z } from "zod";
import { zoneProblems } from "../../components/edge/dns/zoneProblems";
import type { Problem } from "../../components/errors";
import { problemsUnder } from "../../components/validation/checked";
import type { SystemInput } from "../../systems/spec";
import type { settingsSchema } from "./schema";

type Written = z.output<typeof settingsSchema>;

const at = problemsUnder("groundplan:");

/**
 * A zone holds records of its own name and of those below it alone: for any other a cloud refuses the first record, long
 * after everything else is there. Here only a setting tells the name, which an id does not; a run against AWS asks Route 53.
 */
export function checkZones({ existing, domain: written }: Written, system: SystemInput): readonly Problem[] {
  const domain = written ?? system.domain;
  return Object.entries(existing).flatMap(([placement, { zone, zoneName }]) => {
    if (zoneName === undefined) {
      return [];
    }
    const path = ["existing", placement, "zoneName"];
    if (zone === undefined) {
      return [at(path, zoneName, "nothing without a zone", `name the zone in groundplan:existing.${placement}.zone`)];
    }
    return domain === undefined ? [] : zoneProblems(domain, zoneName, placement);
  });
}
