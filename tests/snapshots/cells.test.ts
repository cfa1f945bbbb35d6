import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { cells, planOf, UPDATE } from "./plans";
import { snapshotOf } from "./text";

/** Systems whose every cell is kept whole, to be read in the diff of a change. */
const SYSTEMS = ["vibebox", "doc-scraper", "webharvest"];

describe("what a cell makes", function () {
  this.timeout(60_000);

  for (const cell of cells.filter(({ system }) => SYSTEMS.includes(system))) {
    const file = join(__dirname, "cells", cell.cloud, `${cell.system}-${cell.model}.txt`);

    it(`is as recorded: ${cell.system} ${cell.model} on ${cell.cloud}`, async () => {
      const text = snapshotOf(await planOf(cell));
      if (UPDATE) {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
      expect(existsSync(file), `${file}: run npm run snapshots`).to.equal(true);
      expect(firstDifference(readFileSync(file, "utf8"), text)).to.equal(undefined);
    });
  }
});

/** The first line that is not as recorded, with the resource it belongs to: a whole cell is too long to print. */
function firstDifference(recorded: string, now: string): string | undefined {
  const before = recorded.split("\n");
  const after = now.split("\n");
  const index = Array.from({ length: Math.max(before.length, after.length) }).findIndex(
    (_, line) => before[line] !== after[line],
  );
  if (index < 0) {
    return undefined;
  }
  const head = after.slice(0, index + 1).findLast((line) => !line.startsWith(" "));
  return `${head}\n  recorded ${before[index] ?? "nothing"}\n  now      ${after[index] ?? "nothing"}\nnpm run snapshots records what is meant; review its diff`;
}
