import type { Further } from "./build";
import { cloud } from "./cloud";
import { costs } from "./costs";
import { kubernetes } from "./kubernetes";

/** Cases beyond the tables' own: every value of every list, every bound itself, and what a rule leaves alone. */
export const further: Further = { ...cloud, ...costs, ...kubernetes };
