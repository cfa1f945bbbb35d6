import { jsonOf, type ProgramResult, type RunProgram } from "../../lifecycle/processes";
import { type Check, unknown } from "../check";
import { FILESTORE, filestoreNeed, isGlobal, metricOf, SPOT } from "./gcpNeeds";
import type { Need } from "./need";
import { type Counted, room, wantedOf } from "./room";

/** Spot machines' vCPUs, whatever their family, where the project was given any. */
const PREEMPTIBLE = "PREEMPTIBLE_CPUS";

/** What one run of the command line answered; a reason where it answered nothing. */
type Answer = { readonly json: unknown } | { readonly reason: string };

/** Whether a project's quotas have room for what is needed in its regions and in all of them. */
export async function checkGcpQuotas(needs: readonly Need[], run: RunProgram): Promise<readonly Check[]> {
  const asked = new Map<string, Promise<Answer>>();
  const ask = (args: readonly string[]): Promise<Answer> => {
    const key = args.join(" ");
    const answer = asked.get(key) ?? gcloud(args, run);
    asked.set(key, answer);
    return answer;
  };
  const merged = await inProjects(needs, ask);
  return Promise.all(
    merged.map((need) => (need.quota.startsWith(FILESTORE) ? checkFilestore(need, ask) : checkMetric(need, ask))),
  );
}

type Ask = (args: readonly string[]) => Promise<Answer>;

/** One need for each quota there is: those of a project's own from every region, and spot's wherever they count. */
async function inProjects(needs: readonly Need[], ask: Ask): Promise<readonly Need[]> {
  const merged = new Map<string, Need>();
  for (const need of needs) {
    const own = need.quota.startsWith(SPOT) ? await spotQuota(need, ask) : need.quota;
    const region = isGlobal(own) ? "" : need.region;
    const key = JSON.stringify([need.account, region, own]);
    const sum = merged.get(key);
    merged.set(key, {
      ...need,
      quota: own,
      region,
      least: need.least + (sum?.least ?? 0),
      most: need.most + (sum?.most ?? 0),
    });
  }
  return [...merged.values()];
}

async function spotQuota(need: Need, ask: Ask): Promise<string> {
  const counted = await countedOf({ ...need, quota: PREEMPTIBLE }, ask);
  return typeof counted === "object" && counted.limit > 0 ? PREEMPTIBLE : metricOf(need.quota);
}

async function checkMetric(need: Need, ask: Ask): Promise<Check> {
  const { account = "", region, quota } = need;
  const metric = metricOf(quota);
  const name = nameOf(need, metric);
  const id = `${metric.replaceAll("_", "-")}-per-project${region === "" ? "" : "-region"}`;
  const counted = await countedOf(need, ask);
  return typeof counted === "string"
    ? unknown(name, `${wantedOf(need)}; ${counted}`, `look at ${consoleOf(account)}`)
    : room(name, need, counted, (wanted) => raising({ service: "compute", id, account, region }, wanted));
}

/** Use and limit of a metric; the reason where nobody tells. */
async function countedOf({ account = "", region, quota }: Need, ask: Ask): Promise<Counted | string> {
  const what = isGlobal(quota) || region === "" ? ["project-info", "describe"] : ["regions", "describe", region];
  const answer = await ask(["compute", ...what, "--project", account, "--format=json"]);
  if ("reason" in answer) {
    return answer.reason;
  }
  const { quotas } = (answer.json ?? {}) as { readonly quotas?: readonly Quota[] };
  const found = quotas?.find(({ metric }) => metric === metricOf(quota));
  return found === undefined ? "the project's list has none of that name" : { used: found.usage, limit: found.limit };
}

interface Quota {
  readonly metric: string;
  readonly usage: number;
  readonly limit: number;
}

async function checkFilestore(need: Need, ask: Ask): Promise<Check> {
  const { account = "", region, quota } = need;
  const id = quota.slice(FILESTORE.length);
  const name = nameOf(need, `Filestore, ${id}`);
  const limits = await ask(["beta", "quotas", "info", "list", "--service=file.googleapis.com", ...inProject(account)]);
  const instances = await ask(["filestore", "instances", "list", ...inProject(account)]);
  const limit = "json" in limits ? filestoreLimit(limits.json, id, region) : undefined;
  const used = "json" in instances ? filestoreUse(instances.json, quota, region) : undefined;
  if (limit === undefined || used === undefined) {
    const reason = [limits, instances].flatMap((answer) => ("reason" in answer ? [answer.reason] : []))[0];
    const detail = `${wantedOf(need, "GiB")}; ${reason ?? "the project's list has none of that name"}`;
    return unknown(name, detail, `look at ${consoleOf(account)}`);
  }
  return room(name, need, { used, limit }, (wanted) => raising({ service: "file", id, account, region }, wanted));
}

interface QuotaInfo {
  readonly quotaId?: string;
  readonly dimensionsInfos?: readonly {
    readonly dimensions?: { readonly region?: string };
    readonly applicableLocations?: readonly string[];
    readonly details?: { readonly value?: string | number };
  }[];
}

function filestoreLimit(infos: unknown, id: string, region: string): number | undefined {
  const info = (Array.isArray(infos) ? (infos as readonly QuotaInfo[]) : []).find(
    ({ quotaId }) => quotaId?.toLowerCase() === id.toLowerCase(),
  );
  const here = info?.dimensionsInfos?.find(
    ({ dimensions, applicableLocations }) => dimensions?.region === region || applicableLocations?.includes(region),
  );
  const value = Number(here?.details?.value ?? Number.NaN);
  // Minus one stands for no limit.
  return Number.isNaN(value) ? undefined : value < 0 ? Number.POSITIVE_INFINITY : value;
}

function filestoreUse(listed: unknown, quota: string, region: string): number | undefined {
  if (!Array.isArray(listed)) {
    return undefined;
  }
  const instances = listed as readonly {
    readonly name?: string;
    readonly tier?: string;
    readonly fileShares?: readonly { readonly capacityGb?: string | number }[];
  }[];
  return instances
    .filter(({ name = "" }) => /\/locations\/([a-z]+-[a-z]+\d+)/.exec(name)?.[1] === region)
    .map(({ tier = "", fileShares = [] }) => {
      const gib = fileShares.reduce((sum, { capacityGb = 0 }) => sum + Number(capacityGb), 0);
      return filestoreNeed(tier, gib)[quota]?.most ?? 0;
    })
    .reduce((sum, gib) => sum + gib, 0);
}

function inProject(account: string): readonly string[] {
  return ["--project", account, "--format=json"];
}

function nameOf({ account, region }: Need, what: string): string {
  return region === "" ? `quota of ${account}: ${what}` : `quota in ${region}: ${what}`;
}

function raising(
  { service, id, account, region }: { service: string; id: string; account: string; region: string },
  wanted: number,
): string {
  const place = region === "" ? "" : ` --dimensions=region=${region}`;
  const command = `gcloud beta quotas preferences create --service=${service}.googleapis.com --quota-id=${id}`;
  return `${command} --preferred-value=${wanted}${place} --project=${account}, or ${consoleOf(account)}`;
}

function consoleOf(account: string): string {
  return `https://console.cloud.google.com/iam-admin/quotas?project=${account}`;
}

async function gcloud(args: readonly string[], run: RunProgram): Promise<Answer> {
  const result = await run("gcloud", args);
  const json = jsonOf(result);
  return json === undefined ? { reason: reasonOf(result) } : { json };
}

function reasonOf({ code, stderr }: ProgramResult): string {
  return code === undefined
    ? "the gcloud command line is not installed"
    : stderr.trim().split("\n").at(-1) || "no reason given";
}
