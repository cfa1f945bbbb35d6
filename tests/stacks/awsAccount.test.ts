import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { planStack } from "../../automation/plan";
import { readStackFile, toPulumiConfig } from "../../automation/stackFile";
import { InputError } from "../../components/errors";
import { type Plan, runProgram } from "../../engine";
import groundplan from "../../index";
import { named, ofType, planAws } from "./awsPlan";
import { eu, problemsOf, problemsWith, settingsWith, us } from "./settingsFixture";

const ROOT = resolve(__dirname, "../..");
const DETECTOR = "12abc34d567e8fa901bc2d34e56789f0";
const TRAIL = "arn:aws:cloudtrail:us-east-1:999988887777:trail/organization";
const ASKED = { "groundplan:overrides": { security: { auditLog: true, intrusionDetection: true } } };
const theirs = (given: object) => ({ ...ASKED, "groundplan:existing": { main: given } });
const TYPES = {
  detector: "aws:guardduty/detector:Detector",
  feature: "aws:guardduty/detectorFeature:DetectorFeature",
  trail: "aws:cloudtrail/trail:Trail",
};
const count = (plan: Plan) => Object.values(TYPES).map((type) => ofType(plan, type).length);

/**
 * What an account, or an account in a region, has one of; a second stack would meet the first one's. A budget is no such
 * thing: it has a name of its own and counts what carries the system's tag.
 */
const ONE_PER_ACCOUNT = [
  ...["guardduty.Detector", "guardduty.OrganizationConfiguration", "cloudtrail.Trail", "cfg.Recorder"],
  ...["cfg.DeliveryChannel", "securityhub.Account", "macie2.Account", "inspector2.Enabler", "detective.Graph"],
  ...["accessanalyzer.Analyzer", "auditmanager.AccountRegistration", "ebs.EncryptionByDefault", "ebs.DefaultKmsKey"],
  ...["ebs.SnapshotBlockPublicAccess", "ec2.ImageBlockPublicAccess", "ec2.SerialConsoleAccess"],
  ...[
    "ec2.InstanceMetadataDefaults",
    "ec2.DefaultVpc",
    "s3.AccountPublicAccessBlock",
    "s3control.AccessGrantsInstance",
  ],
  ...["iam.AccountAlias", "iam.AccountPasswordPolicy", "iam.SecurityTokenServicePreferences", "apigateway.Account"],
  ...["ecr.RegistryPolicy", "ecr.RegistryScanningConfiguration", "ecr.ReplicationConfiguration", "ecr.AccountSetting"],
  ...["xray.EncryptionConfig", "ssm.ServiceSetting", "ssm.DefaultPatchBaseline", "backup.GlobalSettings"],
  ...["backup.RegionSettings", "cloudwatch.LogAccountPolicy", "rds.Certificate", "ses.ActiveReceiptRuleSet"],
  ...["sns.SmsPreferences", "servicecatalog.OrganizationsAccess", "lakeformation.DataLakeSettings", "oam.Sink"],
  ...["costoptimizationhub.EnrollmentStatus", "computeoptimizer.EnrollmentStatus", "shield.Subscription"],
];

describe("what an account has one of", function () {
  this.timeout(120_000);

  it("is a detector and a trail, of all this program makes", () => {
    const sources = ["components", "stacks"].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => readFileSync(join(ROOT, folder, file), "utf8")),
    );
    const made = ONE_PER_ACCOUNT.filter((type) => sources.some((text) => new RegExp(`\\baws\\.${type}\\b`).test(text)));
    expect(made).to.deep.equal(["guardduty.Detector", "cloudtrail.Trail"]);
  });

  it("is made where a system asks, and nobody has it", async () => {
    const { plan } = await planAws("simulate", ASKED);
    expect(count(plan)).to.deep.equal([1, 4, 1]);
    expect(named(plan, "main-monitoring-findings").type).to.equal("aws:cloudwatch/eventRule:EventRule");
  });

  it("outlives the stack that made the detector, which others may use by then, but in dev", async () => {
    const { plan } = await planAws("simulate", ASKED);
    expect(named(plan, "main-audit-detector").options.retainOnDelete).to.equal(true);
    const { plan: dev } = await planAws("simulate", { ...ASKED, "groundplan:environment": "dev" });
    expect(named(dev, "main-audit-detector").options.retainOnDelete).to.equal(undefined);
  });

  it("is used where somebody else made the detector: its findings are reported, nothing of it is changed", async () => {
    const { plan } = await planAws("simulate", theirs({ detector: DETECTOR }));
    expect(count(plan)).to.deep.equal([0, 0, 1]);
    expect(named(plan, "main-monitoring-findings-target").type).to.equal("aws:cloudwatch/eventTarget:EventTarget");
  });

  it("is left to whoever keeps the account's trail, and so is the bucket it writes to", async () => {
    const { plan } = await planAws("simulate", theirs({ trail: TRAIL }));
    expect(count(plan)).to.deep.equal([1, 4, 0]);
    expect(plan.resources.filter(({ name }) => name.startsWith("main-audit-log"))).to.deep.equal([]);
  });

  it("is there for a stack that lives for hours too, where it is the account's own", async () => {
    const ephemeral = { ...theirs({ detector: DETECTOR, trail: TRAIL }), "groundplan:ephemeral": true };
    const { plan } = await planAws("simulate", ephemeral);
    expect(count(plan)).to.deep.equal([0, 0, 0]);
    expect(plan.resources.map(({ name }) => name)).to.include("main-monitoring-findings");
    expect(plan.degraded.filter(({ feature }) => /intrusion detection|audit log/.test(feature))).to.deep.equal([]);
  });

  it("must be on: a detector that is not is refused as soon as GuardDuty says so", async () => {
    const file = await readStackFile(ROOT, "staging");
    const config = toPulumiConfig({ ...file.values, ...theirs({ detector: DETECTOR }) });
    const problems = await problemsOf(() =>
      runProgram({
        ...{ program: groundplan, project: file.project, stack: "staging", config, mode: "preview" as const },
        secretKeys: [...file.secretKeys],
        invokes: { "aws:guardduty/getDetector:getDetector": () => ({ id: DETECTOR, status: "DISABLED" }) },
      }),
    );
    expect(problems).to.deep.equal([
      {
        path: "groundplan:existing.main.detector",
        found: `${DETECTOR}, which is DISABLED`,
        allowed: "a detector that is ENABLED",
        fix: "have its owner enable it, or name another",
      },
    ]);
  });

  it("is nothing to a system that does not ask, and is no other region's: all at once", async () => {
    const existing = { us: { detector: DETECTOR }, eu: { trail: TRAIL } };
    const changes = {
      "groundplan:model": "global",
      "groundplan:placements": [us, eu],
      "groundplan:existing": existing,
    };
    const failed = async (more: object) => {
      try {
        await planAws("preview", { ...changes, ...more });
        return [];
      } catch (error) {
        return InputError.is(error) ? error.problems.map(({ path, allowed }) => [path, allowed]) : [[String(error)]];
      }
    };
    expect(await failed({})).to.deep.equal([
      ["groundplan:existing.us.detector", "nothing where the system asks for no detection of intruders"],
    ]);
    expect(await failed(ASKED)).to.deep.equal([
      ["groundplan:existing.eu.trail", "nothing here: one trail is for every region, and made with us"],
    ]);
  });

  const WRONG: readonly (readonly [string, Record<string, unknown>, readonly string[]])[] = [
    [
      "what is neither id nor ARN",
      { existing: { main: { detector: "default", trail: "organization" } } },
      ["groundplan:existing.main.detector", "groundplan:existing.main.trail"],
    ],
    [
      "another cloud's",
      {
        placements: [{ name: "main", cloud: "gcp", region: "us-central1" }],
        existing: { main: { detector: DETECTOR, trail: TRAIL } },
      },
      ["groundplan:existing.main.detector", "groundplan:existing.main.trail"],
    ],
  ];
  for (const [what, change, paths] of WRONG) {
    it(`refuses ${what}`, async () => {
      expect((await problemsWith(change)).map(({ path }) => path)).to.deep.equal(paths);
    });
  }

  it("is refused on a host, which watches over no account", async () => {
    const set = [{ path: "existing.us-east-1", value: { detector: DETECTOR, trail: TRAIL } }];
    const selection = { system: "vibebox", model: "standalone", cloud: "aws", set };
    const problems = await problemsOf(() =>
      planStack({ directory: ROOT, stack: "dev", selection, mode: "preview", packs: [] }),
    );
    expect(problems.map(({ path }) => path)).to.deep.equal([
      "groundplan:existing.us-east-1.detector",
      "groundplan:existing.us-east-1.trail",
    ]);
  });

  it("is taken by its id and its ARN", async () => {
    const { placements } = await settingsWith({ existing: { main: { detector: DETECTOR, trail: TRAIL } } });
    expect(placements[0]?.existing).to.include({ detector: DETECTOR, trail: TRAIL });
  });
});
