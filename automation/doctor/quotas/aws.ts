import { jsonOf, type ProgramResult, type RunProgram } from "../../lifecycle/processes";
import { type Check, unknown } from "../check";
import { AWS_QUOTAS, type AwsQuota, vcpuQuota } from "./awsNeeds";
import type { Need } from "./need";
import { room, wantedOf } from "./room";

/** Asks AWS in one region, as the profile that deploys. Undefined: no answer that says anything. */
export type AskAws = (args: readonly string[]) => Promise<unknown>;

/** How a region's use of a quota is counted. JSON is queried whole, however many pages it came in. */
const USED: Readonly<Record<string, (ask: AskAws) => Promise<number | undefined>>> = {
  addresses: counting("ec2", "describe-addresses", "length(Addresses)"),
  networks: counting("ec2", "describe-vpcs", "length(Vpcs)"),
  "nat-gateways": fullestZone,
  "application-balancers": counting("elbv2", "describe-load-balancers", "length(LoadBalancers[?Type=='application'])"),
  "network-balancers": counting("elbv2", "describe-load-balancers", "length(LoadBalancers[?Type=='network'])"),
  databases: counting("rds", "describe-db-instances", "length(DBInstances)"),
  "database-storage": counting("rds", "describe-db-instances", "sum(DBInstances[].AllocatedStorage)"),
  clusters: counting("eks", "list-clusters", "length(clusters)"),
  "cache-nodes": counting("elasticache", "describe-cache-clusters", "sum(CacheClusters[].NumCacheNodes)"),
  concurrency: reservedExecutions,
  keys: counting("kms", "list-keys", "length(Keys)"),
};

/** What of the account must stay unreserved. https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
const UNRESERVED = 100;

/** Whether a region's quotas have room for what is needed there. */
export async function checkAwsQuotas(
  needs: readonly Need[],
  profile: string | undefined,
  run: RunProgram,
): Promise<readonly Check[]> {
  return Promise.all(needs.map((need) => checkNeed(need, profile, run)));
}

async function checkNeed(need: Need, profile: string | undefined, run: RunProgram): Promise<Check> {
  const { quota, region } = need;
  const known = AWS_QUOTAS[quota];
  if (known === undefined) {
    throw new Error(`nobody wrote down the quota ${quota}`);
  }
  const name = `quota in ${region}: ${known.what}`;
  let refusal: ProgramResult | undefined;
  const ask: AskAws = async (args) => {
    const flags = ["--region", region, "--output", "json", ...(profile === undefined ? [] : ["--profile", profile])];
    const result = await run("aws", [...args, ...flags]);
    const answer = jsonOf(result);
    refusal = answer === undefined ? result : refusal;
    return answer;
  };
  const used = await (quota.startsWith("vcpu-") ? runningVcpus(quota, ask) : USED[quota]?.(ask));
  const limit = await limitOf(known, ask);
  if (used === undefined || limit === undefined) {
    const reason = refusal === undefined ? "the answer has no number" : reasonOf(refusal);
    return unknown(name, `${wantedOf(need)}; ${reason}`, `look at ${consoleOf(known, region)}`);
  }
  return room(name, need, { used, limit }, (wanted) => raising(known, region, wanted));
}

/** An account that never asked for more has the default. */
async function limitOf({ service, code }: AwsQuota, ask: AskAws): Promise<number | undefined> {
  for (const command of ["get-service-quota", "get-aws-default-service-quota"]) {
    const answer = await ask(["service-quotas", command, "--service-code", service, "--quota-code", code]);
    const value = (answer as { Quota?: { Value?: unknown } } | undefined)?.Quota?.Value;
    if (typeof value === "number") {
      return value;
    }
  }
  return undefined;
}

function raising(quota: AwsQuota, region: string, wanted: number): string {
  const { service, code } = quota;
  const command = `aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code}`;
  return `${command} --desired-value ${wanted} --region ${region}, or ${consoleOf(quota, region)}`;
}

function consoleOf({ service, code }: AwsQuota, region: string): string {
  return `https://${region}.console.aws.amazon.com/servicequotas/home/services/${service}/quotas/${code}`;
}

function counting(service: string, command: string, query: string) {
  return async (ask: AskAws): Promise<number | undefined> => {
    const answer = await ask([service, command, "--query", query]);
    // A sum over nothing is none.
    return answer === null ? 0 : typeof answer === "number" ? answer : undefined;
  };
}

async function runningVcpus(quota: string, ask: AskAws): Promise<number | undefined> {
  const states = "Name=instance-state-name,Values=pending,running";
  const query =
    "Reservations[].Instances[].[InstanceType,InstanceLifecycle,CpuOptions.CoreCount,CpuOptions.ThreadsPerCore]";
  const answer = await ask(["ec2", "describe-instances", "--filters", states, "--query", query]);
  if (!Array.isArray(answer)) {
    return undefined;
  }
  return (answer as readonly (readonly [string, string | null, number, number])[])
    .filter(([type, lifecycle]) => vcpuQuota(type, lifecycle === "spot") === quota)
    .reduce((sum, [, , cores, threads]) => sum + cores * threads, 0);
}

/** A zone has the quota for itself; where the next ones go nobody knows before. */
async function fullestZone(ask: AskAws): Promise<number | undefined> {
  const state = "Name=state,Values=pending,available";
  const subnets = await ask(["ec2", "describe-nat-gateways", "--filter", state, "--query", "NatGateways[].SubnetId"]);
  const zones = await ask(["ec2", "describe-subnets", "--query", "Subnets[].[SubnetId,AvailabilityZone]"]);
  if (!Array.isArray(subnets) || !Array.isArray(zones)) {
    return undefined;
  }
  const zoneOf = new Map(zones as readonly (readonly [string, string])[]);
  const counts = new Map<string | undefined, number>();
  for (const subnet of subnets as readonly string[]) {
    const zone = zoneOf.get(subnet);
    counts.set(zone, (counts.get(zone) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}

async function reservedExecutions(ask: AskAws): Promise<number | undefined> {
  const query = "AccountLimit.[ConcurrentExecutions,UnreservedConcurrentExecutions]";
  const answer = await ask(["lambda", "get-account-settings", "--query", query]);
  const [all, unreserved] = Array.isArray(answer) ? (answer as readonly unknown[]) : [];
  return typeof all === "number" && typeof unreserved === "number" ? all - unreserved + UNRESERVED : undefined;
}

function reasonOf({ code, stderr }: ProgramResult): string {
  return code === undefined
    ? "the aws command line is not installed"
    : stderr.trim().split("\n").at(-1) || "no reason given";
}
