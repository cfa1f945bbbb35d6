import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { stringify } from "yaml";
import { examine } from "../../automation";
import { checkHelpers } from "../../automation/doctor/helpers";
import type { ProgramResult, RunProgram } from "../../automation/lifecycle/processes";
import { deployable } from "../sandbox/trial";
import { FakeCli } from "./lifecycle/fakeCli";

const MISSING: ProgramResult = { code: undefined, stdout: "", stderr: "" };
const NAMESPACE = { type: "kubernetes:core/v1:Namespace", placement: "one" };
const CHECK = "token for the cluster of one";

/** What doctor says of a placement on a cloud, programs answering as given; what has no answer is not installed. */
function look(cloud: string, answers: Readonly<Record<string, ProgramResult>>, resources = [NAMESPACE]) {
  const settings = { placements: [{ name: "one", cloud }] } as unknown as Parameters<typeof checkHelpers>[0];
  const plan = { resources } as unknown as Parameters<typeof checkHelpers>[1];
  const run: RunProgram = async (program, args) => answers[[program, ...args].join(" ")] ?? MISSING;
  return checkHelpers(settings, plan, run);
}

describe("doctor on the program a kubeconfig runs for a token", function () {
  this.timeout(60_000);

  it("is well where it is there, whichever stream it says its version on", async () => {
    const cli = { code: 0, stdout: "", stderr: "aws-cli/2.9.19 Python/3.11.2\n" };
    expect(await look("aws", { "aws --version": cli })).to.deep.equal([
      { name: CHECK, status: "ok", detail: "aws-cli/2.9.19 Python/3.11.2" },
    ]);
    const plugin = { code: 0, stdout: "Kubernetes v1.30.0\nmore\n", stderr: "" };
    expect(await look("gcp", { "gke-gcloud-auth-plugin --version": plugin })).to.deep.equal([
      { name: CHECK, status: "ok", detail: "Kubernetes v1.30.0" },
    ]);
  });

  it("fails where it is missing or broken, with how to install it", async () => {
    expect(await look("aws", {})).to.deep.equal([
      {
        name: CHECK,
        status: "failure",
        detail: "aws is not installed, and the kubeconfig runs it",
        fix: "install the AWS CLI",
      },
    ]);
    expect(await look("gcp", { "gcloud --version": { code: 0, stdout: "", stderr: "" } })).to.deep.equal([
      {
        name: CHECK,
        status: "failure",
        detail: "gke-gcloud-auth-plugin is not installed, and the kubeconfig runs it",
        fix: "install it: gcloud components install gke-gcloud-auth-plugin, or the package of that name",
      },
    ]);
    const [broken] = await look("aws", { "aws --version": { code: 127, stdout: "", stderr: "no such\nversion\n" } });
    expect([broken?.status, broken?.detail]).to.deep.equal(["failure", "aws --version fails: version"]);
  });

  it("asks for none where nothing of a stack is in such a cluster", async () => {
    expect(await look("aws", {}, [{ type: "aws:ec2/vpc:Vpc", placement: "one" }])).to.deep.equal([]);
    expect(await look("aws", {}, [{ ...NAMESPACE, placement: "two" }])).to.deep.equal([]);
    expect(await look("kubernetes", {})).to.deep.equal([]);
  });

  it("looks at it with the rest of a stack", async () => {
    const directory = mkdtempSync(join(tmpdir(), "groundplan-helpers-"));
    const cli = new FakeCli(directory);
    try {
      writeFileSync(join(directory, "Pulumi.yaml"), stringify({ name: "shop", runtime: "nodejs" }));
      const config = deployable({ system: "doc-scraper", model: "distributed", cloud: "aws" });
      writeFileSync(join(directory, "Pulumi.dev.yaml"), stringify({ config }));
      const checks = await examine({ directory, stack: "dev", backend: { kind: "local", directory } }, undefined, {
        run: async () => MISSING,
        nameServers: async () => [],
      });
      expect(checks.find(({ name }) => name === CHECK)?.status).to.equal("failure");
    } finally {
      cli.remove();
      rmSync(directory, { recursive: true });
    }
  });
});
