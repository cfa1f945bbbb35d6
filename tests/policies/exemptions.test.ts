import { expect } from "chai";
import {
  applyExemptions,
  checkExemptions,
  EXEMPT_RESOURCES,
  EXEMPT_STACK,
  type Exemption,
  foldExempt,
  type PolicyResult,
  packConfig,
  packs,
} from "../../policies";
import { pack as containers } from "../../policies/containers/pack";
import { pack as encryption } from "../../policies/encryption/pack";
import { deployment } from "./fixtures";
import { evaluatePolicies, mutate, type Outcome, urnOf } from "./harness";

const exemption: Exemption = {
  rule: "container-not-privileged",
  resource: "docker-*",
  reason: "The daemon builds images for its users",
  expires: "2026-12-31",
};
const daemon = { ...deployment, name: "docker-daemon" };
const privileged = mutate([daemon], {
  at: "spec.template.spec.containers.0.securityContext.privileged",
  to: true,
});
const found = 'container "app": securityContext.privileged is true';
const ids = packs.flatMap(({ rules }) => rules.map(({ id }) => id));

const run = (exemptions: readonly Exemption[], today: string): readonly Outcome[] =>
  evaluatePolicies(containers.args.policies, privileged, packConfig(containers, { exemptions, today })).filter(
    ({ status }) => status === "violation",
  );

describe("policy exemptions", () => {
  it("list a violation as exempt until their last day", () => {
    const urn = urnOf(daemon);
    const message = `${found} (exempt until 2026-12-31: The daemon builds images for its users)`;
    for (const today of ["2026-06-15", "2026-12-31"]) {
      const outcomes = run([exemption], today);
      expect(outcomes).to.deep.equal([
        { rule: EXEMPT_RESOURCES, status: "violation", message: `container-not-privileged: ${message}`, urn },
      ]);
      const rows: PolicyResult[] = outcomes.map((outcome) => ({
        pack: "containers",
        rule: outcome.rule,
        urn,
        level: "advisory",
        status: "violation",
        message: `Deviations accepted by an exemption\n${outcome.message}`,
      }));
      expect(foldExempt(rows, () => "mandatory")).to.deep.equal([
        { pack: "containers", rule: exemption.rule, urn, level: "mandatory", status: "exempt", message },
      ]);
    }
  });

  it("fail once expired, and say so", () => {
    expect(run([exemption], "2027-01-01").map(({ rule, message }) => ({ rule, message }))).to.deep.equal([
      {
        rule: "container-not-privileged",
        message: `${found} (its exemption (The daemon builds images for its users) expired on 2026-12-31)`,
      },
    ]);
  });

  it("cover no other resource and no other rule", () => {
    const own = { rule: "container-not-privileged", status: "violation", message: found, urn: urnOf(daemon) };
    for (const other of [
      { ...exemption, resource: "web" },
      { ...exemption, rule: "container-read-only-root" },
      { ...exemption, resource: "urn:*:other-*" },
    ]) {
      expect(run([other], "2026-06-15")).to.deep.equal([own]);
    }
  });

  it("reach a resource by its URN", () => {
    expect(run([{ ...exemption, resource: "urn:*Deployment::docker-daemon" }], "2026-06-15")[0]?.rule).to.equal(
      EXEMPT_RESOURCES,
    );
  });

  it("cover stack rules too", () => {
    const bucket = { type: "aws:s3/bucket:Bucket", name: "legacy", props: { bucket: "legacy" } };
    const outcomes = evaluatePolicies(
      encryption.args.policies,
      [bucket],
      packConfig(encryption, {
        today: "2026-06-15",
        exemptions: ["s3-bucket-tls-only", "s3-bucket-has-encryption"].map((rule) => ({
          ...exemption,
          rule,
          resource: "legacy",
        })),
      }),
    ).filter(({ status }) => status === "violation");
    expect(outcomes.map(({ rule }) => rule)).to.deep.equal([EXEMPT_STACK, EXEMPT_STACK]);
    expect(outcomes.map(({ urn }) => urn)).to.deep.equal([urnOf(bucket), urnOf(bucket)]);
  });

  it("settle finished results to the same verdicts", () => {
    const row: PolicyResult = {
      pack: "containers",
      rule: exemption.rule,
      urn: urnOf(daemon),
      level: "mandatory",
      status: "violation",
      message: found,
    };
    expect(applyExemptions([row], [exemption], "2026-06-15")[0]).to.deep.equal({
      ...row,
      status: "exempt",
      message: `${found} (exempt until 2026-12-31: The daemon builds images for its users)`,
    });
    expect(applyExemptions([row], [exemption], "2027-01-01")[0]?.status).to.equal("violation");
    const deferred: PolicyResult = { ...row, status: "deferred" };
    expect(applyExemptions([deferred], [exemption], "2026-06-15")[0]).to.equal(deferred);
  });

  it("are checked as a list: unknown rules, expired days, malformed entries", () => {
    expect(checkExemptions([exemption], ids, "2026-06-15")).to.deep.equal([]);
    const entries = [
      { ...exemption, rule: "no-such-rule" },
      { ...exemption, expires: "2026-06-14" },
      { ...exemption, expires: "2026-02-30" },
      { ...exemption, reason: "because" },
      { ...exemption, resource: "" },
      { ...exemption, extra: true },
      "all of it",
    ];
    expect(checkExemptions(entries, ids, "2026-06-15").map(({ path, found }) => `${path}: ${found}`)).to.deep.equal([
      "policyExemptions[0].rule: no-such-rule",
      "policyExemptions[1].expires: 2026-06-14",
      "policyExemptions[2].expires: 2026-02-30",
      "policyExemptions[3].reason: because",
      "policyExemptions[4].resource: ",
      "policyExemptions[5].extra: true",
      "policyExemptions[6]: all of it",
    ]);
  });

  it("end the rule when malformed, naming rule and field", () => {
    const malformed = (change: Partial<Exemption>) => () => run([{ ...exemption, ...change }], "2026-06-15");
    expect(malformed({ expires: "9999-99-99" })).to.throw("container-not-privileged.exemptions[0].expires");
    expect(malformed({ reason: "" })).to.throw("container-not-privileged.exemptions[0].reason");
  });

  it("fail once expired where the rule holds too: nothing waits for the next breach", () => {
    const sound = (today: string, resource = "docker-*") =>
      evaluatePolicies(
        containers.args.policies,
        [daemon],
        packConfig(containers, { exemptions: [{ ...exemption, resource }], today }),
      )
        .filter(({ status }) => status === "violation")
        .map(({ rule, message, urn }) => ({ rule, message, urn }));
    expect(sound("2026-12-31")).to.deep.equal([]);
    expect(sound("2027-01-01", "other")).to.deep.equal([]);
    expect(sound("2027-01-01")).to.deep.equal([
      {
        rule: "container-not-privileged",
        message:
          "holds, but its exemption (The daemon builds images for its users) expired on 2026-12-31: remove the exemption",
        urn: urnOf(daemon),
      },
    ]);
  });

  it("fail once expired on a stack rule that holds, once", () => {
    const bucket = { type: "aws:s3/bucket:Bucket", name: "legacy", props: { bucket: "legacy" } };
    const policy = {
      type: "aws:s3/bucketPolicy:BucketPolicy",
      name: "policy",
      props: {
        bucket: "legacy",
        policy: {
          Statement: [
            {
              Effect: "Deny",
              Principal: "*",
              Action: "s3:*",
              Resource: "*",
              Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
          ],
        },
      },
      refs: { bucket: [0] },
    };
    const expired = { ...exemption, rule: "s3-bucket-tls-only", resource: "legacy" };
    const config = packConfig(encryption, { exemptions: [expired], today: "2027-01-01" });
    const said = evaluatePolicies(encryption.args.policies, [bucket, policy], config).filter(
      ({ rule, status }) => rule === "s3-bucket-tls-only" && status === "violation",
    );
    expect(said.map(({ message, urn }) => `${urn}: ${message}`)).to.deep.equal([
      `${urnOf(bucket)}: holds, but its exemption (The daemon builds images for its users) expired on 2026-12-31: remove the exemption`,
    ]);
  });
});
