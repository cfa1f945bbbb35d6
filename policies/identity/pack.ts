import { definePack } from "../pack";
import { awsPolicyRules } from "./awsPolicies";
import { gkeRules } from "./gke";
import { googleIamRules } from "./googleIam";
import { helmIdentityRules } from "./helm";
import { machineRules } from "./machines";
import manifest from "./package.json";
import { rbacRules } from "./rbac";

export const pack = definePack({
  name: "identity",
  version: manifest.version,
  description: manifest.description,
  rules: [...awsPolicyRules, ...machineRules, ...gkeRules, ...googleIamRules, ...rbacRules, ...helmIdentityRules],
});
