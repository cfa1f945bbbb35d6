// A worker thread starts without its parent's loader.
require("../cli/loader.cjs");
require("./matrixWorker.ts");
