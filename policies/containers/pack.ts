import { definePack } from "../pack";
import { helmRules } from "./helm";
import { hostRules } from "./host";
import { podIdentityRules } from "./identity";
import { imageRules } from "./image";
import { manifestRules } from "./manifests";
import { namespaceRules } from "./namespaces";
import manifest from "./package.json";
import { privilegeRules } from "./privileges";
import { probeRules } from "./probes";
import { secretRules } from "./secrets";
import { userRules } from "./user";

export const pack = definePack({
  name: "containers",
  version: manifest.version,
  description: manifest.description,
  rules: [
    ...userRules,
    ...privilegeRules,
    ...hostRules,
    ...imageRules,
    ...probeRules,
    ...podIdentityRules,
    ...secretRules,
    ...namespaceRules,
    ...manifestRules,
    ...helmRules,
  ],
});
