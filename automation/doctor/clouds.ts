import type { Settings } from "../../stacks/settings";
import { jsonOf, type RunProgram } from "../lifecycle/processes";
import { type Check, failure, ok, unknown } from "./check";

type Placement = Settings["placements"][number];

/** Whether the credentials at hand are those a stack is deployed with, asked by each cloud's own command line. */
export async function checkCredentials(settings: Settings, run: RunProgram): Promise<readonly Check[]> {
  return Promise.all(settings.placements.map((placement) => credentialsOf(placement, settings, run)));
}

function credentialsOf(placement: Placement, settings: Settings, run: RunProgram): Promise<Check> {
  switch (placement.cloud) {
    case "aws":
      return awsCredentials(placement, settings, run);
    case "gcp":
      return gcpCredentials(placement, settings, run);
    case "kubernetes":
      return cluster(placement, settings, run);
    default:
      return placement.cloud satisfies never;
  }
}

async function awsCredentials(placement: Placement, { access }: Settings, run: RunProgram): Promise<Check> {
  const name = `credentials of ${placement.name}`;
  const profile = access.aws.profile === undefined ? [] : ["--profile", access.aws.profile];
  const result = await run("aws", ["sts", "get-caller-identity", "--output", "json", ...profile]);
  if (result.code === undefined) {
    return unknown(name, "the aws command line is not installed");
  }
  const identity = jsonOf(result) as { Account?: unknown; Arn?: unknown } | undefined;
  if (typeof identity?.Account !== "string") {
    return failure(name, lastLine(result.stderr), "log in: aws sso login, or set AWS_PROFILE");
  }
  const allowed = access.aws.allowedAccountIds;
  // With a role to assume, the account is that of the role, which the provider checks.
  return allowed.length > 0 && !allowed.includes(identity.Account) && access.aws.roleArn === undefined
    ? failure(
        name,
        `account ${identity.Account} is none of ${allowed.join(", ")}`,
        "use the credentials of one of those",
      )
    : ok(name, `${String(identity.Arn)}`);
}

async function gcpCredentials(placement: Placement, { access }: Settings, run: RunProgram): Promise<Check> {
  const name = `credentials of ${placement.name}`;
  const project = placement.account ?? access.gcp.project;
  if (project === undefined) {
    return failure(name, "no project is named", "set groundplan:access.gcp.project");
  }
  const result = await run("gcloud", ["projects", "describe", project, "--format=json"]);
  if (result.code === undefined) {
    return unknown(name, "the gcloud command line is not installed");
  }
  const found = jsonOf(result) as { lifecycleState?: unknown } | undefined;
  return found === undefined
    ? failure(name, lastLine(result.stderr), "log in: gcloud auth application-default login")
    : ok(name, `project ${project} is ${String(found.lifecycleState ?? "there").toLowerCase()}`);
}

async function cluster(placement: Placement, { access }: Settings, run: RunProgram): Promise<Check> {
  const name = `cluster of ${placement.name}`;
  const file = access.kubernetes.kubeconfig;
  const flags = [
    ...(placement.context === undefined ? [] : ["--context", placement.context]),
    ...(typeof file === "string" ? ["--kubeconfig", file] : []),
  ];
  const result = await run("kubectl", ["auth", "can-i", "create", "namespaces", "--request-timeout=10s", ...flags]);
  if (result.code === undefined) {
    return unknown(name, "kubectl is not installed");
  }
  const answer = result.stdout.trim();
  if (answer === "yes") {
    return ok(name, `reached as ${placement.context ?? "the kubeconfig says"}, and namespaces may be made`);
  }
  return answer === "no"
    ? failure(name, "namespaces may not be made", "deploy as somebody who may, or ask for the role")
    : failure(name, lastLine(result.stderr), "name a context that answers: kubectl config get-contexts");
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) || "no reason given";
}
