import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import type { Command } from "commander";
import { parse } from "yaml";
import { buildCommand } from "../cli/command";
import { recordingTerminal } from "./cli/terminal";

const ROOT = join(__dirname, "..");
const WORKFLOWS = join(ROOT, ".github", "workflows");

interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string | number>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly run?: string;
  readonly shell?: string;
}

interface Job {
  readonly "runs-on": string;
  readonly "timeout-minutes": number;
  readonly needs?: string | readonly string[];
  readonly permissions?: unknown;
  readonly env?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": boolean };
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly name: string;
  readonly on: unknown;
  readonly permissions: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly concurrency?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface GitlabJob {
  readonly stage?: string;
  readonly script?: readonly string[];
  readonly before_script?: readonly string[];
  readonly timeout?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly extends?: string;
  readonly rules?: readonly unknown[];
}

const everything = parse(readFileSync(join(ROOT, ".gitlab-ci.yml"), "utf8")) as Readonly<Record<string, unknown>>;
const stages = everything.stages as readonly string[];
const gitlab = Object.fromEntries(
  Object.entries(everything).filter(([name]) => name !== "stages" && name !== "default"),
) as Readonly<Record<string, GitlabJob>>;

/** The command lines of a script that run `groundplan`, expressions of the CI replaced by a word. */
function groundplanLines(script: string): readonly string[] {
  return script
    .replace(/\\\n/g, " ")
    .split("\n")
    .flatMap((line) => [...line.matchAll(/npx groundplan ([^|>)&]*)/g)].map((match) => match[1] ?? ""))
    .map((line) => line.replace(/\$\{\{[^}]*\}\}|\$\w+|"\$[^"]*"/g, "word").trim());
}

/** What the command line says is wrong with a call; nothing runs. */
function complaint(line: string): string | undefined {
  const { terminal, err } = recordingTerminal();
  const root = buildCommand({ terminal, directory: ROOT, exitCode: 0 });
  const [name = "", ...args] = line.split(/\s+/);
  const command: Command | undefined = root.commands.find((candidate) => candidate.name() === name);
  if (command === undefined) {
    return `no command ${name}`;
  }
  command.action(() => undefined);
  try {
    root.parse([name, ...args], { from: "user" });
    return undefined;
  } catch (error) {
    return `${(error as Error).message} ${err()}`;
  }
}

const expression = (text: string) => `$\{{ ${text} }}`;

/** Runner of what has credentials: one in the stacks' networks, where somebody names it. */
const DEPLOY_RUNNER = expression("vars.DEPLOY_RUNNER || 'ubuntu-latest'");
const PASSPHRASE = expression("secrets.PULUMI_CONFIG_PASSPHRASE");

const workflowOf = (file: string) => parse(readFileSync(join(WORKFLOWS, file), "utf8")) as Workflow;

/** The script of a step, by its name. */
function scriptOf(file: string, job: string, name: string): string {
  const found = workflowOf(file).jobs[job]?.steps.find((step) => step.name === name)?.run;
  if (found === undefined) {
    throw new Error(`${file} has no step ${name} in ${job}`);
  }
  return found;
}

describe("workflows", () => {
  for (const file of readdirSync(WORKFLOWS)) {
    describe(file, () => {
      const text = readFileSync(join(WORKFLOWS, file), "utf8");
      const workflow = parse(text) as Workflow;
      const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

      it("is a workflow: a name, events, least permissions, jobs that end", () => {
        expect(workflow.name).to.be.a("string");
        expect(workflow.on).to.satisfy((on: unknown) => typeof on === "object" && on !== null);
        expect(workflow.permissions.contents).to.equal("read");
        for (const [name, job] of Object.entries(workflow.jobs)) {
          // What a pull request runs never meets a runner that stands in a stack's network.
          const credentials = job.steps.some(({ uses }) => uses?.startsWith("aws-actions/") === true);
          expect(job["runs-on"], name).to.equal(credentials ? DEPLOY_RUNNER : "ubuntu-latest");
          expect(credentials, name).to.equal(["deploy.yml", "drift.yml"].includes(file));
          expect(job["timeout-minutes"], name).to.be.within(1, 120);
          for (const needed of [job.needs ?? []].flat()) {
            expect(workflow.jobs, name).to.have.property(needed);
          }
          for (const step of job.steps) {
            expect(Number(step.uses !== undefined) + Number(step.run !== undefined), JSON.stringify(step)).to.equal(1);
          }
        }
      });

      it("pins every action to a commit, and says which version that is", () => {
        const loose = [...text.matchAll(/\buses: (.+)$/gm)].flatMap(([, uses = ""]) =>
          /^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(uses) ? [] : [uses],
        );
        expect(steps.some(({ uses }) => uses !== undefined)).to.equal(true);
        expect(loose).to.deep.equal([]);
      });

      it("runs commands of groundplan that exist, with flags they have", () => {
        const lines = steps.flatMap(({ run }) => groundplanLines(run ?? ""));
        expect(file === "check.yml" || lines.length > 0).to.equal(true);
        expect(lines.flatMap((line) => complaint(line) ?? [])).to.deep.equal([]);
      });

      it("gives the passphrase to groundplan alone, and credentials that outlive their job", () => {
        expect(JSON.stringify(workflow.env ?? {})).to.not.include("secrets.");
        for (const [name, job] of Object.entries(workflow.jobs)) {
          expect(JSON.stringify(job.env ?? {}), name).to.not.include("secrets.");
          const deploys = job["runs-on"] === DEPLOY_RUNNER;
          for (const { env, run, uses, with: inputs } of job.steps) {
            const needsIt = deploys && groundplanLines(run ?? "").length > 0;
            expect(env?.PULUMI_CONFIG_PASSPHRASE, run).to.equal(needsIt ? PASSPHRASE : undefined);
            if (uses?.startsWith("aws-actions/configure-aws-credentials@")) {
              expect(inputs?.["role-duration-seconds"], name).to.be.within(job["timeout-minutes"] * 60, 7200);
            }
          }
        }
      });

      it("never asks a registry for groundplan where it was not installed", () => {
        for (const { if: when, run } of steps.filter((step) => groundplanLines(step.run ?? "").length > 0)) {
          expect(when ?? "", run).to.match(/^$|steps\.plan\.outcome != 'skipped'$/);
        }
      });

      it("lets no text of a pull request into a script, and no failure hide in a pipe", () => {
        const risky = steps.flatMap(({ run }) => (/\$\{\{\s*github\.event\./.test(run ?? "") ? [run] : []));
        expect(risky).to.deep.equal([]);
        // `bash` alone, named, sets pipefail; the runner's default does not.
        const piped = steps.filter(({ run }) => /groundplan[^\n]*\| tee/.test(run ?? ""));
        expect(piped.filter(({ shell }) => shell !== "bash")).to.deep.equal([]);
      });
    });
  }

  it("deploy production only after staging, a saved plan and an approval", () => {
    const { jobs } = workflowOf("deploy.yml");
    expect(jobs["plan-production"]?.needs).to.equal("staging");
    expect(jobs.production).to.include({ needs: "plan-production", environment: "production" });
    const up = jobs.production?.steps.flatMap(({ run }) => groundplanLines(run ?? ""))[0];
    expect(up).to.match(/^up --stack prod --plan production\.plan\.json --yes-production/);
    const saved = jobs["plan-production"]?.steps.find(({ with: inputs }) => inputs?.name === "production-plan");
    expect(saved?.with?.["retention-days"]).to.be.within(1, 7);
  });

  it("let no production run that waits for approval hold up staging, and cancel none that runs", () => {
    const { jobs, concurrency } = workflowOf("deploy.yml");
    expect(concurrency).to.equal(undefined);
    expect(Object.entries(jobs).map(([name, job]) => [name, job.concurrency])).to.deep.equal([
      ["staging", { group: "deploy-staging", "cancel-in-progress": false }],
      ["plan-production", undefined],
      ["production", { group: "deploy-production", "cancel-in-progress": false }],
    ]);
  });

  it("say in their first lines what they take", () => {
    const text = readFileSync(join(WORKFLOWS, "deploy.yml"), "utf8");
    const head = text.slice(0, text.indexOf("\non:\n"));
    const taken = [...text.matchAll(/\b(?:vars|secrets)\.(\w+)/g)].map(([, name = ""]) => name);
    expect([...new Set(taken)].filter((name) => !head.includes(name))).to.deep.equal([]);
    for (const { environment = "" } of Object.values(workflowOf("deploy.yml").jobs)) {
      expect(head).to.include(environment);
    }
    const made = groundplanLines(head.replace(/^#/gm, ""));
    expect(made).to.deep.equal(["up --stack staging --create", "up --stack prod --create --yes-production"]);
    expect(made.flatMap((line) => complaint(line) ?? [])).to.deep.equal([]);
  });
});

describe("scripts of the workflows", function () {
  this.timeout(20_000);
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "groundplan-workflows-"));
    mkdirSync(join(directory, "bin"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** Runs a script as a runner does, `program` being one that says `output` and ends with `code`. */
  function run(script: string, program: string, output: string, code: number, env: Record<string, string> = {}) {
    writeFileSync(join(directory, "bin", program), `#!/bin/sh\nprintf '%s' '${output}'\nexit ${code}\n`, {
      mode: 0o755,
    });
    const { PATH = "" } = process.env;
    return spawnSync("bash", ["-e", "-o", "pipefail", "-c", script], {
      cwd: directory,
      encoding: "utf8",
      env: { PATH: [join(directory, "bin"), PATH].join(delimiter), RUNNER_TEMP: directory, ...env },
    });
  }
  const written = (file: string) => readFileSync(join(directory, file), "utf8");

  for (const [code, ends, says] of [
    [0, 0, ""],
    [1, 0, "Data would be lost, see above.\n"],
    [2, 2, "The two plans could not be compared, see the log of this run.\n"],
  ] as const) {
    it(`preview: a diff that ends with ${code} ${says === "" ? "says nothing more" : `says: ${says.trim()}`}`, () => {
      writeFileSync(join(directory, "before.json"), "{}");
      writeFileSync(join(directory, "after.json"), "{}");
      expect(run(scriptOf("preview.yml", "plan", "Compare both"), "npx", "+ a b\n", code).status).to.equal(ends);
      expect(written("diff.txt")).to.equal(`+ a b\n${says}`);
    });
  }

  it("preview: no text of a change ends the block it stands in", () => {
    writeFileSync(join(directory, "diff.txt"), "a `b` ``c``\n```\n````\n</details>\n@all\n");
    expect(run(scriptOf("preview.yml", "plan", "Write the comment"), "npx", "", 0).status).to.equal(0);
    const comment = written("comment.md");
    expect(comment).to.include("a `b` ``c``\n(backticks)\n(backticks)\n</details>\n@all\n");
    expect(comment.match(/`{3,}/g)).to.deep.equal(Array.from({ length: 6 }, () => "````"));
  });

  const report = () => scriptOf("check.yml", "plan", "Check policies with every value filled in");

  it("check: the report is written where a policy fails, which fails the step; none where nothing was judged", () => {
    expect(run(report(), "npx", '{"runs":[]}', 1, { STACK: "dev" }).status).to.equal(1);
    expect(written("policies-dev.sarif")).to.equal('{"runs":[]}');
    expect(run(report(), "npx", "", 2, { STACK: "dev" }).status).to.equal(2);
    expect(existsSync(join(directory, "policies-dev.sarif"))).to.equal(false);
  });

  it("check: the report runs after a plan that fails, and is uploaded where there is one", () => {
    const steps = workflowOf("check.yml").jobs.plan?.steps ?? [];
    expect(steps.find(({ id }) => id === "plan")?.run).to.include("groundplan plan");
    expect(steps.find(({ run: script }) => script === report())?.if).to.equal(
      "always() && steps.plan.outcome != 'skipped'",
    );
    expect(steps.find(({ uses }) => uses?.includes("upload-sarif"))?.if).to.equal(
      "always() && hashFiles('policies-*.sarif') != ''",
    );
  });

  it("GitLab: the report is written where the plan fails, and the job fails", () => {
    const script = (gitlab.plan?.script ?? []).join("\n");
    expect(run(script, "npx", "<testsuites/>", 1).status).to.equal(1);
    expect([written("plan.txt"), written("policies.xml")]).to.deep.equal(["<testsuites/>", "<testsuites/>"]);
    expect(run(script, "npx", "<testsuites/>", 0).status).to.equal(0);
  });

  for (const [where, script] of [
    ["staging", () => scriptOf("deploy.yml", "staging", "Smoke test")],
    ["production", () => scriptOf("deploy.yml", "production", "Smoke test")],
    ["staging on GitLab", () => gitlab.staging?.script?.at(-1) ?? ""],
    ["production on GitLab", () => gitlab.production?.script?.at(-1) ?? ""],
  ] as const) {
    it(`${where}: an address that does not answer fails the deployment, none named does not`, () => {
      const unset = run(script(), "curl", "", 22, { SMOKE_URL: "" });
      expect([unset.status, unset.stdout]).to.satisfy(
        ([status, out]: [number, string]) => status === 0 && out.includes("SMOKE_URL is not set"),
      );
      expect(run(script(), "curl", "", 22, { SMOKE_URL: "https://shop.example.com" }).status).to.equal(22);
      expect(run(script(), "curl", "", 0, { SMOKE_URL: "https://shop.example.com" }).status).to.equal(0);
    });
  }
});

describe(".gitlab-ci.yml", () => {
  const jobs = Object.entries(gitlab).filter(([name]) => !name.startsWith("."));

  it("has jobs of its stages, each with rules and a script", () => {
    expect(jobs).to.have.lengthOf(7);
    for (const [name, job] of jobs) {
      expect(stages, name).to.include(job.stage);
      expect(job.script, name).to.not.have.lengthOf(0);
      expect(job.rules, name).to.not.have.lengthOf(0);
      if (job.extends !== undefined) {
        expect(gitlab, name).to.have.property(job.extends);
      }
    }
  });

  it("runs commands of groundplan that exist, with flags they have", () => {
    const lines = jobs.flatMap(([, job]) => groundplanLines((job.script ?? []).join("\n")));
    expect(lines.length).to.be.greaterThan(6);
    expect(lines.flatMap((line) => complaint(line) ?? [])).to.deep.equal([]);
  });

  it("gives whoever deploys what a kubeconfig runs, in one version, and no passphrase to what npm installs", () => {
    const deployer = gitlab[".deployer"];
    const script = (deployer?.before_script ?? []).join("\n");
    expect(deployer?.variables).to.include({ CLOUDS: "aws" });
    expect(deployer?.variables?.GCLOUD_VERSION).to.match(/^\d+\.\d+\.\d+$/);
    expect(script).to.match(/apt-get install .*'awscli=\d+\.\d+\.\d+-\*'/);
    expect(script).to.include("google-cloud-cli-$GCLOUD_VERSION-linux").and.include("install gke-gcloud-auth-plugin");
    expect(script.match(/.*npm ci/g)).to.deep.equal(["env -u PULUMI_CONFIG_PASSPHRASE -u AWS_ID_TOKEN npm ci"]);
    expect(script.indexOf("npm ci")).to.be.lessThan(script.indexOf('> "$AWS_WEB_IDENTITY_TOKEN_FILE"'));
    // The id token ends with its job; without a time of its own it would after five minutes.
    expect(deployer?.timeout).to.equal("90 minutes");
    const deploying = jobs.filter(([, job]) =>
      groundplanLines((job.script ?? []).join("\n"))[0]?.match(/^(?!plan|check)/),
    );
    expect(deploying.map(([, job]) => job.extends)).to.deep.equal(Array.from({ length: 5 }, () => ".deployer"));
  });

  it("deploys production by hand only", () => {
    const rules = gitlab.production?.rules as readonly { when?: string }[];
    expect(rules.map(({ when }) => when)).to.deep.equal(["manual"]);
  });
});
