import { existsSync, rmSync } from "node:fs";
import { expect } from "chai";
import {
  CancelledError,
  CommandFailedError,
  type ImportOptions,
  openStack,
  RefusedError,
  type StackHandle,
  TimeoutError,
} from "../../../automation";
import { failureOf } from "./failure";
import { FakeCli } from "./fakeCli";
import { makeProject } from "./project";

const PARENT = "urn:pulumi:dev::trial::groundplan:index:Placement::main";
const REQUEST: ImportOptions = {
  resources: [{ type: "aws:ec2/vpc:Vpc", name: "network", id: "vpc-1", parent: "main" }],
  nameTable: { main: PARENT },
};

describe("import into a stack, answered by a pretended CLI", function () {
  this.timeout(60_000);
  let directory: string;
  let cli: FakeCli;
  let stack: StackHandle;

  beforeEach(() => {
    directory = makeProject({ dev: {} });
    cli = new FakeCli(directory);
    stack = openStack({ directory, stack: "dev", backend: { kind: "local", directory } });
  });
  afterEach(async () => {
    await stack.close();
    cli.remove();
    rmSync(directory, { recursive: true });
  });

  const imports = () => cli.requests().filter(({ args }) => args[0] === "import");

  it("hands over what is there by type, name and id, under the parents named, and leaves no file", async () => {
    expect(await stack.import({ ...REQUEST, message: "found again", parallel: 3 })).to.deep.equal({ imported: 1 });
    const [{ args, file } = { args: [] }, ...others] = imports();
    expect(others).to.deep.equal([]);
    expect(JSON.parse(file ?? "")).to.deep.equal(REQUEST);
    const path = args[args.indexOf("--file") + 1] ?? "";
    expect(existsSync(path)).to.equal(false);
    expect(args.filter((arg) => arg !== path)).to.deep.equal([
      ...["import", "--stack", "dev", "--file", "--yes", "--skip-preview", "--generate-code=false", "--protect=true"],
      ...["--message", "found again", "--parallel", "3", "--non-interactive"],
    ]);
  });

  it("protects what it takes in, unless it is told not to", async () => {
    await stack.import({ ...REQUEST, protect: false });
    expect(imports().map(({ args }) => args.filter((arg) => arg.startsWith("--protect")))).to.deep.equal([
      ["--protect=false"],
    ]);
  });

  it("asks twice about production", async () => {
    const root = { urn: "root", type: "pulumi:pulumi:Stack", outputs: { environment: "production" } };
    cli.answer({ "stack export": { out: { deployment: { resources: [root] } } } });
    expect(await failureOf(stack.import(REQUEST))).to.be.instanceOf(RefusedError);
    expect(imports()).to.deep.equal([]);
    await stack.import({ ...REQUEST, yesProduction: true });
    expect(imports()).to.have.lengthOf(1);
  });

  it("says what the CLI said where there is no such thing", async () => {
    cli.answer({ import: { err: "error: preview failed: resource 'vpc-1' does not exist", code: 255 } });
    const failure = await failureOf(stack.import(REQUEST));
    expect(failure).to.be.instanceOf(CommandFailedError);
    expect(failure.message).to.include("resource 'vpc-1' does not exist");
  });

  it("ends when it is cancelled, or out of time", async () => {
    cli.answer({ import: { lastsMs: 60_000 } });
    const controller = new AbortController();
    const cancelled = failureOf(stack.import({ ...REQUEST, signal: controller.signal }));
    while (imports().length === 0) {
      await new Promise((resume) => setTimeout(resume, 10));
    }
    controller.abort();
    expect(await cancelled).to.be.instanceOf(CancelledError);
    expect(await failureOf(stack.import({ ...REQUEST, timeLimitMs: 1_500 }))).to.be.instanceOf(TimeoutError);
  });
});
