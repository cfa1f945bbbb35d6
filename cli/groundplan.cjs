#!/usr/bin/env node
if (!require("node:fs").existsSync(require("node:path").join(__dirname, "..", "node_modules"))) {
  process.stderr.write("error the packages are not installed: run npm ci\n");
  process.exit(2);
}
require("./loader.cjs");
require("./main.ts");
