// Loaded into a measured process by --require: writes what it used, in KiB and milliseconds, when it ends.
const { writeFileSync } = require("node:fs");

process.on("exit", () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  writeFileSync(
    process.env.GROUNDPLAN_BENCH_RESULT,
    JSON.stringify({ maxRSS, cpu: (userCPUTime + systemCPUTime) / 1000 }),
  );
});
