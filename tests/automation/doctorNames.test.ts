import { join } from "node:path";
import { expect } from "chai";
import { planStack } from "../../automation";
import { checkNames } from "../../automation/doctor/names";
import type { PlanObject } from "../../engine/planValues";

const ROOT = join(__dirname, "../..");
const BALANCER = "aws:lb/loadBalancer:LoadBalancer";
const ROLE = "aws:iam/role:Role";

const of = (type: string, name: string, inputs: PlanObject = {}) => checkNames({ resources: [{ type, name, inputs }] });

describe("names, as doctor sees them", function () {
  this.timeout(180_000);

  it("are too long with what Pulumi adds to those nobody gives", () => {
    expect(of(BALANCER, "x".repeat(24)).status).to.equal("ok");
    expect(of(BALANCER, "x".repeat(25)).detail).to.equal(`too long: ${"x".repeat(25)} (${BALANCER}): 33 of at most 32`);
    expect(of(BALANCER, "x".repeat(40), { name: "short" }).status).to.equal("ok");
    const service = { metadata: { name: "x".repeat(64) } };
    expect(of("kubernetes:core/v1:Service", "short", service).status).to.equal("failure");
    expect(of("aws:nosuch/thing:Thing", "x".repeat(200)).status).to.equal("ok");
  });

  it("are as long as their start and what the provider adds to it, whatever the logical name", () => {
    expect(of(ROLE, "x".repeat(62), { namePrefix: "x".repeat(38) }).status).to.equal("ok");
    expect(of(ROLE, "short", { namePrefix: "x".repeat(39) }).detail).to.equal(
      `too long: short (${ROLE}): 65 of at most 64`,
    );
    const bucket = { bucketPrefix: "x".repeat(38) };
    expect(of("aws:s3/bucket:Bucket", "short", bucket).status).to.equal("failure");
    expect(of("aws:rds/instance:Instance", "short", { identifierPrefix: "x".repeat(38) }).status).to.equal("failure");
    // A whole name leaves nothing to add.
    expect(of(ROLE, "short", { name: "x".repeat(64), namePrefix: "" }).status).to.equal("ok");
  });

  for (const stack of ["dev", "staging", "prod"]) {
    it(`are short enough in the stack ${stack} that comes with the project`, async () => {
      const plan = await planStack({ directory: ROOT, stack, mode: "preview", packs: [] });
      expect(checkNames(plan)).to.deep.equal({
        name: "names",
        status: "ok",
        detail: "every name is as short as its cloud wants it",
      });
    });
  }
});
