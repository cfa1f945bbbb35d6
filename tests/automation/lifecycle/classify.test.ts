import { expect } from "chai";
import { classify, lockHolders, plainText } from "../../../automation/lifecycle/classify";
import { CommandFailure } from "../../../automation/lifecycle/command";
import type {
  ConcurrentUpdateError,
  MissingPluginError,
  PlanMismatchError,
  PolicyViolationError,
  ProviderFailureError,
  WrongPassphraseError,
} from "../../../automation/lifecycle/errors";
import { NOTHING_OBSERVED, type Observed } from "../../../automation/lifecycle/events";
import { isStale } from "../../../automation/lifecycle/locks";

const CONTEXT = { stack: "dev", backend: "file:///state" };

function failed(stderr: string, options: { code?: number; observed?: Partial<Observed>; plan?: string } = {}) {
  const { code = 1, observed = {}, plan } = options;
  const context = plan === undefined ? CONTEXT : { ...CONTEXT, plan };
  return classify(new CommandFailure(["up"], "", stderr, code), { ...NOTHING_OBSERVED, ...observed }, context);
}

const LOCKED = `error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.
  file:///state/.pulumi/locks/organization/groundplan/dev/4c69.json: created by root@vm (pid 25774) at 2026-11-22T05:36:08Z`;

describe("errors of the Pulumi CLI", () => {
  const texts: readonly [string, string, { code?: number; observed?: Partial<Observed> }?][] = [
    ["stack-not-found", "error: no stack named 'nope' found", { code: 6 }],
    ["stack-not-found", "something nobody has seen", { code: 6 }],
    ["concurrent-update", LOCKED],
    ["concurrent-update", "error: [409] Conflict: Another update is currently in progress."],
    ["wrong-passphrase", "error: getting stack configuration: get stack secrets manager: incorrect passphrase"],
    [
      "wrong-passphrase",
      "error: failed to decrypt: incorrect passphrase, please set PULUMI_CONFIG_PASSPHRASE to the correct passphrase",
    ],
    [
      "wrong-passphrase",
      "error: get stack secrets manager: passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables",
    ],
    [
      "backend-unreachable",
      "error: unable to open bucket file:///none?no_tmp_dir=true: stat /none: no such file or directory",
    ],
    [
      "backend-unreachable",
      'error: read ".pulumi/meta.yaml": blob (key ".pulumi/meta.yaml") (code=Unknown): operation error S3: GetObject, exceeded maximum number of attempts, 3',
    ],
    [
      "backend-unreachable",
      'error: performing HTTP request: Get "https://127.0.0.1:9/api/user": dial tcp 127.0.0.1:9: connect: connection refused',
    ],
    ["backend-unreachable", "error: missing google credentials: unable to find gcp credentials"],
    ["backend-unreachable", "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions"],
    [
      "missing-plugin",
      "error: no resource plugin 'pulumi-resource-random' found in the workspace at version v4.21.2 or on your $PATH",
      { observed: { started: true } },
    ],
    ["command-failed", "error: unknown flag: --nonsense"],
    ["command-failed", ""],
  ];
  for (const [kind, text, options] of texts) {
    it(`takes for ${kind}: ${text.slice(0, 90)}`, () => {
      const error = failed(text, options);
      expect(error.kind).to.equal(kind);
      expect(error.message)
        .to.include("\n  fix  ")
        .and.not.match(/^\s+at /m);
    });
  }

  it("tells a passphrase that is missing from one that is wrong", () => {
    const missing = failed("error: passphrase must be set with PULUMI_CONFIG_PASSPHRASE or");
    const wrong = failed("error: incorrect passphrase");
    expect((missing as WrongPassphraseError).missing).to.equal(true);
    expect((wrong as WrongPassphraseError).missing).to.equal(false);
  });

  it("says who holds a lock, and knows a holder that is gone", () => {
    const { holders } = failed(LOCKED) as ConcurrentUpdateError;
    expect(holders).to.deep.equal([{ user: "root", host: "vm", pid: 25774, since: "2026-11-22T05:36:08Z" }]);
    expect(isStale(holders, "vm", () => false)).to.equal(true);
    expect(isStale(holders, "vm", () => true)).to.equal(false);
    expect(isStale(holders, "another", () => false)).to.equal(false);
    expect(isStale([], "vm", () => false)).to.equal(false);
    expect(lockHolders("nothing")).to.deep.equal([]);
  });

  it("names the plugin and its version", () => {
    const error = failed(
      "error: no resource plugin 'pulumi-resource-aws' found in the workspace at version v7.48.0 or",
    );
    expect((error as MissingPluginError).plugin).to.equal("aws");
    expect(error.fix).to.include("pulumi plugin install resource aws v7.48.0");
  });

  const urn = "urn:pulumi:dev::groundplan::groundplan:index:Placement$aws:rds/instance:Instance::main-db";

  it("says what broke a program, and leaves its stack trace to GROUNDPLAN_DEBUG", () => {
    const message = "Running program failed:\nError: the program broke\n    at run (/p/program.js:33:31)\n    at main";
    const error = failed("error: update failed", { observed: { started: true, errors: [{ urn: "", message }] } });
    expect(error.kind).to.equal("program-failure");
    expect(error.message).to.include("failed: Running program failed:\nError: the program broke\n  fix  ");
  });

  it("names every resource that failed, with what its provider said", () => {
    const error = failed("error: update failed", {
      observed: {
        started: true,
        errors: [
          { urn, message: "creating RDS DB Instance: InvalidParameterValue" },
          { urn: "urn:pulumi:dev::groundplan::pulumi:pulumi:Stack::groundplan-dev", message: "update failed" },
        ],
        failed: [urn],
      },
    }) as ProviderFailureError;
    expect(error.kind).to.equal("provider-failure");
    expect(error.failures).to.deep.equal([
      {
        urn,
        type: "aws:rds/instance:Instance",
        name: "main-db",
        message: "creating RDS DB Instance: InvalidParameterValue",
      },
    ]);
  });

  it("says how to go on from a log group that a service made again after a destroy", () => {
    const group = urn.replace("aws:rds/instance:Instance::main-db", "aws:cloudwatch/logGroup:LogGroup::main-logs");
    const exists =
      "creating CloudWatch Logs Log Group (/aws/eks/shop-main/cluster): operation error CloudWatch Logs: CreateLogGroup, https response error StatusCode: 400, RequestID: 1, ResourceAlreadyExistsException: The specified log group already exists";
    const fixOf = (...errors: { urn: string; message: string }[]) =>
      failed("error: update failed", { observed: { started: true, errors } }).fix;
    expect(fixOf({ urn: group, message: exists }))
      .to.include("delete it in the placement's region")
      .and.match(/: aws logs delete-log-group --log-group-name \/aws\/eks\/shop-main\/cluster$/);
    const others = /^mend the cause/;
    expect(fixOf({ urn, message: exists })).to.match(others);
    expect(fixOf({ urn: group, message: "AccessDeniedException" })).to.match(others);
    expect(fixOf({ urn: group, message: exists }, { urn, message: "InvalidParameterValue" })).to.match(others);
  });

  it("takes a network failure of a provider for the provider's, not for the backend's", () => {
    const errors = [{ urn, message: "dial tcp 10.0.0.1:443: connect: connection refused" }];
    const observed = { started: true, errors, failed: [urn] };
    expect(failed("error: dial tcp 10.0.0.1:443", { observed }).kind).to.equal("provider-failure");
  });

  it("takes an error of the root stack alone for the program's", () => {
    const root = "urn:pulumi:dev::groundplan::pulumi:pulumi:Stack::groundplan-dev";
    const error = failed("error: preview failed", {
      observed: { started: true, errors: [{ urn: root, message: "1 problem in the input:\n  groundplan:images" }] },
    });
    expect(error.kind).to.equal("program-failure");
    expect(error.message).to.include("groundplan:images");
  });

  it("lists mandatory violations the engine reported", () => {
    const violations = [
      { pack: "encryption", rule: "rds-encrypted", urn, message: "Storage is encrypted\nstorageEncrypted is false" },
    ];
    const error = failed("error: update failed", { code: 5, observed: { started: true, violations } });
    expect(error.kind).to.equal("policy-violation");
    expect((error as PolicyViolationError).violations).to.deep.equal(violations);
    expect(error.message).to.include("rds-encrypted main-db: Storage is encrypted; storageEncrypted is false");
  });

  it("names the resources that break a saved plan, without their values", () => {
    const text = `error: resource ${urn} violates plan: properties changed: ~~password[{hunter22}!={hunter23}]`;
    const error = failed(text, { plan: "up.json" }) as PlanMismatchError;
    expect(error.kind).to.equal("plan-mismatch");
    expect(error.differences).to.deep.equal(["main-db: properties changed"]);
    expect(error.message).not.to.include("hunter");
  });

  it("reads through colour codes and the engine's colour tags", () => {
    expect(plainText("\u001b[31merror:\u001b[0m <{%fg 1%}>no<{%reset%}> stack")).to.equal("error: no stack");
  });
});
