import type { RuleCase } from "../cases";
import type { Further } from "./build";
import { cluster } from "./cluster";
import { containers } from "./containers";
import { costs } from "./costs";
import { edges } from "./edges";
import { encryption } from "./encryption";
import { identity } from "./identity";
import { identityAws } from "./identityAws";
import { limits } from "./limits";
import { network } from "./network";
import { operations } from "./operations";
import { reliability } from "./reliability";

const tables = [
  encryption,
  network,
  containers,
  limits,
  cluster,
  identity,
  identityAws,
  reliability,
  operations,
  costs,
  edges,
];

/** Cases beyond the tables' own: every value of every list, every bound itself, and what a rule leaves alone. */
export const further: Further = tables
  .flatMap((cases) => Object.entries(cases))
  .reduce<Record<string, readonly RuleCase[]>>(
    (all, [id, cases]) => Object.assign(all, { [id]: [...(all[id] ?? []), ...cases] }),
    {},
  );
