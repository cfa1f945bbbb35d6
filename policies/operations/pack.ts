import { definePack } from "../pack";
import { costRules } from "./costs";
import { loggingRules } from "./logging";
import manifest from "./package.json";
import { registryRules } from "./registry";
import { tagRules } from "./tags";

export const pack = definePack({
  name: "operations",
  version: manifest.version,
  description: manifest.description,
  rules: [...loggingRules, ...registryRules, ...tagRules, ...costRules],
});
