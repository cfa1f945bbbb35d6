#!/usr/bin/env node
// Sources run as they are: an edit takes effect on the next run, with nothing to build and nothing stale.
require("tsx/cjs");
require("./main.ts");
