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

/** Quotas that a new network eats into: their code, and how what is used is counted. */
const AWS_QUOTAS = [
  { what: "VPCs", service: "vpc", code: "L-F678F1CE", count: ["ec2", "describe-vpcs", "--query", "length(Vpcs)"] },
  {
    what: "Elastic IPs",
    service: "ec2",
    code: "L-0263D0A3",
    count: ["ec2", "describe-addresses", "--query", "length(Addresses)"],
  },
] as const;

/** Whether the clouds have room left, where that can be asked. */
export async function checkQuotas(settings: Settings, run: RunProgram): Promise<readonly Check[]> {
  const { placements, access } = settings;
  const checks = placements.map(({ name, cloud, region, account }) => {
    if (cloud === "aws" && region !== undefined) {
      return awsQuotas(name, region, run);
    }
    const project = account ?? access.gcp.project;
    return cloud === "gcp" && region !== undefined && project !== undefined
      ? gcpQuotas(name, region, project, run)
      : [];
  });
  return (await Promise.all(checks)).flat();
}

async function awsQuotas(placement: string, region: string, run: RunProgram): Promise<readonly Check[]> {
  return Promise.all(
    AWS_QUOTAS.map(async ({ what, service, code, count }) => {
      const name = `quota of ${placement}: ${what}`;
      const quota = await run("aws", [
        ...["service-quotas", "get-service-quota", "--service-code", service, "--quota-code", code],
        ...["--region", region, "--output", "json"],
      ]);
      const used = await run("aws", [...count, "--region", region, "--output", "json"]);
      const limit = (jsonOf(quota) as { Quota?: { Value?: unknown } } | undefined)?.Quota?.Value;
      const usage = jsonOf(used);
      return typeof limit === "number" && typeof usage === "number"
        ? room(name, usage, limit)
        : unknown(name, quota.code === undefined ? "the aws command line is not installed" : lastLine(quota.stderr));
    }),
  );
}

async function gcpQuotas(
  placement: string,
  region: string,
  project: string,
  run: RunProgram,
): Promise<readonly Check[]> {
  const name = `quotas of ${placement}`;
  const result = await run("gcloud", ["compute", "regions", "describe", region, "--project", project, "--format=json"]);
  const quotas = (jsonOf(result) as { quotas?: readonly GcpQuota[] } | undefined)?.quotas;
  if (quotas === undefined) {
    return [
      unknown(name, result.code === undefined ? "the gcloud command line is not installed" : lastLine(result.stderr)),
    ];
  }
  const scarce = quotas
    .filter(({ metric }) => ["CPUS", "IN_USE_ADDRESSES", "SSD_TOTAL_GB"].includes(metric))
    .map(({ metric, usage, limit }) => room(`quota of ${placement}: ${metric}`, usage, limit));
  return scarce.length > 0 ? scarce : [unknown(name, "the answer names none of the quotas that matter")];
}

interface GcpQuota {
  readonly metric: string;
  readonly usage: number;
  readonly limit: number;
}

function room(name: string, used: number, limit: number): Check {
  const detail = `${used} of ${limit} used`;
  return used >= limit
    ? failure(name, detail, "ask the cloud for more, or remove what is not needed")
    : ok(name, detail);
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) || "no reason given";
}
