import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { stringify } from "yaml";
import { type Check, examine, readStack } from "../../automation";
import { checkCredentials } from "../../automation/doctor/clouds";
import { checkServices } from "../../automation/doctor/gcpServices";
import type { DoctorAccess } from "../../automation/doctor/index";
import { checkLeftovers } from "../../automation/doctor/leftovers";
import { checkWays } from "../../automation/doctor/ways";
import type { ProgramResult, RunProgram } from "../../automation/lifecycle/processes";
import type { PlanObject } from "../../engine/planValues";
import { deployable } from "../sandbox/trial";
import { FakeCli } from "./lifecycle/fakeCli";

const MISSING: ProgramResult = { code: undefined, stdout: "", stderr: "" };
const printed = (answer: unknown): ProgramResult => ({ code: 0, stdout: JSON.stringify(answer), stderr: "" });
const refused = (stderr: string): ProgramResult => ({ code: 1, stdout: "", stderr });

/** Answers by the first words of a command line; what has none is not installed. */
function answering(answers: Readonly<Record<string, ProgramResult>>, asked: string[] = []): RunProgram {
  return async (program, args) => {
    const line = [program, ...args].join(" ");
    asked.push(line);
    return answers[Object.keys(answers).find((key) => line.startsWith(key)) ?? ""] ?? MISSING;
  };
}

const brief = (checks: readonly Check[]) => checks.map(({ name, status }) => `${name}: ${status}`);

describe("doctor", function () {
  this.timeout(60_000);
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "groundplan-doctor-"));
    writeFileSync(join(directory, "Pulumi.yaml"), stringify({ name: "shop", runtime: "nodejs" }));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function write(cloud: string, settings: Record<string, unknown> = {}): void {
    const config = { ...deployable({ system: "vibebox", model: "standalone", cloud }), ...settings };
    writeFileSync(join(directory, "Pulumi.dev.yaml"), stringify({ config }));
  }

  async function settingsOf(cloud: string, settings: Record<string, unknown> = {}) {
    write(cloud, settings);
    return (await readStack({ directory, stack: "dev" })).settings;
  }

  describe("the APIs of a project", () => {
    const list = "gcloud services list --enabled --project shop-dev --format=json";
    const enabled = (...services: readonly string[]) =>
      printed(services.map((service) => ({ config: { name: `${service}.googleapis.com` } })));
    const look = async (answers: Readonly<Record<string, ProgramResult>>) =>
      checkServices(
        await settingsOf("gcp", { "groundplan:access": { gcp: { project: "shop-dev" } } }),
        answering(answers),
      );

    it("are well where those that a first run asks are on", async () => {
      expect(
        await look({ [list]: enabled("serviceusage", "cloudresourcemanager", "compute", "storage") }),
      ).to.deep.equal([{ name: "APIs of shop-dev", status: "ok", detail: "those that a first run needs are on" }]);
    });

    it("are named where they are off, with the command that switches them on", async () => {
      expect(await look({ [list]: enabled("serviceusage", "storage") })).to.deep.equal([
        {
          name: "APIs of shop-dev",
          status: "failure",
          detail: "off: cloudresourcemanager.googleapis.com, compute.googleapis.com",
          fix: "gcloud services enable cloudresourcemanager.googleapis.com compute.googleapis.com --project shop-dev",
        },
      ]);
    });

    it("are unknown where they cannot be listed", async () => {
      expect(brief(await look({ [list]: refused("PERMISSION_DENIED") }))).to.deep.equal(["APIs of shop-dev: unknown"]);
      expect(brief(await look({}))).to.deep.equal(["APIs of shop-dev: unknown"]);
    });
  });

  describe("a whole stack", () => {
    let cli: FakeCli;
    beforeEach(() => {
      cli = new FakeCli(directory);
    });
    afterEach(() => cli.remove());

    const look = async (access: DoctorAccess = {}) => {
      const told: Check[] = [];
      const backend = { kind: "local", directory } as const;
      const nothing: DoctorAccess = { run: answering({}), nameServers: async () => [], nodeVersion: "22.1.0" };
      const checks = await examine({ directory, stack: "dev", backend }, (check) => told.push(check), {
        ...nothing,
        ...access,
      });
      expect(told).to.deep.equal(checks);
      return checks;
    };

    it("is looked at from Node to its domain, each thing told as it is known", async () => {
      write("kubernetes");
      const asked: string[] = [];
      const checks = await look({
        run: answering({ "kubectl auth can-i": { code: 0, stdout: "yes\n", stderr: "" } }, asked),
        nameServers: async (domain) => (domain === "example.org" ? ["a.ns", "b.ns", "c.ns"] : []),
      });
      expect(brief(checks)).to.deep.equal([
        "node: ok",
        "pulumi: ok",
        "state: ok",
        "versions of the state: ok",
        "settings: ok",
        "deployable: ok",
        "plan: ok",
        "policies: failure",
        "names: ok",
        "cluster of one: ok",
        "domain: ok",
      ]);
      expect(checks.find(({ name }) => name === "policies")?.detail).to.include("container-not-privileged");
      expect(checks.at(-1)?.detail).to.equal("example.org is served by a.ns, b.ns");
      expect(asked).to.deep.equal(["kubectl auth can-i create namespaces --request-timeout=10s --context cluster-one"]);
      expect(cli.calls().filter((call) => !/^(version|stack|stack export|config)( @dev)?$/.test(call))).to.deep.equal(
        [],
      );
    });

    it("asks nobody outside for a sandbox", async () => {
      write("aws");
      const asked: string[] = [];
      const checks = await look({ run: answering({}, asked), outside: false });
      expect(asked).to.deep.equal([]);
      expect(checks.at(-1)?.name).to.equal("names");
    });

    it("says what is old, missing or wrong, and how to mend it", async () => {
      write("kubernetes", { "groundplan:domain": "not a domain" });
      cli.answer({ stack: { err: "error: no stack named 'dev' found", code: 6 } });
      const checks = await look({ nodeVersion: "18.20.1" });
      expect(checks.map(({ name, status, fix }) => [name, status, fix])).to.deep.equal([
        ["node", "failure", "install Node 20.19 or later"],
        ["pulumi", "ok", undefined],
        ["state", "warning", "up --create makes it"],
        ["versions of the state", "ok", undefined],
        ["settings", "failure", checks.at(-1)?.fix],
      ]);
      expect(checks.at(-1)?.detail).to.include("groundplan:domain").and.to.include("not a domain");
    });

    it("names a passphrase that is wrong, and creations nobody saw the end of", async () => {
      write("kubernetes");
      cli.answer({ config: { err: "error: incorrect passphrase", code: 255 } });
      const wrong = (await look({ outside: false })).find(({ name }) => name === "state");
      expect([wrong?.status, wrong?.detail]).to.deep.equal(["failure", "the passphrase of stack dev is wrong"]);
      const resource = { urn: "urn:pulumi:dev::shop::aws:ec2/vpc:Vpc::network", type: "aws:ec2/vpc:Vpc" };
      cli.answer({
        "stack export": { out: { deployment: { pending_operations: [{ type: "creating", resource }] } } },
      });
      const unfinished = (await look({ outside: false })).find(({ name }) => name === "unfinished");
      expect(unfinished?.status).to.equal("failure");
      expect(unfinished?.detail).to.include(resource.urn);
      expect(unfinished?.fix).to.include("--clear-pending-creates");
    });

    it("finds placeholders that a plan allows and an up refuses", async () => {
      write("kubernetes", { "groundplan:images": {}, "groundplan:placements": [PLACEMENT] });
      const checks = (await look({ outside: false })).filter(({ name }) => name === "deployable");
      expect(checks.map(({ status }) => status))
        .to.include("failure")
        .and.not.to.include("ok");
      expect(checks.map(({ detail }) => detail).join("\n")).to.include("context");
    });
  });

  describe("credentials", () => {
    const identity = printed({ Account: "111122223333", Arn: "arn:aws:sts::111122223333:assumed-role/deployer" });
    const cases: readonly [string, string, Record<string, unknown>, Record<string, ProgramResult>, string, string][] = [
      ["somebody", "aws", {}, { "aws sts": identity }, "ok", "assumed-role/deployer"],
      [
        "nobody",
        "aws",
        {},
        { "aws sts": refused("first\nUnable to locate credentials") },
        "failure",
        "Unable to locate",
      ],
      ["no command line", "aws", {}, {}, "unknown", "the aws command line is not installed"],
      [
        "somebody of another account",
        "aws",
        { aws: { allowedAccountIds: ["444455556666"] } },
        { "aws sts": identity },
        "failure",
        "account 111122223333 is none of 444455556666",
      ],
      [
        "somebody who takes a role in the account",
        "aws",
        { aws: { allowedAccountIds: ["444455556666"], roleArn: "arn:aws:iam::444455556666:role/deployer" } },
        { "aws sts": identity },
        "ok",
        "assumed-role/deployer",
      ],
      [
        "a project that is there",
        "gcp",
        { gcp: { project: "shop-dev" } },
        { "gcloud projects describe shop-dev": printed({ lifecycleState: "ACTIVE" }) },
        "ok",
        "project shop-dev is active",
      ],
      [
        "a project that may not be seen",
        "gcp",
        { gcp: { project: "shop-dev" } },
        { gcloud: refused("PERMISSION_DENIED") },
        "failure",
        "PERMISSION_DENIED",
      ],
      ["no gcloud", "gcp", { gcp: { project: "shop-dev" } }, {}, "unknown", "the gcloud command line is not installed"],
      [
        "a cluster that allows no namespace",
        "kubernetes",
        {},
        { kubectl: { code: 1, stdout: "no\n", stderr: "" } },
        "failure",
        "namespaces may not be made",
      ],
      [
        "a cluster that does not answer",
        "kubernetes",
        {},
        { kubectl: refused("dial tcp: i/o timeout") },
        "failure",
        "dial tcp: i/o timeout",
      ],
      ["no kubectl", "kubernetes", {}, {}, "unknown", "kubectl is not installed"],
    ];
    for (const [what, cloud, access, answers, status, detail] of cases) {
      it(`${cloud}, ${what}: ${status}`, async () => {
        const settings = await settingsOf(cloud, { "groundplan:access": access });
        const [check, ...others] = await checkCredentials(settings, answering(answers));
        expect(others).to.deep.equal([]);
        expect([check?.status, check?.detail]).to.satisfy(
          ([found, text]: string[]) => found === status && text?.includes(detail),
          JSON.stringify(check),
        );
        expect(check?.fix !== undefined).to.equal(status === "failure");
      });
    }

    it("asks as the profile that deploys", async () => {
      const asked: string[] = [];
      const settings = await settingsOf("aws", { "groundplan:access": { aws: { profile: "deployer" } } });
      await checkCredentials(settings, answering({}, asked));
      expect(asked).to.deep.equal(["aws sts get-caller-identity --output json --profile deployer"]);
    });
  });

  describe("log groups left behind", () => {
    const GROUP = "/aws/eks/shop-one/cluster";
    const list = `aws logs describe-log-groups --log-group-name-prefix ${GROUP} --region us-east-1 --output json`;
    const groups = (...names: readonly string[]) =>
      printed({ logGroups: names.map((logGroupName) => ({ logGroupName })) });
    const look = async (
      answers: Readonly<Record<string, ProgramResult>>,
      { ids = [], asked = [] }: { ids?: readonly string[]; asked?: string[] } = {},
    ) => {
      const type = "aws:cloudwatch/logGroup:LogGroup";
      const resources: Parameters<typeof checkLeftovers>[1]["resources"] = [
        { type, placement: "one", inputs: { name: GROUP } },
        { type, placement: "one", inputs: { namePrefix: "aws-waf-logs-" } },
        { type, placement: "edge", inputs: { name: "/elsewhere" } },
        { type: "aws:iam/role:Role", placement: "one", inputs: { name: "role" } },
      ];
      return checkLeftovers(await settingsOf("aws"), { resources }, new Set(ids), answering(answers, asked));
    };

    it("are named with the command that deletes them", async () => {
      expect(await look({ [list]: groups(`${GROUP}-2`, GROUP) })).to.deep.equal([
        {
          name: "log group of one",
          status: "failure",
          detail: `${GROUP} is there and in no state of this stack: left behind an earlier one of that name, or another's`,
          fix: `aws logs delete-log-group --log-group-name ${GROUP} --region us-east-1, where no other stack has it`,
        },
      ]);
    });

    it("are none where the stack has it, and where only others begin with its name", async () => {
      const asked: string[] = [];
      expect(await look({ [list]: groups(GROUP) }, { ids: [GROUP], asked })).to.deep.equal([]);
      expect(asked).to.deep.equal([]);
      expect(await look({ [list]: groups(`${GROUP}-2`) }, { asked })).to.deep.equal([]);
      expect(asked).to.deep.equal([list]);
    });

    it("are unknown where they cannot be listed", async () => {
      expect(await look({ [list]: refused("AccessDenied") })).to.deep.equal([
        { name: "log group of one", status: "unknown", detail: "AccessDenied" },
      ]);
      expect((await look({}))[0]?.detail).to.equal("the aws command line is not installed");
    });
  });

  it("says of a first up on AWS who cannot get in, and which certificate nobody answers for", () => {
    const of = (...resources: readonly (readonly [string, PlanObject])[]) =>
      checkWays({
        resources: resources.map(([type, inputs]) => ({ type, inputs, placement: "one" })),
      }).map(({ name, status, fix }) => [name, status, fix]);
    const network = ["aws:ec2/vpc:Vpc", {}] as const;
    const cluster = (endpointPublicAccess: boolean) =>
      ["aws:eks/cluster:Cluster", { vpcConfig: { endpointPublicAccess } }] as const;
    const validation = "aws:acm/certificateValidation:CertificateValidation";
    const [closed, ...rest] = of(network, cluster(false));
    expect(rest).to.deep.equal([]);
    expect(closed?.slice(0, 2)).to.deep.equal(["way to the cluster of one", "warning"]);
    expect(closed?.[2]).to.include("groundplan:existing.one.vpc").and.to.include("groundplan:access.deployer.from");
    expect(of(network, cluster(true))).to.deep.equal([]);
    expect(of(cluster(false)), "in a network that is there").to.deep.equal([]);
    const [unanswered] = of([validation, {}]);
    expect(unanswered?.slice(0, 2)).to.deep.equal(["certificate of one", "warning"]);
    expect(unanswered?.[2]).to.include("groundplan:existing.one.zone");
    expect(of([validation, { validationRecordFqdns: ["x"] }])).to.deep.equal([]);
  });
});

/** Of a cluster nobody has named. */
const PLACEMENT = { name: "one", cloud: "kubernetes", region: "here" };
