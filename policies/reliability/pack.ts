import { definePack } from "../pack";
import { databaseReliabilityRules } from "./databases";
import manifest from "./package.json";
import { platformReliabilityRules } from "./platform";
import { storageReliabilityRules } from "./storage";
import { workloadReliabilityRules } from "./workloads";

export const pack = definePack({
  name: "reliability",
  version: manifest.version,
  description: manifest.description,
  rules: [
    ...databaseReliabilityRules,
    ...storageReliabilityRules,
    ...platformReliabilityRules,
    ...workloadReliabilityRules,
  ],
});
