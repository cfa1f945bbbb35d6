import { join } from "node:path";
import { expect } from "chai";
import { planStack } from "../../automation/plan";
import { named, ofType, planAws } from "./awsPlan";

const ROOT = join(__dirname, "..", "..");
const SECRET = "aws:secretsmanager/secret:Secret";
/** VibeBox, none of whose buckets is copied. */
const WITHOUT_COPIES = {
  "groundplan:model": "distributed",
  "groundplan:placements": [{ name: "main", cloud: "aws", region: "us-east-1" }],
};

describe("secrets on AWS", function () {
  this.timeout(120_000);

  it("are kept in the region that buckets are copied to as well, under a key of that region", async () => {
    const { plan } = await planAws("simulate");
    const region = named(plan, "main-exports-replica").inputs.region;
    const key = named(plan, "main-secrets-replica-key");
    expect(region).to.equal("us-west-2");
    expect(key.inputs).to.deep.include({ region, enableKeyRotation: true, rotationPeriodInDays: 365 });
    expect(key.options.protect).to.equal(true);
    const { Statement } = JSON.parse(String(key.inputs.policy)) as {
      readonly Statement: readonly { readonly Sid: string; readonly Condition?: unknown }[];
    };
    expect(Statement.find(({ Sid }) => Sid === "UseThroughServices")?.Condition).to.deep.equal({
      StringEquals: { "kms:ViaService": ["secretsmanager.us-west-2.amazonaws.com"] },
    });
    const secret = named(plan, "main-secrets-backup-daily-passphrase", SECRET);
    const [copy, ...others] = secret.inputs.replicas as readonly { region: string; kmsKeyId: string }[];
    expect([copy?.region, others]).to.deep.equal([region, []]);
    expect(copy?.kmsKeyId).to.match(/^arn:aws:kms:us-west-2:/);
    expect(secret.inputs.kmsKeyId).to.match(/^arn:aws:kms:us-east-1:/);
    expect(secret.dependencies).to.include(key.urn);
  });

  it("that are empty are said to be, by the setting that gives an external service's key or a value of the system's own", async () => {
    const { plan } = await planAws("simulate", {
      "groundplan:overrides": {
        secrets: { licence: { description: "Licence of a library" } },
        external: { payments: { hosts: ["payments.example.com"], secrets: { "api-key": "Takes payments" } } },
      },
    });
    const remedies = new Map(plan.degraded.map(({ feature, remedy }) => [feature, remedy.split(", or ")[0]]));
    expect(["payments-api-key", "licence"].map((name) => remedies.get(`secret ${name}`))).to.deep.equal([
      `pulumi config set --secret --path 'groundplan:secrets["payments"]["api-key"]' VALUE`,
      `pulumi config set --secret --path 'groundplan:secrets["licence"]' VALUE`,
    ]);
  });

  it("of databases and caches, which are new wherever those are, are kept in their own region alone", async () => {
    const { plan } = await planAws("simulate");
    const copied = ofType(plan, SECRET).filter(({ inputs }) => inputs.replicas !== undefined);
    expect(copied.map(({ name }) => name)).to.deep.equal(["main-secrets-backup-daily-passphrase"]);
  });

  it("that open a backup's copies, and they alone, are marked as never to rotate", async () => {
    const { plan } = await planAws("simulate");
    const marked = ofType(plan, SECRET).filter(({ inputs }) => {
      const tags = inputs.tags as Readonly<Record<string, unknown>>;
      return tags["groundplan:rotation"] === "never";
    });
    expect(marked.map(({ name }) => name)).to.deep.equal(["main-secrets-backup-daily-passphrase"]);
  });

  it("stay where they are where no bucket is copied", async () => {
    const { plan } = await planAws("simulate", WITHOUT_COPIES, "dev");
    expect(ofType(plan, SECRET)).to.not.deep.equal([]);
    expect(ofType(plan, SECRET).filter(({ inputs }) => inputs.replicas !== undefined)).to.deep.equal([]);
    expect(plan.resources.filter(({ name }) => name === "main-secrets-replica-key")).to.deep.equal([]);
  });

  it("have entries of their own in every region of a system in several", async () => {
    const { plan } = await planAws("simulate", {
      "groundplan:model": "global",
      "groundplan:placements": [
        { name: "us", cloud: "aws", region: "us-east-1", role: "primary", cidrIndex: 0 },
        { name: "eu", cloud: "aws", region: "eu-west-1", role: "secondary", cidrIndex: 1 },
      ],
    });
    const own = ofType(plan, SECRET).filter(({ name }) => name.endsWith("-secrets-backup-daily-passphrase"));
    expect(own.map(({ name }) => name)).to.have.members(
      ["us", "eu"].map((place) => `${place}-secrets-backup-daily-passphrase`),
    );
    for (const { inputs } of own) expect(inputs).to.not.have.property("replicas");
  });

  for (const mode of ["preview", "simulate"] as const) {
    it(`pass every policy pack in ${mode} mode`, async () => {
      const { policies } = await planStack({ directory: ROOT, stack: "staging", mode, today: "2026-11-01" });
      const broken = policies.results.filter(({ level, status }) => level === "mandatory" && status === "violation");
      expect(broken).to.deep.equal([]);
    });
  }
});
