import { definePack } from "../pack";
import { awsPolicyRules } from "./awsPolicies";
import { awsResourcePolicyRules } from "./awsResourcePolicies";
import { awsTrustRules } from "./awsTrust";
import { functionRules } from "./functions";
import { gkeRules } from "./gke";
import { googleAccessRules } from "./googleAccess";
import { googleIamRules } from "./googleIam";
import { helmIdentityRules } from "./helm";
import { machineRules } from "./machines";
import manifest from "./package.json";
import { rbacRules } from "./rbac";

export const pack = definePack({
  name: "identity",
  version: manifest.version,
  description: manifest.description,
  rules: [
    ...awsPolicyRules,
    ...awsTrustRules,
    ...awsResourcePolicyRules,
    ...machineRules,
    ...functionRules,
    ...gkeRules,
    ...googleIamRules,
    ...googleAccessRules,
    ...rbacRules,
    ...helmIdentityRules,
  ],
});
