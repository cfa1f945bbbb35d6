import type { Plan, PlanResource } from "../../engine";
import type { ResolvedSystem } from "../../systems/resolve";
import { billables } from "./billable";
import { chip, type Html, html, table } from "./html";
import { reservations } from "./reservations";

/** Resources by the component that holds them, with the types each is made of. */
export function resourceSection(plan: Plan): Html {
  const byUrn = new Map(plan.resources.map((resource) => [resource.urn, resource]));
  const owned = new Map<PlanResource | undefined, PlanResource[]>();
  for (const resource of plan.resources) {
    if (resource.custom && !resource.type.startsWith("pulumi:")) {
      const owner = ownerOf(resource, byUrn);
      owned.set(owner, [...(owned.get(owner) ?? []), resource]);
    }
  }
  const rows = [...owned]
    .map(([owner, resources]) => ({
      role: owner?.type.split(":").at(-1) ?? "Stack",
      name: owner?.name ?? plan.stack,
      owner,
      resources,
    }))
    .sort((a, b) =>
      `${a.owner?.placement} ${a.role} ${a.name}` < `${b.owner?.placement} ${b.role} ${b.name}` ? -1 : 1,
    )
    .map(({ role, name, owner, resources }) => [
      html`<strong>${role}</strong><br><span class="quiet">${name}</span>`,
      owner?.layer ?? "",
      resources.length,
      html`<div class="types">${typeCounts(resources).map(([type, times]) => chip("", times === 1 ? type : `${type} × ${times}`))}</div>
<details><summary>names</summary>${resources.map((resource) => html`<code>${resource.name}</code><br>`)}</details>`,
    ]);
  return table(
    "What the engine would make, by the component it belongs to",
    ["Component", "Layer", "Resources", "Of these types"],
    rows,
  );
}

function ownerOf(resource: PlanResource, byUrn: ReadonlyMap<string, PlanResource>): PlanResource | undefined {
  let owner = resource.parent === null ? undefined : byUrn.get(resource.parent);
  while (owner?.custom) {
    owner = owner.parent === null ? undefined : byUrn.get(owner.parent);
  }
  return owner?.type === "pulumi:pulumi:Stack" ? undefined : owner;
}

/** `aws:ec2/subnet:Subnet` is read as `ec2 Subnet`, and a Kubernetes type as its kind. */
function typeCounts(resources: readonly PlanResource[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { type } of resources) {
    const [provider, module = "", kind = type] = type.split(":");
    const shown = provider === "kubernetes" ? kind : `${module.split("/")[0]} ${kind}`;
    counts.set(shown, (counts.get(shown) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Every edge in words. */
export function edgeSection(plan: Plan, system: ResolvedSystem): Html {
  const rows = plan.edges.map(({ from, to, port, access, placement }) => [
    from,
    to,
    typeof port === "number" ? port : "mounted",
    typeof access === "string" ? access : "",
    variables(system, from, to) || "",
    placement ?? "",
  ]);
  return table(
    "Every connection the system describes: network policies, security groups and firewall rules are made from this list",
    ["From", "To", "Port", "Access", "Variables", "Placement"],
    rows,
  );
}

function variables(system: ResolvedSystem, from: string, to: string): string {
  const names = system.edges
    .filter((edge) => edge.from.name === from && edge.to.name === to)
    .flatMap(({ env }) => Object.keys(env));
  return [...new Set(names)].join(", ");
}

/** What is given in part, once for all placements it is said of. */
export function degradedSection(plan: Plan): Html {
  const placementOf = new Map(plan.resources.map(({ urn, placement }) => [urn, placement ?? ""]));
  const said = new Map<string, { readonly verdict: Plan["degraded"][number]; readonly placements: Set<string> }>();
  for (const verdict of plan.degraded) {
    const key = `${verdict.feature}\n${verdict.reason}\n${verdict.remedy}`;
    const entry = said.get(key) ?? { verdict, placements: new Set<string>() };
    said.set(key, entry);
    entry.placements.add(placementOf.get(verdict.urn) ?? "");
  }
  const several = plan.placements.length > 1;
  const rows = [...said.values()].map(({ verdict: { feature, reason, remedy }, placements }) => [
    feature,
    reason,
    remedy,
    ...(several ? [[...placements].sort().join(", ")] : []),
  ]);
  const heads = ["Feature", "Why not whole", "Whole with", ...(several ? ["Placement"] : [])];
  return rows.length === 0
    ? html`<p>Nothing: all that the system asks for is given whole.</p>`
    : table("Asked for by the system, and given only so far", heads, rows);
}

export function outputSection(plan: Plan): Html {
  const rows = Object.entries(plan.outputs).map(([name, value]) => [html`<code>${name}</code>`, shown(value)]);
  const note =
    plan.mode === "simulate"
      ? "Values a cloud computes are made up here: the plan was simulated"
      : "What the stack tells others";
  return table(note, ["Output", "Value"], rows);
}

/** A value as a person may see it: never a secret, and what is unknown says so. */
function shown(value: unknown): Html {
  if (typeof value === "object" && value !== null) {
    const { $: tag } = value as { readonly $?: unknown };
    if (tag !== undefined) {
      return tag === "secret" ? chip("warn", "secret") : chip("", "known once deployed");
    }
    return html`${Object.entries(value).map(([key, inner]) => html`<div><span class="quiet">${key}</span> ${shown(inner)}</div>`)}`;
  }
  return html`<code>${String(value)}</code>`;
}

/** What would be left after the worst day, and how it is kept so. */
export function backupSection(
  plan: Plan,
  system: ResolvedSystem,
  { schedule, retentionDays }: { readonly schedule: boolean; readonly retentionDays?: number | undefined },
): Html {
  const { recoveryPoint, recoveryTime, recoveryOrder } = system.objectives;
  const goals = table(
    "",
    ["Objective", "Value"],
    [
      ["Most data that may be lost (RPO)", recoveryPoint ?? "none given"],
      ["Longest time to be back (RTO)", recoveryTime ?? "none given"],
      ...(recoveryOrder.length > 0 ? [["Order of recovery", recoveryOrder.join(", then ")]] : []),
    ],
  );
  const dumps = table(
    schedule ? "Logical dumps, encrypted and verified" : "Logical dumps; the settings say that they do not run",
    ["Backup", "Of", "When (UTC)", "Kept", "To", "Restore test (UTC)", "Alerts when late by"],
    Object.entries(system.backups).map(([name, backup]) => [
      name,
      backup.store,
      html`<code>${backup.schedule}</code>`,
      `${retentionDays ?? backup.retentionDays} days`,
      `${backup.bucket}${backup.prefix ? `/${backup.prefix}` : ""}`,
      html`<code>${backup.restoreTest}</code>`,
      backup.overdueAfter,
    ]),
  );
  const databases = table(
    "What the cloud keeps of databases it manages",
    ["Database", "Any moment can be restored", "Kept", "Window (UTC)"],
    Object.entries(system.stores).flatMap(([name, store]) =>
      store.kind === "postgres" && !store.embedded && isManaged(plan, name)
        ? [[name, store.pointInTimeRecovery ? "yes" : "no", `${store.backupRetentionDays} days`, store.backupWindow]]
        : [],
    ),
  );
  const partly = plan.degraded.filter(({ feature, reason }) =>
    /backup|dump|restor|recover|bucket/i.test(`${feature} ${reason}`),
  );
  const limits = table(
    "What this placement gives of it only in part",
    ["", "Feature, and why not whole"],
    partly.map(({ feature, reason }) => [chip("warn", "in part"), html`${feature}: ${reason}`]),
  );
  return html`${goals}${dumps}${databases}${limits}`;
}

function isManaged(plan: Plan, store: string): boolean {
  const components = new Set(
    plan.resources.flatMap(({ urn, name, placement }) => (name === `${placement}-${store}` ? [urn] : [])),
  );
  return plan.resources.some(
    ({ type, parent }) => /^(aws:rds|gcp:sql)\//.test(type) && parent !== null && components.has(parent),
  );
}

export function costSection(plan: Plan): Html {
  const bill = table(
    "Count, class and size of what is paid for",
    ["What", "Class", "Count", "Size", "Placement"],
    billables(plan).map((row) => [row.what, row.class, row.count, row.size, row.placement]),
  );
  const pods = table(
    "What workloads in a cluster reserve, per replica; nodes follow from it",
    ["Workload", "Kind", "Replicas", "CPU", "Memory", "Disk", "Placement"],
    reservations(plan).map((row) => [
      html`${row.name} <span class="quiet">${row.namespace}</span>`,
      row.kind,
      row.replicas,
      row.cpu,
      row.memory,
      row.disk,
      row.placement,
    ]),
  );
  return html`<p>No prices: they are not known offline, differ by contract, and traffic, requests and storage growth are in no plan. This is what a price calculator asks for.</p>${bill}${pods}`;
}
