import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { missingFrom, type Permissions, permissionsOf } from "../../automation/permissions";
import type { RunResult } from "../../engine";
import type { SelectorOptions } from "../command";
import { EXIT } from "../exitCodes";
import type { CommandContext } from "../run";
import type { Stream } from "../terminal";
import { planWithProgress } from "./plan";

export interface PermissionsOptions extends SelectorOptions {
  readonly format: "text" | "json";
  readonly out?: string;
}

/** Plans a stack and prints what whoever deploys it must be allowed; exits 1 where a resource's needs are not known. */
export async function permissions(options: PermissionsOptions, context: CommandContext): Promise<void> {
  let run: RunResult | undefined;
  const onRun = (made: RunResult) => {
    run = made;
  };
  await planWithProgress({ ...options, packs: [], onRun, quiet: options.format === "json" }, "simulate", context);
  if (run === undefined) {
    throw new Error("the plan told of no run");
  }
  const found = permissionsOf(run);
  const { out, err } = context.terminal;
  if (options.format === "json") {
    out.write(`${JSON.stringify(found, null, 2)}\n`);
  } else {
    print(found, out);
  }
  if (options.out !== undefined) {
    await writeFiles(resolve(context.directory, options.out), found);
    err.write(`written to ${options.out}\n`);
  }
  const missing = missingFrom(found);
  if (missing.length > 0) {
    err.write(`${err.colors.red("incomplete")} nothing is known of what these need: ${missing.join(", ")}\n`);
    context.exitCode = EXIT.failed;
  }
}

async function writeFiles(directory: string, { aws, gcp, kubernetes }: Permissions): Promise<void> {
  await mkdir(directory, { recursive: true });
  const write = (name: string, value: unknown) =>
    writeFile(join(directory, name), `${JSON.stringify(value, null, 2)}\n`);
  for (const { name, document } of aws?.policies ?? []) {
    await write(`aws-${name}.json`, document);
  }
  if (gcp) {
    await write("gcp-roles.json", gcp.roles);
  }
  for (const role of kubernetes?.roles ?? []) {
    await write(`kubernetes-${role.metadata.namespace ?? "cluster"}.json`, role);
  }
}

function print({ aws, gcp, kubernetes }: Permissions, out: Stream): void {
  const heading = (text: string) => out.write(`${out.colors.bold(text)}\n`);
  if (aws) {
    heading(`AWS  ${count(aws.policies.length, "managed policy", "managed policies")}`);
    for (const { name, size, document } of aws.policies) {
      const services = new Set(document.Statement.flatMap(({ Action }) => Action.map((each) => each.split(":")[0])));
      out.write(`  ${name}  ${size} characters: ${[...services].sort().join(", ")}\n`);
    }
    heading("\nWider than a planned name or the system's tags");
    for (const { actions, resources, reason } of aws.wide) {
      out.write(`  ${reason}\n    ${actions.join(", ")}\n    on ${resources.join(", ")}\n`);
    }
    notes(aws.notes, out);
  }
  if (gcp) {
    heading(`Google Cloud  ${count(gcp.roles.length, "role", "roles")} on ${gcp.projects.join(", ") || "the project"}`);
    for (const { role, on, reason, types } of gcp.roles) {
      out.write(`  ${role}${on === "project" ? "" : ` on the ${on}`}\n    ${reason}\n    for ${types.join(", ")}\n`);
    }
    notes(gcp.notes, out);
  }
  if (kubernetes) {
    heading(`Kubernetes  ${count(kubernetes.roles.length, "role", "roles")}`);
    for (const { kind, metadata, rules } of kubernetes.roles) {
      out.write(`  ${kind} ${metadata.namespace === undefined ? "for the cluster" : `in ${metadata.namespace}`}\n`);
      for (const { apiGroups, resources } of rules) {
        out.write(`    ${apiGroups.join() || "core"}: ${resources.join(", ")}\n`);
      }
    }
    notes(
      [...kubernetes.notes, ...(kubernetes.charts.length > 0 ? [`charts: ${kubernetes.charts.join(", ")}`] : [])],
      out,
    );
  }
}

function notes(texts: readonly string[], out: Stream): void {
  for (const text of texts) {
    out.write(`  note: ${text}\n`);
  }
  out.write("\n");
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
