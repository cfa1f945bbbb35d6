// Started by the Pulumi CLI, which knows nothing of TypeScript.
require("../../cli/loader.cjs");
require("./plugin.ts");
