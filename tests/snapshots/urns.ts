import type { Plan, PlanResource } from "../../engine";

/** A URN without project and stack, which are the user's: `TYPE$TYPE::NAME`. */
export function addressOf(urn: string): string {
  return urn.split("::").slice(2).join("::");
}

interface Alias {
  readonly name?: string;
  readonly type?: string;
  readonly parent?: string;
  readonly noParent?: boolean;
}

/**
 * Addresses a resource would be found under in the state of an older program: its own and those of its aliases, with
 * every alias of its parents, as the engine resolves them.
 * https://www.pulumi.com/docs/iac/concepts/resources/options/aliases/
 */
export function knownAddresses(plan: Plan): ReadonlyMap<string, readonly string[]> {
  const byUrn = new Map(plan.resources.map((resource) => [resource.urn, resource]));
  const known = new Map<string, readonly string[]>();
  const resolve = (resource: PlanResource): readonly string[] => {
    const done = known.get(resource.urn);
    if (done) {
      return done;
    }
    const parent = resource.parent === null ? undefined : byUrn.get(resource.parent);
    const parents = parent && !isStack(parent) ? resolve(parent) : [undefined];
    const aliases = (resource.options.aliases ?? []) as readonly (string | Alias)[];
    const under = (address: string | undefined, type: string, name: string) =>
      address === undefined ? `${type}::${name}` : `${typesOf(address)}$${type}::${name}`;
    const own = parents.map((address) => under(address, resource.type, renamed(resource.name, parent?.name, address)));
    const others = aliases.flatMap((alias) => {
      if (typeof alias === "string") {
        return [addressOf(alias)];
      }
      const { name = resource.name, type = resource.type } = alias;
      const places = alias.noParent ? [undefined] : alias.parent === undefined ? parents : [addressOf(alias.parent)];
      return places.map((address) => under(address, type, name));
    });
    const all = [...new Set([...own, ...others])];
    known.set(resource.urn, all);
    return all;
  };
  for (const resource of plan.resources) {
    resolve(resource);
  }
  return known;
}

/** A child named after its parent had the parent's old name in its own. */
function renamed(name: string, parent: string | undefined, parentAddress: string | undefined): string {
  const old = parentAddress?.split("::").at(-1);
  return parent !== undefined && old !== undefined && name.startsWith(parent) ? old + name.slice(parent.length) : name;
}

function typesOf(address: string): string {
  return address.split("::")[0] ?? "";
}

export function isStack({ type }: Pick<PlanResource, "type">): boolean {
  return type === "pulumi:pulumi:Stack";
}
