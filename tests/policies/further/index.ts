import type { RuleCase } from "../cases";
import type { Further } from "./build";
import { cloud } from "./cloud";
import { costs } from "./costs";
import { edges } from "./edges";
import { identity } from "./identity";
import { kubernetes } from "./kubernetes";

/** Cases beyond the tables' own: every value of every list, every bound itself, and what a rule leaves alone. */
export const further: Further = [cloud, costs, kubernetes, edges, identity]
  .flatMap((cases) => Object.entries(cases))
  .reduce<Record<string, readonly RuleCase[]>>(
    (all, [id, cases]) => Object.assign(all, { [id]: [...(all[id] ?? []), ...cases] }),
    {},
  );
