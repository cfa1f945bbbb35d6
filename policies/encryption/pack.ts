import { definePack } from "../pack";
import { bucketRules } from "./buckets";
import { databaseRules } from "./databases";
import { edgeRules } from "./edge";
import { helmEncryptionRules } from "./helm";
import { keyRules } from "./keys";
import manifest from "./package.json";
import { serviceRules } from "./services";
import { storageClassRules } from "./storageClass";
import { volumeRules } from "./volumes";

export const pack = definePack({
  name: "encryption",
  version: manifest.version,
  description: manifest.description,
  rules: [
    ...volumeRules,
    ...databaseRules,
    ...bucketRules,
    ...keyRules,
    ...serviceRules,
    ...edgeRules,
    ...storageClassRules,
    ...helmEncryptionRules,
  ],
});
