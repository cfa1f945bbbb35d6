import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { externalSecrets } from "../../automation/externalSecrets";
import { judgeSettings, planStack } from "../../automation/plan";
import { UNKNOWN_CONFIG_VALUE } from "../../automation/stackFile";
import { show } from "../../components/errors";
import type { PlanResource } from "../../engine";
import { systemNames } from "../../systems";
import { MODELS } from "../../systems/spec";
import { ofType, planAws } from "./awsPlan";
import { eu, problemsWith, settingsWith, us } from "./settingsFixture";

const ROOT = join(__dirname, "..", "..");
const BOUNDARY = "arn:aws:iam::111122223333:policy/teams/scraper/boundary";
const OTHER = "arn:aws:iam::444455556666:policy/boundary";
const ROLE = "aws:iam/role:Role";

async function cell(system: string, model: string, boundary?: string): Promise<readonly PlanResource[]> {
  const secrets = await externalSecrets(system, UNKNOWN_CONFIG_VALUE);
  const set = boundary === undefined ? [] : [{ path: "access.aws.permissionsBoundary", value: boundary }];
  const selection = { system, model, cloud: "aws", set };
  const plan = await planStack({ directory: ROOT, stack: "dev", selection, secrets, mode: "simulate", packs: [] });
  return ofType(plan, ROLE);
}

const boundaries = (roles: readonly PlanResource[]) =>
  roles.map(({ name, inputs }): [string, unknown] => [name, inputs.permissionsBoundary]);
const bounded = (roles: readonly PlanResource[], by: string | undefined) =>
  roles.map(({ name }): [string, unknown] => [name, by]);

describe("permissions boundary", function () {
  this.timeout(120_000);

  for (const system of systemNames) {
    for (const model of MODELS) {
      it(`is every role's of ${system}, ${model}`, async () => {
        const roles = await cell(system, model, BOUNDARY);
        expect(roles.length).to.be.greaterThan(0);
        expect(boundaries(roles)).to.deep.equal(bounded(roles, BOUNDARY));
      });
    }
  }

  it("is every role's that a setting brings: Fargate, a pool of connections, a schedule, monitoring", async () => {
    const changes = {
      "groundplan:access": { aws: { permissionsBoundary: BOUNDARY } },
      "groundplan:compute": {
        fargateNamespaces: ["doc-scraper"],
        pooledDatabases: ["database"],
        schedule: { stop: "0 20 * * 1-5", start: "0 6 * * 1-5" },
      },
      "groundplan:overrides": {
        services: { api: { nodePool: null }, worker: { nodePool: null } },
        security: { auditLog: true, intrusionDetection: true },
      },
    };
    const { plan } = await planAws("simulate", changes);
    const roles = ofType(plan, ROLE);
    expect(roles.map(({ name }) => name)).to.include.members([
      "main-cluster-fargate-role",
      "main-database-proxy-role",
      "main-schedule-role",
      "main-database-monitoring-role",
      "main-network-flow-log-role",
      "main-cluster-node-role",
      "main-cluster-control-plane-role",
    ]);
    expect(boundaries(roles)).to.deep.equal(bounded(roles, BOUNDARY));
  });

  it("is asked of every role by the policies, where every placement has one", async () => {
    const verdict = async (permissionsBoundary: string | undefined) => {
      const settings = await settingsWith({
        model: "global",
        placements: [us, { ...eu, ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }) }],
      });
      const own = settings.placements.map((placement) =>
        placement.name === "us" ? { ...placement, permissionsBoundary: BOUNDARY } : placement,
      );
      return judgeSettings({ ...settings, placements: own }).boundaries;
    };
    expect(await verdict(OTHER)).to.deep.equal([BOUNDARY, OTHER]);
    expect(await verdict(BOUNDARY)).to.deep.equal([BOUNDARY]);
    expect(await verdict(undefined)).to.equal(undefined);
    const judged = async (set: readonly { path: string; value: unknown }[]) => {
      const secrets = await externalSecrets("vibebox", UNKNOWN_CONFIG_VALUE);
      const selection = { system: "vibebox", model: "standalone", cloud: "aws", set };
      const rules = { "iam-role-bounded": { boundaries: [BOUNDARY] } };
      const request = { directory: ROOT, stack: "dev", selection, secrets, rules, packs: ["identity"] };
      const plan = await planStack({ ...request, mode: "simulate" });
      const broken = plan.policies.results.filter(({ rule }) => rule === "iam-role-bounded");
      return broken.map(({ status, message }) => `${status}: ${message.split("\n").at(-1)}`);
    };
    expect(await judged([{ path: "access.aws.permissionsBoundary", value: BOUNDARY }])).to.deep.equal([]);
    const missing = `violation: permissionsBoundary is unset, not ${BOUNDARY}`;
    expect(await judged([])).to.deep.equal([missing, missing, missing]);
  });

  it("is nobody's where no setting asks", async () => {
    const roles = await cell("vibebox", "standalone");
    expect(roles.length).to.be.greaterThan(0);
    expect(boundaries(roles)).to.deep.equal(bounded(roles, undefined));
  });

  it("is made a role's in one place, which no other goes around", () => {
    const makers = ["components", "stacks"].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => `${folder}/${file}`)
        .filter((file) => /\baws\.iam\.(Role|User|Group)\b/.test(withoutTypes(readFileSync(join(ROOT, file), "utf8")))),
    );
    expect(makers).to.deep.equal(["components/aws/role.ts"]);
  });

  it("differs between placements of different accounts", async () => {
    const placements = [
      { ...us, account: "111122223333" },
      { ...eu, account: "444455556666", permissionsBoundary: OTHER },
    ];
    const change = { model: "global", placements, access: { aws: { permissionsBoundary: BOUNDARY } } };
    const settings = await settingsWith(change);
    expect(settings.placements.map(({ name, permissionsBoundary }) => [name, permissionsBoundary])).to.deep.equal([
      ["us", BOUNDARY],
      ["eu", OTHER],
    ]);
  });

  it("may be a policy that AWS keeps, in any account", async () => {
    const permissionsBoundary = "arn:aws:iam::aws:policy/PowerUserAccess";
    const access = { aws: { permissionsBoundary, allowedAccountIds: ["111122223333"] } };
    const { placements } = await settingsWith({ access });
    expect(placements.map((placement) => placement.permissionsBoundary)).to.deep.equal([permissionsBoundary]);
  });

  it("tells of everything that is wrong with it at once", async () => {
    const placements = [
      { ...us, account: "111122223333" },
      { ...eu, account: "444455556666", permissionsBoundary: "arn:aws-cn:iam::111122223333:policy/boundary" },
      { name: "google", cloud: "gcp", region: "us-central1", cidrIndex: 9, permissionsBoundary: BOUNDARY },
    ];
    const access = { aws: { permissionsBoundary: OTHER } };
    const problems = await problemsWith({ model: "global", placements: [...placements], access });
    expect(problems.map(({ path, allowed }) => [path, allowed])).to.deep.include.members([
      ["groundplan:access.aws.permissionsBoundary", "a policy of the account its roles are in: 111122223333"],
      ["groundplan:placements[1].permissionsBoundary", "a policy of the partition of eu-west-1: arn:aws:iam::..."],
      ["groundplan:placements[1].permissionsBoundary", "a policy of the account its roles are in: 444455556666"],
      ["groundplan:placements[2].permissionsBoundary", "a permissions boundary on aws only"],
    ]);
  });

  const WRONG = [
    "boundary",
    "arn:aws:iam::111122223333:role/boundary",
    "arn:aws:iam::1111:policy/boundary",
    "arn:aws:iam::111122223333:policy/",
    `arn:aws:iam::111122223333:policy/${"b".repeat(129)}`,
    "arn:aws:iam:us-east-1:111122223333:policy/boundary",
  ];
  for (const permissionsBoundary of WRONG) {
    it(`refuses ${permissionsBoundary.slice(0, 60)}`, async () => {
      const problems = await problemsWith({
        access: { aws: { permissionsBoundary } },
        placements: [{ ...us, permissionsBoundary }],
      });
      expect(problems.map(({ path, found, allowed }) => ({ path, found, allowed }))).to.deep.equal(
        ["groundplan:placements[0].permissionsBoundary", "groundplan:access.aws.permissionsBoundary"].map((path) => ({
          path,
          found: show(permissionsBoundary),
          allowed: "the ARN of an IAM policy, such as arn:aws:iam::123456789012:policy/boundary",
        })),
      );
    });
  }

  it("asks for nothing where nothing is on AWS", async () => {
    const problems = await problemsWith({
      access: { aws: { permissionsBoundary: BOUNDARY } },
      placements: [{ name: "main", cloud: "gcp", region: "us-central1" }],
    });
    expect(problems.map(({ path, allowed, fix }) => [path, allowed, fix])).to.deep.equal([
      [
        "groundplan:access.aws.permissionsBoundary",
        "nothing without a placement on aws: no other has roles",
        "remove it",
      ],
    ]);
  });
});

/** Sources in which a role is only handed on stay out of the question. */
function withoutTypes(text: string): string {
  return text.replaceAll(/[:<] *(readonly )?aws\.iam\.\w+/g, "");
}
