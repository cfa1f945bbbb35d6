import { expect } from "chai";
import * as fc from "fast-check";
import {
  bytes,
  cpuMillicores,
  formatBytes,
  formatCpu,
  gibibytes,
  parseBytes,
  parseCpuMillicores,
  parseSeconds,
  seconds,
} from "../../components/quantities";

describe("quantities", () => {
  it("read CPU in millicores and cores", () => {
    expect(["500m", "2", "0.5", "1.25", "0.001"].map(parseCpuMillicores)).to.deep.equal([500, 2000, 500, 1250, 1]);
  });

  it("read memory in decimal and binary units", () => {
    expect(["1", "1k", "1M", "1G", "1T", "1Ki", "1Mi", "1Gi", "1Ti"].map(parseBytes)).to.deep.equal([
      1, 1e3, 1e6, 1e9, 1e12, 1024, 1_048_576, 1_073_741_824, 1_099_511_627_776,
    ]);
  });

  it("read durations", () => {
    expect(["30s", "5m", "1h30m", "7d", "1d2h3m4s"].map(parseSeconds)).to.deep.equal([30, 300, 5400, 604_800, 93_784]);
  });

  it("refuse everything else", () => {
    expect(["", "m", "-1", "1.5m", "2 cores", "1.0005"].map(parseCpuMillicores)).to.deep.equal(
      Array(6).fill(undefined),
    );
    expect(["", "Gi", "-1Gi", "1.5Gi", "1gb", "1 Gi"].map(parseBytes)).to.deep.equal(Array(6).fill(undefined));
    expect(["", "5", "m5", "5 m", "1m1h"].map(parseSeconds)).to.deep.equal(Array(5).fill(undefined));
  });

  it("throw on what validation should have refused", () => {
    expect(() => cpuMillicores("two")).to.throw('"two" is not a CPU quantity');
    expect(() => bytes("big")).to.throw('"big" is not a memory or storage quantity');
    expect(() => seconds("soon")).to.throw('"soon" is not a duration');
  });

  it("read back the CPU they write", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (millicores) => {
        expect(parseCpuMillicores(formatCpu(millicores))).to.equal(millicores);
      }),
    );
  });

  it("read back the bytes they write", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (count) => {
        expect(parseBytes(formatBytes(count))).to.equal(count);
      }),
    );
  });

  it("write the largest unit that holds the whole", () => {
    expect([1024, 1536, 2 ** 30, 3 * 2 ** 40, 1000].map(formatBytes)).to.deep.equal([
      "1Ki",
      "1536",
      "1Gi",
      "3Ti",
      "1000",
    ]);
    expect([1000, 1500, 250].map(formatCpu)).to.deep.equal(["1", "1500m", "250m"]);
  });

  it("round up to whole GiB", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), (mebibytes) => {
        const whole = gibibytes(`${mebibytes}Mi`);
        expect(whole * 1024).to.be.at.least(mebibytes);
        expect((whole - 1) * 1024).to.be.below(mebibytes);
      }),
    );
  });

  it("read any duration as the sum of its parts", () => {
    const part = fc.integer({ min: 0, max: 999 });
    fc.assert(
      fc.property(part, part, part, part, (d, h, m, s) => {
        expect(parseSeconds(`${d}d${h}h${m}m${s}s`)).to.equal(d * 86_400 + h * 3_600 + m * 60 + s);
      }),
    );
  });
});
