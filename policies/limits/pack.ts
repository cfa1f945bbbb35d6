import { definePack } from "../pack";
import { containerLimitRules } from "./containers";
import { disruptionRules } from "./disruption";
import { jobRules } from "./jobs";
import { namespaceLimitRules } from "./namespaces";
import manifest from "./package.json";
import { scalingRules } from "./scaling";
import { storageLimitRules } from "./storage";

export const pack = definePack({
  name: "limits",
  version: manifest.version,
  description: manifest.description,
  rules: [
    ...containerLimitRules,
    ...storageLimitRules,
    ...jobRules,
    ...scalingRules,
    ...namespaceLimitRules,
    ...disruptionRules,
  ],
});
