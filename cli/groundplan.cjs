#!/usr/bin/env node
require("./loader.cjs");
require("./main.ts");
