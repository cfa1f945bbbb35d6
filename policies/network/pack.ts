import { definePack } from "../pack";
import { edgeExposureRules } from "./edge";
import { exposureRules } from "./exposure";
import { firewallRules } from "./firewall";
import { helmNetworkRules } from "./helm";
import { kubernetesNetworkRules } from "./kubernetes";
import manifest from "./package.json";
import { vpcRules } from "./vpc";

export const pack = definePack({
  name: "network",
  version: manifest.version,
  description: manifest.description,
  rules: [
    ...vpcRules,
    ...firewallRules,
    ...exposureRules,
    ...edgeExposureRules,
    ...kubernetesNetworkRules,
    ...helmNetworkRules,
  ],
});
