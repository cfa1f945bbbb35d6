import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { Command } from "commander";
import { parse } from "yaml";
import { buildCommand } from "../cli/command";
import { recordingTerminal } from "./cli/terminal";

const ROOT = join(__dirname, "..");
const WORKFLOWS = join(ROOT, ".github", "workflows");

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
}

interface Job {
  readonly "runs-on": string;
  readonly "timeout-minutes": number;
  readonly needs?: string | readonly string[];
  readonly permissions?: unknown;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly name: string;
  readonly on: unknown;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface GitlabJob {
  readonly stage?: string;
  readonly script?: readonly string[];
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
          expect(job["runs-on"], name).to.equal("ubuntu-latest");
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
    const { jobs } = parse(readFileSync(join(WORKFLOWS, "deploy.yml"), "utf8")) as Workflow;
    expect(jobs["plan-production"]?.needs).to.equal("staging");
    expect(jobs.production).to.include({ needs: "plan-production", environment: "production" });
    const up = jobs.production?.steps.flatMap(({ run }) => groundplanLines(run ?? ""))[0];
    expect(up).to.match(/^up --stack prod --plan production\.plan\.json --yes-production/);
  });
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

  it("deploys production by hand only", () => {
    const rules = gitlab.production?.rules as readonly { when?: string }[];
    expect(rules.map(({ when }) => when)).to.deep.equal(["manual"]);
  });
});
