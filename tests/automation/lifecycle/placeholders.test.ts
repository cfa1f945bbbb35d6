import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { openStack, type StackHandle } from "../../../automation";
import { InputError } from "../../../components/errors";
import { FakeCli } from "./fakeCli";
import { makeProject } from "./project";

describe("a stack with placeholders", () => {
  let directory: string;
  let cli: FakeCli;
  let stack: StackHandle;

  beforeEach(() => {
    directory = makeProject({ dev: { "groundplan:images": { registry: "registry.example.com/shop" } } });
    cli = new FakeCli(directory);
    stack = openStack({ directory, backend: { kind: "local", directory: join(directory, "state") }, stack: "dev" });
  });
  afterEach(async () => {
    await stack.close();
    cli.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  for (const [name, run] of [
    ["an update", () => stack.up({ policies: "off" })],
    ["a preview that saves a plan for one", () => stack.preview({ policies: "off", savePlan: join(directory, "up") })],
  ] as const) {
    it(`is refused by ${name}, with what to set, before the CLI is asked anything`, async () => {
      const failure = await run().then(
        () => expect.fail("nothing failed"),
        (error: unknown) => error as Error,
      );
      expect(InputError.is(failure)).to.equal(true);
      expect(failure.message).to.include("groundplan:images.registry").and.to.include("name the registry you push to");
      expect(cli.calls()).to.deep.equal([]);
    });
  }

  it("can be previewed", async () => {
    await stack.preview({ policies: "off" });
    expect(cli.calls().some((call) => call.startsWith("preview"))).to.equal(true);
  });
});
