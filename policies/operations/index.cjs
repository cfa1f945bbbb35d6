// Policy hosts put ts-node in front of a pack whatever its options say, and ts-node would type-check what tsx has
// already compiled. Registered last, tsx alone handles TypeScript, without a type check.
require("tsx/cjs/api").register();
require("./index.ts");
