import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { planStack } from "../../automation/plan";
import { serializePlan } from "../../engine";
import { renderManifests } from "../../engine/render/manifests";
import { writeRendered } from "../../engine/render/write";

const ROOT = join(__dirname, "..", "..");
const CANARY = "CANARY-5d1f0c-never-to-be-seen";

/** A secret of the user's own, wired to a service, its value in the settings. */
const WITH_SECRET = [{ path: "overrides.secrets.canary", value: { description: "A secret of the test" } }];

describe("secrets", function () {
  this.timeout(60_000);

  const stacks = [
    { stack: "dev", service: "backend" },
    { stack: "staging", service: "api" },
  ];
  for (const { stack, service } of stacks) {
    for (const mode of ["preview", "simulate"] as const) {
      for (const transport of ["direct", "grpc"] as const) {
        it(`of ${stack} are nowhere in its ${mode} plan over ${transport}, in rendered files or on the terminal`, async () => {
          const directory = await mkdtemp(join(tmpdir(), "groundplan-"));
          const written: string[] = [];
          const restore = (["stdout", "stderr"] as const).map((name) => {
            const original = process[name].write;
            process[name].write = ((chunk: string | Uint8Array) => {
              written.push(String(chunk));
              return true;
            }) as typeof original;
            return () => {
              process[name].write = original;
            };
          });
          try {
            const plan = await planStack({
              directory: ROOT,
              stack,
              mode,
              transport,
              selection: {
                set: [...WITH_SECRET, { path: `overrides.services.${service}.secretEnv`, value: { CANARY: "canary" } }],
              },
              secrets: { "groundplan:secrets": { canary: CANARY } },
            });
            await writeRendered(directory, renderManifests(plan));
            const files = (await readdir(directory, { recursive: true, withFileTypes: true })).filter((entry) =>
              entry.isFile(),
            );
            const texts = await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), "utf8")));
            for (const restoreStream of restore) {
              restoreStream();
            }
            const everything = [serializePlan(plan), ...texts, ...written];
            for (const form of [CANARY, Buffer.from(CANARY).toString("base64"), encodeURIComponent(CANARY)]) {
              expect(everything.filter((text) => text.includes(form))).to.deep.equal([]);
            }
            // The value did reach the program: the plan shows where, without showing it.
            const deployment = plan.resources.find(({ name }) => name === `main-${service}-deployment`);
            expect(JSON.stringify(deployment?.inputs)).to.include('"name":"CANARY","valueFrom":{"secretKeyRef"');
          } finally {
            for (const restoreStream of restore) {
              restoreStream();
            }
            await rm(directory, { recursive: true });
          }
        });
      }
    }
  }
});
