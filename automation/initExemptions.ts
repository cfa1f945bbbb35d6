import { InputError } from "../components/errors";
import type { Plan } from "../engine";
import { type ResolvedSystem, resolveSystem } from "../systems/resolve";
import { unknownSecrets } from "./externalSecrets";
import { planStack, readStack } from "./plan";
import type { ExemptionSetting } from "./policies";

/** How long an exemption written by `init` holds: then somebody looks at it again. */
const DAYS = 365;

/**
 * Exemptions a new stack needs because its system says so: of a service that must have more than a restricted pod, with
 * the reason the system gives; of one whose two probes ask one path; of what the system or its model runs once. Anything
 * else a policy finds is no matter of the system's nature, so it is left for the person to mend.
 */
export async function neededExemptions(
  directory: string,
  stack: string,
  today: string,
): Promise<readonly ExemptionSetting[]> {
  try {
    const { settings } = await readStack({ directory, stack });
    const secrets = unknownSecrets(settings.system);
    const plan = await planStack({ directory, stack, mode: "simulate", secrets, today });
    const { model, environment } = settings;
    const systems = new Map(
      settings.placements.map(({ name: placement }) => [
        placement,
        resolveSystem(settings.system, { model, environment, placement }),
      ]),
    );
    return exemptionsFor(plan, systems, dayAfter(today));
  } catch (error) {
    // What keeps the stack from being planned is said when it is planned.
    if (InputError.is(error)) {
      return [];
    }
    throw error;
  }
}

function exemptionsFor(
  plan: Plan,
  systems: ReadonlyMap<string, ResolvedSystem>,
  expires: string,
): readonly ExemptionSetting[] {
  const byResource = new Map<string, { rules: Set<string>; resource: string; reason: string }>();
  const placements = new Map(plan.resources.map(({ urn, placement }) => [urn, placement]));
  for (const { level, status, rule, urn } of plan.policies?.results ?? []) {
    const name = urn.split("::").at(-1) ?? "";
    const placement = placements.get(urn);
    const system = systems.get(placement ?? "");
    const violated = level === "mandatory" && status === "violation";
    const reason = system && violated ? reasonOf(system, name, rule) : undefined;
    if (reason !== undefined && placement) {
      const resource = name.startsWith(`${placement}-`) ? `*${name.slice(placement.length)}` : name;
      const key = `${resource} ${reason}`;
      const known = byResource.get(key) ?? { rules: new Set<string>(), resource, reason };
      known.rules.add(rule);
      byResource.set(key, known);
    }
  }
  return [...byResource.values()].map(({ rules, resource, reason }) => ({
    rules: [...rules].sort(),
    resource,
    reason,
    expires,
  }));
}

const SINGLE = ["workload-two-replicas", "autoscaler-minimum-replicas"];

/** Why the system cannot keep a rule at a resource; undefined when it could. */
function reasonOf(system: ResolvedSystem, resource: string, rule: string): string | undefined {
  const shared = system.namespace ?? system.name;
  for (const [name, service] of Object.entries(system.services)) {
    const own = new RegExp(`-${name}-(deployment|statefulset|daemonset|cronjob|job|scaler|autoscaler)$`).test(resource);
    const { podSecurity, reason } = service.security;
    const home = resource.endsWith(`-namespace-${service.namespace ?? shared}-namespace`);
    if (podSecurity !== "restricted" && reason !== undefined && (own || home)) {
      return reason;
    }
    if (!own || !("scaling" in service)) {
      continue;
    }
    const { replicas, min, alone } = service.scaling;
    if (SINGLE.includes(rule) && (replicas ?? min) === 1) {
      return alone ?? `${system.title} runs one ${name}, in the ${system.model} model, where nothing asks for more`;
    }
    const path = service.probes.liveness?.path;
    if (rule === "container-probes-differ" && path !== undefined && path === service.probes.readiness?.path) {
      return `The program has one health path, ${path}, for both of its probes`;
    }
  }
  for (const [name, store] of Object.entries(system.stores)) {
    const single = "instances" in store ? store.instances === 1 : store.kind === "redis" && store.mode === "single";
    if (SINGLE.includes(rule) && single && resource.endsWith(`-${name}-statefulset`)) {
      const alone = store.kind === "redis" ? store.alone : undefined;
      return alone ?? `${system.title} runs one server of ${name}, in the ${system.model} model`;
    }
  }
  return undefined;
}

function dayAfter(today: string): string {
  return new Date(Date.parse(today) + DAYS * 86_400_000).toISOString().slice(0, 10);
}
