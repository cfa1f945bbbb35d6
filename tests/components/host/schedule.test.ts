import { expect } from "chai";
import fc from "fast-check";
import { calendarEvents, longestInterval } from "../../../components/host/schedule";
import { skipBecause } from "../../skipBecause";
import { isInstalled, run } from "./support";

describe("host schedules", () => {
  const CASES: readonly (readonly [string, readonly string[]])[] = [
    ["0 3 * * *", ["*-*-* 03:00:00 UTC"]],
    ["*/20 * * * *", ["*-*-* *:00,20,40:00 UTC"]],
    ["0 6 * * 0", ["Sun *-*-* 06:00:00 UTC"]],
    ["30 5 * * mon-fri", ["Mon,Tue,Wed,Thu,Fri *-*-* 05:30:00 UTC"]],
    ["0 0 1 jan,jul *", ["*-01,07-01 00:00:00 UTC"]],
    ["5/30 0 * * 5-7", ["Fri,Sat,Sun *-*-* 00:05,35:00 UTC"]],
    // Cron runs on either day; one calendar event would run where both meet.
    ["0 0 1 * 1", ["*-*-01 00:00:00 UTC", "Mon *-*-* 00:00:00 UTC"]],
  ];
  for (const [cron, events] of CASES) {
    it(`writes ${cron} as ${events.join(" and ")}`, () => {
      expect(calendarEvents(cron)).to.deep.equal(events);
    });
  }

  it("knows how long a schedule may be silent", () => {
    expect(["0 3 * * *", "0 6 * * 0", "0 0 1 * *", "0 0 1 1 *"].map(longestInterval)).to.deep.equal(
      [1, 7, 31, 366].map((days) => days * 86_400),
    );
  });

  it("is understood by systemd", function () {
    this.timeout(30_000);
    if (!isInstalled("systemd-analyze")) {
      skipBecause(this, "systemd-analyze not found");
    }
    const field = (low: number, high: number) =>
      fc.oneof(
        fc.constant("*"),
        fc.integer({ min: low, max: high }).map(String),
        fc.integer({ min: 2, max: 9 }).map((step) => `*/${step}`),
      );
    const cron = fc.tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6));
    const events = fc.sample(cron, { numRuns: 40, seed: 7 }).flatMap((fields) => calendarEvents(fields.join(" ")));
    const result = run("systemd-analyze", ["calendar", ...events]);
    expect(result.output).to.not.match(/Failed|Invalid/);
    expect(result.status).to.equal(0);
  });
});
